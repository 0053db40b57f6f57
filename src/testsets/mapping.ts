import { HoneError } from '../core/errors.js';
import { shortHash } from '../core/hash.js';
import type { Problem, PromptDocument } from '../core/prompt.js';
import type { Expected, TestCase, TestSet } from '../core/testset.js';
import { chooseExpected, chooseInput, looseName, nearestName } from './columns.js';
import { badTestSet, type RawRow, type RawTable } from './table.js';

/** Which column serves what, as the user says it in hone.yaml. */
export interface ColumnMapping {
  /** Column sent as the user's message of a prompt without placeholders. */
  readonly input?: string;
  readonly expected?: string;
  /** Placeholder name -> column. */
  readonly vars?: Readonly<Record<string, string>>;
}

/** Which column serves what, decided. */
interface Columns {
  /** Placeholder -> column. */
  readonly filled: ReadonlyMap<string, string>;
  readonly input: string | undefined;
  readonly expected: string | undefined;
  readonly id: string | undefined;
  readonly guard: string | undefined;
}

/**
 * Maps a table to a prompt: every placeholder gets a column, every row its values.
 * @throws HoneError `empty-test-set`, `unfilled-placeholder`, `bad-test-set` (no input column, a row without a value),
 * `bad-config` (the mapping names a column that is not there)
 */
export function mapTable(
  path: string,
  table: RawTable,
  document: PromptDocument,
  mapping: ColumnMapping = {},
): TestSet {
  if (table.rows.length === 0) {
    throw new HoneError({
      reason: 'empty-test-set',
      message: `${path} has no rows.`,
      nextStep: 'Add at least one row with an input and the answer that you expect.',
      place: { file: path },
    });
  }
  const problems: Problem[] = [...table.problems];
  const columns = decideColumns(path, table.columns, document, mapping, problems);
  const name = caseNamer(problems);
  const cases = table.rows.map((row) => caseOf(path, table.columns, columns, row, name, problems));
  return {
    path,
    format: table.format,
    columns: table.columns,
    ...(columns.input === undefined ? {} : { inputColumn: columns.input }),
    ...(columns.expected === undefined ? {} : { expectedColumn: columns.expected }),
    cases,
    problems,
  };
}

function decideColumns(
  path: string,
  columns: readonly string[],
  document: PromptDocument,
  mapping: ColumnMapping,
  problems: Problem[],
): Columns {
  checkMapping(path, columns, document, mapping, problems);
  const filled = fillPlaceholders(path, columns, document, mapping, problems);
  const used = new Set(filled.values());
  const byLooseName = (name: string) => columns.find((column) => looseName(column) === name);
  const id = byLooseName('id');
  const guard = byLooseName('guard');
  const free = columns.filter((column) => column !== id && column !== guard && !used.has(column));
  const expected =
    mapping.expected ??
    detectExpected(
      path,
      free.filter((column) => column !== mapping.input),
      problems,
    );
  for (const [placeholder, column] of filled) {
    if (column !== expected) continue;
    const message = `The placeholder "${placeholder}" shows the model the expected answer of ${path}.`;
    problems.push({ severity: 'warning', message });
  }
  const inputs = free.filter((column) => column !== expected);
  const input =
    document.placeholders.length > 0
      ? undefined
      : (mapping.input ?? detectInput(path, columns, inputs, document));
  return { filled, input, expected, id, guard };
}

function checkMapping(
  path: string,
  columns: readonly string[],
  document: PromptDocument,
  mapping: ColumnMapping,
  problems: Problem[],
): void {
  const named: [string, string | undefined][] = [
    ['input', mapping.input],
    ['expected', mapping.expected],
    ...Object.entries(mapping.vars ?? {}).map(([placeholder, column]): [string, string] => [
      `vars.${placeholder}`,
      column,
    ]),
  ];
  for (const [key, column] of named) {
    if (column === undefined || columns.includes(column)) continue;
    const nearest = nearestName(column, columns);
    throw new HoneError({
      reason: 'bad-config',
      message: `columns.${key} names the column "${column}", which ${path} does not have: its columns are ${listed(columns)}.`,
      nextStep:
        nearest === undefined
          ? `Add the column to ${path}.`
          : `Write "${nearest}" if that is the one you mean.`,
    });
  }
  for (const placeholder of Object.keys(mapping.vars ?? {})) {
    if (document.placeholders.includes(placeholder)) continue;
    const message = `columns.vars fills the placeholder "${placeholder}", which ${document.path} does not use.`;
    problems.push({ severity: 'warning', message });
  }
  if (mapping.input !== undefined && document.placeholders.length > 0) {
    const message = `columns.input is not used, since ${document.path} has placeholders; map them under columns.vars.`;
    problems.push({ severity: 'warning', message });
  }
}

function fillPlaceholders(
  path: string,
  columns: readonly string[],
  document: PromptDocument,
  mapping: ColumnMapping,
  problems: Problem[],
): Map<string, string> {
  const filled = new Map<string, string>();
  for (const placeholder of document.placeholders) {
    const mapped = Object.hasOwn(mapping.vars ?? {}, placeholder) ? mapping.vars![placeholder]! : undefined;
    const exact = mapped ?? columns.find((column) => column === placeholder);
    const alike = columns.filter((column) => looseName(column) === looseName(placeholder));
    const column = exact ?? (alike.length === 1 ? alike[0]! : undefined);
    if (column === undefined) throw unfilled(path, columns, document, placeholder);
    if (exact === undefined) {
      const message = `The placeholder "${placeholder}" is filled from the column "${column}".`;
      problems.push({ severity: 'info', message });
    }
    filled.set(placeholder, column);
  }
  return filled;
}

