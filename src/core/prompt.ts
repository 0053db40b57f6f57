/** Who speaks in a chat message. */
export type Role = 'system' | 'user' | 'assistant';

/** A half-open range of byte offsets in a file: `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** One stretch of a prompt file that may be replaced by new text. */
export interface EditableSpan {
  /** Stable within the file, for example `body` or `messages[0]`. */
  readonly id: string;
  readonly role: Role;
  /** The bytes that stand for the text, quotes and indentation included where the format has them. */
  readonly range: ByteRange;
  /** The decoded text: what the model reads. Always with LF line ends. */
  readonly text: string;
  /** 1-based line of the file on which the first line of `text` stands. */
  readonly firstLine: number;
}

/** A message as the file has it, placeholders not yet filled. */
export interface PromptMessage {
  readonly role: Role;
  readonly text: string;
  /** The span that holds the text; absent when it cannot be edited. */
  readonly spanId?: string;
  /**
   * Where the span's text starts in `text`, in UTF-16 units, when the message says more than the span. Absent when the
   * span is all of the message but blank lines around it.
   */
  readonly spanStart?: number;
}

/** Something in a file that a user should know, with the place. */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** 1-based. */
  readonly line?: number;
}

/** Model settings that a prompt file carries. Names follow the chat completion protocol. */
export interface ModelSettings {
  readonly model?: string;
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  /** Sent as `response_format` as it stands. */
  readonly responseFormat?: unknown;
}

/**
 * Test rows and evaluators that a prompt file carries inside itself or names, not yet interpreted. Their shape is that of
 * the prompt file's own ecosystem, as `kind` says.
 */
export interface EmbeddedTests {
  /**
   * Whose shape it is; `github-models` when absent.
   *
   * - `github-models`: a row is a flat map of names to values, an evaluator is an entry of `evaluators`.
   * - `promptfoo`: a row is an entry of `tests` (`{ vars?, assert?, description?, threshold?, options?, metadata? }`), an
   *   evaluator is an assertion of `defaultTest`, which goes before the row's own. There may be none of either: tests in
   *   files of their own and scenarios are found by reading the prompt file as a test set.
   * - `sample`: the one row is what the author tries the prompt with; it is no test set.
   */
  readonly kind?: 'github-models' | 'promptfoo' | 'sample';
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** 1-based line in the prompt file of each row. */
  readonly lines: readonly number[];
  readonly evaluators: readonly unknown[];
}

/** Another file that a prompt file names as the text of a prompt. */
export interface PromptReference {
  /** A path as `PromptDocument.path` is one, or a pattern with `*`. May lead out of the workspace. */
  readonly path: string;
  /** As the prompt file writes it. */
  readonly written: string;
  /** 1-based. */
  readonly line: number;
}

/** A prompt file, read. */
export interface PromptDocument {
  readonly path: string;
  /** Id of the format that read it. */
  readonly format: string;
  readonly bytes: Uint8Array;
  readonly messages: readonly PromptMessage[];
  readonly spans: readonly EditableSpan[];
  /** Names of the template variables, each once, in order of first use. */
  readonly placeholders: readonly string[];
  readonly settings: ModelSettings;
  readonly embedded?: EmbeddedTests;
  /** Prompts that stand in files of their own. They share the tests of this file. */
  readonly references?: readonly PromptReference[];
  readonly problems: readonly Problem[];
  /** Of a file with several prompts, the id of a span of the one that was asked for: the document is that one alone. */
  readonly focus?: string;
}

/** A message that is ready to be sent. */
export interface ChatMessage {
  readonly role: Role;
  readonly content: string;
}

/** New text for some spans of a document, by span id. */
export type SpanTexts = Readonly<Record<string, string>>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * File bytes as text, byte-order mark kept, so that `encodeText(decodeText(bytes))` gives the same bytes.
 * @throws TypeError when the bytes are not UTF-8.
 */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Text as UTF-8 bytes. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Whether two byte sequences are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** The span that an optimizer edits when the user names none: the first system message, else the first span. */
export function defaultSpan(document: PromptDocument): EditableSpan | undefined {
  return document.spans.find((span) => span.role === 'system') ?? document.spans[0];
}
