import { HoneError } from '../core/errors.js';
import { decodeText, type ChatMessage, type Problem } from '../core/prompt.js';
import type { Assertion } from '../core/testset.js';

/** One row as data, not yet interpreted. */
export interface DataRow {
  /** 1-based line on which the row starts. */
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The rows of a file, whatever they mean. */
export interface Source {
  /** How the file is written: `csv`, `jsonl`, `json`, `yaml`, or `embedded` in a prompt file. */
  readonly container: string;
  readonly rows: readonly DataRow[];
  readonly problems: readonly Problem[];
  /** Where rows are in a file that is one object: the key that holds them, and the other keys. */
  readonly holder?: { readonly key: string; readonly rest: Readonly<Record<string, unknown>> };
}

/** One row, read: cell by column, and what the row says beyond them. A column that the row does not have is absent. */
export interface RawRow {
  /** 1-based line on which the row starts. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, unknown>;
  readonly asserts?: readonly Assertion[];
  readonly threshold?: number;
  readonly turns?: readonly ChatMessage[];
  readonly prefix?: string;
  readonly suffix?: string;
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A column that serves a purpose, and how that is known: completes `The column "x" is the input, …`. */
export interface Role {
  readonly column: string;
  readonly why: string;
}

/** Columns whose use follows from the kind of test set. */
export interface Roles {
  readonly input?: Role;
  readonly expected?: Role;
}

/** A test file, read but not yet mapped to a prompt. */
export interface RawTable {
  readonly format: string;
  readonly columns: readonly string[];
  readonly rows: readonly RawRow[];
  readonly problems: readonly Problem[];
  readonly roles?: Roles;
  /** Every column is a variable that assertions may name: none is taken for the expected answer by its name. */
  readonly onlyVars?: boolean;
}

/** A file that a test file refers to. */
export interface ReferencedFile {
  /** As messages shall name it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Opens what a test file refers to; a reference may be a pattern and then stand for several files.
 * @param from the file that refers, as messages name it
 * @throws HoneError when there is no such file, or it lies outside the workspace
 */
export type OpenReference = (from: string, reference: string) => readonly ReferencedFile[];

/** How to read a test file. */
export interface ReadOptions {
  /** Keep this many rows. Which ones follows from their content alone: the same file gives the same rows. */
  readonly limit?: number;
  /** Whether the first line of a table names its columns; judged by its content when absent. */
  readonly header?: boolean;
  /** Without it, files that refer to others are refused. */
  readonly open?: OpenReference;
}

/** One kind of test set: what its rows mean. */
export interface RowKind {
  readonly id: string;
  recognises(source: Source): boolean;
  /** @throws HoneError `bad-test-set` with the line. */
  read(path: string, source: Source, options: ReadOptions): RawTable;
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
    throw notUtf8(path, undefined, error);
  }
}

/** The error of a file, or of one line of it, that is not text. */
export function notUtf8(path: string, line: number | undefined, cause?: unknown): HoneError {
  const what = line === undefined ? 'file' : 'line';
  return badTestSet(
    path,
    line,
    `The ${what} is not UTF-8 text.`,
    'Save the file with the encoding UTF-8 and try again.',
    cause,
  );
}

/** The columns of rows that need not all have the same ones, in order of first appearance. */
export function columnsOf(rows: readonly { readonly cells: ReadonlyMap<string, unknown> }[]): string[] {
  const columns = new Set<string>();
  for (const { cells } of rows) for (const column of cells.keys()) columns.add(column);
  return [...columns];
}

/** A table of rows with their columns. */
export function tableOf(
  format: string,
  rows: readonly RawRow[],
  problems: readonly Problem[],
  roles: Roles = {},
): RawTable {
  return { format, columns: columnsOf(rows), rows, problems, roles };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether all rows, of which there is at least one, meet a condition. */
export function everyRow(
  rows: readonly DataRow[],
  condition: (value: Readonly<Record<string, unknown>>) => boolean,
): boolean {
  return rows.length > 0 && rows.every((row) => condition(row.value));
}
