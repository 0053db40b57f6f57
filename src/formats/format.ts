import type { ChatMessage, EditableSpan, PromptDocument } from '../core/prompt.js';

/** How one kind of prompt file is read and written. */
export interface PromptFormat {
  /** Stable id, shown to users, for example `github-models`. */
  readonly id: string;
  /** Whether a file of this path (forward slashes) is of this format by its name. */
  matches(path: string): boolean;
  /** @throws HoneError `bad-prompt-file` with the line. */
  parse(path: string, bytes: Uint8Array): PromptDocument;
  /**
   * The bytes that stand for `text` in place of the span's bytes, in the style that the file has there.
   * @throws HoneError `splice-refused` when the host format cannot hold the text.
   */
  encode(document: PromptDocument, span: EditableSpan, text: string): Uint8Array;
  /** Messages with placeholders filled. A name without a value stays as it is. */
  fill(document: PromptDocument, vars: Readonly<Record<string, string>>): ChatMessage[];
  /** Template expressions in a text, each occurrence, so that a guard can compare multisets. */
  expressions(text: string): string[];
  /** Why the text would change the structure of the file, a sentence each; empty when it would not. */
  violations(document: PromptDocument, span: EditableSpan, text: string): string[];
}
