import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { cannotStore } from './paths.js';

/** Bytes that are kept in memory before they go to the file. */
const BLOCK = 256 * 1024;
const HEADER = 4;

/**
 * Texts that are written once and read now and then, without holding them in memory: beyond 256 kB they are in a file,
 * which nobody else sees and which goes away with the process where the system allows it, else with `close`.
 */
export class Spill {
  private block = Buffer.allocUnsafe(BLOCK);
  private filled = 0;
  /** Bytes in the file. */
  private written = 0;
  private descriptor: number | undefined;

  /** @param file does not exist yet, in a folder that does */
  constructor(private readonly file: string) {}

  /**
   * Keeps a text.
   * @returns where it is, for `read`
   * @throws HoneError `bad-config` when the file cannot be written
   */
  add(text: string): number {
    const size = HEADER + Buffer.byteLength(text);
    if (this.filled + size > this.block.length) this.flush();
    if (size > this.block.length) this.block = Buffer.allocUnsafe(size);
    const place = this.written + this.filled;
    this.block.writeUInt32LE(size - HEADER, this.filled);
    this.block.write(text, this.filled + HEADER);
    this.filled += size;
    return place;
  }

  /** The text at a place that `add` has told. */
  read(place: number): string {
    const inBlock = place - this.written;
    if (inBlock >= 0) {
      const from = inBlock + HEADER;
      return this.block.toString('utf8', from, from + this.block.readUInt32LE(inBlock));
    }
    const size = this.bytesAt(place, HEADER).readUInt32LE(0);
    return this.bytesAt(place + HEADER, size).toString('utf8');
  }

  close(): void {
    if (this.descriptor === undefined) return;
    closeSync(this.descriptor);
    this.descriptor = undefined;
    rmSync(this.file, { force: true });
  }

  private flush(): void {
    try {
      this.descriptor ??= this.create();
      for (let from = 0; from < this.filled;) {
        from += writeSync(this.descriptor, this.block, from, this.filled - from, this.written + from);
      }
    } catch (error) {
      throw cannotStore(path.dirname(this.file), error);
    }
    this.written += this.filled;
    this.filled = 0;
  }

  private create(): number {
    const descriptor = openSync(this.file, 'wx+', 0o600);
    // An open file without a name is gone when the process is, however it ends.
    if (process.platform !== 'win32') rmSync(this.file);
    return descriptor;
  }

  private bytesAt(position: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    for (let filled = 0; filled < size;) {
      const read = readSync(this.descriptor!, bytes, filled, size - filled, position + filled);
      if (read === 0) throw new Error(`${this.file} ended before what was written to it.`);
      filled += read;
    }
    return bytes;
  }
}
