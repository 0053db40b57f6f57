import { randomUUID } from 'node:crypto';
import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PromptDocument, PromptReference, Problem } from '../core/prompt.js';
import { CONFIG_FILE } from './config.js';
import { ensureHoneFolder, HONE_FOLDER } from './honeFolder.js';

/** What a listing says of a prompt file's content. Follows from its path and bytes alone. */
export interface Reading {
  readonly format: string;
  readonly spans: readonly {
    readonly id: string;
    readonly role: string;
    readonly start: number;
    readonly end: number;
  }[];
  readonly placeholders: readonly string[];
  readonly problems: readonly Problem[];
  /** Whether the file carries test rows inside, or names them. */
  readonly hasRows: boolean;
  /** Prompts in files of their own that the file names. */
  readonly references?: readonly PromptReference[];
}

/** The reading of a document. */
export function readingOf(document: PromptDocument): Reading {
  return {
    format: document.format,
    spans: document.spans.map(({ id, role, range }) => ({ id, role, start: range.start, end: range.end })),
    placeholders: document.placeholders,
    problems: document.problems,
    hasRows: hasRows(document),
    ...(document.references && { references: document.references }),
  };
}

/**
 * Whether a prompt file carries test rows, or names them as a promptfoo configuration does. A sample to try the prompt
 * with is not a test set.
 */
export function hasRows({ embedded }: PromptDocument): boolean {
  if (embedded === undefined || embedded.kind === 'sample') return false;
  return embedded.rows.length > 0 || embedded.kind === 'promptfoo';
}

/** A file by what changes when it is written. */
export interface FileState {
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly mtimeMs: number;
}

/** `null`: the content was looked at, and the file is no prompt. */
type Entry = readonly [size: number, mtimeMs: number, reading: Reading | null];

/** The build puts a hash of the code that reads prompts here, so that no reading outlives its reader. */
declare const HONE_READERS: string | undefined;
const VERSION = `1 ${typeof HONE_READERS === 'string' ? HONE_READERS : 'unbuilt'}`;

export const INDEX_FILE = 'index.json';

/** An index of 50,000 files has about 5 MB. A larger file is not ours. */
const MOST_BYTES = 64_000_000;

/**
 * A file system may give two writes within this time the same mtime, 2 s on the coarsest: a file that has just changed
 * is read again next time.
 */
const SETTLED_MS = 2000;

/**
 * What earlier listings read, by path, in `.hone/index.json`. It only saves work: whatever is wrong with the file, the
 * files are read again.
 */
export class Readings {
  readonly #kept = new Map<string, Entry>();
  readonly #startedAt = Date.now();
  #changed = false;

  private constructor(
    /** Undefined where nothing may be stored. */
    private readonly root: string | undefined,
    private readonly earlier: ReadonlyMap<string, Entry>,
  ) {}

  static async open(root: string): Promise<Readings> {
    if (!(await mayHold(root))) return new Readings(undefined, new Map());
    return new Readings(root, await load(path.join(root, HONE_FOLDER, INDEX_FILE)));
  }

  /** The reading of a file in this state; undefined when it has to be read. */
  find(file: string, { size, mtimeMs }: FileState): Reading | null | undefined {
    const entry = this.earlier.get(file);
    if (entry?.[0] !== size || entry[1] !== mtimeMs) return undefined;
    this.#kept.set(file, entry);
    return entry[2];
  }

  /** @param state as it was before the file was read */
  keep(file: string, { size, mtimeMs }: FileState, reading: Reading | null): void {
    if (mtimeMs > this.#startedAt - SETTLED_MS) return;
    this.#kept.set(file, [size, mtimeMs, reading]);
    this.#changed = true;
  }

  /** Stores what this listing found or kept, unless that is what is stored. Files that are gone are forgotten. */
  async save(): Promise<void> {
    if (this.root === undefined) return;
    if (!this.#changed && this.#kept.size === this.earlier.size) return;
    const text = JSON.stringify({ version: VERSION, files: Object.fromEntries(this.#kept) });
    const file = path.join(this.root, HONE_FOLDER, INDEX_FILE);
    const draft = `${file}.${randomUUID()}`;
    try {
      await ensureHoneFolder(this.root);
      await writeFile(draft, text, { flag: 'wx' });
      await rename(draft, file);
    } catch {
      // A folder that cannot be written to is listed without an index.
    } finally {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }
}

/**
 * Only where a root is marked already: `.hone` marks one, and listing a folder must not make it the root of its files.
 * A `.hone` that leads elsewhere is not followed.
 */
async function mayHold(root: string): Promise<boolean> {
  const kind = (name: string) => lstat(path.join(root, name)).catch(() => undefined);
  const own = await kind(HONE_FOLDER);
  if (own) return own.isDirectory();
  return (await Promise.all([CONFIG_FILE, '.git'].map(kind))).some((found) => found !== undefined);
}

async function load(file: string): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  try {
    const found = await lstat(file);
    if (!found.isFile() || found.size > MOST_BYTES) return entries;
    const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!isRecord(stored) || stored.version !== VERSION || !isRecord(stored.files)) return entries;
    for (const [name, entry] of Object.entries(stored.files)) {
      if (isEntry(entry)) entries.set(name, entry);
    }
  } catch {
    // Absent, unreadable or broken: all files are read again, and the index is written anew.
  }
  return entries;
}

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value)) return false;
  const [size, mtimeMs, reading] = value as readonly unknown[];
  return typeof size === 'number' && typeof mtimeMs === 'number' && (reading === null || isReading(reading));
}

function isReading(value: unknown): value is Reading {
  if (!isRecord(value)) return false;
  const { format, spans, placeholders, problems, hasRows, references = [] } = value;
  const isText = (each: unknown) => typeof each === 'string';
  return (
    isText(format) &&
    typeof hasRows === 'boolean' &&
    Array.isArray(references) &&
    references.every(
      (each) => isRecord(each) && isText(each.path) && isText(each.written) && typeof each.line === 'number',
    ) &&
    Array.isArray(placeholders) &&
    placeholders.every(isText) &&
    Array.isArray(spans) &&
    spans.every(
      (each) =>
        isRecord(each) &&
        isText(each.id) &&
        isText(each.role) &&
        typeof each.start === 'number' &&
        typeof each.end === 'number',
    ) &&
    Array.isArray(problems) &&
    problems.every(
      (each) =>
        isRecord(each) &&
        isText(each.message) &&
        (each.severity === 'error' || each.severity === 'warning' || each.severity === 'info') &&
        (each.line === undefined || typeof each.line === 'number'),
    )
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
