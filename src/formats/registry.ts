import { HoneError } from '../core/errors.js';
import type { ChatMessage, PromptDocument } from '../core/prompt.js';
import type { PromptFormat } from './format.js';
import { githubModels, looksLikeGithubModels } from './githubModels.js';
import { plainText } from './plainText.js';
import { promptMarkdown } from './promptMarkdown.js';

/** In the order in which a path is tried. */
const FORMATS: readonly PromptFormat[] = [githubModels, promptMarkdown, plainText];

/** Larger files are refused: nobody writes such a prompt, and no model takes it. 5 MB. */
const MAX_BYTES = 5_000_000;

/** The format that read a document. */
export function formatOf(document: PromptDocument): PromptFormat {
  const format = FORMATS.find((each) => each.id === document.format);
  if (!format) throw new TypeError(`There is no prompt format ${document.format}.`);
  return format;
}

/** Whether a search for prompts would look at a file of this workspace-relative path (forward slashes). */
export function isPromptPath(path: string): boolean {
  return FORMATS.some((format) => format.matches(path));
}

export interface ReadOptions {
  /** The user named this file: take it as plain text when no other format fits. Default false. */
  readonly named?: boolean;
}

/**
 * Reads a prompt file.
 * @param path with forward slashes; it decides the format and stands in messages
 * @throws HoneError `bad-prompt-file` with the line: not UTF-8, over 5 MB, broken, or of no format
 */
export function readPrompt(path: string, bytes: Uint8Array, options: ReadOptions = {}): PromptDocument {
  if (bytes.length > MAX_BYTES) {
    const size = (bytes.length / 1e6).toFixed(1);
    throw unusable(path, `has ${size} MB, and a prompt file may have ${MAX_BYTES / 1e6} MB`);
  }
  const format =
    FORMATS.find((each) => each.matches(path) && (each.recognises?.(path, bytes) ?? true)) ??
    (options.named ? formatOfNamed(path, bytes) : undefined);
  if (!format) throw unusable(path, 'is of no prompt format that Hone finds by its name');
  return format.parse(path, bytes);
}

function formatOfNamed(path: string, bytes: Uint8Array): PromptFormat {
  return looksLikeGithubModels(path, bytes) ? githubModels : plainText;
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
