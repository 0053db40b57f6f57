import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PromptDocument } from '../../../src/core/prompt.js';
import type { TestSet } from '../../../src/core/testset.js';
import { embeddedTestSet, readTestSet, type ColumnMapping } from '../../../src/testsets/index.js';
import { BARE, faultOf, prompt, read as readFile } from './helpers.js';

function read(
  text: string,
  options: { file?: string; document?: PromptDocument; mapping?: ColumnMapping } = {},
): TestSet {
  const { file = 'prompts/triage.csv', ...reading } = options;
  return readFile(file, text, reading);
}

function warnings(set: TestSet) {
  return set.problems.filter((problem) => problem.severity === 'warning');
}

describe('CSV', () => {
  it('reads quoted cells over several lines, with a BOM and mixed line ends, and keeps line numbers', () => {
    const set = read(
      '\uFEFFinput,expected\r\n"first\r\nsecond, ""third""",bug\n\nplain,billing\r\n\r\nlast,bug',
    );
    expect(set.cases.map((row) => [row.line, row.vars.input, row.expected])).toEqual([
      [2, 'first\nsecond, "third"', 'bug'],
      [5, 'plain', 'billing'],
      [7, 'last', 'bug'],
    ]);
    expect(set.columns).toEqual(['input', 'expected']);
  });

  it.each([
    ['semicolons', 'input;expected\na, b;c\n', 'x.csv'],
    ['tabs in a .csv', 'input\texpected\na, b\tc\n', 'x.csv'],
    ['tabs', 'input\texpected\na, b\tc\n', 'x.tsv'],
    ['a quoted header', '"input";"expected"\n"a, b";c\n', 'x.csv'],
  ])('finds the separator: %s', (_, text, file) => {
    expect(read(text, { file }).cases[0]).toMatchObject({ vars: { input: 'a, b' }, expected: 'c' });
  });

  it('takes quotation marks in a tab-separated file as text where they do not enclose cells', () => {
    const set = read('input\texpected\nthe "new" one\tbug\n', { file: 'x.tsv' });
    expect(set.cases[0]!.vars.input).toBe('the "new" one');
    expect(set.problems[0]).toMatchObject({ severity: 'info', line: 2 });
  });

  it('keeps expected values as text, also when they look like numbers', () => {
    expect(read('input,expected\na,007\n').cases[0]!.expected).toBe('007');
  });

  it.each([
    ['a row with too many cells', 'input,expected\na,b\nc,d,e\n', 3, '3 cells where the header has 2'],
    ['a row with too few cells', 'input,expected\n\na\n', 3, '1 cell where the header has 2'],
    ['a quote that is never closed', 'input,expected\na,b\n"c,d\ne,f\n', 3, 'never closed'],
    [
      'a quote that is never closed after doubled ones',
      'input,expected\na,""\n"""c""\n""d,d\ne,f\n',
      3,
      'never closed',
    ],
    ['a quote inside a cell', 'input,expected\na,x "b" y\n', 2, 'inside a cell'],
    ['a repeated column', 'input,input\na,b\n', 1, '"input" twice'],
  ])('names the line of %s', (_, text, line, words) => {
    const fault = faultOf(() => read(text));
    expect(fault.reason).toBe('bad-test-set');
    expect(fault.place).toEqual({ file: 'prompts/triage.csv', line });
    expect(fault.message).toContain(`prompts/triage.csv:${line}: `);
    expect(fault.message).toContain(words);
  });

  it.each(['', '\n\n', 'input,expected\n', 'input,expected\n,\n'])(
    'refuses a set without rows: %j',
    (text) => {
      expect(faultOf(() => read(text)).reason).toBe('empty-test-set');
    },
  );

  it('refuses bytes that are not UTF-8', () => {
    const fault = faultOf(() => readTestSet('x.csv', new Uint8Array([0x69, 0xff, 0xfe]), BARE));
    expect(fault).toMatchObject({ reason: 'bad-test-set', place: { file: 'x.csv' } });
  });

  it('gives back any cells that were written with quotes', () => {
    const cell = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\r\n?/g, '\n'));
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const kept = rows.filter(([a, b]) => a.trim() !== '' || b.trim() !== '');
        fc.pre(kept.length > 0);
        const set = read(`input,expected\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}`);
        expect(set.cases.map((row) => [row.vars.input, row.expected ?? ''])).toEqual(kept);
      }),
    );
  });
});

