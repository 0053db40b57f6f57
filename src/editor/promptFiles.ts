import type * as vscode from 'vscode';
import type { VsCode } from './vscode.js';

const PROMPT_FILE = /(?:\.prompt\.(?:md|ya?ml)|(?:^|\/)prompts\/(?:.*\/)?[^/]+\.(?:md|txt))$/;
const ABOUT_THE_PROJECT = /(?:^|\/)(?:readme|changelog|licen[cs]e)(?:\.[\w-]+)?\.(?:md|txt)$/i;

/**
 * Whether a workspace-relative path (forward slashes) is that of a prompt file. The same answer as the engine's
 * `isPromptPath`, without loading the engine: it is asked each time an editor becomes active.
 */
export function looksLikePrompt(path: string): boolean {
  return PROMPT_FILE.test(path) && (path.endsWith('.prompt.md') || !ABOUT_THE_PROJECT.test(path));
}

/** Whether a document is a prompt file on disk, by its name. */
export function isPromptUri(api: VsCode, uri: vscode.Uri | undefined): boolean {
  return uri?.scheme === 'file' && looksLikePrompt(api.workspace.asRelativePath(uri, false));
}
