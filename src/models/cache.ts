import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { HoneError } from '../core/errors.js';
import type { ModelCall, ModelRole } from '../core/run.js';
import { orCancelled, sleep } from './abort.js';
import { lineOf, LineReader, parsedAnswer, scanAnswers, type StoredAnswer } from './answerFiles.js';
import { LineFile } from './lineFile.js';
import type { Model, ModelAnswer } from './model.js';
import { requestKey } from './requestKey.js';

export interface AnswerStoreOptions {
  /** Begins the names of the files that this store writes; a run's id, so that a resumed run finds its own. */
  readonly name: string;
  /** Serve answers that stores of other names have written. Default true. */
  readonly shared?: boolean;
}

/** A place is a file's number times this, plus the bytes before the line: files of up to 64 GB, 131,072 of them. */
const BYTES_PER_FILE = 2 ** 36;

/** How long a store that is being closed waits for requests that were cancelled. */
const LAST_WORDS_MS = 1000;

interface Shared {
  readonly work: Promise<ModelAnswer>;
  readonly abort: AbortController;
  callers: number;
}

/**
 * Answers that were paid for, on disk. Append-only JSON Lines, one new file per opened store: several processes may write
 * into one folder, and a line torn by a crash is never written on. An answer is on the disk before it is handed out.
 *
 * In memory are only the places of answers, about 100 bytes each: an answer is read from its file when it is served.
 * Answers that another process stores after this store was opened are not seen by it; they are asked for again.
 */
export class AnswerStore {
  private readonly file: LineFile;
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly inFlight = new Map<string, Shared>();
  private readonly places = new Map<string, number>();
  private readonly files: string[] = [];
  private readonly fileNumbers = new Map<string, number>();
  private readonly earlier: string[] = [];
  private readonly faults: string[] = [];
  private readonly reader = new LineReader();

  private constructor(
    private readonly folder: string,
    name: string,
  ) {
    this.file = new LineFile(folder, name);
  }

  /**
   * Finds the answers in a folder, which need not exist yet. Nothing is written before the first answer.
   * @throws HoneError `bad-config` naming the folder or file when it cannot be read.
   */
  static async open(folder: string, options: AnswerStoreOptions): Promise<AnswerStore> {
    const store = new AnswerStore(folder, options.name);
    const own = new RegExp(`^${escapeForRegExp(options.name)}\\.\\d+\\.jsonl$`);
    for (const name of await filesIn(folder)) {
      const isOwn = own.test(name);
      if (options.shared === false ? !isOwn : !name.endsWith('.jsonl')) continue;
      const file = path.join(folder, name);
      if (isOwn) store.earlier.push(file);
      try {
        await scanAnswers(
          file,
          ({ key, offset }) => store.note(key, file, offset),
          (line) => store.faults.push(torn(file, `line ${line}`)),
        );
      } catch (error) {
        throw unusable(file, 'Stored answers cannot be read from', error);
      }
    }
    return store;
  }

  /** What could not be read, a sentence each, with file and line. */
  get problems(): readonly string[] {
    return this.faults;
  }

  /**
   * Answers that an earlier store of the same name has written, read anew.
   * @throws HoneError `bad-config` naming the file when it cannot be read.
   */
  own(): readonly StoredAnswer[] {
    return this.earlier.flatMap((file) => {
      try {
        return linesIn(readFileSync(file)).flatMap((line) => parsedAnswer(line) ?? []);
      } catch (error) {
        throw unusable(file, 'Stored answers cannot be read from', error);
      }
    });
  }

  /** Whether an answer is stored, as far as this store knows. */
  has(key: string): boolean {
    return this.places.has(compactKey(key));
  }

  get size(): number {
    return this.places.size;
  }

  /** A stored answer, read from the disk. One that has gone from there since is no longer stored. */
  get(key: string): ModelAnswer | undefined {
    const compact = compactKey(key);
    const place = this.places.get(compact);
    if (place === undefined) return undefined;
    const file = this.files[Math.floor(place / BYTES_PER_FILE)]!;
    const offset = place % BYTES_PER_FILE;
    const stored = this.readAt(file, offset);
    if (stored?.key === key) return stored.answer;
    this.places.delete(compact);
    this.faults.push(torn(file, `byte ${offset}`));
    return undefined;
  }

