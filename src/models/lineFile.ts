import { closeSync, fdatasync, mkdirSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const flushData = promisify(fdatasync);

/** Where a line stands. */
export interface LinePlace {
  readonly file: string;
  /** Bytes before the line. */
  readonly offset: number;
}

/**
 * A new append-only file of lines. A line is with the system as soon as `append` is called, so that a killed process
 * loses none; it is on the disk when the promise resolves. Lines that come during a flush share the next one.
 */
export class LineFile {
  private descriptor: number | undefined;
  private path = '';
  /** Bytes written. */
  private size = 0;
  /** The last write may have stopped inside of a line. */
  private torn = false;
  private flushing: Promise<void> | undefined;
  private nextFlush: Promise<void> | undefined;
  private isNameFlushed = false;

  /** @param name the file is `name.1.jsonl`, or with the next number that is free. Nothing is written before the first line. */
  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  /** @throws the file system's error when the line cannot be written */
  async append(line: string): Promise<LinePlace> {
    const place = this.write(line);
    await this.flushed();
    return place;
  }

  /** Waits for what is being flushed. */
  async close(): Promise<void> {
    await Promise.allSettled([this.flushing, this.nextFlush]);
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private write(line: string): LinePlace {
    this.descriptor ??= this.create();
    const bytes = Buffer.from(`${this.torn ? '\n' : ''}${line}\n`);
    const offset = this.size + (this.torn ? 1 : 0);
    this.torn = true;
    for (let written = 0; written < bytes.length;) {
      const now = writeSync(this.descriptor, bytes, written);
      written += now;
      this.size += now;
    }
    this.torn = false;
    return { file: this.path, offset };
  }

  private create(): number {
    mkdirSync(this.folder, { recursive: true });
    for (let number = 1; ; number++) {
      try {
        this.path = path.join(this.folder, `${this.name}.${number}.jsonl`);
        return openSync(this.path, 'ax');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** A flush under way may have begun before the last line was written, so that line waits for the next. */
  private flushed(): Promise<void> {
    if (!this.flushing) return this.flush();
    this.nextFlush ??= this.flushing
      .catch(() => undefined)
      .then(() => {
        this.nextFlush = undefined;
        return this.flush();
      });
    return this.nextFlush;
  }

  private flush(): Promise<void> {
    const flushing = this.flushNow().finally(() => {
      if (this.flushing === flushing) this.flushing = undefined;
    });
    this.flushing = flushing;
    return flushing;
  }

  private async flushNow(): Promise<void> {
    if (!this.isNameFlushed) await flushFolder(this.folder);
    this.isNameFlushed = true;
    await flushData(this.descriptor!);
  }
}

/** Makes a new file's name durable too. Windows has no such call and does not need it. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
