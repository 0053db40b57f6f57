import { statSync } from 'node:fs';
import path from 'node:path';
import { HoneError, throwIfCancelled, toHoneError } from '../core/errors.js';
import type { Problem } from '../core/prompt.js';
import {
  isPromptFile,
  readPrompt,
  requirePromptSize,
  sectionSpan,
  type ReadOptions,
} from '../formats/index.js';
import { badConfig, CONFIG_FILE, readConfig, type Config, type PromptConfig } from './config.js';
import { discoverCandidates, type Candidate } from './discover.js';
import { insideRoot, mapBounded, shownPath } from './files.js';
import { ByteReader, inSlices } from './slices.js';
import { FolderNames, pairTests } from './pair.js';
import { problemOf as fileProblem } from './problems.js';
import { resolveReferences } from './references.js';
import { readingOf, Readings, type FileState, type Reading } from './readings.js';

/** A prompt file of the workspace, as `hone list` and the tree show it. */
export interface PromptListing extends Omit<Reading, 'hasRows' | 'references'> {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** Workspace-relative path of the paired test set (the prompt's own path when it is embedded); null when none. */
  readonly testset: string | null;
}

export interface ListOptions {
  readonly signal?: AbortSignal;
  /** Instead of what hone.yaml says. */
  readonly config?: Config;
  /** Is told of each file whose content is read, relative to the root. */
  readonly onRead?: (path: string) => void;
}

/** Prompts whose test sets are looked for at the same time. */
const CONCURRENCY = 16;

/** Files whose content decides are looked at up to this size: larger ones are data or generated code. 500 kB. */
const MOST_BYTES_BY_CONTENT = 500_000;

/**
 * Finds prompt files below a folder, ignore files respected, and those that hone.yaml names. What cannot be read is
 * listed with its problem; a fault in hone.yaml is a problem of every prompt, raised only when there is none to hold it.
 * Files that have not changed since the last listing are not read again.
 * @throws HoneError `not-found` for a root that is no folder, `bad-config`, `cancelled`
 */
export async function listPrompts(root: string, options: ListOptions = {}): Promise<PromptListing[]> {
  const absoluteRoot = path.resolve(root);
  const { candidates, unreadable: closed } = await discoverCandidates(absoluteRoot, options.signal);
  const { config, fault } = await configOf(absoluteRoot, options);
  const entries = new Map(
    config.prompts.map((entry) => [shownPath(absoluteRoot, path.resolve(absoluteRoot, entry.path)), entry]),
  );
  const readings = await Readings.open(absoluteRoot);
  const lister = new Lister(absoluteRoot, readings, options.onRead);
  const found = new Map<string, FoundPrompt>();
  await inSlices(candidates, (candidate) => {
    throwIfCancelled(options.signal);
    if (entries.has(candidate.path)) return;
    const reading = lister.find(candidate);
    if (reading) found.set(candidate.path, { path: candidate.path, reading });
  });
  for (const [relative, entry] of entries) {
    throwIfCancelled(options.signal);
    found.set(relative, { path: relative, reading: await lister.findNamed(relative, entry), entry });
  }
  lister.follow(found);
  await readings.save();
  const sorted = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const listings = await mapBounded(sorted, CONCURRENCY, (each) => lister.listing(each));
  if (fault && listings.length === 0) throw fault;
  const ofConfig = fault ? [problemOf(fault)] : [];
  return [
    ...listings.map((each) => ({ ...each, problems: [...each.problems, ...ofConfig] })),
    ...closed.map(({ path: folder, message }) =>
      shown(folder, unread([{ severity: 'error', message }]), null),
    ),
  ];
}

async function configOf(
  root: string,
  options: ListOptions,
): Promise<{ readonly config: Config; readonly fault?: HoneError }> {
  if (options.config) return { config: options.config };
  try {
    return { config: await readConfig(root) };
  } catch (error) {
    return { config: { prompts: [] }, fault: toHoneError(error) };
  }
}

interface FoundPrompt {
  readonly path: string;
  readonly reading: Reading;
  /** The entry of hone.yaml that names it. */
  readonly entry?: PromptConfig;
  /** The file that names it as its prompt, and has tests for it: absolute. */
  readonly namedBy?: string;
  /** Of the files that it names as its prompts. */
  readonly problems?: readonly Problem[];
}

/** Makes the listings of one search. */
class Lister {
  readonly #folders = new FolderNames();
  readonly #bytes = new ByteReader(MOST_BYTES_BY_CONTENT);

  constructor(
    private readonly root: string,
    private readonly readings: Readings,
    private readonly onRead: ListOptions['onRead'],
  ) {}

  /** What a listing says of a file that the search found; null when it turns out to be no prompt, or is gone. */
  find({ path: relative, candidacy }: Candidate): Reading | null {
    const file = path.join(this.root, relative);
    const byContent = candidacy === 'by-content';
    try {
      const state = statSync(file, { throwIfNoEntry: false });
      if (!state || (byContent && state.size > MOST_BYTES_BY_CONTENT)) return null;
      return this.known(relative, state, () => this.read(relative, file, state.size, {}));
    } catch (error) {
      return byContent ? null : unread([problemOf(unreadable(relative, error))]);
    }
  }

