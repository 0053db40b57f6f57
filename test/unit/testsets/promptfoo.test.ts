import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import type { TestSet } from '../../../src/core/testset.js';
import type { OpenReference } from '../../../src/testsets/index.js';
import { assertionFromText, splitList } from '../../../src/testsets/promptfoo/assertionText.js';
import { faultOf, lines, messagesOf, prompt, read } from './helpers.js';

const TICKET = prompt(['ticket']);

function parse(cell: string) {
  const problems: { message: string }[] = [];
  const assertion = assertionFromText(cell, 2, problems as never);
  return { assertion, warned: problems.map(({ message }) => message) };
}

describe('the text of an assertion', () => {
  it.each([
    ['bug', { type: 'equals', value: 'bug' }],
    ['  bug  ', { type: 'equals', value: 'bug' }],
    ['equals: bug', { type: 'equals', value: 'bug' }],
    ['contains:  a b ', { type: 'contains', value: 'a b' }],
    ['not-contains: a', { type: 'not-contains', value: 'a' }],
    ['contains: first\nsecond: third', { type: 'contains', value: 'first\nsecond: third' }],
    ['contains-all: a, "b, c" ,d', { type: 'contains-all', value: ['a', 'b, c', 'd'] }],
    ['not-icontains-any:a,b', { type: 'not-icontains-any', value: ['a', 'b'] }],
    ['is-json', { type: 'is-json' }],
    ['is-json: {"type": "object"} ', { type: 'is-json', value: ' {"type": "object"}' }],
    ['similar: kind words', { type: 'similar', value: 'kind words', threshold: 0.8 }],
    ['similar(0.4): kind words', { type: 'similar', value: 'kind words', threshold: 0.4 }],
    ['levenshtein: abc', { type: 'levenshtein', value: 'abc', threshold: 0.75 }],
    ['levenshtein(5): abc', { type: 'levenshtein', value: 'abc', threshold: 5 }],
    ['latency(2000)', { type: 'latency', threshold: 2000 }],
    ['cost(0)', { type: 'cost', threshold: 0 }],
    ['starts-with: Dear', { type: 'starts-with', value: 'Dear', threshold: 0.75 }],
    ['regex: ^a:b$', { type: 'regex', value: '^a:b$' }],
    ['javascript: output.length < 5 ', { type: 'javascript', value: 'output.length < 5' }],
    ['fn:output', { type: 'javascript', value: 'output' }],
    ['eval:output', { type: 'javascript', value: 'output' }],
    ['grade: is kind', { type: 'llm-rubric', value: ' is kind' }],
    ['llm-rubric: is kind', { type: 'llm-rubric', value: ' is kind' }],
    ['python: len(output)', { type: 'python', value: 'len(output)' }],
    ['file://check.py', { type: 'python', value: 'file://check.py' }],
    ['file://check.py:grade', { type: 'python', value: 'file://check.py:grade' }],
    ['file://check.mjs', { type: 'javascript', value: 'file://check.mjs' }],
    ['file://answer.txt', { type: 'equals', value: 'file://answer.txt' }],
    ['toString: x', { type: 'equals', value: 'toString: x' }],
    ['Note: fine', { type: 'equals', value: 'Note: fine' }],
  ])('%j', (cell, wanted) => {
    expect(parse(cell)).toEqual({ assertion: wanted, warned: [] });
  });

  it.each([
    ['contain: x', 'nearest is "contains"'],
    ['lm-rubric: x', 'nearest is "llm-rubric"'],
    ['bleu(0.7): x', 'does not use the number'],
    ['similar:cosine: x', 'reads "similar:cosine: x" as "similar"'],
  ])('warns of %j', (cell, words) => {
    expect(parse(cell).warned.join()).toContain(words);
  });

  it('gives back any items that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (items) => {
        const text = items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`).join(' , ');
        expect(splitList(text)).toEqual(items);
      }),
    );
  });

  it('reads any cell in bounded time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '\\', ':', '(', '-'), maxLength: 2000 }),
        (cell) => {
          expect(parse(`contains-all:${cell}`).assertion.type).toBe('contains-all');
        },
      ),
    );
    expect(splitList(`"${'""'.repeat(20_000)}`).length).toBeGreaterThan(0);
  });
});

