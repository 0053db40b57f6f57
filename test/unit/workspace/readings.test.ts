import { mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPrompts } from '../../../src/workspace/index.js';
import { tree } from './tree.js';

const PAST = new Date('2024-01-01T00:00:00Z');
const FILES = {
  '.git/HEAD': '',
  'prompts/a.md': 'Sort {{ticket}}.\n',
  'prompts/b.md': 'Sort.\n',
  'prompts/broken.prompt.yml': 'messages: [',
  'other.txt': 'x',
};

async function settle(root: string, files: Iterable<string>): Promise<void> {
  for (const file of files) await utimes(path.join(root, file), PAST, PAST);
}

/** A marked root whose files have not changed for long. */
async function settled(files: Readonly<Record<string, string>> = FILES): Promise<string> {
  const root = await tree(files);
  await settle(root, Object.keys(files));
  return root;
}

async function listed(root: string) {
  const read: string[] = [];
  const listings = await listPrompts(root, { onRead: (file) => read.push(file) });
  return { listings, read: read.sort() };
}

const indexOf = (root: string) => path.join(root, '.hone', 'index.json');
const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

describe('the index of readings', () => {
  it('lets a second listing say the same without reading a file', async () => {
    const root = await settled();
    const first = await listed(root);
    expect(first.read).toEqual(['prompts/a.md', 'prompts/b.md', 'prompts/broken.prompt.yml']);
    const second = await listed(root);
    expect(second.read).toEqual([]);
    expect(second.listings).toEqual(first.listings);
    expect(second.listings.find((each) => each.path.endsWith('.yml'))!.problems).toHaveLength(1);
    expect(await readFile(path.join(root, '.hone', '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('reads again what has changed, and forgets what is gone', async () => {
    const root = await settled();
    await listed(root);
    await writeFile(path.join(root, 'prompts/a.md'), 'Sort {{letter}}.\n');
    await rm(path.join(root, 'prompts/b.md'));
    await writeFile(path.join(root, 'prompts/c.md'), 'New.');
    const { listings, read } = await listed(root);
    expect(read).toEqual(['prompts/a.md', 'prompts/c.md']);
    expect(listings.map((each) => [each.path, each.placeholders])).toEqual([
      ['prompts/a.md', ['letter']],
      ['prompts/broken.prompt.yml', []],
      ['prompts/c.md', []],
    ]);
    expect(await readFile(indexOf(root), 'utf8')).not.toContain('prompts/b.md');
  });

  it('does not trust a file that has just changed: another write may leave the same mtime', async () => {
    const root = await settled();
    await listed(root);
    const file = path.join(root, 'prompts/a.md');
    await writeFile(file, 'Sort {{one}}.');
    const { mtime } = await stat(file);
    await listed(root);
    await writeFile(file, 'Sort {{two}}.');
    await utimes(file, mtime, mtime);
    const { listings } = await listed(root);
    expect(listings[0]!.placeholders).toEqual(['two']);
  });

  it('looks for test sets each time', async () => {
    const root = await settled();
    await listed(root);
    await writeFile(path.join(root, 'prompts/a.csv'), 'ticket\nx\n');
    const { listings, read } = await listed(root);
    expect(read).toEqual([]);
    expect(listings[0]!.testset).toBe('prompts/a.csv');
  });

  it('keeps what hone.yaml names apart from what the search finds', async () => {
    const root = await settled({ ...FILES, 'hone.yaml': 'prompts:\n  - path: other.txt\n' });
    expect((await listed(root)).read).toContain('other.txt');
    const again = await listed(root);
    expect(again.read).toEqual([]);
    expect(again.listings.map((each) => each.path)).toContain('other.txt');
    await writeFile(path.join(root, 'hone.yaml'), 'prompts: []\n');
    expect((await listed(root)).listings.map((each) => each.path)).not.toContain('other.txt');
  });

  it.each([
    ['no JSON', '{"version":'],
    ['of another version', '{"version":"0","files":{"prompts/a.md":[1,2,null]}}'],
    ['a list', '[]'],
    [
      'full of nonsense',
      '{"version":"1 unbuilt","files":{"prompts/a.md":[17,1704067200000,{"format":3}],"x":7}}',
    ],
    ['empty', ''],
  ])('is written anew when it is %s', async (_, text) => {
    const root = await settled();
    const { listings } = await listed(root);
    await writeFile(indexOf(root), text);
    const again = await listed(root);
    expect(again.listings).toEqual(listings);
    expect(again.read).toHaveLength(3);
    expect((await listed(root)).read).toEqual([]);
  });

  it('is not written again when nothing has changed', async () => {
    const root = await settled();
    await listed(root);
    await utimes(indexOf(root), PAST, PAST);
    await listed(root);
    expect((await stat(indexOf(root))).mtimeMs).toBe(PAST.getTime());
  });

  it('does not make a root of a folder that is none', async () => {
    const root = await settled();
    await listed(path.join(root, 'prompts'));
    expect(await exists(path.join(root, 'prompts', '.hone'))).toBe(false);
  });

  it('does not follow a .hone that leads elsewhere', async () => {
    const root = await settled();
    const elsewhere = await tree({});
    await symlink(elsewhere, path.join(root, '.hone'));
    expect((await listed(root)).listings).toHaveLength(3);
    expect(await exists(path.join(elsewhere, 'index.json'))).toBe(false);
  });

  it('is done without where it cannot be written', async () => {
    const root = await settled();
    // A folder in the place of the file fails for every user, the superuser included.
    await mkdir(path.join(indexOf(root), 'in-the-way'), { recursive: true });
    expect((await listed(root)).listings).toHaveLength(3);
    expect((await listed(root)).listings).toHaveLength(3);
  });
});

describe('files whose content decides', () => {
  const CODE = {
    '.git/HEAD': '',
    'src/plain.py': 'GREETING = "Hello"\n',
    'src/marked.py': '# hone: prompt\nPROMPT = "Sort {ticket}."\n',
    'src/generated.py': `# hone: prompt\nPROMPT = "Sort."\n${'# filler\n'.repeat(60_000)}`,
  };

  it('are read once, whatever they turn out to be, unless they are large', async () => {
    const root = await settled(CODE);
    const first = await listed(root);
    expect(first.listings.map((each) => each.path)).toEqual(['src/marked.py']);
    expect(first.read).toEqual(['src/marked.py', 'src/plain.py']);
    const second = await listed(root);
    expect(second.listings).toEqual(first.listings);
    expect(second.read).toEqual([]);
  });

  it('become prompts when they are changed into some', async () => {
    const root = await settled(CODE);
    await listed(root);
    await writeFile(path.join(root, 'src/plain.py'), '# hone: prompt\nPROMPT = "Sort."\n');
    const { listings, read } = await listed(root);
    expect(listings.map((each) => each.path)).toEqual(['src/marked.py', 'src/plain.py']);
    expect(read).toEqual(['src/plain.py']);
  });
});

describe('files that are too large', () => {
  it('are refused before they are read', async () => {
    const root = await settled({ ...FILES, 'prompts/huge.md': 'x'.repeat(5_000_001) });
    const { listings, read } = await listed(root);
    expect(read).not.toContain('prompts/huge.md');
    expect(listings.find((each) => each.path === 'prompts/huge.md')!.problems[0]!.message).toContain('5 MB');
  });
});
