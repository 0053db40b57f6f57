import { hash32 } from '../core/hash.js';
import { badTestSet } from './table.js';

/** A row as it stands in the file: with the place where it starts. */
export interface Located<T> {
  readonly line: number;
  readonly value: T;
}

/** Characters of one row. No model takes more, and a file whose rows are longer is not what its name says. */
export const MAX_ROW = 5_000_000;

/** Rows that are read when no limit is set: more than anyone pays to have answered. */
export const MAX_ROWS = 50_000;

/** Characters of all rows together. */
const MAX_TEXT = 128_000_000;

/** Levels of objects and lists inside one another. */
const MAX_DEPTH = 100;

/** Keeps the rows of a file, all or a sample, in bounded memory. */
export class RowCollector<T> {
  #rows: { readonly line: number; readonly value: T; readonly place: number; readonly size: number }[] = [];
  #size = 0;
  /** Rows seen. */
  total = 0;

  /**
   * @param limit keep those rows whose content has the lowest hash, at most so many: adding rows to the file moves few
   */
  constructor(
    private readonly path: string,
    private readonly limit: number | undefined,
  ) {}

  /**
   * @param text the row's content, which decides whether it is kept
   * @throws HoneError `bad-test-set` for a row that is too long, or for too many rows
   */
  add(line: number, value: T, text: string): void {
    this.total++;
    checkRowLength(this.path, line, text.length);
    this.#rows.push({ line, value, place: this.limit === undefined ? 0 : hash32(text), size: text.length });
    this.#size += text.length;
    if (this.limit !== undefined && this.#rows.length >= 2 * this.limit + 100) this.#thin(this.limit);
    if (this.limit === undefined && this.#rows.length > MAX_ROWS) {
      throw this.#tooMuch(`more than ${MAX_ROWS.toLocaleString('en')} rows`);
    }
    if (this.#size > MAX_TEXT) throw this.#tooMuch(`rows of more than ${MAX_TEXT / 1e6} MB together`);
  }

  /** The rows that are kept, in the order of the file. */
  rows(): Located<T>[] {
    if (this.limit !== undefined) this.#thin(this.limit);
    return [...this.#rows].sort((a, b) => a.line - b.line).map(({ line, value }) => ({ line, value }));
  }

  #thin(limit: number): void {
    this.#rows.sort((a, b) => a.place - b.place || a.line - b.line);
    this.#rows.length = Math.min(limit, this.#rows.length);
    this.#size = this.#rows.reduce((sum, row) => sum + row.size, 0);
  }

  #tooMuch(what: string) {
    return badTestSet(
      this.path,
      undefined,
      `The file has ${what}.`,
      'Have a sample of it read: set "tests: { path: …, limit: 1000 }" in hone.yaml.',
    );
  }
}

/** @throws HoneError `bad-test-set` for a row that is too long */
export function checkRowLength(path: string, line: number, length: number): void {
  if (length <= MAX_ROW) return;
  throw badTestSet(
    path,
    line,
    `The row is longer than ${MAX_ROW / 1e6} MB.`,
    'Check that the file has one row per line, with line breaks between the rows.',
  );
}

/** @throws HoneError `bad-test-set` for data that is nested deeper than anything that a prompt is filled with */
export function checkDepth(path: string, line: number, value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      const fault = `The row has more than ${MAX_DEPTH} levels of lists and objects inside one another.`;
      throw badTestSet(path, line, fault, 'Take the row out, or make it flat.');
    }
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? Object.values(each as Record<string, unknown>) : [],
    );
  }
}