describe('promptfoo tables', () => {
  it('reads all reserved columns', () => {
    const set = read(
      'tests.csv',
      [
        'ticket, __expected1 ,__expected2,__metric,__threshold,__metadata:area,__metadata:tags[],__config:__expected2:threshold,__description,__prefix,__suffix',
        'hi,contains: a,similar: b,tone,0.5,billing,"x, y\\, z",0.9,first row,Hello ,!',
        'ho,bug,,,,,,,,,',
      ],
      { document: TICKET },
    );
    expect(set).toMatchObject({ format: 'promptfoo', columns: ['ticket'] });
    expect(set.cases[0]).toMatchObject({
      vars: { ticket: 'hi' },
      asserts: [
        { type: 'contains', value: 'a', metric: 'tone' },
        { type: 'similar', value: 'b', threshold: 0.9, metric: 'tone' },
      ],
      threshold: 0.5,
      metadata: { area: 'billing', tags: ['x', 'y, z'] },
      description: 'first row',
      prefix: 'Hello ',
      suffix: '!',
    });
    expect(set.cases[1]).toMatchObject({ asserts: [{ type: 'equals', value: 'bug' }], expected: 'bug' });
    expect(set.cases[1]).not.toHaveProperty('threshold');
  });

  it('leaves rows without any assertion unlabelled', () => {
    const set = read('tests.csv', 'ticket,__expected\na,bug\nb, \n', { document: TICKET });
    expect(set.cases[1]).not.toHaveProperty('asserts');
    expect(set.cases[1]).not.toHaveProperty('expected');
    expect(messagesOf(set, 'info').at(-1)).toContain('1 of 2 rows have no expected answer');
  });

  it('takes one underscore for an ordinary column, with a warning', () => {
    const set = read('tests.csv', 'ticket,_expected,__expected\na,b,c\n', { document: TICKET });
    expect(set.cases[0]!.vars._expected).toBe('b');
    expect(messagesOf(set, 'warning')[0]).toContain('write "__expected"');
  });

  it('takes marks inside cells as text, as promptfoo does', () => {
    const set = read('tests.csv', 'ticket,__expected\nsay "hi" now,contains: "hi"\n', { document: TICKET });
    expect(set.cases[0]).toMatchObject({ vars: { ticket: 'say "hi" now' }, asserts: [{ value: '"hi"' }] });
  });

  it.each([
    ['a threshold that is no number', 'ticket,__expected,__threshold\na,b,high\n', '"high"'],
    [
      'an unknown setting',
      'ticket,__expected,__config:__expected:weight\na,b,1\n',
      '__config:__expected:weight',
    ],
    ['a column from 0', 'ticket,__expected,__config:__expected0:threshold\na,b,1\n', '__config:__expected0'],
  ])('refuses %s', (_, text, words) => {
    const fault = faultOf(() => read('tests.csv', text, { document: TICKET }));
    expect(fault).toMatchObject({ reason: 'bad-test-set', place: { file: 'tests.csv', line: 2 } });
    expect(fault.message).toContain(words);
  });

  it('reads a flat list in YAML by the rules of tables', () => {
    const set = read(
      'tests.yaml',
      '- ticket: a\n  __expected: "contains: b"\n- ticket: 5\n  __expected: 6\n',
      { document: TICKET },
    );
    expect(set.cases).toMatchObject([
      { vars: { ticket: 'a' }, asserts: [{ type: 'contains', value: 'b' }], line: 1 },
      { vars: { ticket: '5' }, asserts: [{ type: 'equals', value: '6' }], line: 3 },
    ]);
  });
});

const SUITE = [
  'description: sorting',
  'prompts: [a.txt]',
  'providers: [openai:x]',
  'assertionTemplates:',
  '  polite: { type: not-contains, value: stupid }',
  'defaultTest:',
  '  vars: { tone: calm, team: [a team, b team] }',
  '  threshold: 0.5',
  '  options: { prefix: "To {{team}}: ", provider: openai:judge }',
  '  metadata: { origin: default }',
  '  assert:',
  "    - $ref: '#/assertionTemplates/polite'",
  'tests:',
  '  - description: one',
  '    vars: { ticket: "Hi, {{name}}", name: Ada, team: c }',
  '    assert: [{ type: equals, value: bug }]',
  '    metadata: { origin: own }',
  '  - vars:',
  '      ticket: |',
  '        two lines',
  '        here',
  '    options: { disableDefaultAsserts: true }',
  '    threshold: 0',
  '    assert:',
  '      - type: assert-set',
  '        threshold: 0.5',
  '        assert: [{ type: contains, value: x, weight: 2 }]',
];

