import { CsvError, parse } from 'csv-parse';
import { Readable } from 'node:stream';
import {
  csvFault,
  csvOptions,
  CsvRecords,
  preferredDelimiter,
  secondWay,
  sniffDelimiter,
  type CsvDialect,
  type ParsedRecord,
} from './csv.js';
import { jsonLinesSource } from './json.js';
import { checkRowLength, MAX_ROW, RowCollector } from './limits.js';
import { containerOf, interpret, readTable, streamed, tooLarge } from './registry.js';
import { notUtf8, type RawTable, type ReadOptions } from './table.js';

/** The bytes of a file, piece by piece. Called again where a file has to be read a second time. */
export type OpenChunks = () => AsyncIterable<Uint8Array>;

const LINE_FEED = 0x0a;

/**
 * Reads a test file of any size: tables and JSON lines row by row, other files whole up to their limits.
 * @param open begins at the start of the file
 * @throws HoneError `bad-test-set` with the line
 */
export async function streamTable(
  file: string,
  open: OpenChunks,
  options: ReadOptions = {},
): Promise<RawTable> {
  const way = streamed(file);
  if (way === 'csv') return interpret(file, await streamCsv(file, open, options), options);
  if (way === 'lines' || (way === 'perhaps-lines' && (await beginsWithLine(open)))) {
    return interpret(file, await streamLines(file, open, options), options);
  }
  return readTable(file, await wholeOf(file, open, containerOf(file).maxBytes), options);
}

async function streamLines(file: string, open: OpenChunks, options: ReadOptions) {
  const lines = new RowCollector<string>(file, options.limit);
  for await (const { line, text } of linesOf(file, open())) {
    if (text.trim() !== '') lines.add(line, text, text);
  }
  return jsonLinesSource(file, lines);
}

/** The lines of a file as text, numbered from 1. */
async function* linesOf(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let pieces: Uint8Array[] = [];
  let size = 0;
  let line = 0;
  const take = (last: Uint8Array) => {
    line++;
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    [pieces, size] = [[], 0];
    try {
      return {
        line,
        text: decoder
          .decode(bytes)
          .replace(/^\uFEFF/, '')
          .replace(/\r$/, ''),
      };
    } catch (error) {
      throw notUtf8(file, line, error);
    }
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      yield take(chunk.subarray(from, end));
      from = end + 1;
    }
    size += chunk.length - from;
    // A character has at most four bytes.
    checkRowLength(file, line + 1, size / 4);
    if (from < chunk.length) pieces.push(chunk.slice(from));
  }
  if (size > 0) yield take(new Uint8Array());
}

/** Whether a file is objects line by line: one that is a single object begins with the whole of it, or with a part. */
async function beginsWithLine(open: OpenChunks): Promise<boolean> {
  const text = new TextDecoder().decode(await beginning(open)).trimStart();
  const [first, second = ''] = text.split(/\n\s*/, 2);
  if (!first!.startsWith('{') || !second.startsWith('{')) return false;
  try {
    JSON.parse(first!);
    return true;
  } catch {
    return false;
  }
}

async function streamCsv(file: string, open: OpenChunks, options: ReadOptions) {
  const start = new TextDecoder()
    .decode(await beginning(open))
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n');
  const delimiter = sniffDelimiter(start, preferredDelimiter(file));
  try {
    return await parseStream(file, open, { delimiter }, options);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const dialect = secondWay(file, start, delimiter, error);
    try {
      return await parseStream(file, open, dialect, options);
    } catch (second) {
      throw second instanceof CsvError ? csvFault(file, '', second) : second;
    }
  }
}

async function parseStream(file: string, open: OpenChunks, dialect: CsvDialect, options: ReadOptions) {
  const records = new CsvRecords(file, dialect, options);
  const text = Readable.from(normalisedText(file, open()));
  const parser = parse(csvOptions(dialect));
  text.on('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const record of parser as AsyncIterable<ParsedRecord>) records.add(record);
  } finally {
    text.destroy();
  }
  return records.source();
}

/** The text of a file in pieces, with LF line ends and without a byte-order mark. */
async function* normalisedText(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let held = '';
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (error) {
      throw notUtf8(file, undefined, error);
    }
  };
  for await (const chunk of chunks) {
    const text = held + decode(chunk);
    // The line feed that belongs to it may be in the next piece.
    held = text.endsWith('\r') ? '\r' : '';
    yield (held === '' ? text : text.slice(0, -1)).replace(/\r\n?/g, '\n');
  }
  yield (held + decode()).replace(/\r\n?/g, '\n');
}

/** The first bytes of a file: at least a row's worth where there are so many. */
async function beginning(open: OpenChunks): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of open()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_ROW) break;
  }
  return Buffer.concat(chunks);
}

async function wholeOf(file: string, open: OpenChunks, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of open()) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(file, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
