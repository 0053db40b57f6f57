import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { HoneError } from '../core/errors.js';
import { flushFolder } from './lineFile.js';

/** A batch of requests that an endpoint works on, or is about to. */
export interface BatchRecord {
  /** Given to the endpoint with the batch, so that it can be found there. */
  readonly name: string;
  /** The run, or other work, that it was made for. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The process that makes it. */
  readonly pid: number;
  /** Key and repeat of each request. */
  readonly requests: readonly (readonly [key: string, repeat: number])[];
  /** What the endpoint calls it; absent until it has said so. */
  readonly batchId?: string;
}

/** Endpoints keep results for 30 days; what is older cannot be fetched any more. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

/**
 * Batches under way, on disk, one file each: written before the batch is made and again when the endpoint has named it, so
 * that whoever comes after a crash finds it instead of paying again.
 */
export class BatchRecords {
  private constructor(
    private readonly folder: string,
    readonly owner: string,
    /** Batches that others have left, and this owner at an earlier time. */
    readonly earlier: readonly BatchRecord[],
  ) {}

  /**
   * Reads the records in a folder, which need not exist yet.
   * @param options.shared whether batches of other owners may be used
   * @throws HoneError `bad-config` naming the file when one cannot be read
   */
  static async open(
    folder: string,
    options: { readonly owner: string; readonly shared: boolean },
  ): Promise<BatchRecords> {
    const earlier: BatchRecord[] = [];
    const oldest = Date.now() - KEPT_MS;
    for (const file of await recordFiles(folder)) {
      const record = await readRecord(file);
      if (!record) continue;
      if (record.at < oldest) await rm(file, { force: true });
      else if (options.shared || record.owner === options.owner) earlier.push(record);
    }
    return new BatchRecords(folder, options.owner, earlier);
  }

  /** Notes that a batch is about to be made. Resolves when that is on the disk. */
  async begin(requests: BatchRecord['requests']): Promise<BatchRecord> {
    const name = randomBytes(12).toString('hex');
    const record = { name, owner: this.owner, at: Date.now(), pid: process.pid, requests };
    await this.write(record);
    return record;
  }

  /** Notes what the endpoint calls a batch. */
  async named(record: BatchRecord, batchId: string): Promise<BatchRecord> {
    const named = { ...record, batchId };
    await this.write(named);
    return named;
  }

  /** The record as it is now, undefined when it is gone. */
  reread({ name }: BatchRecord): Promise<BatchRecord | undefined> {
    return readRecord(this.fileOf(name));
  }

  async remove({ name }: BatchRecord): Promise<void> {
    await rm(this.fileOf(name), { force: true });
  }

  private fileOf(name: string): string {
    return path.join(this.folder, `${name}.json`);
  }

  private async write(record: BatchRecord): Promise<void> {
    const file = this.fileOf(record.name);
    const draft = `${file}.${process.pid}.tmp`;
    try {
      await mkdir(this.folder, { recursive: true });
      const handle = await open(draft, 'w');
      try {
        await handle.writeFile(JSON.stringify(record));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, file);
      await flushFolder(this.folder);
    } catch (error) {
      throw unusable(file, 'cannot be written', error);
    }
  }
}

async function recordFiles(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    return names.map((name) => path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unusable(folder, 'cannot be read', error);
  }
}

async function readRecord(file: string): Promise<BatchRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BatchRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, 'cannot be read', error);
  }
}

function unusable(file: string, fault: string, cause: unknown): HoneError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new HoneError({
    reason: 'bad-config',
    message: `The note of a batch under way, ${file}, ${fault}: ${detail}.`,
    nextStep: 'Make it readable and writable; to delete it means to pay for its requests again.',
    place: { file },
    cause,
  });
}