describe('promptfoo tests', () => {
  const suite = (): TestSet => read('promptfooconfig.yaml', SUITE, { document: TICKET });

  it('merges the default test, multiplies lists and fills values into values', () => {
    const [one, ...two] = suite().cases;
    expect(one).toMatchObject({
      line: 14,
      description: 'one',
      vars: { ticket: 'Hi, Ada', tone: 'calm', team: 'c' },
      threshold: 0.5,
      prefix: 'To {{team}}: ',
      metadata: { origin: 'own' },
      asserts: [
        { type: 'not-contains', value: 'stupid', provider: 'openai:judge' },
        { type: 'equals', value: 'bug' },
      ],
    });
    expect(one).not.toHaveProperty('expected');
    expect(two.map((row) => row.vars)).toMatchObject([
      { ticket: 'two lines\nhere', team: 'a team' },
      { ticket: 'two lines\nhere', team: 'b team' },
    ]);
    expect(two[0]).toMatchObject({
      line: 18,
      threshold: 0,
      asserts: [
        {
          type: 'assert-set',
          threshold: 0.5,
          assert: [{ type: 'contains', weight: 2, provider: 'openai:judge' }],
        },
      ],
    });
  });

  it('reads JSON and JSON lines of tests', () => {
    const tests = [
      { vars: { ticket: 'a' }, assert: [{ type: 'equals', value: 'x' }] },
      { vars: { ticket: 'b' } },
    ];
    for (const [file, text] of [
      ['t.json', JSON.stringify(tests)],
      ['t.jsonl', lines(...tests)],
      ['t.json', JSON.stringify({ prompts: ['p'], tests })],
    ] as const) {
      const set = read(file, text, { document: TICKET });
      expect(set.format).toBe('promptfoo');
      expect(set.cases).toMatchObject([{ expected: 'x', vars: { ticket: 'a' } }, { vars: { ticket: 'b' } }]);
      expect(set.cases[1]).not.toHaveProperty('asserts');
    }
  });

  it('reads scenarios as every test under every configuration', () => {
    const set = read(
      'promptfooconfig.yaml',
      [
        'prompts: [a]',
        'scenarios:',
        '  - config: [{ vars: { ticket: a } }, { vars: { ticket: b }, assert: [{ type: contains, value: c }] }]',
        '    tests: [{ vars: { n: 1 }, assert: [{ type: equals, value: x }] }, { vars: { n: 2 } }]',
      ],
      { document: TICKET },
    );
    expect(set.cases.map(({ vars, asserts }) => [vars.ticket, vars.n, asserts?.length ?? 0])).toEqual([
      ['a', '1', 1],
      ['a', '2', 0],
      ['b', '1', 2],
      ['b', '2', 1],
    ]);
  });

  it('multiplies by lists of texts only, and not where it is told not to', () => {
    const rows = (vars: unknown, options = {}) =>
      read('t.json', JSON.stringify([{ vars, options, assert: [] }]), { document: TICKET }).cases.map(
        ({ vars: row }) => row.ticket,
      );
    expect(rows({ ticket: ['a', 'b'], n: ['1', '2'] })).toEqual(['a', 'a', 'b', 'b']);
    expect(rows({ ticket: [1, 2] })).toEqual(['[1,2]']);
    expect(rows({ ticket: ['a', 'b'] }, { disableVarExpansion: true })).toEqual(['["a","b"]']);
  });

  it('sends a prompt alone for tests without variables', () => {
    const set = read('t.json', JSON.stringify([{ assert: [{ type: 'contains', value: 'x' }] }]));
    expect(set).not.toHaveProperty('inputColumn');
    expect(set.cases).toMatchObject([{ vars: {} }]);
  });

  it.each([
    ['an assertion without a type', [{ vars: {}, assert: [{ value: 'x' }] }], '"type"'],
    [
      'assertions that are no list',
      [
        { vars: {}, assert: [] },
        { vars: {}, assert: { type: 'x' } },
      ],
      'not a list',
    ],
    ['a weight that is no number', [{ vars: {}, assert: [{ type: 'equals', weight: '2' }] }], '"weight"'],
    [
      'a reference to nothing',
      [{ vars: {}, assert: [{ $ref: '#/assertionTemplates/x' }] }],
      'leads to nothing',
    ],
    ['a reference out of the file', [{ vars: {}, assert: [{ $ref: 'http://x/y' }] }], 'leads to nothing'],
    [
      'two transforms',
      [{ vars: {}, options: { transform: 'a' }, assert: [{ type: 'equals', transform: 'b' }] }],
      '"transform"',
    ],
    [
      'too many combinations',
      [
        {
          vars: Object.fromEntries('abcdefg'.split('').map((name) => [name, Array(10).fill('x')])),
          assert: [],
        },
      ],
      '10,000,000 rows',
    ],
  ])('refuses %s', (_, tests, words) => {
    const fault = faultOf(() => read('t.json', JSON.stringify(tests), { document: TICKET }));
    expect(fault.reason).toBe('bad-test-set');
    expect(fault.place.file).toBe('t.json');
    expect(fault.message).toContain(words);
  });

  it('warns of programs that it does not run', () => {
    const test = {
      vars: { ticket: 'a' },
      assert: [{ type: 'equals', value: 'x' }],
      assertScoringFunction: 'file://s.js',
      options: { transformVars: 'x' },
    };
    expect(messagesOf(read('t.json', JSON.stringify([test]), { document: TICKET }), 'warning')).toHaveLength(
      2,
    );
  });
});

