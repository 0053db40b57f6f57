import { badTestSet, columnsOf, type RawRow, type RawTable, type TestSetFormat } from './table.js';

/** One JSON object per line. */
export const jsonlFormat: TestSetFormat = {
  id: 'jsonl',
  extensions: ['.jsonl', '.ndjson'],
  read: readJsonLines,
};

/** An array of JSON objects. A file that holds one object per line in spite of its name is read as such. */
export const jsonFormat: TestSetFormat = { id: 'json', extensions: ['.json'], read: readJsonArray };

/** A value with the place where it starts. */
interface Located {
  readonly line: number;
  readonly text: string;
}

function readJsonLines(path: string, text: string): RawTable {
  const rows = text
    .split('\n')
    .map((line, index): Located => ({ line: index + 1, text: line }))
    .filter((each) => each.text.trim() !== '')
    .map((each) => rowOf(path, each.line, parseRow(path, each)));
  return { format: 'jsonl', columns: columnsOf(rows), rows, problems: [] };
}

function readJsonArray(path: string, text: string): RawTable {
  const start = text.trimStart()[0];
  if (start === '{' && isJson(text.trimStart().split('\n', 1)[0]!)) return readJsonLines(path, text);
  if (start !== '[') {
    throw badTestSet(
      path,
      1,
      'The file does not hold a JSON array of rows.',
      'Put the rows into one array: [{…}, {…}].',
    );
  }
  const rows = arrayElements(text).map((each) => rowOf(path, each.line, parseRow(path, each)));
  if (!isJson(text)) {
    const line = text.trimEnd().split('\n').length;
    throw badTestSet(
      path,
      line,
      'The array is not valid JSON.',
      'Check the commas between rows and the closing bracket.',
    );
  }
  return { format: 'json', columns: columnsOf(rows), rows, problems: [] };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The texts of an array's elements. Reads brackets and strings only, so that a broken element still has its line. */
function arrayElements(text: string): Located[] {
  const elements: Located[] = [];
  let depth = 0;
  let inString = false;
  let line = 1;
  let start = -1;
  let startLine = 1;
  const close = (end: number) => {
    if (start >= 0) elements.push({ line: startLine, text: text.slice(start, end) });
    start = -1;
  };
  for (let index = 0; index < text.length; index++) {
    const char = text[index]!;
    if (char === '\n') line++;
    if (inString) {
      if (char === '\\') index++;
      else if (char === '"') inString = false;
      continue;
    }
    if (char === ']' || char === '}') depth--;
    if (depth === 0 && char === ']') {
      close(index);
      break;
    }
    if (depth === 1 && char === ',') close(index);
    else if (depth >= 1 && start < 0 && char.trim() !== '') [start, startLine] = [index, line];
    if (char === '[' || char === '{') depth++;
    if (char === '"') inString = true;
  }
  close(text.length);
  return elements;
}

function parseRow(path: string, each: Located): unknown {
  try {
    return JSON.parse(each.text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw badTestSet(
      path,
      each.line,
      `The row is not valid JSON: ${detail}.`,
      'Correct the row, or take it out.',
      error,
    );
  }
}

/** Keys that hold a row's variables as an object, instead of beside the other keys. */
const NESTED_VARIABLES = ['vars', 'inputs', 'input'];

function rowOf(path: string, line: number, value: unknown): RawRow {
  if (!isObject(value)) {
    throw badTestSet(path, line, 'The row is not a JSON object.', 'Write each row as {"column": value, …}.');
  }
  const nested = NESTED_VARIABLES.find((key) => isObject(value[key]));
  if (nested === undefined) return { line, cells: new Map(Object.entries(value)) };
  const outer = Object.entries(value).filter(([key]) => key !== nested);
  const inner = Object.entries(value[nested] as object);
  const twice = inner.find(([key]) => outer.some(([name]) => name === key));
  if (twice) {
    const fault = `The row has "${twice[0]}" both inside "${nested}" and beside it.`;
    throw badTestSet(path, line, fault, 'Rename one of the two.');
  }
  return { line, cells: new Map([...inner, ...outer]) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
