import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/workspace/config.js';
import { draftConfig, loadTask } from '../../../src/workspace/index.js';
import { tree } from './tree.js';

const LABELS =
  'text,label\n' +
  ['bug', 'praise']
    .map((label) => `Some ${label},${label}\n`)
    .join('')
    .repeat(4);
const FILES = {
  'prompts/triage.md': 'Sort.\n',
  'prompts/triage.csv': LABELS,
  'prompts/lonely.md': 'Nobody tests me.\n',
  'prompts/mismatch.md': 'Sort {{mail}}.\n',
  'prompts/mismatch.csv': LABELS,
  'inside.prompt.yml':
    'messages:\n  - role: user\n    content: "{{input}}"\ntestData:\n  - input: a\n    expected: b\nevaluators:\n  - name: same\n    string: { equals: "{{expected}}" }\n',
};

describe('a drafted hone.yaml', () => {
  it('says what was found, and why', async () => {
    const { text, prompts } = await draftConfig(await tree(FILES));
    const { prompts: entries } = parseConfig(text);
    expect(entries).toMatchObject([
      { path: 'inside.prompt.yml' },
      { path: 'prompts/mismatch.md', tests: 'prompts/mismatch.csv' },
      { path: 'prompts/triage.md', tests: 'prompts/triage.csv', scorers: [{ type: 'label' }] },
    ]);
    expect(text).toMatch(
      /# The expected values are 2 labels|# Scored by label: The expected values are 2 labels/,
    );
    expect(text).toContain('# It cannot be scored yet: prompts/mismatch.md:1 uses the placeholder "mail"');
    expect(text).toMatch(/ {2}# - path: prompts\/lonely\.md\n {2}# {3}There is no test set/);
    expect(text).toContain('    # columns: { input: text, expected: label }\n');
    expect(prompts.map((prompt) => [prompt.path, prompt.tests, prompt.problem !== undefined])).toEqual([
      ['inside.prompt.yml', 'inside.prompt.yml', false],
      ['prompts/lonely.md', null, true],
      ['prompts/mismatch.md', 'prompts/mismatch.csv', true],
      ['prompts/triage.md', 'prompts/triage.csv', false],
    ]);
    expect(text.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it('changes nothing of what a run does', async () => {
    const root = await tree(FILES);
    const before = await Promise.all(
      ['prompts/triage.md', 'inside.prompt.yml'].map((file) => loadTask(root, file)),
    );
    await writeFile(path.join(root, 'hone.yaml'), (await draftConfig(root)).text);
    const after = await Promise.all(
      ['prompts/triage.md', 'inside.prompt.yml'].map((file) => loadTask(root, file)),
    );
    for (const [index, task] of after.entries()) {
      expect(task.testset).toEqual(before[index]!.testset);
      expect(task.scorerConfigs).toEqual(before[index]!.scorerConfigs);
    }
  });

  it('takes nothing from the file that is there', async () => {
    const root = await tree({ ...FILES, 'hone.yaml': 'prompts: broken\n' });
    expect((await draftConfig(root)).prompts).toHaveLength(4);
  });

  it('is a valid one where there is nothing', async () => {
    expect(parseConfig((await draftConfig(await tree({}))).text)).toEqual({ prompts: [] });
    const lonely = await draftConfig(await tree({ 'prompts/lonely.md': 'x' }));
    expect(parseConfig(lonely.text)).toEqual({ prompts: [] });
    expect(lonely.text).toContain('# - path: prompts/lonely.md');
  });

  it('holds names and labels of any kind', async () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => {
      const isName = !/[/\\\0]/.test(text) && !text.startsWith('.') && text.trim() === text;
      return isName && Buffer.byteLength(text) < 200;
    });
    const label = fc.constantFrom('a # b', 'x: y', '- z', '"q"', "it's", '\u2028', '# n', '{ m }');
    await fc.assert(
      fc.asyncProperty(name, fc.tuple(label, label), async (file, labels) => {
        const rows = labels.flatMap((each) => Array(4).fill({ input: 'x', expected: each }) as object[]);
        const root = await tree({
          [`prompts/${file}.md`]: 'Sort.',
          [`prompts/${file}.json`]: JSON.stringify(rows),
        });
        const { text } = await draftConfig(root);
        expect(parseConfig(text).prompts.map((entry) => entry.tests)).toEqual([`prompts/${file}.json`]);
      }),
      { numRuns: 60 },
    );
  });
});
