import { isKnownName } from './columns.js';
import { heldRows, holderOf, noRows } from './holder.js';
import { checkDepth, RowCollector, type Located } from './limits.js';
import { badTestSet, isObject, type DataRow, type ReadOptions, type Source } from './table.js';

/** One JSON object per line. */
export function readJsonLines(path: string, text: string, options: ReadOptions): Source {
  const lines = new RowCollector<string>(path, options.limit);
  text.split('\n').forEach((line, index) => {
    if (line.trim() !== '') lines.add(index + 1, line, line);
  });
  return jsonLinesSource(path, lines);
}

/** The rows of lines that were collected. @throws HoneError `bad-test-set` with the line of a broken one */
export function jsonLinesSource(path: string, lines: RowCollector<string>): Source {
  return { container: 'jsonl', rows: lines.rows().map((line) => rowOf(path, line)), problems: [] };
}

/**
 * An array of objects, or one object that holds them. A file that holds one object per line in spite of its name is read
 * as such.
 */
export function readJson(path: string, text: string, options: ReadOptions): Source {
  const start = text.search(/\S/);
  if (text[start] === '[') {
    const rows = childrenAt(text, start).map((each) => rowOf(path, each));
    requireJson(path, text);
    return { container: 'json', rows: sampled(path, rows, options), problems: [] };
  }
  if (text[start] !== '{') throw noRows(path);
  const whole = parsed(text);
  const holder = isObject(whole) ? holderOf(whole) : undefined;
  if (isObject(whole) && holder !== undefined) {
    return heldSource(path, 'json', whole, holder, linesOfHeld(text, start, holder), options);
  }
  const [firstLine] = text.slice(start).split('\n', 1);
  // A single object is a row where it looks like one.
  if (isObject(whole) && !Object.keys(whole).some(isKnownName)) throw noRows(path);
  if (parsed(firstLine!) !== undefined) return readJsonLines(path, text, options);
  if (whole === undefined) requireJson(path, text);
  throw noRows(path);
}

/** The rows that one object holds. `lines` has the line of each, as far as they are known. */
export function heldSource(
  path: string,
  container: string,
  whole: Readonly<Record<string, unknown>>,
  holder: string,
  lines: readonly number[],
  options: ReadOptions,
): Source {
  const rest = Object.fromEntries(Object.entries(whole).filter(([key]) => key !== holder));
  const rows = heldRows(holder, whole[holder]).map((value, index) => {
    const line = lines[index] ?? lines[0] ?? 1;
    checkDepth(path, line, value);
    return { line, value };
  });
  return { container, rows: sampled(path, rows, options), problems: [], holder: { key: holder, rest } };
}

/** The rows that a limit lets through. */
export function sampled(path: string, rows: readonly DataRow[], options: ReadOptions): DataRow[] {
  const collector = new RowCollector<DataRow['value']>(path, options.limit);
  for (const { line, value } of rows) collector.add(line, value, JSON.stringify(value));
  return collector.rows();
}

/** @throws HoneError `bad-test-set` for a value that is no row */
export function requireRow(path: string, line: number, value: unknown): DataRow {
  checkDepth(path, line, value);
  if (isObject(value)) return { line, value };
  throw badTestSet(
    path,
    line,
    'The row is not an object with a key for each column.',
    'Write each row as {"column": value, …}.',
  );
}

function rowOf(path: string, { line, value: text }: Located<string>): DataRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw badTestSet(
      path,
      line,
      `The row is not valid JSON: ${detail}.`,
      'Correct the row, or take it out.',
      error,
    );
  }
  return requireRow(path, line, value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function requireJson(path: string, text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw badTestSet(
      path,
      text.trimEnd().split('\n').length,
      `The file is not valid JSON: ${(error as Error).message}.`,
      'Check the commas between rows and the closing bracket.',
      error,
    );
  }
}

/** Lines of the rows under a key of the object that starts at `start`; empty when it cannot be told. */
function linesOfHeld(text: string, start: number, key: string): number[] {
  const pair = childrenAt(text, start).find((each) => {
    const name = /^"(?:[^"\\]|\\.)*"/.exec(each.value)?.[0];
    return name !== undefined && JSON.parse(name) === key;
  });
  if (!pair) return [];
  const open = pair.value.slice(pair.value.indexOf(':')).search(/[[{]/);
  if (open < 0) return [pair.line];
  const at = pair.value.indexOf(':') + open;
  return childrenAt(pair.value, at, pair.line).map((each) => each.line);
}

/**
 * The texts of the elements of the array, or of the pairs of the object, that starts at `start`. Reads brackets and
 * strings only, so that a broken element still has its line.
 */
function childrenAt(text: string, start: number, firstLine = 1): Located<string>[] {
  const elements: Located<string>[] = [];
  let depth = 0;
  let inString = false;
  let line = firstLine;
  for (let index = 0; index < start; index++) if (text[index] === '\n') line++;
  let begin = -1;
  let beginLine = line;
  const close = (end: number) => {
    if (begin >= 0) elements.push({ line: beginLine, value: text.slice(begin, end) });
    begin = -1;
  };
  for (let index = start; index < text.length; index++) {
    const char = text[index]!;
    if (char === '\n') line++;
    if (inString) {
      if (char === '\\') index++;
      else if (char === '"') inString = false;
      continue;
    }
    if (char === ']' || char === '}') depth--;
    if (depth === 0 && (char === ']' || char === '}')) {
      close(index);
      return elements;
    }
    if (depth === 1 && char === ',') close(index);
    else if (depth >= 1 && begin < 0 && char.trim() !== '') [begin, beginLine] = [index, line];
    if (char === '[' || char === '{') depth++;
    if (char === '"') inString = true;
  }
  close(text.length);
  return elements;
}
