import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { HoneError, type ErrorReason } from '../core/errors.js';

/** A path as messages and results show it: relative to the root with forward slashes, absolute when it is outside. */
export function shownPath(root: string, absolute: string): string {
  const relative = path.relative(root, absolute);
  return (isOutside(relative) ? absolute : relative).split(path.sep).join('/');
}

/**
 * The absolute path of a file that a setting names.
 * @param refuse makes the error for a path that leads out of the root, directly or through a symbolic link
 */
export async function insideRoot(root: string, named: string, refuse: () => HoneError): Promise<string> {
  const absolute = path.resolve(root, named);
  if (isOutside(path.relative(root, absolute))) throw refuse();
  const [realRoot, real] = await Promise.all(
    [root, absolute].map((each) => realpath(each).catch(() => undefined)),
  );
  // A file that is not there is reported where it is read.
  if (realRoot !== undefined && real !== undefined && isOutside(path.relative(realRoot, real)))
    throw refuse();
  return absolute;
}

/** Whether a path that is relative to a folder leads out of it. */
export function isOutside(relative: string): boolean {
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

/** What to say of a file that cannot be read. */
export interface ReadFault {
  readonly reason: ErrorReason;
  /** As messages name the file. */
  readonly name: string;
  /** What the file is for, for example `test set`. */
  readonly role: string;
  readonly nextStep: string;
}

/** The bytes of a file. @throws HoneError with the reason of `fault`; `not-found` when there is none */
export async function readBytes(absolute: string, fault: ReadFault): Promise<Uint8Array> {
  try {
    return await readFile(absolute);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new HoneError({
      reason: isMissing ? 'not-found' : fault.reason,
      message: isMissing
        ? `There is no ${fault.role} ${fault.name}.`
        : code === 'EISDIR'
          ? `${fault.name} is a folder, not a ${fault.role}.`
          : `The ${fault.role} ${fault.name} cannot be read: ${message}.`,
      nextStep: fault.nextStep,
      place: { file: fault.name },
      cause: error,
    });
  }
}

/** Calls `work` for each item, at most `limit` at a time, and keeps the order. The first failure is raised. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