  /**
   * Stores an answer; resolves when it is on the disk.
   * @throws HoneError `bad-config` naming the file when it cannot be written.
   */
  async put(stored: StoredAnswer): Promise<void> {
    try {
      const { file, offset } = await this.file.append(lineOf(stored));
      this.note(stored.key, file, offset);
    } catch (error) {
      throw unusable(this.folder, 'An answer could not be stored in', error);
    }
  }

  /**
   * The stored answer, or the one that `produce` gives, stored. Equal requests at the same time share one: it is stopped
   * when all who wait for it have been cancelled.
   */
  async through(
    key: string,
    role: ModelRole,
    produce: (signal: AbortSignal) => Promise<ModelAnswer>,
    signal?: AbortSignal,
  ): Promise<{ readonly answer: ModelAnswer; readonly cached: boolean }> {
    const known = this.get(key);
    if (known) return { answer: known, cached: true };
    const running = this.inFlight.get(key);
    const shared = running ?? this.begin(key, role, produce);
    shared.callers++;
    try {
      return { answer: await orCancelled(shared.work, signal), cached: running !== undefined };
    } finally {
      if (--shared.callers === 0) {
        shared.abort.abort();
        if (this.inFlight.get(key) === shared) this.inFlight.delete(key);
      }
    }
  }

  /**
   * Closes the file once the requests under way have ended: those that were cancelled still have to be counted, and an
   * answer that comes all the same is kept. A model that does not listen to its signal is not waited for long.
   */
  async close(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      Promise.allSettled(this.underWay),
      sleep(LAST_WORDS_MS, patience.signal).catch(() => undefined),
    ]);
    patience.abort();
    await this.file.close();
    this.reader.close();
  }

  private note(key: string, file: string, offset: number): void {
    let number = this.fileNumbers.get(file);
    if (number === undefined) {
      number = this.files.push(file) - 1;
      this.fileNumbers.set(file, number);
    }
    this.places.set(compactKey(key), number * BYTES_PER_FILE + offset);
  }

  private readAt(file: string, offset: number): StoredAnswer | undefined {
    try {
      return parsedAnswer(this.reader.read(file, offset));
    } catch {
      return undefined;
    }
  }

  private begin(
    key: string,
    role: ModelRole,
    produce: (signal: AbortSignal) => Promise<ModelAnswer>,
  ): Shared {
    const abort = new AbortController();
    const work = produce(abort.signal).then(async (answer) => {
      await this.put({ key, role, answer });
      return answer;
    });
    this.underWay.add(work);
    // Whoever was cancelled no longer listens; the failure has been told to those who still do.
    work.catch(() => undefined).finally(() => this.underWay.delete(work));
    const shared: Shared = { work, abort, callers: 0 };
    this.inFlight.set(key, shared);
    return shared;
  }
}

/** The model with every answer kept in a store, and served from there the next time. */
export function withStore(
  model: Model,
  options: {
    readonly store: AnswerStore;
    readonly role: ModelRole;
    /** Told of each answer that was served without a request. */
    readonly onCached?: (call: ModelCall) => void;
  },
): Model {
  const { store, role, onCached } = options;
  return {
    ...model,
    async complete(request, call = {}) {
      const key = requestKey(model, request);
      const { answer, cached } = await store.through(
        key,
        role,
        (signal) => model.complete(request, { signal }),
        call.signal,
      );
      if (cached)
        onCached?.({ role, key, cached: true, ...(answer.tokens && { tokens: answer.tokens }), cost: 0 });
      return answer;
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unusable(folder, 'Stored answers cannot be read from', error);
  }
}

function linesIn(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end;
    lines.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

/** Half of a hash, as 16 characters of one byte each: 128 bits are enough to tell requests apart. */
function compactKey(key: string): string {
  return /^[0-9a-f]{64}$/.test(key) ? Buffer.from(key, 'hex').toString('latin1', 0, 16) : key;
}

function torn(file: string, place: string): string {
  return `${file}, ${place}: an answer was not written to its end and is asked for again.`;
}

function unusable(folder: string, fault: string, error: unknown): HoneError {
  const detail = error instanceof Error ? error.message : String(error);
  return new HoneError({
    reason: 'bad-config',
    message: `${fault} ${folder}: ${detail}.`,
    nextStep: 'Make room there or make it readable and writable, then resume the run.',
    place: { file: folder },
    cause: error,
  });
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
