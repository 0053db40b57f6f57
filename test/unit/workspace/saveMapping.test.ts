import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/workspace/config.js';
import { saveMapping } from '../../../src/workspace/index.js';
import { withMapping } from '../../../src/workspace/saveMapping.js';
import { faultOf, tree } from './tree.js';

const ROOT = '/root';
const put = (text: string, mapping: Parameters<typeof withMapping>[3], prompt = 'a.md') =>
  withMapping(text, ROOT, prompt, mapping);

describe('saving a column mapping', () => {
  it('makes hone.yaml where there is none', async () => {
    const root = await tree({ 'prompts/a.md': 'Sort it.' });
    await saveMapping(root, 'prompts/a.md', { input: 'Ticket text', vars: { tone: 'Tone' } });
    expect(await readFile(path.join(root, 'hone.yaml'), 'utf8')).toBe(
      'prompts:\n  - path: prompts/a.md\n    columns:\n      input: Ticket text\n      vars:\n        tone: Tone\n',
    );
  });

  it('adds to an entry and keeps comments, order, quoting and indentation', () => {
    const before = [
      '# our prompts',
      'prompts:',
      '    -   path: "a.md"   # the first',
      "        tests:   'rows/a.csv'",
      '        # scorers come later',
      '',
      '    - path: b.md # the second',
      '',
      '# the end',
    ].join('\n');
    expect(put(before, { expected: 'kind' })).toBe(
      before.replace("'rows/a.csv'\n", "'rows/a.csv'\n        columns:\n          expected: kind\n"),
    );
  });

  it('changes, adds and takes out single columns', () => {
    const before = [
      'prompts:',
      '  - path: a.md',
      '    columns:',
      '      input: body # the mail',
      '      expected: kind',
      '      vars:',
      '        a: one # first',
      '        b: two',
      '    tests: a.csv',
      '',
    ].join('\n');
    const after = put(before, { input: 'text', vars: { a: 'three', c: 'x: y' } });
    expect(after).toBe(
      [
        'prompts:',
        '  - path: a.md',
        '    columns:',
        '      input: text # the mail',
        '      vars:',
        '        a: three # first',
        "        c: 'x: y'",
        '    tests: a.csv',
        '',
      ]
        .join('\n')
        .replace("'x: y'", after.includes("'x: y'") ? "'x: y'" : '"x: y"'),
    );
  });

  it.each([
    [
      'a flow mapping',
      'prompts:\n  - path: a.md\n    columns: { input: a, vars: { x: y } } # c\n',
      'columns: { input: b, vars: { x: z } } # c',
    ],
    [
      'an entry in flow style',
      'prompts:\n  - { path: a.md, tests: b.csv }\n',
      '- { path: a.md, tests: b.csv, columns: { input: b, vars: { x: z } } }',
    ],
    ['another prompt only', 'prompts:\n  - path: b.md\n', '  - path: b.md\n  - path: a.md\n    columns:\n'],
    [
      'an empty list',
      'prompts: [] # none yet\n',
      'prompts:\n  - path: a.md\n    columns:\n      input: b\n      vars:\n        x: z # none yet\n',
    ],
    ['comments alone', '# nothing here', '# nothing here\nprompts:\n  - path: a.md\n'],
    ['no final newline', 'prompts:\n  - path: a.md', '  - path: a.md\n    columns:\n      input: b\n'],
    [
      'a list at the margin',
      'prompts:\n- path: b.md\n',
      '- path: b.md\n- path: a.md\n  columns:\n    input: b\n',
    ],
  ])('writes into %s', (_, before, words) => {
    const after = put(before, { input: 'b', vars: { x: 'z' } });
    expect(after).toContain(words);
    expect(parseConfig(after).prompts.find((each) => each.path === 'a.md')!.columns).toEqual({
      input: 'b',
      vars: { x: 'z' },
    });
  });

  it('keeps CRLF and a byte-order mark', () => {
    expect(put('\uFEFFprompts:\r\n  - path: a.md\r\n', { input: 'b' })).toBe(
      '\uFEFFprompts:\r\n  - path: a.md\r\n    columns:\r\n      input: b\r\n',
    );
  });

  it('changes nothing when nothing changes', () => {
    const before = 'prompts:\n  - path: a.md\n    columns: {input: b}\n';
    expect(put(before, { input: 'b' })).toBe(before);
  });

  it.each([
    ['broken YAML', 'prompts: {\n'],
    ['mixed line ends', 'prompts:\r\n  - path: a.md\n'],
    [
      'an alias as entry',
      'prompts:\n  - &x\n    path: b.md\n  - path: a.md\n    columns: &y { input: q }\n  - path: c.md\n    columns: *y\n',
    ],
  ])('refuses %s and writes nothing', async (name, text) => {
    const root = await tree({ 'hone.yaml': text });
    const work = () => saveMapping(root, 'a.md', { input: 'b' });
    expect((await faultOf(work)).reason, name).toBe('bad-config');
    expect(await readFile(path.join(root, 'hone.yaml'), 'utf8')).toBe(text);
  });

  it('gives back any mapping, all other entries as they were', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => text.trim() !== '' && !/[\r\n\u2028\u2029\u0085]/.test(text));
    const mapping = fc.record(
      {
        input: name,
        expected: name,
        vars: fc.dictionary(fc.stringMatching(/^[a-z]\w{0,8}$/), name, { minKeys: 1, maxKeys: 3 }),
      },
      { requiredKeys: [] },
    );
    const other = '  - path: b.md # other\n    tests: b.csv\n';
    fc.assert(
      fc.property(mapping, mapping, fc.boolean(), (first, second, isFlow) => {
        let text = `prompts:\n${isFlow ? '  - { path: a.md }' : '  - path: a.md'}\n${other}`;
        for (const each of [first, second]) {
          text = put(text, each);
          expect(parseConfig(text).prompts[0]!.columns).toEqual(each);
          expect(text).toContain(other);
        }
      }),
      { numRuns: 200 },
    );
  }, 20_000);
});
