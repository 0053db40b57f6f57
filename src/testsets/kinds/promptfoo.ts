import type { Problem } from '../../core/prompt.js';
import { FILE_OF_TESTS } from '../holder.js';
import { hasReservedColumn, readCells, warnOfSingleUnderscores } from '../promptfoo/cells.js';
import { mergeTests, readTest, type RawTest, type Suite } from '../promptfoo/tests.js';
import { loadedValue, opened, type FileContext } from '../promptfoo/vars.js';
import {
  badTestSet,
  isObject,
  tableOf,
  type DataRow,
  type RawRow,
  type RawTable,
  type ReadOptions,
  type RowKind,
  type Source,
} from '../table.js';

/** Keys that only a promptfoo test has. */
const TEST_KEYS = new Set([
  'description',
  'vars',
  'assert',
  'threshold',
  'metadata',
  'options',
  'provider',
  'providers',
  'prompts',
  'providerOutput',
  'assertScoringFunction',
  FILE_OF_TESTS,
]);

/** Reads the rows of another test file. */
export type ReadFile = (path: string, bytes: Uint8Array, options: ReadOptions) => RawTable;

/** Tests of promptfoo: a table with reserved columns, a list of tests, or a configuration with one. */
export function promptfooKind(readFile: ReadFile): RowKind {
  return {
    id: 'promptfoo',
    recognises: ({ rows, holder }) =>
      holder?.key === 'tests' ||
      holder?.key === 'scenarios' ||
      (rows.length > 0 && (isTable(rows) || isTestList(rows))),
    read: (path, source, options) => read(path, source, options, readFile),
  };
}

function isTable(rows: readonly DataRow[]): boolean {
  return rows.some(({ value }) => hasReservedColumn(Object.keys(value)));
}

function isTestList(rows: readonly DataRow[]): boolean {
  return (
    rows.some(({ value }) => Array.isArray(value.assert)) ||
    rows.every(({ value }) => isObject(value.vars) && Object.keys(value).every((key) => TEST_KEYS.has(key)))
  );
}

function isTest(value: RawTest): boolean {
  return Object.keys(value).some((key) => key === 'vars' || key === 'assert');
}

function read(path: string, source: Source, options: ReadOptions, readFile: ReadFile): RawTable {
  const problems: Problem[] = [...source.problems];
  const context: FileContext = { path, open: options.open, problems };
  const rest = source.holder?.rest ?? {};
  const suite = suiteOf(rest, context);
  const isCells = isTable(source.rows);
  if (isCells) {
    warnOfSingleUnderscores([...new Set(source.rows.flatMap(({ value }) => Object.keys(value)))], problems);
  }
  const rows = source.rows.flatMap((row): RawRow[] => {
    const file = row.value[FILE_OF_TESTS];
    if (file !== undefined) return fileRows(file, row.line, suite, context, readFile);
    if (source.holder?.key === 'scenarios') return scenarioRows(row.value, suite, row.line, context);
    if (isCells && !isTest(row.value)) return [readCells(path, row, problems)];
    return readTest(row.value, suite, row.line, context);
  });
  const scenarios = Array.isArray(rest.scenarios) ? (rest.scenarios as unknown[]) : [];
  const more = scenarios.filter(isObject).flatMap((each) => scenarioRows(each, suite, 1, context));
  return { ...tableOf('promptfoo', [...rows, ...more], problems), onlyVars: true };
}

/** The default test of a configuration, which may stand in a file of its own. */
function suiteOf(rest: Readonly<Record<string, unknown>>, context: FileContext): Suite {
  const { defaultTest } = rest;
  const given = typeof defaultTest === 'string' ? loadedTest(defaultTest, context) : defaultTest;
  return {
    defaultTest: isObject(given) ? given : {},
    root: rest,
  };
}

function loadedTest(reference: string, context: FileContext): unknown {
  const value = loadedValue(reference, 1, context);
  if (isObject(value)) return value;
  throw badTestSet(
    context.path,
    1,
    `"defaultTest" refers to "${reference}", which holds no test.`,
    'Correct the path.',
  );
}

function scenarioRows(scenario: RawTest, suite: Suite, line: number, context: FileContext): RawRow[] {
  const configs = Array.isArray(scenario.config) ? scenario.config.filter(isObject) : [];
  const tests = Array.isArray(scenario.tests) ? scenario.tests.filter(isObject) : [{}];
  return configs.flatMap((data) =>
    tests.flatMap((test) => readTest(mergeTests(data, test), suite, line, context)),
  );
}

/** The rows of files that a configuration names, with its default test under each. They stand at the line that names the file. */
function fileRows(
  reference: unknown,
  line: number,
  suite: Suite,
  context: FileContext,
  readFile: ReadFile,
): RawRow[] {
  if (typeof reference !== 'string') {
    throw badTestSet(context.path, line, 'A file of tests has no path.', 'Write its path as a text.');
  }
  if (/\.(?:[cm]?[jt]s|py)(?::\w+)?$/.test(reference)) {
    throw badTestSet(
      context.path,
      line,
      `The tests are made by the program "${reference}", which Hone does not run.`,
      'Save its rows as a file and name that.',
    );
  }
  return opened(reference, line, context).flatMap((file) => {
    // What a file names is not followed further: a circle of references ends there.
    const table = readFile(file.path, file.bytes, {});
    context.problems.push(...table.problems.map(({ severity, message }) => ({ severity, message, line })));
    return table.rows.flatMap((row) => withDefaults(row, suite, line, context));
  });
}

function withDefaults(row: RawRow, suite: Suite, line: number, context: FileContext): RawRow[] {
  const { cells, asserts = [], prefix, suffix, ...own } = row;
  const options = { ...(prefix !== undefined && { prefix }), ...(suffix !== undefined && { suffix }) };
  const test: RawTest = { ...own, vars: Object.fromEntries(cells), options };
  return readTest(test, suite, line, context).map((full) => {
    const all = [...(full.asserts ?? []), ...asserts];
    return all.length === 0 ? full : { ...full, asserts: all };
  });
}
