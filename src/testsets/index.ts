import type { Problem, PromptDocument } from '../core/prompt.js';
import type { TestSet } from '../core/testset.js';
import { asText } from './cases.js';
import { embeddedTable } from './embedded.js';
import { mapTable, type ColumnMapping } from './mapping.js';
import { readTable } from './registry.js';
import { streamTable, type OpenChunks } from './stream.js';
import type { RawTable, ReadOptions, Role } from './table.js';

export type { ColumnMapping } from './mapping.js';
export type { OpenChunks } from './stream.js';
export type { OpenReference, ReadOptions, ReferencedFile } from './table.js';
export { nearestName } from './columns.js';
export { columnUses, type ColumnUse } from './uses.js';
export { OTHER_EXTENSIONS, TEST_SET_EXTENSIONS } from './registry.js';

/**
 * Reads a test set and maps it to a prompt's placeholders (aliased by name where unambiguous).
 * @param filePath as messages shall name it; its ending and its content decide the format
 * @throws HoneError `bad-test-set` (file and line), `empty-test-set`, `bad-config` (the mapping does not fit the file),
 * or `unfilled-placeholder`, which names the placeholder, the columns that there are, the nearest and how to map it
 */
export function readTestSet(
  filePath: string,
  bytes: Uint8Array,
  document: PromptDocument,
  mapping?: ColumnMapping,
  options: ReadOptions = {},
): TestSet {
  return mapTable(filePath, readTable(filePath, bytes, options), document, mapping);
}

/**
 * Reads a test set of any size: tables and JSON lines row by row. With a limit no more than a sample is held.
 * @param open begins at the start of the file; it may be called again
 * @throws HoneError as {@link readTestSet} does
 */
export async function streamTestSet(
  filePath: string,
  open: OpenChunks,
  document: PromptDocument,
  mapping?: ColumnMapping,
  options: ReadOptions = {},
): Promise<TestSet> {
  return mapTable(filePath, await streamTable(filePath, open, options), document, mapping);
}

/**
 * The test set that a prompt file carries inside; undefined when it has none.
 * @throws HoneError as {@link readTestSet} does
 */
export function embeddedTestSet(
  document: PromptDocument,
  mapping?: ColumnMapping,
  options: ReadOptions = {},
): TestSet | undefined {
  const { embedded } = document;
  if (!embedded || embedded.rows.length === 0) return undefined;
  return mapTable(document.path, embeddedTable(document.path, embedded, options), document, mapping);
}

/** A test file as a table, for people who map its columns. */
export interface TestTable {
  readonly format: string;
  readonly columns: readonly string[];
  /** The first rows, each with a text for every column; a column that the row does not have is empty. */
  readonly rows: readonly (readonly string[])[];
  /** What the kind of test set says of its columns. */
  readonly input?: Role;
  readonly expected?: Role;
  readonly problems: readonly Problem[];
}

/** Rows that a table shows. */
const SHOWN_ROWS = 5;

/**
 * Reads a test file without a prompt. @throws HoneError `bad-test-set` with the line
 * @param open begins at the start of the file; it may be called again
 */
export async function streamTestTable(
  filePath: string,
  open: OpenChunks,
  options: ReadOptions = {},
): Promise<TestTable> {
  return tableView(await streamTable(filePath, open, options));
}

/** The rows that a prompt file carries inside as a table; undefined when it has none. @throws HoneError `bad-test-set` */
export function embeddedTestTable(
  document: PromptDocument,
  options: ReadOptions = {},
): TestTable | undefined {
  const { embedded } = document;
  if (!embedded || embedded.rows.length === 0) return undefined;
  return tableView(embeddedTable(document.path, embedded, options));
}

function tableView({ format, columns, rows, roles, problems }: RawTable): TestTable {
  return {
    format,
    columns,
    rows: rows.slice(0, SHOWN_ROWS).map(({ cells }) => columns.map((column) => asText(cells.get(column)))),
    ...(roles?.input && { input: roles.input }),
    ...(roles?.expected && { expected: roles.expected }),
    problems,
  };
}
