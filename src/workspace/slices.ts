import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** How long synchronous work may keep others from their turn, in milliseconds. */
const SLICE_MS = 10;

/**
 * Calls synchronous work for each item, and lets others have their turn every 10 ms. For many small things that would
 * take several times as long as promises.
 */
export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let until = performance.now() + SLICE_MS;
  for (const item of items) {
    work(item);
    if (performance.now() < until) continue;
    await new Promise(setImmediate);
    until = performance.now() + SLICE_MS;
  }
}

/** Reads many small files one after another with three system calls each. */
export class ByteReader {
  readonly #buffer: Buffer;

  /** @param capacity size in bytes up to which a file is read into the one buffer */
  constructor(capacity: number) {
    // One byte more tells a file that fills the buffer from one that has grown beyond it.
    this.#buffer = Buffer.allocUnsafe(capacity + 1);
  }

  /** The bytes of a file. They are good until the next read. @throws what the file system says */
  read(file: string): Uint8Array {
    const descriptor = openSync(file, 'r');
    try {
      let length = 0;
      for (let read = -1; read !== 0 && length < this.#buffer.length; length += read) {
        read = readSync(descriptor, this.#buffer, length, this.#buffer.length - length, length);
      }
      return length < this.#buffer.length ? this.#buffer.subarray(0, length) : readFileSync(file);
    } finally {
      closeSync(descriptor);
    }
  }
}
