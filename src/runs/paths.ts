import path from 'node:path';
import { HoneError } from '../core/errors.js';
import { ensureHoneFolder, HONE_FOLDER } from '../workspace/honeFolder.js';

export { HONE_FOLDER } from '../workspace/honeFolder.js';

/** The folder that Hone keeps in a workspace. */
export function honePath(root: string): string {
  return path.join(root, HONE_FOLDER);
}

export function runsFolder(root: string): string {
  return path.join(root, HONE_FOLDER, 'runs');
}

export function runFolder(root: string, runId: string): string {
  return path.join(runsFolder(root), runId);
}

/** Where batches under way are noted. */
export function batchesFolder(root: string): string {
  return path.join(root, HONE_FOLDER, 'batches');
}

/** Where answers are shared between runs. */
export function answersFolder(root: string): string {
  return path.join(root, HONE_FOLDER, 'answers');
}

/**
 * Makes room for runs in a workspace.
 * @throws HoneError `bad-config` when the workspace cannot be written
 */
export async function prepareStorage(root: string): Promise<void> {
  try {
    await ensureHoneFolder(root);
  } catch (error) {
    throw cannotStore(path.join(root, HONE_FOLDER), error);
  }
}

/** The error of a folder that runs cannot be stored in; nothing has been sent then. */
export function cannotStore(folder: string, cause: unknown): HoneError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new HoneError({
    reason: 'bad-config',
    message: `Runs cannot be stored in ${folder}: ${detail}.`,
    nextStep:
      'Make the folder writable, or work on a copy of the workspace; answers are never paid for without being stored.',
    place: { file: folder },
    cause,
  });
}
