import { isDeepStrictEqual } from 'node:util';
import { HoneError } from '../core/errors.js';
import type { EditableSpan, PromptDocument, SpanTexts } from '../core/prompt.js';
import type { PromptFormat } from './format.js';
import { cutMargins, editableText } from './margins.js';
import { formatOf } from './registry.js';
import { replaceBytes, toLf } from './source.js';

/**
 * The document with new texts in some of its spans. Only the bytes of those spans are replaced; then the file is read
 * again, and each span must hold the given text exactly while all else that the file says has stayed. A span whose text
 * does not change keeps its bytes.
 * @param texts by span id; any line ends, but no blank lines at either end (see `editableText`)
 * @throws HoneError `splice-refused` with the reason; nothing is half done
 */
export function splice(document: PromptDocument, texts: SpanTexts): PromptDocument {
  let current = document;
  for (const [id, text] of Object.entries(texts)) current = spliceOne(current, id, toLf(text));
  return current;
}

function spliceOne(document: PromptDocument, id: string, text: string): PromptDocument {
  const span = document.spans.find((each) => each.id === id);
  if (!span) {
    const ids = document.spans.map((each) => each.id).join(', ') || 'none';
    throw refused(document, id, `the file has no such span (it has ${ids})`);
  }
  if (text === span.text) return document;
  if (text !== editableText(text)) {
    throw refused(
      document,
      id,
      'it begins or ends with a blank line or a line break, and those stay as the file has them',
    );
  }
  if (/\p{Surrogate}/u.test(text)) throw refused(document, id, 'it holds half of a character');
  const format = formatOf(document);
  for (const written of format.encodings(document, span, text)) {
    const spliced = readBack(format, document, replaceBytes(document.bytes, span.range, written));
    if (spliced && isExactly(format, document, spliced, span, text)) return spliced;
  }
  throw refused(
    document,
    id,
    'read back from the file, it or another part of the file would not be the same',
  );
}

function readBack(
  format: PromptFormat,
  document: PromptDocument,
  bytes: Uint8Array,
): PromptDocument | undefined {
  try {
    return format.parse(document.path, bytes, { span: document.focus });
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return undefined;
    throw error;
  }
}

/** Whether the span holds the text, and nothing else in the file has another meaning than before. */
function isExactly(
  format: PromptFormat,
  before: PromptDocument,
  after: PromptDocument,
  span: EditableSpan,
  text: string,
): boolean {
  const newSpans = before.spans.map((each) => (each.id === span.id ? text : each.text));
  const newMessages = before.messages.map((message) => {
    if (message.spanId !== span.id) return message.text;
    if (message.spanStart !== undefined) {
      const before = message.text.slice(0, message.spanStart);
      return before + text + message.text.slice(message.spanStart + span.text.length);
    }
    const margins = cutMargins(message.text);
    return margins.before + text + margins.after;
  });
  return (
    isDeepStrictEqual(textsOf(after.spans), newSpans) &&
    isDeepStrictEqual(textsOf(after.messages), newMessages) &&
    isDeepStrictEqual(format.surroundings(after), format.surroundings(before))
  );
}

function textsOf(parts: readonly { readonly text: string }[]): string[] {
  return parts.map((part) => part.text);
}

function refused(document: PromptDocument, id: string, reason: string): HoneError {
  return new HoneError({
    reason: 'splice-refused',
    message: `${document.path}: the text cannot be written to ${id}, because ${reason}.`,
    nextStep: 'Change the text, or edit the file by hand.',
    place: { file: document.path },
  });
}
