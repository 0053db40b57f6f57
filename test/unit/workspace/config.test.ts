import { describe, expect, it } from 'vitest';
import { parseConfig, readConfig } from '../../../src/workspace/config.js';
import { faultOf, tree } from './tree.js';

describe('hone.yaml', () => {
  it('gives its entries with their lines', () => {
    const config = parseConfig(
      [
        '# settings',
        'prompts:',
        '  - path: prompts/triage.md',
        '    tests: prompts/triage.csv',
        '    scorers: [{ type: equals, weight: 2 }]',
        '  - path: b.md',
        '    columns: { input: body, expected: label, vars: { ticket: body } }',
        '    splits: { seed: 7, train: 0.5, validation: 0.2 }',
      ].join('\n'),
    );
    expect(config.prompts).toEqual([
      {
        path: 'prompts/triage.md',
        tests: 'prompts/triage.csv',
        scorers: [{ type: 'equals', weight: 2 }],
        line: 3,
      },
      {
        path: 'b.md',
        columns: { input: 'body', expected: 'label', vars: { ticket: 'body' } },
        splits: { seed: 7, train: 0.5, validation: 0.2 },
        line: 6,
      },
    ]);
  });

  it('gives what runs on a prompt go by', () => {
    const config = parseConfig(
      [
        'prompts:',
        '  - path: a.md',
        '    strategy: gpo',
        '    settings: { candidates: 4, retrieval: recency, warmup: true }',
        '    guidance: |',
        '      Keep it formal.',
        '      Say please.',
        '    pinned: ["Be kind.", "# Rules"]',
        '    maxWords: 200',
        '    traceCharacters: 1200',
      ].join('\n'),
    );
    expect(config.prompts[0]).toEqual({
      path: 'a.md',
      strategy: 'gpo',
      settings: { candidates: 4, retrieval: 'recency', warmup: true },
      guidance: 'Keep it formal.\nSay please.\n',
      pinned: ['Be kind.', '# Rules'],
      maxWords: 200,
      traceCharacters: 1200,
      line: 2,
    });
  });

  it('may be absent, empty, or use anchors', async () => {
    expect(await readConfig(await tree({}))).toEqual({ prompts: [] });
    expect(parseConfig('# nothing yet\n')).toEqual({ prompts: [] });
    const shared = parseConfig(
      'prompts:\n  - path: a.md\n    scorers: &s\n      - type: equals\n  - path: b.md\n    scorers: *s\n',
    );
    expect(shared.prompts[1]!.scorers).toEqual([{ type: 'equals' }]);
  });

  it.each([
    ['prompt:\n  - path: a.md\n', 1, '"prompt" is not a key of hone.yaml'],
    ['prompts:\n  - path: a.md\n    test: b.csv\n', 3, '"test" is not a key'],
    ['prompts:\n  - tests: b.csv\n', 2, '"path" is missing'],
    ['prompts:\n  - path: [a.md]\n', 2, '"path" must be a text'],
    ['prompts:\n  - path:\n', 2, '"path" must be a text'],
    ['prompts: a.md\n', 1, '"prompts" must be a list'],
    ['- path: a.md\n', 1, '"hone.yaml" must be a mapping'],
    ['prompts:\n  - a.md\n', 2, '"prompts[0]" must be a mapping'],
    [
      'prompts:\n  - path: a.md\n    columns:\n      vars:\n        ticket: [x]\n',
      5,
      '"vars.ticket" must be a text',
    ],
    ['prompts:\n  - path: a.md\n    splits:\n      seed: one\n', 4, '"seed" must be a whole number'],
    [
      'prompts:\n  - path: a.md\n    splits:\n      train: 2\n',
      4,
      '"train" must be a number between 0 and 1',
    ],
    ['prompts:\n  - path: a.md\n    splits: { train: 0.8 }\n', 2, 'no rows for the exam'],
    ['prompts:\n  - path: a.md\n    guidance: 7\n', 3, '"guidance" must be a text'],
    ['prompts:\n  - path: a.md\n    pinned: Be kind.\n', 3, '"pinned" must be a list'],
    ['prompts:\n  - path: a.md\n    pinned:\n      - [a]\n', 4, '"pinned[0]" must be a text'],
    ['prompts:\n  - path: a.md\n    maxWords: 0\n', 3, '"maxWords" must be a whole number above 0'],
    [
      'prompts:\n  - path: a.md\n    settings: { beam: [4] }\n',
      3,
      '"settings.beam" must be a text, a number',
    ],
    ['prices:\n  openai:m:\n    prompt: 1\n', 3, 'The key "completion" is missing'],
    ['prices:\n  openai:m: { prompt: -1, completion: 2 }\n', 2, '"prompt" must be a number of 0 or more'],
    ['prices: { "openai:m": 3 }\n', 1, '"prices.openai:m" must be a mapping'],
    ['prompts:\n  - path: a.md\n  - path: a.md\n', 3, 'has an entry already'],
    ['prompts:\n  - path: a.md\n    scorers:\n      - type: equals\n        vale: x\n', 5, '"vale"'],
    ['prompts:\n  - path: a.md\n    scorers:\n      - type: regexp\n', 4, '"regexp"'],
    ['prompts:\n  - path: a.md\n    scorers:\n      - weight: 1\n', 4, 'no "type"'],
    ['prompts:\n  - path: a.md\n    scorers:\n      - { type: javascript }\n', 4, '"file" is missing'],
    ['prompts:\n  - path: a.md\n    scorers: equals\n', 3, '"scorers" must be a list'],
    ['prompts:\n  - path: "a.md\n', 3, 'not valid YAML'],
    ['prompts: []\nprompts: []\n', 2, 'not valid YAML'],
    ['__proto__: 1\n', 1, '"__proto__" is not a key'],
  ])('%j is refused at line %i', async (text, line, words) => {
    const fault = await faultOf(() => parseConfig(text));
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain(words);
    expect(fault.message).toContain(`hone.yaml:${line}: `);
    expect(fault.place).toEqual({ file: 'hone.yaml', line });
    expect(fault.nextStep).not.toBe('');
  });
});
