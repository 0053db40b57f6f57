import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { findRoot, listPrompts } from '../../../src/workspace/index.js';
import { mapBounded } from '../../../src/workspace/files.js';
import { faultOf, tree } from './tree.js';

const GITHUB = 'messages:\n  - role: system\n    content: Sort {{ticket}}.\n';

async function paths(root: string): Promise<string[]> {
  return (await listPrompts(root)).map((listing) => listing.path);
}

describe('finding prompts', () => {
  it('gives their spans, placeholders and test sets', async () => {
    const root = await tree({
      'prompts/triage.md': 'Sort {{ticket}}.\n',
      'prompts/triage.csv': 'ticket,label\na,b\n',
      'src/code.md': 'Not a prompt.\n',
    });
    const [listing, ...others] = await listPrompts(root);
    expect(others).toEqual([]);
    expect(listing).toMatchObject({
      path: 'prompts/triage.md',
      placeholders: ['ticket'],
      testset: 'prompts/triage.csv',
      problems: [],
    });
    expect(listing!.spans).toHaveLength(1);
    expect(listing!.spans[0]).toEqual({ id: 'body', role: 'user', start: 0, end: 16 });
  });

  it('leaves out what ignore files say, nested ones and exceptions included', async () => {
    const root = await tree({
      '.gitignore': 'drafts/\n*.tmp.md\n/prompts/old.md\n',
      '.ignore': 'secret/\n',
      'prompts/a.md': 'a',
      'prompts/old.md': 'a',
      'prompts/b.tmp.md': 'a',
      'prompts/keep/.gitignore': '!*.tmp.md\n/c.md\n',
      'prompts/keep/b.tmp.md': 'a',
      'prompts/keep/c.md': 'a',
      'prompts/keep/deep/c.md': 'a',
      'drafts/prompts/x.md': 'a',
      'secret/prompts/x.md': 'a',
      'node_modules/m/prompts/x.md': 'a',
      '.git/prompts/x.md': 'a',
      '.hone/prompts/x.md': 'a',
      '.github/prompts/review.prompt.md': 'a',
    });
    expect(await paths(root)).toEqual([
      '.github/prompts/review.prompt.md',
      'prompts/a.md',
      'prompts/keep/b.tmp.md',
      'prompts/keep/deep/c.md',
    ]);
  });

  it('respects the ignore files above a folder inside a repository, but not against the folder itself', async () => {
    const root = await tree({
      '.git/HEAD': '',
      '.gitignore': 'app/prompts/x.md\nout/\n',
      'app/prompts/x.md': 'a',
      'app/prompts/y.md': 'a',
      'out/prompts/z.md': 'a',
    });
    expect(await paths(path.join(root, 'app'))).toEqual(['prompts/y.md']);
    expect(await paths(path.join(root, 'out'))).toEqual(['prompts/z.md']);
  });

  it('does not follow symbolic links round in circles', async () => {
    const root = await tree({ 'prompts/a.md': 'a' });
    await symlink(root, path.join(root, 'prompts', 'loop'));
    expect(await paths(root)).toEqual(['prompts/a.md']);
  });

  it('lists a broken file with its problem', async () => {
    const root = await tree({
      'a.prompt.yml': 'messages:\n  - role: system\n    content: "x\n',
      'b.prompt.yml': GITHUB,
    });
    const [broken, fine] = await listPrompts(root);
    expect(broken).toMatchObject({ path: 'a.prompt.yml', format: 'unknown', spans: [], testset: null });
    expect(broken!.problems).toMatchObject([{ severity: 'error' }]);
    expect(broken!.problems[0]!.line).toBeGreaterThan(1);
    expect(fine!.problems).toEqual([]);
  });

  it('lists the files that hone.yaml names, and what is wrong with its entries', async () => {
    const root = await tree({
      'hone.yaml':
        'prompts:\n  - path: lib/any.text\n    tests: lib/missing.csv\n  - path: gone.md\n  - path: ../outside.md\n',
      'lib/any.text': 'Sort {{ticket}}.',
    });
    const listings = await listPrompts(root);
    const problems = new Map(listings.map((each) => [path.basename(each.path), each.problems]));
    expect(listings.find((each) => each.path === 'lib/any.text')).toMatchObject({ placeholders: ['ticket'] });
    expect(problems.get('any.text')![0]!.message).toContain(
      'hone.yaml:2: There is no test set "lib/missing.csv"',
    );
    expect(problems.get('gone.md')![0]!.message).toContain('hone.yaml:4');
    expect(problems.get('outside.md')![0]!.message).toContain('outside the workspace');
  });

  it('shows a fault of hone.yaml on every prompt, and raises it when there is none', async () => {
    const root = await tree({ 'hone.yaml': 'prompt: []\n', 'prompts/a.md': 'a' });
    expect((await listPrompts(root))[0]!.problems[0]!.message).toContain('hone.yaml:1');
    const empty = await tree({ 'hone.yaml': 'prompt: []\n' });
    expect((await faultOf(() => listPrompts(empty))).reason).toBe('bad-config');
  });

  it('says so when the folder is not there, and when it is cancelled', async () => {
    const root = await tree({ 'prompts/a.md': 'a' });
    expect((await faultOf(() => listPrompts(path.join(root, 'gone')))).reason).toBe('not-found');
    const fault = await faultOf(() => listPrompts(root, { signal: AbortSignal.abort() }));
    expect(HoneError.is(fault, 'cancelled')).toBe(true);
  });
});

