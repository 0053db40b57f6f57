import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { HoneError } from '../core/errors.js';
import type { ModelCall, ModelRole } from '../core/run.js';
import { orCancelled, sleep } from './abort.js';
import { LineFile } from './lineFile.js';
import type { Model, ModelAnswer } from './model.js';
import { requestKey } from './requestKey.js';

export interface AnswerStoreOptions {
  /** Begins the names of the files that this store writes; a run's id, so that a resumed run finds its own. */
  readonly name: string;
  /** Serve answers that stores of other names have written. Default true. */
  readonly shared?: boolean;
}

/** An answer as it stands in a file. */
export interface StoredAnswer {
  readonly key: string;
  readonly role: ModelRole;
  readonly answer: ModelAnswer;
}

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
 */
export class AnswerStore {
  /** What could not be read, a sentence each, with file and line. */
  readonly problems: readonly string[];
  private readonly file: LineFile;
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly inFlight = new Map<string, Shared>();

  private constructor(
    private readonly folder: string,
    name: string,
    private readonly answers: Map<string, ModelAnswer>,
    private readonly earlier: readonly StoredAnswer[],
    problems: string[],
  ) {
    this.problems = problems;
    this.file = new LineFile(folder, name);
  }

  /**
   * Reads the answers in a folder, which need not exist yet. Nothing is written before the first answer.
   * @throws HoneError `bad-config` naming the folder or file when it cannot be read.
   */
  static async open(folder: string, options: AnswerStoreOptions): Promise<AnswerStore> {
    const answers = new Map<string, ModelAnswer>();
    const earlier: StoredAnswer[] = [];
    const problems: string[] = [];
    const own = new RegExp(`^${escapeForRegExp(options.name)}\\.\\d+\\.jsonl$`);
    const names = (await filesIn(folder)).filter((name) =>
      options.shared === false ? own.test(name) : name.endsWith('.jsonl'),
    );
    for (const name of names) {
      for (const stored of await readAnswers(path.join(folder, name), problems)) {
        answers.set(stored.key, stored.answer);
        if (own.test(name)) earlier.push(stored);
      }
    }
    return new AnswerStore(folder, options.name, answers, earlier, problems);
  }

  /** Answers that an earlier store of the same name has written. */
  own(): readonly StoredAnswer[] {
    return this.earlier;
  }

  get size(): number {
    return this.answers.size;
  }

  get(key: string): ModelAnswer | undefined {
    return this.answers.get(key);
  }

  /**
   * Stores an answer; resolves when it is on the disk.
   * @throws HoneError `bad-config` naming the file when it cannot be written.
   */
  async put({ key, role, answer }: StoredAnswer): Promise<void> {
    try {
      await this.file.append(JSON.stringify({ key, role, answer }));
    } catch (error) {
      throw unusable(this.folder, 'An answer could not be stored in', error);
    }
    this.answers.set(key, answer);
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
    const known = this.answers.get(key);
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

async function readAnswers(file: string, problems: string[]): Promise<StoredAnswer[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unusable(file, 'Stored answers cannot be read from', error);
  });
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const entry = parsedEntry(line);
    if (entry) return [entry];
    problems.push(`${file}, line ${index + 1}: an answer was not written to its end and is asked for again.`);
    return [];
  });
}

function parsedEntry(line: string): StoredAnswer | undefined {
  try {
    const entry = JSON.parse(line) as Partial<StoredAnswer>;
    const whole =
      typeof entry.key === 'string' &&
      typeof entry.role === 'string' &&
      typeof entry.answer?.text === 'string' &&
      typeof entry.answer.finishReason === 'string';
    return whole ? (entry as StoredAnswer) : undefined;
  } catch {
    return undefined;
  }
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