  /** What a listing says of a file that hone.yaml names. */
  async findNamed(relative: string, entry: PromptConfig): Promise<Reading> {
    const outside = () =>
      badConfig(
        entry.line,
        `The prompt "${relative}" lies outside the workspace.`,
        'Move it into the workspace.',
      );
    try {
      const file = await insideRoot(this.root, relative, outside);
      const state = statSync(file);
      const span = sectionSpan(entry.section);
      const read = () => this.read(relative, file, state.size, { named: true, span });
      return this.known(`${CONFIG_FILE}:${relative}#${span ?? ''}`, state, read) ?? unread([]);
    } catch (error) {
      const at = `${CONFIG_FILE}:${entry.line}: The prompt "${relative}"`;
      return unread([problemOf(HoneError.is(error) ? error : unreadable(at, error))]);
    }
  }

  /** Adds the prompts that others name, each read as what those say it is. The first one that names a file counts. */
  follow(found: Map<string, FoundPrompt>): void {
    const named = new Set<string>();
    for (const by of [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const { references, hasRows } = by.reading;
      if (!references) continue;
      const { files, problems } = resolveReferences(this.root, references);
      found.set(by.path, { ...by, problems });
      for (const file of files) {
        // A section that hone.yaml names is a prompt of its own.
        if (named.has(file) || file === by.path || found.get(file)?.entry?.section !== undefined) continue;
        named.add(file);
        const namedBy = hasRows ? { namedBy: path.join(this.root, by.path) } : {};
        found.set(file, { ...found.get(file), path: file, reading: this.findReferenced(file), ...namedBy });
      }
    }
  }

  /** What a listing says of a file that another one names as its prompt. */
  private findReferenced(relative: string): Reading {
    const file = path.join(this.root, relative);
    try {
      const state = statSync(file);
      const read = () => this.read(relative, file, state.size, { referenced: true });
      return this.known(`reference:${relative}`, state, read) ?? unread([]);
    } catch (error) {
      return unread([problemOf(unreadable(relative, error))]);
    }
  }

  /** A listing with its test set, which depends on the files around the prompt and is looked for each time. */
  async listing(found: FoundPrompt): Promise<PromptListing> {
    const { testset, problems } = await this.testset(found);
    const said = shown(found.path, found.reading, testset);
    return { ...said, problems: [...said.problems, ...(found.problems ?? []), ...problems] };
  }

  private known(key: string, state: FileState, read: () => Reading | null): Reading | null {
    const known = this.readings.find(key, state);
    if (known !== undefined) return known;
    const reading = read();
    this.readings.keep(key, state, reading);
    return reading;
  }

  /** @throws what the file system says */
  private read(relative: string, file: string, size: number, options: ReadOptions): Reading | null {
    try {
      requirePromptSize(relative, size);
    } catch (error) {
      return unread([problemOf(toHoneError(error))]);
    }
    this.onRead?.(relative);
    const bytes = this.#bytes.read(file);
    try {
      if (!options.named && !options.referenced && !isPromptFile(relative, bytes)) return null;
      return readingOf(readPrompt(relative, Uint8Array.from(bytes), options));
    } catch (error) {
      return unread([problemOf(toHoneError(error))]);
    }
  }

  private async testset({
    path: relative,
    reading,
    entry,
    namedBy,
  }: FoundPrompt): Promise<Pick<PromptListing, 'testset' | 'problems'>> {
    const file = path.resolve(this.root, relative);
    try {
      const pairing = await pairTests(this.root, file, reading.hasRows, entry, this.#folders, namedBy);
      if (!pairing) return { testset: null, problems: [] };
      const testset = shownPath(this.root, pairing.file);
      if (entry?.tests === undefined) return { testset, problems: [] };
      const there = await this.#folders.of(path.dirname(pairing.file));
      if (there.has(path.basename(pairing.file))) return { testset, problems: [] };
      const fault = badConfig(entry.line, `There is no test set "${entry.tests}".`, 'Correct the path.');
      return { testset, problems: [problemOf(fault)] };
    } catch (error) {
      return { testset: null, problems: [problemOf(toHoneError(error))] };
    }
  }
}

function shown(
  relative: string,
  { format, spans, placeholders, problems }: Reading,
  testset: string | null,
): PromptListing {
  return { path: relative, format, spans, placeholders, testset, problems };
}

function unreadable(name: string, cause: unknown): HoneError {
  return new HoneError({
    reason: 'bad-prompt-file',
    message: `${name} cannot be read: ${(cause as Error).message}.`,
    nextStep: 'Check the path and its permissions.',
    cause,
  });
}

function unread(problems: readonly Problem[]): Reading {
  return { format: 'unknown', spans: [], placeholders: [], problems, hasRows: false };
}

/** A line of hone.yaml is none of the prompt file. */
function problemOf(error: HoneError): Problem {
  return fileProblem(error, error.reason === 'bad-config' ? undefined : error.place.line);
}
