import { LineCounter } from 'yaml';
import { HoneError } from '../core/errors.js';
import { decodeText, encodeText, type ByteRange } from '../core/prompt.js';

/** The three ways in which a line can end in a file. */
export type LineEnd = '\n' | '\r\n' | '\r';

const BYTE_ORDER_MARK = '\uFEFF';

/** Text with every line end as LF. */
export function toLf(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** The line end that stands most often in a text, LF before the others when they tie; undefined when there is none. */
export function majorityLineEnd(text: string): LineEnd | undefined {
  const counts = new Map<LineEnd, number>();
  for (const [end] of text.matchAll(/\r\n|\r|\n/g)) {
    counts.set(end as LineEnd, (counts.get(end as LineEnd) ?? 0) + 1);
  }
  let best: LineEnd | undefined;
  for (const end of ['\n', '\r\n', '\r'] as const) {
    if ((counts.get(end) ?? 0) > (best === undefined ? 0 : counts.get(best)!)) best = end;
  }
  return best;
}

/**
 * A file as formats read it: without the byte-order mark, every line end as LF, so that no parser depends on how lines
 * end. Each place in `text` knows its byte in the file.
 */
export class SourceText {
  readonly text: string;
  /** The file as it is decoded, line ends and byte-order mark kept. */
  readonly raw: string;
  readonly bytes: Uint8Array;
  /** Byte offset of each UTF-16 unit of `text`, and of its end. */
  readonly #byteOffsets: Uint32Array;
  readonly #lines = new LineCounter();

  /** @throws HoneError `bad-prompt-file` when the bytes are not UTF-8. */
  constructor(path: string, bytes: Uint8Array) {
    this.raw = decodeOrRefuse(path, bytes);
    this.bytes = bytes;
    const start = this.raw.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    this.text = toLf(this.raw.slice(start));
    this.#byteOffsets = new Uint32Array(this.text.length + 1);
    let byte = start === 1 ? 3 : 0;
    let at = 0;
    for (let index = start; index < this.raw.length; index++) {
      this.#byteOffsets[at++] = byte;
      const unit = this.raw.charCodeAt(index);
      if (unit === 0x0d && this.raw.charCodeAt(index + 1) === 0x0a) {
        index++;
        byte += 2;
      } else {
        byte += utf8Length(unit);
      }
    }
    this.#byteOffsets[at] = byte;
    this.#lines.addNewLine(0);
    for (let end = this.text.indexOf('\n'); end !== -1; end = this.text.indexOf('\n', end + 1)) {
      this.#lines.addNewLine(end + 1);
    }
  }

  /** The bytes of a stretch of `text`, given by its offsets in UTF-16 units. */
  range(start: number, end: number): ByteRange {
    return { start: this.#byteOffsets[start]!, end: this.#byteOffsets[end]! };
  }

  /** 1-based line on which an offset in `text` stands. */
  lineAt(offset: number): number {
    return this.#lines.linePos(offset).line;
  }

  /** 0-based column, in UTF-16 units, at which an offset in `text` stands. */
  columnAt(offset: number): number {
    return this.#lines.linePos(offset).col - 1;
  }
}

/** A surrogate pair takes four bytes, two for each half. */
function utf8Length(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) return 2;
  return 3;
}

function decodeOrRefuse(path: string, bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch (cause) {
    throw new HoneError({
      reason: 'bad-prompt-file',
      message: `${path}: the file is not UTF-8 text.`,
      nextStep: 'Save it as UTF-8 and try again.',
      place: { file: path },
      cause,
    });
  }
}

/** The text of some bytes of a file, line ends as they are. */
export function rawText(bytes: Uint8Array, range: ByteRange): string {
  return decodeText(bytes.subarray(range.start, range.end));
}

/** A file with the bytes of one range replaced. */
export function replaceBytes(bytes: Uint8Array, range: ByteRange, text: string): Uint8Array {
  const middle = encodeText(text);
  const result = new Uint8Array(bytes.length - (range.end - range.start) + middle.length);
  result.set(bytes.subarray(0, range.start), 0);
  result.set(middle, range.start);
  result.set(bytes.subarray(range.end), range.start + middle.length);
  return result;
}

/** The error of a prompt file that cannot be read, with the line. */
export function badPromptFile(path: string, line: number, sentence: string, nextStep: string): HoneError {
  return new HoneError({
    reason: 'bad-prompt-file',
    message: `${path}:${line}: ${sentence}`,
    nextStep,
    place: { file: path, line },
  });
}
