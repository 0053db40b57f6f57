import type * as vscode from 'vscode';
import type { VsCode } from './vscode.js';

/** Names that make a file a prompt whatever it holds, format by format. Others are found by what they hold. */
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
  /(?:^|\/)SKILL\.md$/,
  /\.prompt$/,
  /(?:^|\/)promptfooconfig[^/]*\.(?:ya?ml|json|[cm]?[jt]s|py)$/,
];
const IN_PROMPTS = /(?:^|\/)prompts\/(?:.*\/)?[^/]+\.(?:md|txt)$/;
const ABOUT_THE_PROJECT = /(?:^|\/)(?:readme|changelog|licen[cs]e)(?:\.[\w-]+)?\.(?:md|txt)$/i;

/**
 * Whether a workspace-relative path (forward slashes) is that of a prompt file by its name alone. What the engine says,
 * without loading the engine: it is asked each time an editor becomes active.
 */
export function looksLikePrompt(path: string): boolean {
  return (
    PROMPT_NAMES.some((name) => name.test(path)) || (IN_PROMPTS.test(path) && !ABOUT_THE_PROJECT.test(path))
  );
}

/** Kinds of files of which many are prompts, so that it is worth a search to know whether one is. */
const MAY_BE_PROMPT = /\.(?:baml|j2|jinja2?|mustache|hbs|handlebars)$/i;

/** Whether the content of a file on disk may well make it a prompt, by its name. */
export function mayBePrompt(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && MAY_BE_PROMPT.test(uri.path);
}

/** Whether a document is a prompt file on disk, by its name. */
export function isPromptUri(api: VsCode, uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && looksLikePrompt(api.workspace.asRelativePath(uri, false));
}
