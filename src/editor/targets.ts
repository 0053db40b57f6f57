import path from 'node:path';
import type * as vscode from 'vscode';
import { HoneError } from '../core/errors.js';
import { loadEngine } from './engine.js';
import type { VsCode } from './vscode.js';

/** A prompt file with the folder that its test sets and runs belong to. */
export interface PromptTarget {
  readonly uri: vscode.Uri;
  /** Absolute path of the workspace folder, or of the nearest project folder of a file outside all of them. */
  readonly root: string;
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** Which prompt is meant, where a file holds several. */
  readonly span?: string;
}

/** @throws HoneError `bad-usage` when the file is not on disk. */
export async function targetOf(api: VsCode, uri: vscode.Uri, span?: string): Promise<PromptTarget> {
  if (uri.scheme !== 'file') {
    throw new HoneError({
      reason: 'bad-usage',
      message: `${uri.toString(true)} is not a file on disk, so Hone cannot work on it.`,
      nextStep: 'Save it into a folder first.',
    });
  }
  const folder = api.workspace.getWorkspaceFolder(uri);
  const root = folder ? folder.uri.fsPath : await (await loadEngine()).findRoot(path.dirname(uri.fsPath));
  return { uri, root, path: relativePath(root, uri.fsPath), ...(span !== undefined && { span }) };
}

/** A path below a root, with forward slashes. */
export function relativePath(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}

/** Folders that are open, by their absolute paths. */
export function workspaceRoots(api: VsCode): readonly string[] {
  return (api.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => folder.uri.fsPath);
}
