import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CONFIG_FILE } from './config.js';

const MARKERS = [CONFIG_FILE, '.hone', '.git'];

/** The nearest folder at or above `start` that has hone.yaml, .hone or .git; else `start`. */
export async function findRoot(start: string): Promise<string> {
  return (await nearestWith(start, MARKERS)) ?? path.resolve(start);
}

/** The nearest folder at or above `start` that holds one of the names; undefined when none does. */
export async function nearestWith(start: string, names: readonly string[]): Promise<string | undefined> {
  for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
    const found = await Promise.all(names.map((name) => exists(path.join(folder, name))));
    if (found.includes(true)) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
