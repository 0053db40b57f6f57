import type { ChatMessage, EditableSpan, PromptDocument, SpanTexts } from '../core/prompt.js';
/* Contract of this room; the bodies are being written. */
/** Reads a prompt file. With `named`, a file that no format claims is taken as plain text. Throws `bad-prompt-file`. */
export declare function readPrompt(path: string, bytes: Uint8Array, options?: { named?: boolean }): PromptDocument;
/** Whether `list` would look at a file of this workspace-relative path (forward slashes). By name only: reads nothing. */
export declare function isPromptPath(path: string): boolean;
/** The document with new span texts, re-read from the new bytes and verified. Throws `splice-refused`. */
export declare function splice(document: PromptDocument, texts: SpanTexts): PromptDocument;
/** The messages that are sent for one row. A prompt without placeholders is the system message, `input` the user's. */
export declare function renderMessages(
  document: PromptDocument,
  vars: Readonly<Record<string, string>>,
  input: string | undefined,
): ChatMessage[];
/** Why a new span text must not be used (placeholders lost or invented, structure changed), a sentence each. */
export declare function guardSpan(document: PromptDocument, span: EditableSpan, text: string): string[];