function unfilled(
  path: string,
  columns: readonly string[],
  document: PromptDocument,
  placeholder: string,
): HoneError {
  const line = lineOfPlaceholder(document, placeholder);
  const at = line === undefined ? document.path : `${document.path}:${line}`;
  const nearest = nearestName(placeholder, columns);
  const near = nearest === undefined ? '' : `; the nearest is "${nearest}"`;
  return new HoneError({
    reason: 'unfilled-placeholder',
    message: `${at} uses the placeholder "${placeholder}", and no column of ${path} fills it: the columns are ${listed(columns)}${near}.`,
    nextStep:
      nearest === undefined
        ? `Add the column "${placeholder}" to ${path}.`
        : `Rename the column to "${placeholder}", or map it in hone.yaml under "columns: { vars: { ${placeholder}: ${nearest} } }".`,
    place: line === undefined ? { file: document.path } : { file: document.path, line },
  });
}

function lineOfPlaceholder(document: PromptDocument, placeholder: string): number | undefined {
  const escaped = placeholder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const use = new RegExp(`\\{\\s*${escaped}(?![\\w])`);
  for (const span of document.spans) {
    const offset = span.text.split('\n').findIndex((line) => use.test(line));
    if (offset >= 0) return span.firstLine + offset;
  }
  return undefined;
}

function detectExpected(path: string, columns: readonly string[], problems: Problem[]): string | undefined {
  const choice = chooseExpected(columns);
  if (choice.kind === 'found') return choice.column;
  if (choice.kind === 'ambiguous') {
    const message = `Several columns of ${path} can hold the expected answer (${listed(choice.columns)}): name one in hone.yaml under "columns: { expected: … }".`;
    problems.push({ severity: 'warning', message });
  }
  return undefined;
}

function detectInput(
  path: string,
  columns: readonly string[],
  candidates: readonly string[],
  document: PromptDocument,
): string {
  const choice = chooseInput(candidates);
  if (choice.kind === 'found') return choice.column;
  const fault =
    choice.kind === 'ambiguous'
      ? `${path} has several columns that can be the input (${listed(choice.columns)}), and ${document.path} has no placeholder that names one.`
      : `${path} has no column that can be told to be the input (its columns are ${listed(columns)}), and ${document.path} has no placeholder that names one.`;
  throw new HoneError({
    reason: 'bad-test-set',
    message: fault,
    nextStep: 'Rename the column to "input", or name it in hone.yaml under "columns: { input: … }".',
    place: { file: path },
  });
}

function caseOf(
  path: string,
  columns: readonly string[],
  chosen: Columns,
  row: RawRow,
  name: (own: string | undefined, content: string, line: number) => string,
  problems: Problem[],
): TestCase {
  const cell = (column: string, use: string) => {
    if (row.cells.has(column)) return asText(row.cells.get(column));
    throw badTestSet(
      path,
      row.line,
      `The row has no "${column}", which ${use}.`,
      'Add it to the row, or take the row out.',
    );
  };
  const vars = new Map<string, string>();
  const content: [string, string][] = [];
  for (const column of columns) {
    if ([chosen.id, chosen.guard, chosen.expected].includes(column) || !row.cells.has(column)) continue;
    const text = asText(row.cells.get(column));
    content.push([column, text]);
    if (![...chosen.filled.values()].includes(column)) vars.set(column, text);
  }
  for (const [placeholder, column] of chosen.filled) {
    vars.set(placeholder, cell(column, `fills the placeholder "${placeholder}"`));
  }
  if (chosen.input !== undefined) vars.set(chosen.input, cell(chosen.input, 'is the input'));
  const own = chosen.id === undefined ? '' : asText(row.cells.get(chosen.id)).trim();
  const expected = expectedOf(chosen.expected === undefined ? undefined : row.cells.get(chosen.expected));
  return {
    id: name(own === '' ? undefined : own, JSON.stringify(content), row.line),
    vars: Object.fromEntries(vars),
    ...(expected === undefined ? {} : { expected }),
    guard: chosen.guard !== undefined && isGuarded(row, chosen.guard, problems),
    line: row.line,
  };
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** An empty cell and `null` say that the row has no expected answer. */
function expectedOf(value: unknown): Expected | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return value as Expected;
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
  return (own: string | undefined, content: string, line: number): string => {
    const wanted = own ?? shortHash(content);
    let id = wanted;
    for (let suffix = 2; lines.has(id); suffix++) id = `${wanted}-${suffix}`;
    lines.set(id, line);
    if (id !== wanted) {
      const earlier = lines.get(wanted)!;
      const message =
        own === undefined
          ? `The row has the same input as the row at line ${earlier}.`
          : `The id "${own}" is taken by the row at line ${earlier}; this row is called "${id}".`;
      problems.push({ severity: 'warning', message, line });
    }
    return id;
  };
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