describe('files of promptfoo tests', () => {
  const files: Readonly<Record<string, string>> = {
    'rows/a.csv': 'ticket,__expected\na,contains: x\n',
    'rows/b.yaml': '- vars: { ticket: b }\n',
    'rows/vars.yaml': 'ticket: from a file\n',
    'rows/long.txt': 'a long text\n',
    'rows/schema.json': '{"type": "object"}',
  };
  const open: OpenReference = (_, reference) => {
    const paths = reference.endsWith('*.csv')
      ? ['rows/a.csv', 'rows/a.csv']
      : [reference.replace(/^\.\//, '')];
    return paths.flatMap((path) =>
      Object.hasOwn(files, path) ? [{ path, bytes: encodeText(files[path]!) }] : [],
    );
  };
  const suite = (...more: string[]) =>
    read(
      'promptfooconfig.yaml',
      ['prompts: [p]', 'defaultTest: { threshold: 0.4, assert: [{ type: is-json }] }', ...more],
      { document: TICKET, open },
    );

  it.each([
    ['one path', ['tests: rows/a.csv'], ['a']],
    ['a file URL', ['tests: file://rows/a.csv'], ['a']],
    ['an object with a path', ['tests: { path: rows/b.yaml }'], ['b']],
    [
      'a list of paths and tests',
      ['tests: [rows/a.csv, { vars: { ticket: c } }, ./rows/b.yaml]'],
      ['a', 'c', 'b'],
    ],
    ['a pattern', ['tests: rows/*.csv'], ['a', 'a']],
    [
      'variables from a file',
      ['tests: [{ vars: rows/vars.yaml }, { vars: [rows/vars.yaml] }]'],
      ['from a file', 'from a file'],
    ],
    ['a value from a file', ['tests: [{ vars: { ticket: file://rows/long.txt } }]'], ['a long text']],
  ])('reads %s', (_, text, tickets) => {
    const set = suite(...text);
    expect(set.cases.map(({ vars }) => vars.ticket)).toEqual(tickets);
    expect(
      set.cases.every(({ threshold, asserts }) => threshold === 0.4 && asserts![0]!.type === 'is-json'),
    ).toBe(true);
    expect(set.cases.every(({ line }) => line === 3)).toBe(true);
  });

  it('reads the data of an assertion from a file, and leaves programs to the scorers', () => {
    const [row] = suite(
      'tests: [{ vars: { ticket: a }, assert: [{ type: is-json, value: file://rows/schema.json }, { type: javascript, value: file://s.mjs }] }]',
    ).cases;
    expect(row!.asserts!.slice(1)).toEqual([
      { type: 'is-json', value: { type: 'object' } },
      { type: 'javascript', value: 'file://s.mjs' },
    ]);
  });

  it.each([
    ['a file that is gone', 'tests: rows/gone.csv', 'No file fits'],
    ['another machine', 'tests: https://docs.google.com/x', 'not on this machine'],
    ['a program', 'tests: file://make.py:rows', 'does not run'],
    ['a picture', 'tests: [{ vars: { ticket: file://a.png } }]', 'No file fits'],
    [
      'a default test that is gone',
      'tests: [{ vars: { ticket: a } }]\ndefaultTest: file://x.yaml',
      'is not valid YAML',
    ],
  ])('refuses %s', (_, text, words) => {
    expect(faultOf(() => suite(text)).message).toContain(words);
  });

  it('refuses references where files cannot be opened', () => {
    const fault = faultOf(() => read('c.yaml', ['prompts: [p]', 'tests: rows/a.csv'], { document: TICKET }));
    expect(fault).toMatchObject({ reason: 'bad-test-set', place: { file: 'c.yaml', line: 2 } });
  });
});
