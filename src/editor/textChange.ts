/** One replacement of the characters from `start` (inclusive) to `end` (exclusive) of a text. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const isInsidePair = (text: string, index: number) =>
  index > 0 &&
  index < text.length &&
  ((text[index - 1] === '\r' && text[index] === '\n') ||
    (/[\uD800-\uDBFF]/.test(text[index - 1]!) && /[\uDC00-\uDFFF]/.test(text[index]!)));

/**
 * The smallest single replacement that makes `after` of `before`; undefined when they are equal. Offsets are UTF-16
 * units, and never fall between the two units of a character or of a CRLF.
 */
export function minimalChange(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  while (isInsidePair(before, start) || isInsidePair(after, start)) start--;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail])
    tail++;
  while (isInsidePair(before, before.length - tail) || isInsidePair(after, after.length - tail)) tail--;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** A text without its byte-order mark, as the editor holds it. */
export function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
