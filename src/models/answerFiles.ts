import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as othersFirst } from 'node:timers/promises';
import type { ModelRole } from '../core/run.js';
import type { ModelAnswer } from './model.js';

/** An answer as it stands in a file. */
export interface StoredAnswer {
  readonly key: string;
  readonly role: ModelRole;
  readonly answer: ModelAnswer;
}

/** A line of a file that has come to an end. */
export interface FoundLine {
  readonly key: string;
  /** Bytes before the line. */
  readonly offset: number;
}

const CHUNK = 1 << 20;
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BRACE = 0x7d;
const HEAD = '{"key":"';

/** The text of an answer's line, without its line end. */
export function lineOf({ key, role, answer }: StoredAnswer): string {
  return JSON.stringify({ key, role, answer });
}

/**
 * Finds the answers in a file without keeping them. Small files are many: reading them takes a fifth of the time without
 * a promise for each step; others get their turn after every megabyte.
 * @param onTorn told of each line, counted from 1, that was not written to its end
 * @throws the file system's error when the file cannot be read
 */
export async function scanAnswers(
  file: string,
  onAnswer: (found: FoundLine) => void,
  onTorn: (line: number) => void,
): Promise<void> {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    let held = Buffer.allocUnsafe(Math.min(CHUNK, size + 1));
    let filled = 0;
    let offset = 0;
    let line = 0;
    const take = (bytes: Buffer, ended: boolean) => {
      line++;
      const key = ended ? (keyOfWhole(bytes) ?? parsedAnswer(bytes)?.key) : parsedAnswer(bytes)?.key;
      if (key !== undefined) onAnswer({ key, offset });
      else if (bytes.length > 0) onTorn(line);
    };
    for (;;) {
      if (filled === held.length) held = Buffer.concat([held], 2 * held.length);
      const bytesRead = readSync(descriptor, held, filled, held.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
      const read = held.subarray(0, filled);
      let from = 0;
      for (let end = read.indexOf(LINE_FEED); end >= 0; end = read.indexOf(LINE_FEED, from)) {
        take(read.subarray(from, end), true);
        offset += end + 1 - from;
        from = end + 1;
      }
      held.copyWithin(0, from, filled);
      filled -= from;
      if (offset + filled < size) await othersFirst();
    }
    if (filled > 0) take(held.subarray(0, filled), false);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The key of a line that has its line end and looks as this module writes it. Such a line is whole, unless the disk was
 * full in the very moment in which two closing braces of an answer's text were written; it is checked when it is served.
 */
function keyOfWhole(line: Buffer): string | undefined {
  const { length } = line;
  if (length <= HEAD.length || line[length - 1] !== BRACE || line[length - 2] !== BRACE) return undefined;
  const end = line.indexOf(QUOTE, HEAD.length);
  if (end < 0) return undefined;
  const head = line.toString('utf8', 0, end);
  return head.startsWith(HEAD) && !head.includes('\\') ? head.slice(HEAD.length) : undefined;
}

/** What a line holds; undefined when it is torn or not an answer. */
export function parsedAnswer(line: Buffer): StoredAnswer | undefined {
  try {
    const entry = JSON.parse(line.toString('utf8')) as Partial<StoredAnswer>;
    const whole =
      typeof entry.key === 'string' &&
      typeof entry.role === 'string' &&
      typeof entry.answer?.text === 'string' &&
      typeof entry.answer.finishReason === 'string';
    return whole ? (entry as StoredAnswer) : undefined;
  } catch {
    return undefined;
  }
}

/** Files that are held open for reading at the same time. */
const MOST_OPEN = 16;
const FIRST_READ = 2048;

/** Reads single lines of many files. */
export class LineReader {
  /** In the order of their last use. */
  private readonly descriptors = new Map<string, number>();

  /** @throws the file system's error */
  read(file: string, offset: number): Buffer {
    const descriptor = this.descriptorOf(file);
    let bytes = Buffer.allocUnsafe(FIRST_READ);
    for (let filled = 0; ;) {
      const read = readSync(descriptor, bytes, filled, bytes.length - filled, offset + filled);
      const end = bytes.subarray(filled, filled + read).indexOf(LINE_FEED);
      if (end >= 0) return bytes.subarray(0, filled + end);
      filled += read;
      if (read === 0) return bytes.subarray(0, filled);
      if (filled === bytes.length) bytes = Buffer.concat([bytes], 4 * bytes.length);
    }
  }

  /** Lets go of the files; reading on opens them again. */
  close(): void {
    for (const descriptor of this.descriptors.values()) closeSync(descriptor);
    this.descriptors.clear();
  }

  private descriptorOf(file: string): number {
    const descriptor = this.descriptors.get(file) ?? openSync(file, 'r');
    this.descriptors.delete(file);
    this.descriptors.set(file, descriptor);
    const [oldest] = this.descriptors;
    if (oldest && this.descriptors.size > MOST_OPEN) {
      closeSync(oldest[1]);
      this.descriptors.delete(oldest[0]);
    }
    return descriptor;
  }
}
