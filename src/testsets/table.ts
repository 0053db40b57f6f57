import { HoneError } from '../core/errors.js';
import { decodeText, type Problem } from '../core/prompt.js';

/** One row as the file has it: cell by column. A column that the row does not have is absent. */
export interface RawRow {
  /** 1-based line on which the row starts. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, unknown>;
}

/** A test file, read but not yet mapped to a prompt. */
export interface RawTable {
  readonly format: string;
  readonly columns: readonly string[];
  readonly rows: readonly RawRow[];
  readonly problems: readonly Problem[];
}

/** How one kind of test file is read. */
export interface TestSetFormat {
  readonly id: string;
  /** File name endings, with the dot, in lower case. */
  readonly extensions: readonly string[];
  /** @throws HoneError `bad-test-set` with the line. */
  read(path: string, text: string): RawTable;
}

/** The error of a test file that cannot be read, at a line when one is known. */
export function badTestSet(
  path: string,
  line: number | undefined,
  fault: string,
  nextStep: string,
  cause?: unknown,
): HoneError {
  const at = line === undefined ? path : `${path}:${line}`;
  return new HoneError({
    reason: 'bad-test-set',
    message: `${at}: ${fault}`,
    nextStep,
    place: line === undefined ? { file: path } : { file: path, line },
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * A test file's text with LF line ends and without a byte-order mark. Test files are never written, so nothing is lost,
 * and line numbers count the same way whatever the file's line ends are.
 * @throws HoneError `bad-test-set` when the bytes are not UTF-8
 */
export function testText(path: string, bytes: Uint8Array): string {
  try {
    return decodeText(bytes)
      .replace(/^\uFEFF/, '')
      .replace(/\r\n?/g, '\n');
  } catch (error) {
    throw badTestSet(
      path,
      undefined,
      'The file is not UTF-8 text.',
      'Save it with the encoding UTF-8 and try again.',
      error,
    );
  }
}

/** The columns of rows that need not all have the same ones, in order of first appearance. */
export function columnsOf(rows: readonly RawRow[]): string[] {
  return [...new Set(rows.flatMap((row) => [...row.cells.keys()]))];
}