describe('JSON and JSON lines', () => {
  it('reads flat rows and rows with nested variables', () => {
    const text = [
      '{"input": "a", "expected": {"total": 3}}',
      '',
      '{"vars": {"input": {"b": [1, 2]}}, "expected": ["x", "y"], "guard": true}',
      '{"inputs": {"input": 5}, "expected": null}',
    ].join('\n');
    expect(read(text, { file: 'x.jsonl' }).cases).toMatchObject([
      { line: 1, vars: { input: 'a' }, expected: { total: 3 }, guard: false },
      { line: 3, vars: { input: '{"b":[1,2]}' }, expected: ['x', 'y'], guard: true },
      { line: 4, vars: { input: '5' } },
    ]);
    expect(read(text, { file: 'x.jsonl' }).cases[2]).not.toHaveProperty('expected');
  });

  it('reads an array with the line of each row', () => {
    const text =
      '[\n  {"input": "a]{", "expected": "b"},\n  {\n    "input": "c \\" ,"\n  , "expected": "d"}\n]\n';
    expect(read(text, { file: 'x.json' }).cases.map((row) => [row.line, row.vars.input])).toEqual([
      [2, 'a]{'],
      [3, 'c " ,'],
    ]);
  });

  it('reads one object per line in a .json file', () => {
    expect(read('{"input": "a"}\n{"input": "b"}\n', { file: 'x.json' }).cases.map((row) => row.line)).toEqual(
      [1, 2],
    );
  });

  it.each([
    ['x.jsonl', '{"input": "a"}\n{"input": b}\n', 2],
    ['x.jsonl', '{"input": "a"}\n["b"]\n', 2],
    ['x.json', '[{"input": "a"},\n{"input": "b"\n]', 2],
    ['x.json', '[{"input": "a"},\n\n{"input": tru},{"input": "c"}]', 3],
    ['x.json', '[{"input": "a"}\n{"input": "b"}]', 1],
    ['x.json', '[{"input": "a"},\n', 1],
    ['x.json', '{"rows":\n []}', 1],
    ['x.jsonl', '{"input": "a"}\n{"vars": {"input": "b"}, "input": "c"}', 2],
  ])('names the line of a broken row in %s: %j', (file, text, line) => {
    const fault = faultOf(() => read(text, { file }));
    expect(fault.reason).toBe('bad-test-set');
    expect(fault.place).toEqual({ file, line });
  });

  it('keeps a key such as __proto__ an ordinary column', () => {
    const set = read('{"input": "a", "__proto__": "b"}', { file: 'x.jsonl' });
    expect(set.columns).toEqual(['input', '__proto__']);
    expect(Object.entries(set.cases[0]!.vars)).toEqual([
      ['input', 'a'],
      ['__proto__', 'b'],
    ]);
  });

  it('names a row that lacks the value of a placeholder', () => {
    const document = prompt(['ticket']);
    const fault = faultOf(() => read('{"ticket": "a"}\n{"note": "b"}', { file: 'x.jsonl', document }));
    expect(fault).toMatchObject({ reason: 'bad-test-set', place: { file: 'x.jsonl', line: 2 } });
    expect(fault.message).toContain('"ticket"');
  });

  it('refuses a kind of file that it does not know', () => {
    expect(faultOf(() => read('a', { file: 'x.xlsx' })).nextStep).toContain('.csv');
  });
});

describe('placeholders', () => {
  it('fills by exact name first, then by a name that differs in case and separators', () => {
    const document = prompt(['ticket_text', 'Tone']);
    const set = read('Ticket Text,tone,Tone,label\nhi,low,high,bug\n', { document });
    expect(set.cases[0]!.vars).toEqual({ ticket_text: 'hi', tone: 'low', Tone: 'high' });
    expect(set.expectedColumn).toBe('label');
    expect(set.problems).toEqual([
      { severity: 'info', message: 'The placeholder "ticket_text" is filled from the column "Ticket Text".' },
      {
        severity: 'info',
        message: 'The column "label" is the expected answer: that is what its name says.',
      },
    ]);
  });

  it('explains a placeholder that no column fills', () => {
    const document = prompt(['ticket'], 'You sort tickets.\n\n{{ ticket }}\n');
    const fault = faultOf(() => read('tickets,team,expected\na,b,c\n', { document }));
    expect(fault.reason).toBe('unfilled-placeholder');
    expect(fault.place).toEqual({ file: 'prompts/triage.md', line: 3 });
    expect(fault.message).toBe(
      'prompts/triage.md:3 uses the placeholder "ticket", and no column of prompts/triage.csv fills it: the columns are "tickets", "team", "expected"; the nearest is "tickets".',
    );
    expect(fault.nextStep).toContain('columns: { vars: { ticket: tickets } }');
  });

  it('does not choose between two columns that match alike', () => {
    const fault = faultOf(() => read('Ticket,TICKET\na,b\n', { document: prompt(['ticket']) }));
    expect(fault.reason).toBe('unfilled-placeholder');
  });

  it('follows the mapping, and warns where the model is shown the answer', () => {
    const document = prompt(['ticket']);
    const set = read('body,label\nhi,bug\n', {
      document,
      mapping: { vars: { ticket: 'body', gone: 'body' } },
    });
    expect(set.cases[0]).toMatchObject({ vars: { ticket: 'hi' }, expected: 'bug' });
    expect(warnings(set)).toHaveLength(1);
    const leaking = read('body,label\nhi,bug\n', {
      document,
      mapping: { expected: 'label', vars: { ticket: 'label' } },
    });
    expect(
      leaking.problems.some((problem) => problem.message.includes('shows the model the expected answer')),
    ).toBe(true);
  });

  it('refuses a mapping to a column that is not there', () => {
    const fault = faultOf(() => read('body,label\nhi,bug\n', { mapping: { input: 'boddy' } }));
    expect(fault.reason).toBe('bad-config');
    expect(fault.nextStep).toContain('"body"');
  });
});

