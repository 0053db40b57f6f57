import { createReadStream, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import ignore from 'ignore';
import { HoneError } from '../core/errors.js';
import type { PromptDocument } from '../core/prompt.js';
import type { TestSet } from '../core/testset.js';
import {
  readTestSet,
  streamTestSet,
  streamTestTable,
  type ColumnMapping,
  type OpenReference,
  type ReadOptions,
  type ReferencedFile,
  type TestTable,
} from '../testsets/index.js';
import { isOutside, readBytes, shownPath } from './files.js';

/** Larger files are read piece by piece. 8 MB. */
const MOST_AT_ONCE = 8_000_000;

/** Files that a test file refers to, such as a list of variables, are read up to this size. 8 MB. */
const MOST_REFERENCED = 8_000_000;

/** Files that the patterns of a test file may stand for. */
const MOST_FILES = 1000;

export interface TestFileOptions {
  readonly mapping?: ColumnMapping;
  /** Rows to keep at the most. */
  readonly limit?: number;
  readonly header?: boolean;
}

/**
 * Reads the test set in a file, a large one piece by piece.
 * @param file absolute
 * @throws HoneError `not-found`, and as readTestSet does
 */
export async function loadTestFile(
  root: string,
  file: string,
  document: PromptDocument,
  { mapping, ...own }: TestFileOptions = {},
): Promise<TestSet> {
  const name = shownPath(root, file);
  const options: ReadOptions = { ...own, open: referenceOpener(root) };
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > MOST_AT_ONCE)
    return streamTestSet(name, () => createReadStream(file), document, mapping, options);
  const bytes = await readBytes(file, {
    reason: 'bad-test-set',
    name,
    role: 'test set',
    nextStep: 'Correct the path in hone.yaml, or pick another file.',
  });
  return readTestSet(name, bytes, document, mapping, options);
}

/** The columns and first rows of a test file. @param file absolute. @throws HoneError as {@link loadTestFile} does */
export async function readTestTable(
  root: string,
  file: string,
  options: Omit<TestFileOptions, 'mapping'> = {},
): Promise<TestTable> {
  const name = shownPath(root, file);
  await stat(file).catch((cause: unknown) => {
    throw new HoneError({
      reason: 'not-found',
      message: `There is no test set ${name}.`,
      nextStep: 'Correct the path, or pick another file.',
      place: { file: name },
      cause,
    });
  });
  return streamTestTable(name, () => createReadStream(file), { ...options, open: referenceOpener(root) });
}

/** Opens what test files refer to: relative to the folder of the file, never outside the root. */
export function referenceOpener(root: string): OpenReference {
  return (from, reference) => {
    const folder = path.dirname(path.resolve(root, from));
    const isPattern = /[*?[\]{}]/.test(reference);
    const files = isPattern ? filesLike(root, folder, reference) : [path.resolve(folder, reference)];
    return files.flatMap((file) => openInside(root, from, file));
  };
}

function openInside(root: string, from: string, file: string): ReferencedFile[] {
  const name = shownPath(root, file);
  const refuse = (fault: string, nextStep: string, cause?: unknown) =>
    new HoneError({
      reason: 'bad-test-set',
      message: `${from}: It refers to ${name}, which ${fault}.`,
      nextStep,
      place: { file: from },
      cause,
    });
  try {
    if (isOutside(path.relative(realpathSync(root), realpathSync(file)))) {
      throw refuse('lies outside the workspace', 'Move the file into the workspace.');
    }
    const { size } = statSync(file);
    if (size > MOST_REFERENCED)
      throw refuse(`is larger than ${MOST_REFERENCED / 1e6} MB`, 'Name it as the test set itself.');
    return [{ path: name, bytes: readFileSync(file) }];
  } catch (error) {
    if (HoneError.is(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && isOutside(path.relative(root, file))) {
      throw refuse('lies outside the workspace', 'Move the file into the workspace.');
    }
    throw refuse(
      code === 'ENOENT' ? 'is not there' : `cannot be read: ${message}`,
      'Correct the path.',
      error,
    );
  }
}

/** The files below the folder of a pattern's fixed beginning that fit it, in order. */
export function filesLike(root: string, folder: string, pattern: string): string[] {
  const steps = pattern.split('/');
  const fixed = steps.slice(
    0,
    steps.findIndex((step) => /[*?[\]{}]/.test(step)),
  );
  const base = path.resolve(folder, ...fixed);
  if (isOutside(path.relative(root, base))) return [base];
  const rest = steps.slice(fixed.length).join('/');
  const matcher = ignore().add(`/${rest}`);
  const depth = rest.includes('**') ? Infinity : rest.split('/').length;
  const found: string[] = [];
  const search = (relative: string, level: number) => {
    for (const entry of readdirSync(path.join(base, relative), { withFileTypes: true })) {
      const inner = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory() && level < depth && entry.name !== 'node_modules' && entry.name !== '.git')
        search(inner, level + 1);
      else if (entry.isFile() && found.length < MOST_FILES && matcher.ignores(inner))
        found.push(path.join(base, inner));
    }
  };
  try {
    search('', 1);
  } catch {
    return [];
  }
  return found.sort();
}
