import { randomUUID } from 'node:crypto';
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HoneError } from '../core/errors.js';
import { equalBytes } from '../core/prompt.js';

/** A prompt as the user named it. */
export interface NamedPrompt {
  readonly root: string;
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly absolute: string;
}

/** Finds the workspace that a named prompt belongs to. @throws HoneError `not-found`. */
export async function locatePrompt(cwd: string, named: string): Promise<NamedPrompt> {
  const absolute = path.resolve(cwd, named);
  await requireFile(absolute, named);
  const { findRoot } = await import('../engine.js');
  const root = await findRoot(path.dirname(absolute));
  return { root, path: path.relative(root, absolute).split(path.sep).join('/'), absolute };
}

/** Bytes of a file that the user named. @throws HoneError `not-found`. */
export async function readNamed(absolute: string, named: string): Promise<Uint8Array> {
  await requireFile(absolute, named);
  return readFile(absolute);
}

/** @throws HoneError `not-found` when it is not a folder. */
export async function requireFolder(absolute: string, named: string): Promise<void> {
  const found = await stat(absolute).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new HoneError({
    reason: 'not-found',
    message: found ? `${named} is not a folder.` : `There is no folder ${named}.`,
    nextStep: 'Name a folder, relative to the current one or absolute.',
    place: { file: named },
  });
}

async function requireFile(absolute: string, named: string): Promise<void> {
  const found = await stat(absolute).catch(() => undefined);
  if (found?.isFile()) return;
  throw new HoneError({
    reason: 'not-found',
    message: found ? `${named} is not a file.` : `There is no file ${named}.`,
    nextStep:
      'Name a file, relative to the current folder or absolute; "hone list" shows the prompts of a workspace.',
    place: { file: named },
  });
}

/**
 * Replaces a file's bytes as a whole: a crash leaves the old bytes or the new ones, never a part. Keeps the mode and
 * follows symbolic links. Reads back what was written.
 */
export async function replaceBytes(file: string, bytes: Uint8Array): Promise<void> {
  const target = await replace(file, bytes);
  if (!equalBytes(await readFile(target), bytes)) {
    throw new HoneError({
      reason: 'stale-file',
      message: `${file} does not hold what was just written: something else changed it at the same moment.`,
      nextStep: 'Look at the file, stop what writes to it, and try again.',
      place: { file },
    });
  }
}

/** Replaces a file's text in the same way, piece by piece and without reading it back. */
export async function replaceText(file: string, pieces: Iterable<string>): Promise<void> {
  await replace(file, pieces);
}

/** @returns the file itself where a link was named */
async function replace(file: string, content: Uint8Array | Iterable<string>): Promise<string> {
  const target = await realpath(file).catch(() => file);
  const mode = (await stat(target).catch(() => undefined))?.mode;
  const draft = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}`);
  try {
    await writeFile(draft, content, { flag: 'wx' });
    if (mode !== undefined) await chmod(draft, mode);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
  return target;
}
