import { HoneError } from '../core/errors.js';
import type { Problem, PromptDocument } from '../core/prompt.js';
import { isLabelled, type TestSet } from '../core/testset.js';
import { casesOf, cellOf, type Columns } from './cases.js';
import { chooseExpected, chooseInput, isInputName, looseName, nearestName } from './columns.js';
import type { RawTable, Role } from './table.js';

/** Which column serves what, as the user says it in hone.yaml. A column may be a path into data, such as `data.question`. */
export interface ColumnMapping {
  /** Column sent as the user's message of a prompt without placeholders. */
  readonly input?: string;
  readonly expected?: string;
  /** Placeholder name -> column. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Expected value as the file has it -> what it stands for, for example `0` -> `no`. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Maps a table to a prompt: every placeholder gets a column, every row its values. The problems say which column is what.
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
      message: `${path} has no rows that can be used.`,
      nextStep: 'Add at least one row with an input and the answer that you expect.',
      place: { file: path },
    });
  }
  const problems: Problem[] = [...table.problems];
  const { columns, said } = decideColumns(path, table, document, mapping, problems);
  const cases = casesOf(path, table.columns, columns, table.rows, mapping.labels ?? {}, problems);
  problems.push(...said, ...labelNotes(columns.expected, cases, mapping));
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

/** The columns, and the sentences that say which is what and why. */
function decideColumns(
  path: string,
  table: RawTable,
  document: PromptDocument,
  mapping: ColumnMapping,
  problems: Problem[],
): { readonly columns: Columns; readonly said: readonly Problem[] } {
  const { columns, roles = {} } = table;
  checkMapping(path, table, document, mapping, problems);
  const known = knownRole(columns, roles.input, new Set());
  const filled = fillPlaceholders(path, columns, document, mapping, known?.column, problems);
  const used = new Set(filled.values());
  const byLooseName = (name: string) => columns.find((column) => looseName(column) === name);
  const id = byLooseName('id');
  const guard = byLooseName('guard');
  const free = columns.filter((column) => column !== id && column !== guard && !used.has(column));
  const expected =
    ofMapping(mapping.expected) ??
    knownRole(columns, roles.expected, used) ??
    (table.onlyVars
      ? undefined
      : detectExpected(
          path,
          free.filter((column) => column !== mapping.input),
          problems,
        ));
  for (const [placeholder, column] of filled) {
    if (column !== expected?.column) continue;
    const message = `The placeholder "${placeholder}" shows the model the expected answer of ${path}.`;
    problems.push({ severity: 'warning', message });
  }
  const inputs = free.filter((column) => column !== expected?.column);
  const isFilled = document.placeholders.length > 0;
  const input = isFilled
    ? undefined
    : (ofMapping(mapping.input) ?? known ?? detectInput(path, table, inputs, document));
  const said = [
    ...(input ? [`The column "${input.column}" is the input: ${input.why}.`] : []),
    ...(expected ? [`The column "${expected.column}" is the expected answer: ${expected.why}.`] : []),
  ];
  return {
    columns: {
      filled,
      input: input?.column,
      expected: expected?.column,
      id,
      guard,
      sendsTurns: input !== undefined && input.column === roles.input?.column,
      hidden: new Set([expected?.column, ...(table.onlyVars ? [] : [id, guard])]),
    },
    said: said.map((message) => ({ severity: 'info', message })),
  };
}

function ofMapping(column: string | undefined): Role | undefined {
  return column === undefined ? undefined : { column, why: 'it is mapped so' };
}

/** The column that a kind of test set gives a use, where it is there and the prompt does not use it for something else. */
function knownRole(
  columns: readonly string[],
  role: Role | undefined,
  used: ReadonlySet<string>,
): Role | undefined {
  return role && columns.includes(role.column) && !used.has(role.column) ? role : undefined;
}

function checkMapping(
  path: string,
  { columns, rows }: RawTable,
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
    if (column === undefined || rows.some(({ cells }) => cellOf(cells, column))) continue;
    if (columns.includes(column)) continue;
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
  input: string | undefined,
  problems: Problem[],
): Map<string, string> {
  const filled = new Map<string, string>();
  for (const placeholder of document.placeholders) {
    const mapped = Object.hasOwn(mapping.vars ?? {}, placeholder) ? mapping.vars![placeholder]! : undefined;
    const found =
      mapped === undefined
        ? columnFor(placeholder, columns, document, input)
        : { column: mapped, isExact: true };
    if (!found) throw unfilled(path, columns, document, placeholder);
    const { column, isExact } = found;
    if (!isExact) {
      const message = `The placeholder "${placeholder}" is filled from the column "${column}".`;
      problems.push({ severity: 'info', message });
    }
    filled.set(placeholder, column);
  }
  return filled;
}

/**
 * The column that fills a placeholder where no mapping says so; exact when it has the same name.
 * @param input the column that the kind of test set gives the input
 */
export function columnFor(
  placeholder: string,
  columns: readonly string[],
  document: PromptDocument,
  input: string | undefined,
): { readonly column: string; readonly isExact: boolean } | undefined {
  // Where a row has a value both inside its input and beside it, the prompt is given the one inside.
  const inner = columns.find((column) => column === `input.${placeholder}`);
  const exact = inner ?? columns.find((column) => column === placeholder);
  if (exact !== undefined) return { column: exact, isExact: true };
  const like = columnLike(placeholder, columns, document, input);
  return like === undefined ? undefined : { column: like, isExact: false };
}

/** The one column whose name differs in case and separators; for the only placeholder, the input under another usual name. */
function columnLike(
  placeholder: string,
  columns: readonly string[],
  document: PromptDocument,
  known: string | undefined,
): string | undefined {
  const alike = columns.filter((column) => looseName(column) === looseName(placeholder));
  if (alike.length > 0) return alike.length === 1 ? alike[0]! : undefined;
  if (document.placeholders.length > 1 || !isInputName(placeholder)) return undefined;
  const inputs = columns.filter(isInputName);
  return known ?? (inputs.length === 1 ? inputs[0] : undefined);
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

function detectExpected(path: string, columns: readonly string[], problems: Problem[]): Role | undefined {
  const choice = chooseExpected(columns);
  if (choice.kind === 'found') return { column: choice.column, why: 'that is what its name says' };
  if (choice.kind === 'ambiguous') {
    const message = `Several columns of ${path} can hold the expected answer (${listed(choice.columns)}): name one in hone.yaml under "columns: { expected: … }".`;
    problems.push({ severity: 'warning', message });
  }
  return undefined;
}

function detectInput(
  path: string,
  { columns }: RawTable,
  candidates: readonly string[],
  document: PromptDocument,
): Role | undefined {
  // Tests without any variable send the prompt alone.
  if (columns.length === 0) return undefined;
  const choice = chooseInput(candidates);
  if (choice.kind === 'found') {
    return {
      column: choice.column,
      why: isInputName(choice.column) ? 'that is what its name says' : 'no other is left',
    };
  }
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

/** Labels that a warning names. */
const SHOWN_CODES = 5;

/** What there is to say of the labels: rows without any, and numbers that no prompt can answer with. */
function labelNotes(
  column: string | undefined,
  cases: TestSet['cases'],
  mapping: ColumnMapping,
): readonly Problem[] {
  const notes: Problem[] = [];
  const bare = cases.filter((row) => !isLabelled(row)).length;
  if (bare > 0 && bare < cases.length) {
    const message = `${bare} of ${cases.length} rows have no expected answer: they are unlabelled, and never count as passed.`;
    notes.push({ severity: 'info', message });
  }
  const values = new Set(cases.flatMap(({ expected }) => (expected === undefined ? [] : [expected])));
  const codes = [...values].filter((each) => typeof each === 'number' && Number.isInteger(each));
  const areCodes =
    column !== undefined &&
    /label/i.test(column) &&
    mapping.labels === undefined &&
    codes.length >= 2 &&
    codes.length === values.size;
  if (areCodes) {
    const shown = codes.map(String).sort().slice(0, SHOWN_CODES);
    const message = `The labels in "${column}" are numbers (${shown.join(', ')}): say in hone.yaml what they mean, under "columns: { labels: { ${shown[0]!}: … } }".`;
    notes.push({ severity: 'warning', message });
  }
  return notes;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
