import { HoneError } from '../core/errors.js';
import type { ByteRange, ChatMessage, PromptDocument } from '../core/prompt.js';
import { alwaysOn } from './alwaysOn.js';
import { baml } from './baml.js';
import { claudeAgent, claudeCommand, claudeRule } from './claudeCode.js';
import { clineRule } from './cline.js';
import { codeStrings } from './code/codeStrings.js';
import { cursorRule, cursorRules } from './cursor.js';
import type { PromptFormat } from './format.js';
import { geminiCommand } from './geminiCommand.js';
import { dotprompt } from './dotprompt.js';
import { dotpromptYaml } from './dotpromptYaml.js';
import { githubModels, looksLikeGithubModels } from './githubModels.js';
import { langchain } from './langchain.js';
import { plainText } from './plainText.js';
import { promptMarkdown } from './promptMarkdown.js';
import { semanticKernelText, semanticKernelYaml } from './semanticKernel.js';
import { skill } from './skill.js';
import { vscodeAgent } from './vscodeAgent.js';
import { vscodeInstructions } from './vscodeInstructions.js';
import { promptfooConfig } from './promptfoo/config.js';
import { promptfooPromptFile } from './promptfoo/promptFile.js';
import { prompty } from './prompty.js';
import { handlebars, jinja, mustache, rawTemplateOf } from './rawTemplates.js';

/** In the order in which a path is tried. */
const FORMATS: readonly PromptFormat[] = [
  githubModels,
  promptMarkdown,
  vscodeInstructions,
  vscodeAgent,
  skill,
  alwaysOn,
  claudeCommand,
  claudeAgent,
  claudeRule,
  cursorRule,
  cursorRules,
  clineRule,
  prompty,
  dotprompt,
  dotpromptYaml,
  geminiCommand,
  baml,
  semanticKernelText,
  semanticKernelYaml,
  langchain,
  promptfooConfig,
  codeStrings,
  promptfooPromptFile,
  jinja,
  mustache,
  handlebars,
  plainText,
];

/** Larger files are refused: nobody writes such a prompt, and no model takes it. 5 MB. */
const MAX_BYTES = 5_000_000;

/** The format that read a document. */
export function formatOf(document: PromptDocument): PromptFormat {
  const format = FORMATS.find((each) => each.id === document.format);
  if (!format) throw new TypeError(`There is no prompt format ${document.format}.`);
  return format;
}

/** Whether a file of this workspace-relative path (forward slashes) is a prompt by its name alone. */
export function isPromptPath(path: string): boolean {
  return candidacyOf(path) === 'by-name';
}

/** What the name of a file says of it: that it is a prompt, that its content decides, or that it is none. */
export type Candidacy = 'by-name' | 'by-content' | 'none';

/** How a search for prompts treats a file of this workspace-relative path (forward slashes). */
export function candidacyOf(path: string): Candidacy {
  const matching = FORMATS.filter((format) => format.matches(path));
  if (matching.length === 0) return 'none';
  return matching.some((format) => !format.recognises) ? 'by-name' : 'by-content';
}

/** Whether a format takes a file of this name and content without being told to. */
export function isPromptFile(path: string, bytes: Uint8Array): boolean {
  return findFormat(path, bytes) !== undefined;
}

/**
 * Refuses a file by its size in bytes, before anyone reads it.
 * @throws HoneError `bad-prompt-file` over 5 MB
 */
export function requirePromptSize(path: string, size: number): void {
  if (size <= MAX_BYTES) return;
  throw unusable(path, `has ${(size / 1e6).toFixed(1)} MB, and a prompt file may have ${MAX_BYTES / 1e6} MB`);
}

export interface ReadOptions {
  /** The user named this file: take it as plain text when no other format fits. Default false. */
  readonly named?: boolean;
  /** The span that is going to be used: of a file with several prompts, only the one that holds it is read. */
  readonly span?: string | undefined;
  /** The user selected these bytes: of a file with several prompts, only the one there is read. Goes before `span`. */
  readonly selection?: ByteRange | undefined;
  /** Id of the format as which it is read, whatever its name says. */
  readonly format?: string | undefined;
  /** A promptfoo configuration names this file as a prompt: it is one, and what promptfoo makes of its text. */
  readonly referenced?: boolean | undefined;
}

/**
 * Reads a prompt file.
 * @param path with forward slashes; it decides the format and stands in messages
 * @throws HoneError `bad-prompt-file` with the line: not UTF-8, over 5 MB, broken, or of no format
 */
export function readPrompt(path: string, bytes: Uint8Array, options: ReadOptions = {}): PromptDocument {
  requirePromptSize(path, bytes.length);
  const format =
    FORMATS.find((each) => each.id === options.format) ??
    (options.referenced ? formatOfReference(path, bytes) : findFormat(path, bytes)) ??
    (options.named || options.selection ? formatOfNamed(path, bytes) : undefined);
  if (!format) throw unusable(path, 'is of no prompt format that Hone finds by its name');
  return format.parse(path, bytes, options);
}

function findFormat(path: string, bytes: Uint8Array): PromptFormat | undefined {
  return FORMATS.find((each) => each.matches(path) && (each.recognises?.(path, bytes) ?? true));
}

/** A name that one kind of prompt has says more than a reference. */
function formatOfReference(path: string, bytes: Uint8Array): PromptFormat {
  const own = findFormat(path, bytes);
  return own && !own.isGeneral ? own : promptfooPromptFile;
}

/** Whether a file of this path may name other files as its prompts. */
export function namesPrompts(path: string): boolean {
  return promptfooConfig.matches(path);
}

function formatOfNamed(path: string, bytes: Uint8Array): PromptFormat {
  if (looksLikeGithubModels(path, bytes)) return githubModels;
  if (codeStrings.matches(path)) return codeStrings;
  return rawTemplateOf(path) ?? plainText;
}

function unusable(path: string, why: string): HoneError {
  return new HoneError({
    reason: 'bad-prompt-file',
    message: `${path} ${why}.`,
    nextStep: 'Name a .prompt.yml, .prompt.md, or a .md or .txt file in a folder named prompts.',
    place: { file: path },
  });
}

/**
 * The messages that are sent for one row. Each has the value that the file gives it, which in YAML can end with line
 * breaks that its span does not show. A prompt without any placeholder gets the row's input as a user message after its
 * own; one with placeholders is sent as it is filled.
 * @param vars values by placeholder name; a placeholder without a value stays as it is
 */
export async function renderMessages(
  document: PromptDocument,
  vars: Readonly<Record<string, string>>,
  input: string | undefined,
): Promise<ChatMessage[]> {
  const messages = await formatOf(document).fill(document, vars);
  if (document.placeholders.length > 0 || input === undefined) return messages;
  return [...messages, { role: 'user', content: input }];
}
