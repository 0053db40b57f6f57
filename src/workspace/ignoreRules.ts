import { readFile } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { nearestWith } from './root.js';

/** Files that say what to leave out, in the order of their rules: later ones win. */
const IGNORE_FILES = ['.gitignore', '.ignore'];

/** The rules of a folder and of those above it. Paths are relative to the top, with forward slashes. */
export interface IgnoreRules {
  /** The folder of these rules; empty for the top. */
  readonly base: string;
  readonly own: Ignore;
  readonly above: IgnoreRules | undefined;
}

/** Whether a path is left out. The rules of the nearest folder that say anything of it decide. */
export function isIgnored(rules: IgnoreRules | undefined, relative: string, isFolder: boolean): boolean {
  for (let level = rules; level; level = level.above) {
    const inside = level.base === '' ? relative : relative.slice(level.base.length + 1);
    const { ignored, unignored } = level.own.test(isFolder ? `${inside}/` : inside);
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

/** The rules that hold below a folder, given those that hold beside it. `entries` is what the folder holds. */
export async function rulesBelow(
  top: string,
  folder: string,
  above: IgnoreRules | undefined,
  entries: readonly { readonly name: string }[],
): Promise<IgnoreRules | undefined> {
  const own = ignore();
  let found = false;
  for (const name of IGNORE_FILES) {
    if (!entries.some((entry) => entry.name === name)) continue;
    const text = await readFile(path.join(top, folder, name), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    own.add(text);
    found = true;
  }
  return found ? { base: folder, own, above } : above;
}

/**
 * The rules of the folders above a root, up to the repository's. None when those rules leave out the root itself:
 * the user opened it all the same.
 * @returns the folder that paths are relative to, and the root within it
 */
export async function rulesAbove(
  root: string,
): Promise<{ readonly top: string; readonly prefix: string; readonly rules: IgnoreRules | undefined }> {
  const top = (await nearestWith(root, ['.git'])) ?? root;
  const prefix = path.relative(top, root).split(path.sep).join('/');
  const folders = prefix === '' ? [] : ['', ...prefix.split('/').slice(0, -1)];
  let rules: IgnoreRules | undefined;
  let folder = '';
  for (const name of folders) {
    folder = folder === '' ? name : `${folder}/${name}`;
    rules = await rulesBelow(
      top,
      folder,
      rules,
      IGNORE_FILES.map((each) => ({ name: each })),
    );
  }
  return { top, prefix, rules: prefix !== '' && isIgnored(rules, prefix, true) ? undefined : rules };
}
