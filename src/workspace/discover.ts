import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { HoneError, throwIfCancelled } from '../core/errors.js';
import { candidacyOf, type Candidacy } from '../formats/index.js';
import { mapBounded } from './files.js';
import { isIgnored, rulesAbove, rulesBelow, type IgnoreRules } from './ignoreRules.js';

/** Never searched, whatever the ignore files say. */
const NEVER = new Set(['.git', '.hone', 'node_modules']);

/** Folders that are read at the same time. */
const CONCURRENCY = 16;

/** A file that is a prompt by its name, or whose content has to tell. */
export interface Candidate {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly candidacy: Exclude<Candidacy, 'none'>;
}

/** What a search found, in no order. */
export interface Discovery {
  readonly candidates: readonly Candidate[];
  /** Folders that could not be read. */
  readonly unreadable: readonly { readonly path: string; readonly message: string }[];
}

interface Folder {
  /** Relative to the top. */
  readonly path: string;
  /** The rules that hold for the folder itself. */
  readonly rules: IgnoreRules | undefined;
}

/**
 * Finds the files below a root that can be prompts, without reading any. Files that .gitignore and .ignore leave out, and symbolic
 * links, are not looked at.
 * @throws HoneError `not-found` when the root is no folder, `cancelled`
 */
export async function discoverCandidates(root: string, signal?: AbortSignal): Promise<Discovery> {
  const { top, prefix, rules } = await rulesAbove(root);
  const candidates: Candidate[] = [];
  const unreadable: { path: string; message: string }[] = [];
  const inRoot = (relative: string) => (prefix === '' ? relative : relative.slice(prefix.length + 1));
  let level: readonly Folder[] = [{ path: prefix, rules }];
  while (level.length > 0) {
    const next = await mapBounded(level, CONCURRENCY, async (folder) => {
      throwIfCancelled(signal);
      return readFolder(folder);
    });
    level = next.flat();
  }
  return { candidates, unreadable };

  async function readFolder(folder: Folder): Promise<Folder[]> {
    const entries = await readdir(path.join(top, folder.path), { withFileTypes: true }).catch(
      (error: unknown) => {
        if (folder.path === prefix) throw noFolder(root, error);
        unreadable.push({ path: inRoot(folder.path), message: (error as Error).message });
        return [];
      },
    );
    const below = await rulesBelow(top, folder.path, folder.rules, entries);
    const folders: Folder[] = [];
    for (const entry of entries) {
      const relative = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!NEVER.has(entry.name) && !isIgnored(below, relative, true))
          folders.push({ path: relative, rules: below });
      } else if (entry.isFile()) {
        const file = inRoot(relative);
        const candidacy = candidacyOf(file);
        if (candidacy !== 'none' && !isIgnored(below, relative, false))
          candidates.push({ path: file, candidacy });
      }
    }
    return folders;
  }
}

function noFolder(root: string, cause: unknown): HoneError {
  return new HoneError({
    reason: 'not-found',
    message: `The folder ${root} cannot be read: ${(cause as Error).message}.`,
    nextStep: 'Name a folder that exists.',
    place: { file: root },
    cause,
  });
}
