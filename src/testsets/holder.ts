import { badTestSet, isObject } from './table.js';

/** Keys under which a file that is one object holds its rows. */
const HOLDERS = ['examples', 'tests', 'scenarios', 'data', 'items', 'goldens'];

/** The key of a row that stands for the rows of another file. */
export const FILE_OF_TESTS = 'file of tests';

/** The key of an object that holds a list or a map of rows; undefined when it is a row itself, or something else. */
export function holderOf(value: Readonly<Record<string, unknown>>): string | undefined {
  return HOLDERS.find((key) => {
    const held = value[key];
    if (Array.isArray(held)) return held.every((each) => isObject(each) || isFileList(key, each));
    if (key === 'examples') return isObject(held) && Object.values(held).every(isObject);
    return isFileList(key, held) || (key === 'tests' && isObject(held) && typeof held.path === 'string');
  });
}

/** What a holder holds as rows, each with the position that it has in the list. */
export function heldRows(key: string, held: unknown): Readonly<Record<string, unknown>>[] {
  const items: readonly unknown[] = Array.isArray(held)
    ? held
    : key === 'examples'
      ? Object.values(held as object)
      : [held];
  return items.map((item) => {
    if (typeof item === 'string') return { [FILE_OF_TESTS]: item };
    const { path } = item as { readonly path?: unknown };
    return key === 'tests' && !Array.isArray(held) ? { [FILE_OF_TESTS]: path } : (item as object);
  }) as Readonly<Record<string, unknown>>[];
}

function isFileList(key: string, value: unknown): boolean {
  return key === 'tests' && typeof value === 'string';
}

/** The error of a file that is data, but no rows. */
export function noRows(path: string): Error {
  return badTestSet(
    path,
    1,
    'The file does not hold a list of rows.',
    `Put the rows into one list, or under one of the keys ${HOLDERS.join(', ')}.`,
  );
}
