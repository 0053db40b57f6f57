import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { OTHER_EXTENSIONS, TEST_SET_EXTENSIONS } from '../testsets/index.js';
import { badConfig, type PromptConfig } from './config.js';
import { insideRoot, shownPath } from './files.js';

/** Where a prompt's test set is. */
export interface Pairing {
  /** Absolute. The prompt file itself when it carries the rows. */
  readonly file: string;
  readonly embedded: boolean;
  /** How it was found, and what else could have been meant: a sentence for people. */
  readonly note: string;
}

/** Folders beside a prompt, or beside its folder, in which its test set may lie. */
const TEST_FOLDERS = ['tests', 'test', 'data', 'evals'];
const SUFFIXES = ['', '.test', '.tests'];

/** The names of a folder's files, each folder read once. */
export class FolderNames {
  readonly #names = new Map<string, Promise<ReadonlySet<string>>>();

  /** Empty for a folder that is not there. */
  of(folder: string): Promise<ReadonlySet<string>> {
    const known = this.#names.get(folder);
    if (known) return known;
    const names = readdir(folder, { withFileTypes: true }).then(
      (entries) => new Set(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)),
      () => new Set<string>(),
    );
    this.#names.set(folder, names);
    return names;
  }
}

/**
 * Finds the test set of a prompt: as hone.yaml says, inside the prompt file, or by its name.
 * @param hasRows whether the prompt file carries rows itself
 * @param namedBy absolute path of another file that names this prompt, and has tests for it
 * @returns undefined when there is none
 * @throws HoneError `bad-config` when hone.yaml points outside the root
 */
export async function pairTests(
  root: string,
  promptFile: string,
  hasRows: boolean,
  entry: PromptConfig | undefined,
  folders: FolderNames = new FolderNames(),
  namedBy?: string,
): Promise<Pairing | undefined> {
  if (entry?.tests !== undefined) {
    const { tests, line } = entry;
    const file = await insideRoot(root, tests, () =>
      badConfig(
        line,
        `The test set "${tests}" lies outside the workspace.`,
        'Move it into the workspace, or pick it for one run.',
      ),
    );
    const embedded = file === promptFile;
    return { file, embedded, note: `Tests: ${shownPath(root, file)}, as hone.yaml says.` };
  }
  if (hasRows) {
    return { file: promptFile, embedded: true, note: 'Tests: the rows inside the prompt file.' };
  }
  if (namedBy !== undefined) {
    const note = `Tests: those of ${shownPath(root, namedBy)}, which names the prompt.`;
    return { file: namedBy, embedded: false, note };
  }
  const [file, ...others] = await filesByName(root, promptFile, folders);
  if (file === undefined) return undefined;
  const more =
    others.length === 0 ? '' : ` Not used: ${others.map((other) => shownPath(root, other)).join(', ')}.`;
  return { file, embedded: false, note: `Tests: ${shownPath(root, file)}, found by its name.${more}` };
}

/** Names of which one would make a file the test set of a prompt, the plainest first. */
export function testNames(promptFile: string): string[] {
  const whole = path.basename(promptFile, path.extname(promptFile));
  const stems = [...new Set([whole.replace(/\.prompt$/i, ''), whole])];
  return stems.flatMap((stem) =>
    SUFFIXES.flatMap((suffix) => {
      // A YAML file that has nothing but the prompt's name is most likely something else, for example its settings.
      const endings = suffix === '' ? TEST_SET_EXTENSIONS : [...TEST_SET_EXTENSIONS, ...OTHER_EXTENSIONS];
      return endings.map((extension) => `${stem}${suffix}${extension}`);
    }),
  );
}

async function filesByName(root: string, promptFile: string, folders: FolderNames): Promise<string[]> {
  const own = path.dirname(promptFile);
  const parents = own === root ? [own] : [own, path.dirname(own)];
  const places = [own, ...parents.flatMap((parent) => TEST_FOLDERS.map((name) => path.join(parent, name)))];
  const names = testNames(promptFile);
  const found: string[] = [];
  for (const place of new Set(places)) {
    const there = await folders.of(place);
    found.push(...names.filter((name) => there.has(name)).map((name) => path.join(place, name)));
  }
  return found.filter((file) => file !== promptFile);
}
