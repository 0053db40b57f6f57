import type * as vscode from 'vscode';
import type { VsCode } from './vscode.js';

/** Names that make a file a prompt whatever it holds, format by format. */
const PROMPT_NAMES: readonly RegExp[] = [
  /\.prompt\.(?:md|ya?ml)$/,
  /\.(?:instructions|agent|chatmode)\.md$/,
  /(?:^|\/)\.github\/agents\/(?!readme\.md$)[^/]+\.md$/i,
  /(?:^|\/)(?:AGENTS\.md|CLAUDE(?:\.local)?\.md|GEMINI\.md|copilot-instructions\.md)$/,
  /(?:^|\/)(?:\.claude|plugins\/[^/]+)\/(?:commands\/(?:.+\/)?|agents\/)(?![Rr][Ee][Aa][Dd][Mm][Ee]\.md$)[^/]+\.md$/,
  /(?:^|\/)\.claude\/rules\/.+\.md$/,
  /(?:^|\/)\.cursor\/rules\/(?:.+\.mdc|[^/]+\/RULE\.md)$/,
  /(?:^|\/)\.cursorrules$/,
  /(?:^|\/)\.clinerules(?:\/.+\.md)?$/,
  /(?:^|\/)\.gemini\/commands\/.+\.toml$/,
  /\.prompty$/i,
  /(?:^|\/)skprompt\.txt$/,
];
const IN_PROMPTS = /(?:^|\/)prompts\/(?:.*\/)?[^/]+\.(?:md|txt)$/;
const ABOUT_THE_PROJECT = /(?:^|\/)(?:readme|changelog|licen[cs]e)(?:\.[\w-]+)?\.(?:md|txt)$/i;

/**
 * Whether a workspace-relative path (forward slashes) is that of a prompt file by its name alone. The same answer as the
 * engine's `isPromptPath`, without loading the engine: it is asked each time an editor becomes active.
 */
export function looksLikePrompt(path: string): boolean {
  return (
    PROMPT_NAMES.some((name) => name.test(path)) || (IN_PROMPTS.test(path) && !ABOUT_THE_PROJECT.test(path))
  );
}

/** Whether a document is a prompt file on disk, by its name. */
export function isPromptUri(api: VsCode, uri: vscode.Uri | undefined): boolean {
  return uri?.scheme === 'file' && looksLikePrompt(api.workspace.asRelativePath(uri, false));
}