describe('pairing by name', () => {
  it.each([
    ['prompts/x.md', 'prompts/x.csv'],
    ['prompts/x.md', 'prompts/x.tests.tsv'],
    ['prompts/x.md', 'prompts/tests/x.jsonl'],
    ['prompts/x.md', 'tests/x.test.csv'],
    ['prompts/x.md', 'evals/x.json'],
    ['x.prompt.md', 'x.csv'],
    ['x.prompt.md', 'x.prompt.csv'],
    ['x.prompt.yml', 'data/x.csv'],
  ])('%s with %s', async (prompt, tests) => {
    const root = await tree({ [prompt]: prompt.endsWith('yml') ? GITHUB : 'a', [tests]: '' });
    expect((await listPrompts(root)).map((each) => each.testset)).toEqual([tests]);
  });

  it.each(['prompts/y.csv', 'prompts/x.txt.csv', 'other/x.csv', 'prompts/x.xlsx'])(
    'not with %s',
    async (tests) => {
      const root = await tree({ 'prompts/x.md': 'a', [tests]: '' });
      expect((await listPrompts(root)).map((each) => each.testset)).toEqual([null]);
    },
  );

  it('prefers the rows inside the prompt file, and the file beside it to one further off', async () => {
    const root = await tree({
      'a.prompt.yml': `${GITHUB}testData:\n  - ticket: x\n`,
      'a.csv': '',
      'prompts/x.md': 'a',
      'prompts/x.csv': '',
      'tests/x.csv': '',
    });
    expect((await listPrompts(root)).map((each) => each.testset)).toEqual(['a.prompt.yml', 'prompts/x.csv']);
  });

  it('does not look above the root', async () => {
    const root = await tree({ 'tests/x.csv': '', 'app/x.prompt.md': 'a' });
    expect((await listPrompts(path.join(root, 'app')))[0]!.testset).toBeNull();
  });
});

describe('the root', () => {
  it.each(['hone.yaml', '.hone/x', '.git/HEAD'])('is the nearest folder with %s', async (marker) => {
    const root = await tree({ [`a/${marker}`]: '', '.git/HEAD': '' });
    const deep = path.join(root, 'a', 'b', 'c');
    await mkdir(deep, { recursive: true });
    expect(await findRoot(deep)).toBe(path.join(root, 'a'));
    expect(await findRoot(path.join(root, 'a'))).toBe(path.join(root, 'a'));
  });
});

describe('bounded work', () => {
  it('keeps the order and the bound, and raises a failure', async () => {
    let running = 0;
    let most = 0;
    const results = await mapBounded([...Array(20).keys()], 3, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
      running--;
      return item * 2;
    });
    expect(results).toEqual([...Array(20).keys()].map((item) => item * 2));
    expect(most).toBe(3);
    await expect(mapBounded([1], 3, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
