import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { HoneError } from '../core/errors.js';
import type { RunEvent } from '../core/run.js';
import { isAlive } from '../models/processes.js';
import { cannotStore, runFolder } from './paths.js';

const JOURNAL = 'journal.jsonl';
const LOCK = 'lock';

/**
 * The append-only list of a run's events, one JSON object a line. An event is in the file before anything is done
 * because of it, so that a killed process loses nothing that it acted on.
 */
export class Journal {
  private constructor(
    private readonly descriptor: number,
    private readonly lockFile: string,
  ) {}

  /** Begins the journal of a new run. @throws HoneError `bad-config` when it cannot be stored. */
  static async create(root: string, runId: string): Promise<Journal> {
    const folder = runFolder(root, runId);
    try {
      await mkdir(folder, { recursive: true });
      const lockFile = takeLock(folder);
      return new Journal(openSync(path.join(folder, JOURNAL), 'ax'), lockFile);
    } catch (error) {
      throw HoneError.is(error) ? error : cannotStore(folder, error);
    }
  }

  /**
   * Opens the journal of a stored run to append to it; a line that was cut off by a crash is taken away first.
   * @throws HoneError `not-found`; `bad-usage` when another process is running it
   */
  static reopen(root: string, runId: string): { journal: Journal; events: RunEvent[] } {
    const folder = runFolder(root, runId);
    const file = path.join(folder, JOURNAL);
    if (!existsSync(file)) throw noSuchRun(runId);
    const lockFile = takeLock(folder);
    try {
      const bytes = readFileSync(file);
      const complete = bytes.lastIndexOf(0x0a) + 1;
      if (complete < bytes.length) truncateSync(file, complete);
      const events = parseEvents(bytes.subarray(0, complete).toString('utf8'), file);
      return { journal: new Journal(openSync(file, 'a'), lockFile), events };
    } catch (error) {
      releaseLock(lockFile);
      throw error;
    }
  }

  append(event: RunEvent): void {
    writeSync(this.descriptor, `${JSON.stringify(event)}\n`);
  }

  close(): void {
    closeSync(this.descriptor);
    releaseLock(this.lockFile);
  }
}

/**
 * The events of a stored run, also while another process is writing it.
 * @throws HoneError `not-found`, or `bad-config` when a line in the middle cannot be read
 */
export async function readJournal(root: string, runId: string): Promise<RunEvent[]> {
  const file = path.join(runFolder(root, runId), JOURNAL);
  const text = await readFile(file, 'utf8').catch(() => {
    throw noSuchRun(runId);
  });
  return parseEvents(text.slice(0, text.lastIndexOf('\n') + 1), file);
}

/** Adds one event to a run that nobody is running. */
export function appendToJournal(root: string, runId: string, event: RunEvent): void {
  const { journal } = Journal.reopen(root, runId);
  try {
    journal.append(event);
  } finally {
    journal.close();
  }
}

function parseEvents(text: string, file: string): RunEvent[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      try {
        return JSON.parse(line) as RunEvent;
      } catch (cause) {
        throw new HoneError({
          reason: 'bad-config',
          message: `The journal ${file} cannot be read at line ${index + 1}.`,
          nextStep: 'Delete that run, or restore the file; other runs are not concerned.',
          place: { file, line: index + 1 },
          cause,
        });
      }
    });
}

function noSuchRun(runId: string): HoneError {
  return new HoneError({
    reason: 'not-found',
    message: `There is no run ${runId} in this workspace.`,
    nextStep: 'Look at the list of stored runs for its id.',
  });
}

/** Locks of this process. In a container every process may have the same id, so the id alone proves nothing. */
const ownLocks = new Set<string>();

/** A lock that dies with its process: a lock file of a process that is gone is taken over. */
function takeLock(folder: string): string {
  const lockFile = path.join(folder, LOCK);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      ownLocks.add(lockFile);
      return lockFile;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(readFileSync(lockFile, 'utf8'));
      if (owner === process.pid ? ownLocks.has(lockFile) : isStillAlive(owner)) {
        throw new HoneError({
          reason: 'bad-usage',
          message: `The run ${path.basename(folder)} is being run by process ${owner}.`,
          nextStep: 'Wait for it to end, or stop it there.',
        });
      }
      rmSync(lockFile, { force: true });
    }
  }
  throw new Error(`The lock ${lockFile} could not be taken.`);
}

function releaseLock(lockFile: string): void {
  ownLocks.delete(lockFile);
  rmSync(lockFile, { force: true });
}

/** How long a process that was just killed may take to be gone, in steps of milliseconds. */
const DYING_STEPS = 6;
const DYING_STEP_MS = 50;

/** A process that is being killed counts as gone as soon as it is. */
function isStillAlive(pid: number): boolean {
  for (let step = 0; step < DYING_STEPS; step++) {
    if (!isAlive(pid)) return false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, DYING_STEP_MS);
  }
  return isAlive(pid);
}
