import type { Problem } from '../core/prompt.js';
import { isKnownName } from './columns.js';
import type { Located } from './limits.js';
import { badTestSet, type DataRow } from './table.js';

/** Columns of the MMLU files, which name none: a question, four choices and the letter of the right one. */
const MMLU = ['question', 'A', 'B', 'C', 'D', 'answer'];

/** So often a cell of the first line must come again in its column to show that the line is a row. */
const COMES_AGAIN = 2;

/** The names of a table's columns, and whether the first record gives them. An unnamed column is empty. */
export function nameColumns(
  path: string,
  first: Located<string[]>,
  rest: readonly Located<string[]>[],
  header: boolean | undefined,
  problems: Problem[],
): { readonly columns: readonly string[]; readonly named: boolean } {
  if (header === undefined && [first, ...rest].every(isMmlu) && rest.length > 0) {
    return { columns: MMLU, named: false };
  }
  const repeated = header === undefined ? repeatedColumn(first, rest) : undefined;
  if (header === false || repeated !== undefined) {
    const columns = inventNames(first.value.length, repeated);
    problems.push(withoutHeader(first, columns, repeated));
    return { columns, named: false };
  }
  return { columns: headerColumns(path, first, problems), named: true };
}

/** Rows of a table with their columns. */
export function rowsOf(
  path: string,
  columns: readonly string[],
  records: readonly Located<string[]>[],
): DataRow[] {
  return records.map(({ line, value: cells }) => {
    if (cells.length !== columns.length) {
      throw badTestSet(
        path,
        line,
        `The row has ${count(cells.length, 'cell')} where the header has ${count(columns.length, 'column')}.`,
        'Put cells that contain the separator or a line break between quotation marks.',
      );
    }
    const named = columns.map((name, index) => [name, cells[index]] as const).filter(([name]) => name !== '');
    return { line, value: Object.fromEntries(named) };
  });
}

function isMmlu({ value: cells }: Located<string[]>): boolean {
  return cells.length === MMLU.length && /^[A-D]$/.test(cells.at(-1)!.trim());
}

/** The column in which a cell of the first line, none of whose cells is a usual name, is a value like others. */
function repeatedColumn(first: Located<string[]>, rest: readonly Located<string[]>[]): number | undefined {
  if (first.value.some(isKnownName)) return undefined;
  const index = first.value.findIndex(
    (cell, column) =>
      cell.trim() !== '' && rest.filter(({ value }) => value[column] === cell).length >= COMES_AGAIN,
  );
  return index < 0 ? undefined : index;
}

function inventNames(columns: number, repeated: number | undefined): string[] {
  return Array.from({ length: columns }, (_, index) => {
    if (columns !== 2 || repeated === undefined) return `column${index + 1}`;
    return index === repeated ? 'label' : 'text';
  });
}

function withoutHeader(
  first: Located<string[]>,
  columns: readonly string[],
  repeated: number | undefined,
): Problem {
  const names = columns.map((name) => `"${name}"`).join(', ');
  const why = repeated === undefined ? '' : `, since "${first.value[repeated]!}" comes again below it`;
  return {
    severity: 'info',
    message: `The first line is taken as a row${why}; the columns are called ${names}.`,
    line: first.line,
  };
}

/** Column names in order; an unnamed column is empty, and its cells are left out. */
function headerColumns(path: string, header: Located<string[]>, problems: Problem[]): string[] {
  const columns = header.value.map((name) => name.replaceAll('\uFEFF', '').trim());
  const repeated = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw badTestSet(
      path,
      header.line,
      `The header has the column "${repeated}" twice.`,
      'Give every column a name of its own.',
    );
  }
  columns.forEach((name, index) => {
    if (name !== '') return;
    problems.push({
      severity: 'info',
      message: `Column ${index + 1} has no name and is not used.`,
      line: header.line,
    });
  });
  return columns;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