describe('input and expected columns', () => {
  it.each([
    ['question,answer', 'question', 'answer'],
    ['text,output,expected', 'text', 'expected'],
    ['ticket,label', 'ticket', 'label'],
    ['Expected Output,user_input,note', 'user_input', 'Expected Output'],
    ['id,guard,message,expected', 'message', 'expected'],
  ])('%s', (header, input, expected) => {
    const cells = header.split(',').map((_, index) => `c${index}`);
    const set = read(`${header}\n${cells.join(',')}\n`);
    expect(set.inputColumn).toBe(input);
    expect(set.expectedColumn).toBe(expected);
    expect(set.cases[0]!.vars[input]).toBe(cells[header.split(',').indexOf(input)]);
    expect(set.cases[0]!.vars).not.toHaveProperty(expected);
  });

  it('asks where two columns can be meant', () => {
    const fault = faultOf(() => read('question,text,expected\na,b,c\n'));
    expect(fault.message).toContain('"question", "text"');
    const set = read('input,label,output\na,b,c\n');
    expect(set.expectedColumn).toBeUndefined();
    expect(set.problems[0]).toMatchObject({ severity: 'warning' });
    expect(read('input,label,output\na,b,c\n', { mapping: { expected: 'output' } }).cases[0]!.expected).toBe(
      'c',
    );
  });

  it('refuses a table in which nothing looks like the input', () => {
    const fault = faultOf(() => read('left,right,expected\na,b,c\n'));
    expect(fault).toMatchObject({ reason: 'bad-test-set', place: { file: 'prompts/triage.csv' } });
    expect(fault.nextStep).toContain('"input"');
  });

  it('needs no input column for a prompt with placeholders', () => {
    expect(
      read('left,right,expected\na,b,c\n', { document: prompt(['left', 'right']) }).inputColumn,
    ).toBeUndefined();
  });
});

describe('rows', () => {
  it('reads guards and warns about values that are neither yes nor no', () => {
    const set = read('input,guard\na,TRUE\nb,1\nc,yes\nd,\ne,maybe\n');
    expect(set.cases.map((row) => row.guard)).toEqual([true, true, true, false, false]);
    expect(warnings(set)).toMatchObject([{ severity: 'warning', line: 6 }]);
  });

  it('names rows by their id column and makes ids unique', () => {
    const set = read('id,input\nx,a\nx,b\nx-2,c\n,d\n');
    expect(set.cases.map((row) => row.id).slice(0, 3)).toEqual(['x', 'x-2', 'x-2-2']);
    expect(new Set(set.cases.map((row) => row.id)).size).toBe(4);
    expect(warnings(set).map((problem) => problem.line)).toEqual([3, 4]);
  });

  it('names rows by their input, so that moving a row or correcting its label keeps the id', () => {
    const [a, b] = read('input,expected\na,x\nb,y\n').cases;
    const [second, first] = read('input,expected\nb,y\na,corrected\n').cases;
    expect([first!.id, second!.id]).toEqual([a!.id, b!.id]);
    const twice = read('input,expected\na,x\na,y\n');
    expect(twice.cases[1]!.id).toBe(`${a!.id}-2`);
    expect(warnings(twice)).toMatchObject([{ severity: 'warning', line: 3 }]);
  });

  it('leaves rows without an expected value unlabelled', () => {
    const set = read('input,expected\na,\nb,x\n');
    expect(set.cases[0]).not.toHaveProperty('expected');
    expect(set.cases[1]!.expected).toBe('x');
  });

  it('skips unnamed columns', () => {
    const set = read(',input,expected\n0,a,b\n');
    expect(set.columns).toEqual(['input', 'expected']);
    expect(set.problems[0]).toMatchObject({ severity: 'info', line: 1 });
  });
});

describe('rows inside a prompt file', () => {
  it('maps them like a file of their own', () => {
    const document: PromptDocument = {
      ...prompt(['input']),
      path: 'invoice.prompt.yml',
      embedded: {
        rows: [{ input: 'a', expected: { total: 1 } }, { input: 2 }],
        lines: [9, 12],
        evaluators: [],
      },
    };
    expect(embeddedTestSet(document)).toMatchObject({
      path: 'invoice.prompt.yml',
      format: 'embedded',
      expectedColumn: 'expected',
      cases: [
        { vars: { input: 'a' }, expected: { total: 1 }, line: 9 },
        { vars: { input: '2' }, line: 12 },
      ],
    });
  });

  it('are absent from most prompts', () => {
    expect(embeddedTestSet(BARE)).toBeUndefined();
  });
});
