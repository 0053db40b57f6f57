import path from 'node:path';
import { parse } from 'yaml';
import { decodeText, type Problem } from '../../core/prompt.js';
import { badTestSet, isObject, testText, type OpenReference, type ReferencedFile } from '../table.js';

/** Where references of a test file lead. */
export interface FileContext {
  readonly path: string;
  readonly open: OpenReference | undefined;
  readonly problems: Problem[];
}

const FILE = 'file://';
const TEXTS = new Set(['.txt', '.md', '.csv', '.html', '.xml', '.j2']);
const DATA = new Set(['.json', '.yaml', '.yml']);

/** `vars` of a test: a mapping, or the files that hold one. */
export function loadedVars(
  vars: unknown,
  line: number,
  context: FileContext,
): Readonly<Record<string, unknown>> {
  if (vars === undefined || vars === null) return {};
  if (isObject(vars)) return vars;
  const references = (Array.isArray(vars) ? vars : [vars]) as unknown[];
  if (!references.every((each) => typeof each === 'string')) {
    throw badTestSet(
      context.path,
      line,
      '"vars" is not a mapping.',
      'Write a name and a value on each line.',
    );
  }
  const loaded = references.flatMap((reference) => opened(reference, line, context));
  const merged: Record<string, unknown> = {};
  for (const file of loaded) {
    const data = dataOf(file);
    if (!isObject(data))
      throw badTestSet(
        file.path,
        1,
        'The file does not hold a mapping of variables.',
        'Write a name and a value on each line.',
      );
    Object.assign(merged, data);
  }
  return merged;
}

/**
 * A value, or what the file that it names holds: the text, or the data of JSON and YAML. A list when the name is a
 * pattern that several files fit. Programs keep their name: running them is for the scorers, and only where it is trusted.
 */
export function loadedValue(value: unknown, line: number, context: FileContext): unknown {
  if (typeof value !== 'string' || !value.startsWith(FILE) || value.includes('\n')) return value;
  if (/\.(?:[cm]?[jt]s|py|rb|go)(?::[\w.]+)?$/.test(value)) return value;
  const contents = opened(value, line, context).map((file) => {
    const extension = path.posix.extname(file.path).toLowerCase();
    if (DATA.has(extension)) return dataOf(file);
    if (TEXTS.has(extension)) return testText(file.path, file.bytes);
    throw badTestSet(
      context.path,
      line,
      `"${value}" is a file that cannot be put into a prompt as text.`,
      `Use one that ends in ${[...TEXTS, ...DATA].join(', ')}.`,
    );
  });
  return contents.length === 1 ? contents[0] : contents;
}

/** The files of a reference. @throws HoneError `bad-test-set` where files cannot be opened, or none fits */
export function opened(reference: string, line: number, context: FileContext): readonly ReferencedFile[] {
  const name = reference.startsWith(FILE) ? reference.slice(FILE.length) : reference;
  if (/^[a-z]{2,}:\/\//i.test(name)) {
    throw badTestSet(
      context.path,
      line,
      `"${reference}" is not on this machine.`,
      'Save the rows as a file and name that.',
    );
  }
  const files = context.open?.(context.path, name) ?? [];
  if (files.length > 0) return files;
  throw badTestSet(
    context.path,
    line,
    context.open
      ? `No file fits "${reference}".`
      : `It refers to the file "${reference}", which is not read here.`,
    'Correct the path, which is relative to the folder of the test file.',
  );
}

function dataOf(file: ReferencedFile): unknown {
  try {
    return parse(decodeText(file.bytes).replace(/^\uFEFF/, ''), { prettyErrors: false, merge: true });
  } catch (error) {
    throw badTestSet(
      file.path,
      undefined,
      `The file is neither JSON nor YAML: ${(error as Error).message}.`,
      'Correct the file.',
      error,
    );
  }
}

/** Passes over the variables of a row, since a value may name others whose values name others. */
const PASSES = 5;
const LONGEST = 1_000_000;

/** The variables of a row: `{{name}}` in a value stands for another one, and one line break at the end is dropped. */
export function fillVars(cells: ReadonlyMap<string, unknown>): Map<string, unknown> {
  let filled = new Map(
    [...cells].map(([name, value]) => [name, typeof value === 'string' ? value.replace(/\n$/, '') : value]),
  );
  for (let pass = 0; pass < PASSES; pass++) {
    const before = filled;
    filled = new Map(
      [...before].map(([name, value]) => {
        if (typeof value !== 'string' || !value.includes('{{') || value.length > LONGEST)
          return [name, value];
        const next = value.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (all, other: string) => {
          const found = before.get(other);
          if (found === undefined || other === name) return all;
          return typeof found === 'string' ? found : JSON.stringify(found);
        });
        return [name, next.length > LONGEST ? value : next];
      }),
    );
  }
  return filled;
}
