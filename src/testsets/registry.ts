import path from 'node:path';
import { HoneError } from '../core/errors.js';
import { readCsv } from './csv.js';
import { readJson, readJsonLines } from './json.js';
import { chatKind } from './kinds/chat.js';
import { choicesKind, scoredChoicesKind } from './kinds/choices.js';
import {
  braintrustKind,
  deepEvalKind,
  flatKind,
  groundTruthKind,
  inductionKind,
  ragasKind,
} from './kinds/flat.js';
import { gsm8kKind } from './kinds/gsm8k.js';
import { promptfooKind } from './kinds/promptfoo.js';
import { langfuseKind, langSmithKind, unwrapItems } from './kinds/tracing.js';
import { badTestSet, testText, type RawTable, type ReadOptions, type RowKind, type Source } from './table.js';
import { readYaml } from './yaml.js';

/** A way in which a file is written. */
interface Container {
  /** File name endings, with the dot, in lower case. */
  readonly extensions: readonly string[];
  /** Bytes up to which such a file is read whole. */
  readonly maxBytes: number;
  readonly read: (path: string, text: string, options: ReadOptions) => Source;
}

const CSV: Container = { extensions: ['.csv', '.tsv'], maxBytes: 64_000_000, read: readCsv };
const JSON_LINES: Container = { extensions: ['.jsonl', '.ndjson'], maxBytes: 64_000_000, read: linesOrArray };
const JSON_FILE: Container = { extensions: ['.json'], maxBytes: 32_000_000, read: readJson };
const YAML: Container = { extensions: ['.yaml', '.yml'], maxBytes: 2_000_000, read: readYaml };
const CONTAINERS = [CSV, JSON_LINES, JSON_FILE, YAML];

/** File name endings, with the dot, that mostly mean a file of rows. */
export const TEST_SET_EXTENSIONS: readonly string[] = [CSV, JSON_LINES, JSON_FILE].flatMap(
  (each) => each.extensions,
);

/** File name endings, with the dot, that can hold rows, but mostly hold something else. */
export const OTHER_EXTENSIONS: readonly string[] = YAML.extensions;

/** What rows can mean, in the order in which they are tried: the content decides, what is special goes first. */
const KINDS: readonly RowKind[] = [
  promptfooKind((file, bytes, options) => readTable(file, bytes, options)),
  chatKind,
  scoredChoicesKind,
  inductionKind,
  choicesKind,
  gsm8kKind,
  langSmithKind,
  langfuseKind,
  ragasKind,
  deepEvalKind,
  groundTruthKind,
  braintrustKind,
  flatKind,
];

/**
 * Reads a test file.
 * @param file as messages shall name it; its ending and its content decide how it is read
 * @throws HoneError `bad-test-set` with the line
 */
export function readTable(file: string, bytes: Uint8Array, options: ReadOptions = {}): RawTable {
  const container = containerOf(file);
  if (bytes.length > container.maxBytes) throw tooLarge(file, container.maxBytes);
  const text = testText(file, bytes);
  if (text.trim() === '') return { format: 'empty', columns: [], rows: [], problems: [] };
  return interpret(file, container.read(file, text, options), options);
}

/** What the rows of a source mean. @throws HoneError `bad-test-set` with the line */
export function interpret(file: string, source: Source, options: ReadOptions): RawTable {
  const unwrapped = { ...source, rows: unwrapItems(source.rows) };
  return KINDS.find((kind) => kind.recognises(unwrapped))!.read(file, unwrapped, options);
}

/** How a file is written, by its ending. @throws HoneError `bad-test-set` for one that no reader takes */
export function containerOf(file: string): Container {
  const extension = path.extname(file).toLowerCase();
  const container = CONTAINERS.find((each) => each.extensions.includes(extension));
  if (container) return container;
  throw new HoneError({
    reason: 'bad-test-set',
    message: `${file} is not a kind of test set that Hone reads.`,
    nextStep: `Use a file that ends in ${CONTAINERS.flatMap((each) => each.extensions).join(', ')}.`,
    place: { file },
  });
}

/** Whether the rows of a file can be read one after the other, without holding all of it. */
export function streamed(file: string): 'csv' | 'lines' | 'perhaps-lines' | undefined {
  const container = containerOf(file);
  if (container === CSV) return 'csv';
  if (container === JSON_LINES) return 'lines';
  return container === JSON_FILE ? 'perhaps-lines' : undefined;
}

/** The error of a file that would have to be held whole. */
export function tooLarge(file: string, maxBytes: number): HoneError {
  return badTestSet(
    file,
    undefined,
    `The file is larger than ${maxBytes / 1e6} MB and cannot be read row by row.`,
    'Write one JSON object per line (.jsonl), or use CSV: of those, files of any size are read.',
  );
}

/** Lines of objects; an array in spite of the name is read as one. */
function linesOrArray(file: string, text: string, options: ReadOptions): Source {
  return /^\s*\[\s*\{/.test(text.slice(0, 1000))
    ? readJson(file, text, options)
    : readJsonLines(file, text, options);
}
