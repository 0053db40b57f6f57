import { shortHash } from '../core/hash.js';
import type { Problem } from '../core/prompt.js';
import type { Assertion, Expected, TestCase } from '../core/testset.js';
import { badTestSet, isObject, type RawRow } from './table.js';

/** Which column serves what, decided. */
export interface Columns {
  /** Placeholder -> column. */
  readonly filled: ReadonlyMap<string, string>;
  readonly input: string | undefined;
  readonly expected: string | undefined;
  readonly id: string | undefined;
  readonly guard: string | undefined;
  /** Whether the input is the row's conversation, so that its turns are what is sent. */
  readonly sendsTurns: boolean;
  /** Columns that are no variables. */
  readonly hidden: ReadonlySet<string | undefined>;
}

/** Rows that are named in warnings one by one; of more, only the number is told. */
const NAMED_ROWS = 5;

/**
 * The rows of a table, each with its values.
 * @param labels what an expected value stands for, by the value as text
 * @throws HoneError `bad-test-set` for a row without a value that the prompt needs
 */
export function casesOf(
  path: string,
  names: readonly string[],
  columns: Columns,
  rows: readonly RawRow[],
  labels: Readonly<Record<string, string>>,
  problems: Problem[],
): TestCase[] {
  const name = caseNamer(problems);
  const cases = rows.map((row) => caseOf(path, names, columns, row, labels, name.of, problems));
  name.finish();
  return cases;
}

function caseOf(
  path: string,
  names: readonly string[],
  chosen: Columns,
  row: RawRow,
  labels: Readonly<Record<string, string>>,
  name: (own: string | undefined, content: string, line: number) => string,
  problems: Problem[],
): TestCase {
  const cell = (column: string, use: string) => {
    const found = cellOf(row.cells, column);
    if (found !== undefined) return asText(found.value);
    throw badTestSet(
      path,
      row.line,
      `The row has no "${column}", which ${use}.`,
      'Add it to the row, or take the row out.',
    );
  };
  const vars = new Map<string, string>();
  const content: [string, string][] = [];
  const mapped = new Set(chosen.filled.values());
  for (const column of names) {
    if (chosen.hidden.has(column) || !row.cells.has(column)) continue;
    const text = asText(row.cells.get(column));
    content.push([column, text]);
    if (!mapped.has(column)) vars.set(column, text);
  }
  for (const [placeholder, column] of chosen.filled) {
    vars.set(placeholder, cell(column, `fills the placeholder "${placeholder}"`));
  }
  if (chosen.input !== undefined) vars.set(chosen.input, cell(chosen.input, 'is the input'));
  const own = chosen.id === undefined ? '' : asText(row.cells.get(chosen.id)).trim();
  const expected =
    (chosen.expected === undefined
      ? undefined
      : expectedOf(cellOf(row.cells, chosen.expected)?.value, labels)) ?? expectedOfAsserts(row.asserts);
  const { asserts, threshold, turns, prefix, suffix, description, metadata } = row;
  return {
    id: name(own === '' ? undefined : own, JSON.stringify(content), row.line),
    vars: Object.fromEntries(vars),
    ...(expected !== undefined && { expected }),
    ...(asserts !== undefined && asserts.length > 0 && { asserts }),
    ...(threshold !== undefined && { threshold }),
    ...(turns !== undefined && chosen.sendsTurns && { turns }),
    ...(prefix !== undefined && { prefix }),
    ...(suffix !== undefined && { suffix }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
    guard: chosen.guard !== undefined && isGuarded(row, chosen.guard, problems),
    line: row.line,
  };
}

/**
 * A row's value by its column, or by a path such as `data.question` into it where there is no such column.
 * @returns undefined when the row has none
 */
export function cellOf(
  cells: ReadonlyMap<string, unknown>,
  column: string,
): { readonly value: unknown } | undefined {
  if (cells.has(column)) return { value: cells.get(column) };
  const [first, ...steps] = column.split('.');
  let at: unknown = cells.get(first!);
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return steps.length === 0 || at === undefined ? undefined : { value: at };
}

/** A value as a prompt has it: a text as it is, data as JSON. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** An empty cell, an empty list and `null` say that the row has no expected answer. */
function expectedOf(value: unknown, labels: Readonly<Record<string, string>>): Expected | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((each) => labelled(each, labels));
  return labelled(value, labels) as Expected;
}

function labelled(value: unknown, labels: Readonly<Record<string, string>>): unknown {
  if (isObject(value)) return value;
  const key = asText(value).trim();
  return Object.hasOwn(labels, key) ? labels[key] : value;
}

/** What a row expects whose only assertion is equality with a text. */
function expectedOfAsserts(asserts: readonly Assertion[] | undefined): string | undefined {
  const [only, ...others] = asserts ?? [];
  if (only?.type !== 'equals' || others.length > 0 || typeof only.value !== 'string') return undefined;
  return only.value === '' || /\{\{|\{%|^file:\/\//.test(only.value) ? undefined : only.value;
}

const YES = new Set(['true', '1', 'yes']);
const NO = new Set(['', 'false', '0', 'no']);

function isGuarded(row: RawRow, column: string, problems: Problem[]): boolean {
  const text = asText(row.cells.get(column)).trim().toLowerCase();
  if (!YES.has(text) && !NO.has(text)) {
    const message = `"${text}" in the column "${column}" is taken as no: write true or false.`;
    problems.push({ severity: 'warning', message, line: row.line });
  }
  return YES.has(text);
}

/**
 * Gives rows their ids: their own, or a hash of their inputs, which stays when a row moves or its label is corrected.
 * A name that is taken gets a number.
 */
function caseNamer(problems: Problem[]) {
  const lines = new Map<string, number>();
  const taken = new Map<string, number>();
  let doubles = 0;
  const of = (own: string | undefined, content: string, line: number): string => {
    const wanted = own ?? shortHash(content);
    let id = wanted;
    for (let suffix = taken.get(wanted) ?? 2; lines.has(id); suffix++) {
      id = `${wanted}-${suffix}`;
      taken.set(wanted, suffix + 1);
    }
    lines.set(id, line);
    if (id !== wanted && ++doubles <= NAMED_ROWS) {
      const earlier = lines.get(wanted)!;
      const message =
        own === undefined
          ? `The row has the same input as the row at line ${earlier}.`
          : `The id "${own}" is taken by the row at line ${earlier}; this row is called "${id}".`;
      problems.push({ severity: 'warning', message, line });
    }
    return id;
  };
  const finish = () => {
    if (doubles <= NAMED_ROWS) return;
    const message = `${doubles - NAMED_ROWS} more rows have the input or the id of an earlier row.`;
    problems.push({ severity: 'warning', message });
  };
  return { of, finish };
}
