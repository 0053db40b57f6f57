import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder in a workspace that holds runs and stored answers. */
export const HONE_FOLDER = '.hone';

export function runsFolder(root: string): string {
  return path.join(root, HONE_FOLDER, 'runs');
}

export function runFolder(root: string, runId: string): string {
  return path.join(runsFolder(root), runId);
}

/** Where answers are shared between runs. */
export function answersFolder(root: string): string {
  return path.join(root, HONE_FOLDER, 'answers');
}

/** Makes the folder, with an ignore file in it, so that runs are never committed by accident. */
export async function ensureHoneFolder(root: string): Promise<void> {
  const folder = path.join(root, HONE_FOLDER);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
