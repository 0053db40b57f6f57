import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder in a workspace that holds runs, stored answers and the index of prompts. */
export const HONE_FOLDER = '.hone';

/** Makes the folder, with an ignore file in it, so that nothing in it is committed by accident. */
export async function ensureHoneFolder(root: string): Promise<void> {
  const folder = path.join(root, HONE_FOLDER);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
