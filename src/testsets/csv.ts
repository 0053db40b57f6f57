import { CsvError, parse } from 'csv-parse/sync';
import type { Problem } from '../core/prompt.js';
import { badTestSet, type RawRow, type RawTable, type TestSetFormat } from './table.js';

/** Comma-, semicolon- or tab-separated values with a header row. Every cell is text. */
export const csvFormat: TestSetFormat = { id: 'csv', extensions: ['.csv', '.tsv'], read: readCsv };

const DELIMITERS = [',', ';', '\t'] as const;

interface Record {
  readonly line: number;
  readonly cells: readonly string[];
}

function readCsv(path: string, text: string): RawTable {
  const delimiter = sniffDelimiter(text, path.toLowerCase().endsWith('.tsv') ? '\t' : ',');
  const problems: Problem[] = [];
  const [header, ...records] = readRecords(path, text, delimiter, problems);
  const columns = header ? headerColumns(path, header, problems) : [];
  return {
    format: 'csv',
    columns: columns.filter((name) => name !== ''),
    rows: rowsOf(path, columns, records),
    problems,
  };
}

/** The separator that occurs most often in the header outside quotes; `preferred` wins a tie. */
function sniffDelimiter(text: string, preferred: string): string {
  let best = preferred;
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const char of text.trimStart()) {
    if (char === '"') quoted = !quoted;
    else if (char === '\n' && !quoted) break;
    else if (!quoted && counts.has(char)) counts.set(char, counts.get(char)! + 1);
  }
  for (const [delimiter, count] of counts) if (count > counts.get(best)!) best = delimiter;
  return best;
}

function readRecords(path: string, text: string, delimiter: string, problems: Problem[]): Record[] {
  try {
    return parseRecords(text, delimiter, true);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? lineOfOpenQuote(text) : lineOf(error);
    // Many tab-separated files do not quote at all: a quotation mark is then a plain character.
    if (delimiter === '\t') {
      problems.push({
        severity: 'info',
        message: 'Quotation marks are taken as part of the text, since they do not enclose whole cells.',
        ...(line === undefined ? {} : { line }),
      });
      return parseRecords(text, delimiter, false);
    }
    throw badTestSet(path, line, csvFault(error), csvNextStep(error), error);
  }
}

function parseRecords(text: string, delimiter: string, quotes: boolean): Record[] {
  const parsed = parse(text, {
    delimiter,
    record_delimiter: '\n',
    quote: quotes ? '"' : false,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
  }) as unknown as { record: string[]; info: { lines: number } }[];
  return parsed.map(({ record, info }) => ({
    // The parser counts up to the end of the record, which may have line breaks inside its cells.
    line: info.lines - record.reduce((breaks, cell) => breaks + (cell.split('\n').length - 1), 0),
    cells: record,
  }));
}

/** The parser counts to the end of the file here; what helps is where the last cell was opened. */
function lineOfOpenQuote(text: string): number {
  // A doubled mark is a mark inside a cell or an empty cell: what is left opens and closes cells in turn.
  const marks = [...text.matchAll(/""|"/g)].filter(([mark]) => mark === '"');
  return text.slice(0, marks.at(-1)?.index ?? 0).split('\n').length;
}

function lineOf(error: CsvError): number | undefined {
  const lines: unknown = error.lines;
  return typeof lines === 'number' ? lines : undefined;
}

function csvFault(error: CsvError): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'A quotation mark opens a cell and is never closed.';
    case 'INVALID_OPENING_QUOTE':
      return 'A quotation mark stands inside a cell that does not begin with one.';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'Text follows the quotation mark that closes a cell.';
    default:
      return `The row cannot be read: ${error.message}.`;
  }
}

function csvNextStep(error: CsvError): string {
  return error.code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'Close the cell with a quotation mark.'
    : 'Put the whole cell between quotation marks and double the ones inside ("").';
}

/** Column names in order; an unnamed column is empty, and its cells are left out. */
function headerColumns(path: string, header: Record, problems: Problem[]): string[] {
  const columns = header.cells.map((name) => name.trim());
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

function rowsOf(path: string, columns: readonly string[], records: readonly Record[]): RawRow[] {
  return records.map(({ line, cells }) => {
    if (cells.length !== columns.length) {
      throw badTestSet(
        path,
        line,
        `The row has ${count(cells.length, 'cell')} where the header has ${count(columns.length, 'column')}.`,
        'Put cells that contain the separator or a line break between quotation marks.',
      );
    }
    const named = columns.map((name, index) => [name, cells[index]] as const).filter(([name]) => name !== '');
    return { line, cells: new Map<string, unknown>(named) };
  });
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
