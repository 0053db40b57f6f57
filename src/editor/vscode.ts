import type * as vscode from 'vscode';

/** The editor's API as an object that is passed in, so that no module here needs it at load time. */
export type VsCode = typeof vscode;
