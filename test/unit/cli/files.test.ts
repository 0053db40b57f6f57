import { chmod, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceBytes } from '../../../src/cli/files.js';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'hone-files-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('replaceBytes', () => {
  it('writes the bytes as they are, keeps the mode, and leaves nothing else behind', async () => {
    const file = path.join(folder, 'prompt.md');
    await writeFile(file, 'old');
    await chmod(file, 0o666);
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a, 0x62]);
    await replaceBytes(file, bytes);
    expect(new Uint8Array(await readFile(file))).toEqual(bytes);
    expect((await stat(file)).mode & 0o777).toBe(0o666);
    expect(await readdir(folder)).toEqual(['prompt.md']);
  });

  it('writes through a symbolic link', async () => {
    const file = path.join(folder, 'real.md');
    const link = path.join(folder, 'link.md');
    await writeFile(file, 'old');
    await symlink(file, link);
    await replaceBytes(link, new TextEncoder().encode('new'));
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await realpath(link)).toBe(file);
  });

  it('makes a file that is not there', async () => {
    const file = path.join(folder, 'fresh.json');
    await replaceBytes(file, new TextEncoder().encode('{}'));
    expect(await readFile(file, 'utf8')).toBe('{}');
  });
});
