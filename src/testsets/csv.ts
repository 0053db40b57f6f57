import { CsvError, type Options } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Problem } from '../core/prompt.js';
import { nameColumns, rowsOf } from './header.js';
import { MAX_ROW, RowCollector, type Located } from './limits.js';
import { badTestSet, type ReadOptions, type Source } from './table.js';

const DELIMITERS = [',', ';', '\t'] as const;

/** Comma-, semicolon- or tab-separated values. Every cell is text. */
export function readCsv(path: string, text: string, options: ReadOptions): Source {
  const delimiter = sniffDelimiter(text, preferredDelimiter(path));
  try {
    return parseAll(path, text, { delimiter }, options);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const way = secondWay(path, text, delimiter, error);
    try {
      return parseAll(path, text, way, options);
    } catch (second) {
      throw second instanceof CsvError ? csvFault(path, text, second) : second;
    }
  }
}

/** How cells are delimited. */
export interface CsvDialect {
  readonly delimiter: string;
  /** `literal`: a mark is a plain character; `relaxed`: it may also stand inside a cell. Default: cells are quoted. */
  readonly quotes?: 'literal' | 'relaxed';
  /** What is to be said of the quotation marks. */
  readonly problem?: Problem;
}

/** Options of the parser for a dialect. */
export function csvOptions({ delimiter, quotes }: CsvDialect): Options {
  return {
    delimiter,
    record_delimiter: '\n',
    quote: quotes === 'literal' ? false : '"',
    relax_quotes: quotes === 'relaxed',
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: MAX_ROW,
  };
}

/** A record as the parser gives it, with its count of lines up to the end of it. */
export interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/** Takes the records of a file one after the other. */
export class CsvRecords {
  #first: Located<string[]> | undefined;
  readonly #rest: RowCollector<string[]>;

  constructor(
    private readonly path: string,
    private readonly dialect: CsvDialect,
    private readonly options: ReadOptions,
  ) {
    this.#rest = new RowCollector(path, options.limit);
  }

  add({ record, info }: ParsedRecord): void {
    // The parser counts up to the end of the record, which may have line breaks inside its cells.
    const line = info.lines - record.reduce((breaks, cell) => breaks + (cell.split('\n').length - 1), 0);
    if (this.#first) this.#rest.add(line, record, record.join('\u0000'));
    else this.#first = { line, value: record };
  }

  /** @throws HoneError `bad-test-set` for a header that names a column twice, or a row with another number of cells */
  source(): Source {
    const problems = this.dialect.problem ? [this.dialect.problem] : [];
    const first = this.#first;
    if (!first) return { container: 'csv', rows: [], problems };
    const rest = this.#rest.rows();
    const { columns, named } = nameColumns(this.path, first, rest, this.options.header, problems);
    const records = named ? rest : [first, ...rest];
    return { container: 'csv', rows: rowsOf(this.path, columns, records), problems };
  }
}

function parseAll(path: string, text: string, dialect: CsvDialect, options: ReadOptions): Source {
  const records = new CsvRecords(path, dialect, options);
  const parsed = parse(text, csvOptions(dialect)) as unknown as ParsedRecord[];
  for (const record of parsed) records.add(record);
  return records.source();
}

/** The delimiter that a file's name suggests. */
export function preferredDelimiter(path: string): string {
  return path.toLowerCase().endsWith('.tsv') ? '\t' : ',';
}

/** The separator that occurs most often in the first line outside quotes; `preferred` wins a tie. */
export function sniffDelimiter(text: string, preferred: string): string {
  let best = preferred;
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const char of text.slice(0, MAX_ROW).trimStart()) {
    if (char === '"') quoted = !quoted;
    else if (char === '\n' && !quoted) break;
    else if (!quoted && counts.has(char)) counts.set(char, counts.get(char)! + 1);
  }
  for (const [delimiter, count] of counts) if (count > counts.get(best)!) best = delimiter;
  return best;
}

/**
 * The other way to read a file whose quotation marks do not enclose whole cells: many tab-separated files do not quote at
 * all, and promptfoo takes such marks as text.
 * @throws HoneError `bad-test-set` when there is none
 */
export function secondWay(path: string, text: string, delimiter: string, error: CsvError): CsvDialect {
  const isPromptfoo = /(^|[^\w])__expected/.test(text.split('\n', 1)[0]!);
  if (error.code === 'CSV_MAX_RECORD_SIZE' || (delimiter !== '\t' && !isPromptfoo)) {
    throw csvFault(path, text, error);
  }
  const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? lineOfOpenQuote(text) : lineOf(error);
  return {
    delimiter,
    quotes: delimiter === '\t' ? 'literal' : 'relaxed',
    problem: {
      severity: 'info',
      message: 'Quotation marks are taken as part of the text, since they do not enclose whole cells.',
      ...(line === undefined ? {} : { line }),
    },
  };
}

/** The error of a file that the parser cannot read; `text` may be a part of it. */
export function csvFault(path: string, text: string, error: CsvError): Error {
  const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? lineOfOpenQuote(text) : lineOf(error);
  return badTestSet(path, line, faultOf(error), nextStepOf(error), error);
}

/** The parser counts to the end of the file here; what helps is where the last cell was opened. */
function lineOfOpenQuote(text: string): number {
  // A doubled mark is a mark inside a cell or an empty cell: what is left opens and closes cells in turn.
  let last = 0;
  for (const mark of text.matchAll(/""|"/g)) if (mark[0] === '"') last = mark.index;
  return text.slice(0, last).split('\n').length;
}

function lineOf(error: CsvError): number | undefined {
  const lines: unknown = error.lines;
  return typeof lines === 'number' ? lines : undefined;
}

function faultOf(error: CsvError): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'A quotation mark opens a cell and is never closed.';
    case 'INVALID_OPENING_QUOTE':
      return 'A quotation mark stands inside a cell that does not begin with one.';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'Text follows the quotation mark that closes a cell.';
    case 'CSV_MAX_RECORD_SIZE':
      return `The row is longer than ${MAX_ROW / 1e6} MB, or a quotation mark opens a cell and is never closed.`;
    default:
      return `The row cannot be read: ${error.message}.`;
  }
}

function nextStepOf(error: CsvError): string {
  return error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    ? 'Close the cell with a quotation mark.'
    : 'Put the whole cell between quotation marks and double the ones inside ("").';
}
