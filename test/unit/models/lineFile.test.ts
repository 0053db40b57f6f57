import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineFile, type LinePlace } from '../../../src/models/lineFile.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hone-lines-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('LineFile', () => {
  it('has handed a line to the system when append returns, also while the disk is flushed', async () => {
    const file = new LineFile(folder, 'run');
    const flushed: Promise<LinePlace>[] = [];
    for (const line of ['a', 'b', 'ü']) {
      flushed.push(file.append(line));
      expect(readFileSync(path.join(folder, 'run.1.jsonl'), 'utf8')).toMatch(new RegExp(`${line}\n$`));
    }
    const name = path.join(folder, 'run.1.jsonl');
    expect(await Promise.all(flushed)).toEqual([0, 2, 4].map((offset) => ({ file: name, offset })));
    await file.close();
    expect(readFileSync(path.join(folder, 'run.1.jsonl'), 'utf8')).toBe('a\nb\nü\n');
  });

  it('takes the next free number and writes nothing before the first line', async () => {
    writeFileSync(path.join(folder, 'run.1.jsonl'), 'old\n');
    const file = new LineFile(folder, 'run');
    expect(readdirSync(folder)).toEqual(['run.1.jsonl']);
    await file.append('new');
    await file.close();
    expect(readFileSync(path.join(folder, 'run.2.jsonl'), 'utf8')).toBe('new\n');
    expect(readFileSync(path.join(folder, 'run.1.jsonl'), 'utf8')).toBe('old\n');
  });
});
