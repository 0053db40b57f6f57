import path from 'node:path';
import { HoneError } from '../core/errors.js';
import type { PromptDocument } from '../core/prompt.js';
import type { TestSet } from '../core/testset.js';
import { csvFormat } from './csv.js';
import { embeddedTable } from './embedded.js';
import { jsonFormat, jsonlFormat } from './jsonl.js';
import { mapTable, type ColumnMapping } from './mapping.js';
import { testText } from './table.js';

export type { ColumnMapping } from './mapping.js';
export { nearestName } from './columns.js';

const FORMATS = [csvFormat, jsonlFormat, jsonFormat];

/** File name endings that can hold a test set, with the dot. */
export const TEST_SET_EXTENSIONS: readonly string[] = FORMATS.flatMap((format) => format.extensions);

/**
 * Reads a test set and maps it to a prompt's placeholders (aliased by name where unambiguous).
 * @param filePath as messages shall name it; its ending decides the format
 * @throws HoneError `bad-test-set` (file and line), `empty-test-set`, `bad-config` (the mapping does not fit the file),
 * or `unfilled-placeholder`, which names the placeholder, the columns that there are, the nearest and how to map it
 */
export function readTestSet(
  filePath: string,
  bytes: Uint8Array,
  document: PromptDocument,
  mapping?: ColumnMapping,
): TestSet {
  const extension = path.extname(filePath).toLowerCase();
  const format = FORMATS.find((each) => each.extensions.includes(extension));
  if (!format) {
    throw new HoneError({
      reason: 'bad-test-set',
      message: `${filePath} is not a kind of test set that Hone reads.`,
      nextStep: `Use a file that ends in ${TEST_SET_EXTENSIONS.join(', ')}.`,
      place: { file: filePath },
    });
  }
  const text = testText(filePath, bytes);
  return mapTable(
    filePath,
    text.trim() === '' ? emptyTable(format.id) : format.read(filePath, text),
    document,
    mapping,
  );
}

/**
 * The test set that a prompt file carries inside; undefined when it has none.
 * @throws HoneError as {@link readTestSet} does
 */
export function embeddedTestSet(document: PromptDocument, mapping?: ColumnMapping): TestSet | undefined {
  const { embedded } = document;
  if (!embedded || embedded.rows.length === 0) return undefined;
  return mapTable(document.path, embeddedTable(embedded), document, mapping);
}

function emptyTable(format: string) {
  return { format, columns: [], rows: [], problems: [] };
}
