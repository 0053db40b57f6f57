import { describe, expect, it } from 'vitest';
import type { TestSet } from '../../../src/core/testset.js';
import { BARE, faultOf, lines, messagesOf, prompt, read } from './helpers.js';

/** What is asked and what is expected, row by row. */
function pairs(set: TestSet) {
  return set.cases.map((row) => [row.vars[set.inputColumn!], row.expected]);
}

describe('conversations', () => {
  it('reads fine-tuning rows: the last answer is expected, and system texts give way to the prompt', () => {
    const set = read(
      'chat.jsonl',
      lines(
        {
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Capital of Peru?' },
            { role: 'assistant', content: 'Lima' },
          ],
        },
        {
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'And of Chile?' },
            { role: 'assistant', content: 'Do you mean the country?', weight: 0 },
            { role: 'user', content: [{ type: 'text', text: 'Yes.' }] },
            { role: 'assistant', content: 'Santiago' },
          ],
          tools: [],
        },
      ),
    );
    expect(set).toMatchObject({ format: 'chat', inputColumn: 'messages', expectedColumn: 'expected' });
    expect(pairs(set)).toEqual([
      ['Capital of Peru?', 'Lima'],
      ['user: And of Chile?\n\nassistant: Do you mean the country?\n\nuser: Yes.', 'Santiago'],
    ]);
    expect(set.cases[1]!.turns).toEqual([
      { role: 'user', content: 'And of Chile?' },
      { role: 'assistant', content: 'Do you mean the country?' },
      { role: 'user', content: 'Yes.' },
    ]);
    expect(messagesOf(set, 'info')[0]).toContain('The system text inside the rows of chat.jsonl gives way');
  });

  it('warns of system texts that differ, since they may be data', () => {
    const row = (system: string) => ({
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: system },
        { role: 'assistant', content: 'x' },
      ],
    });
    expect(messagesOf(read('a.jsonl', lines(row('One.'), row('Two.'))), 'warning')[0]).toContain(
      '2 different',
    );
  });

  it('reads OpenAI evals with their ideal answers, and a question in a system text', () => {
    const set = read(
      'eval.jsonl',
      lines(
        {
          input: [
            { role: 'system', content: 'Add.' },
            { role: 'user', content: '2+2' },
          ],
          ideal: '4',
        },
        { input: [{ role: 'system', content: 'What is 3+3?' }], ideal: ['6', 'six'] },
      ),
    );
    expect(set).toMatchObject({ format: 'openai-evals', inputColumn: 'input', expectedColumn: 'ideal' });
    expect(pairs(set)).toEqual([
      ['2+2', '4'],
      ['What is 3+3?', ['6', 'six']],
    ]);
  });

  it('keeps the last turn as input where the answer stands beside the conversation', () => {
    const set = read(
      'rft.jsonl',
      lines({
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Yes?' },
        ],
        reference: 'ok',
      }),
    );
    expect(set.cases[0]).toMatchObject({ expected: 'ok', turns: [{ role: 'user' }, { role: 'assistant' }] });
  });

  it('fills a placeholder with the conversation instead of sending its turns', () => {
    const set = read('eval.jsonl', lines({ input: [{ role: 'user', content: '2+2' }], ideal: '4' }), {
      document: prompt(['input']),
    });
    expect(set.cases[0]!.vars).toEqual({ input: '2+2' });
    expect(set.cases[0]).not.toHaveProperty('turns');
  });

  it('leaves out rows that cannot be sent as text, and says so', () => {
    const set = read(
      'a.jsonl',
      lines(
        {
          messages: [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: 'b' },
          ],
        },
        {
          messages: [
            { role: 'user', content: 'a' },
            { role: 'tool', content: '{}' },
          ],
        },
        { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
        {
          messages: [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: null, tool_calls: [{}] },
          ],
        },
      ),
    );
    expect(set.cases).toHaveLength(1);
    expect(set.problems.filter(({ severity }) => severity === 'warning').map(({ line }) => line)).toEqual([
      2, 3, 4,
    ]);
  });

  it('reads items of the evals API', () => {
    const set = read(
      'items.jsonl',
      lines({ item: { ticket: 'Broken', correct_label: 'bug', label: 'bug' } }),
      { document: prompt(['ticket']) },
    );
    expect(set.columns).toEqual(['ticket', 'correct_label', 'label']);
    expect(set.expectedColumn).toBe('label');
  });

  it('reads older fine-tuning rows and conversations as answers', () => {
    expect(pairs(read('a.jsonl', lines({ prompt: 'a', completion: 'b' })))).toEqual([['a', 'b']]);
    const trained = lines({
      prompt: [{ role: 'user', content: 'a' }],
      completion: [{ role: 'assistant', content: 'b' }],
    });
    expect(pairs(read('a.jsonl', trained))).toEqual([['a', 'b']]);
  });
});

describe('benchmarks', () => {
  it('reads BIG-bench Hard in one object without a final newline', () => {
    const text = JSON.stringify({
      canary: 'do not train',
      examples: [{ input: 'Pick (A) or (B).', target: '(A)' }],
    });
    const set = read('boolean.json', text);
    expect(set.format).toBe('big-bench');
    expect(pairs(set)).toEqual([['Pick (A) or (B).', '(A)']]);
    expect(messagesOf(set, 'info')[0]).toContain('canary');
  });

  it('reads a BIG-bench task with scored choices and the lines of its rows', () => {
    const set = read('task.json', [
      '{"name": "colours", "keywords": ["a]"],',
      ' "examples": [',
      '  {"input": "Sky?", "target_scores": {"blue": 1, "green": 0}},',
      '  {"input": "Sea?",',
      '   "target_scores": {"blue": 1, "grey": 1, "red": 0}}',
      ' ]}',
    ]);
    expect(pairs(set)).toEqual([
      ['Sky?\nchoice: blue\nchoice: green', 'blue'],
      ['Sea?\nchoice: blue\nchoice: grey\nchoice: red', ['blue', 'grey']],
    ]);
    expect(set.cases.map(({ line }) => line)).toEqual([3, 4]);
    const bare = read(
      'task.json',
      JSON.stringify({
        append_choices_to_input: false,
        examples: [{ input: 'Sky?', target_scores: { a: 1 } }],
      }),
    );
    expect(pairs(bare)).toEqual([['Sky?', 'a']]);
  });

  it('reads GSM8K: the number after the mark, and never the worked solution', () => {
    const set = read(
      'gsm.jsonl',
      lines(
        { question: 'How much?', answer: '5 * 3 = <<5*3=15>>15\n#### 1,015' },
        { question: 'Below?', answer: 'Cold.\n#### -2.5' },
      ),
    );
    expect(set.format).toBe('gsm8k');
    expect(pairs(set)).toEqual([
      ['How much?', '1015'],
      ['Below?', '-2.5'],
    ]);
    expect(JSON.stringify(set.cases)).not.toContain('<<');
  });

  it('reads MMLU, which names no columns, with a stray byte-order mark', () => {
    const set = read('mmlu.csv', ['\uFEFF"Which, ""one""?",a,b,c,d,B', '"Two', 'lines?",1,2,3,4,D', '']);
    expect(set.columns).toEqual(['question', 'A', 'B', 'C', 'D', 'input', 'answer']);
    expect(pairs(set)).toEqual([
      ['Which, "one"?\n\nA) a\nB) b\nC) c\nD) d', 'B'],
      ['Two\nlines?\n\nA) 1\nB) 2\nC) 3\nD) 4', 'D'],
    ]);
    expect(set.cases.map(({ line }) => line)).toEqual([1, 2]);
  });

  it('reads AQuA, lines in a .json file, and does not show the rationale', () => {
    const set = read(
      'aqua.json',
      lines(
        { question: 'x?', options: ['A)1', 'B)2'], rationale: 'It is B.', correct: 'B' },
        { question: 'y?', options: ['A)3', 'B)4'], rationale: 'A.', correct: 'A' },
      ),
    );
    expect(pairs(set)).toEqual([
      ['x?\n\nA)1\nB)2', 'B'],
      ['y?\n\nA)3\nB)4', 'A'],
    ]);
    expect(JSON.stringify(set.cases)).not.toContain('It is B');
  });

  it('reads choices with the number or the text of the right one', () => {
    const set = read(
      'a.jsonl',
      lines(
        { question: 'q', choices: ['x', 'y'], answer: 1 },
        { question: 'r', choices: ['x', 'y'], answer: 'x' },
      ),
    );
    expect(set.cases.map(({ expected }) => expected)).toEqual(['B', 'A']);
  });

  it('reads instruction induction, a map by number, with alternatives', () => {
    const set = read('induce.json', [
      '{"metadata": {"num_examples": 2}, "examples": {',
      '  "1": {"input": "cat", "output": "animal"},',
      '  "2": {"input": "oak", "output": ["tree", "plant"]}',
      '}}',
    ]);
    expect(set.format).toBe('instruction-induction');
    expect(pairs(set)).toEqual([
      ['cat', 'animal'],
      ['oak', ['tree', 'plant']],
    ]);
    expect(set.cases.map(({ line }) => line)).toEqual([2, 3]);
  });

  it('refuses the annotations of instruction induction, which are no rows', () => {
    expect(faultOf(() => read('a.json', '{"annotations": ["Say it.", "Tell it."]}')).message).toContain(
      'does not hold a list of rows',
    );
  });
});

describe('labels', () => {
  const rows = lines({ text: 'a', label: 0 }, { text: 'b', label: 1 });

  it('asks what numeric labels mean, and follows the mapping', () => {
    const set = read('cls.jsonl', rows);
    expect(pairs(set)).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(messagesOf(set, 'warning')).toEqual([
      'The labels in "label" are numbers (0, 1): say in hone.yaml what they mean, under "columns: { labels: { 0: … } }".',
    ]);
    const mapped = read('cls.jsonl', rows, { mapping: { labels: { 0: 'no', 1: 'yes' } } });
    expect(pairs(mapped)).toEqual([
      ['a', 'no'],
      ['b', 'yes'],
    ]);
    expect(messagesOf(mapped, 'warning')).toEqual([]);
  });

  it('takes the text of a label where there is one', () => {
    const set = read('cls.jsonl', lines({ text: 'a', label: 0, label_text: 'no' }));
    expect(set.expectedColumn).toBe('label_text');
  });
});

describe('tracing and evaluation tools', () => {
  it('reads Langfuse items, leaves out archived ones and bookkeeping', () => {
    const item = { datasetName: 'd', createdAt: '2024-05-01', sourceTraceId: null };
    const set = read(
      'langfuse.json',
      JSON.stringify([
        {
          id: 'i1',
          input: { question: 'q?' },
          expectedOutput: { total: 3 },
          status: 'ACTIVE',
          ...item,
          metadata: { k: 1 },
        },
        { id: 'i2', input: { question: 'r?' }, expectedOutput: 'x', status: 'ARCHIVED', ...item },
      ]),
    );
    expect(set).toMatchObject({
      format: 'langfuse',
      expectedColumn: 'expectedOutput',
      columns: ['question', 'id', 'expectedOutput'],
    });
    expect(set.cases).toMatchObject([
      { id: 'i1', vars: { question: 'q?' }, expected: { total: 3 }, metadata: { k: 1 } },
    ]);
  });

  it('reads JSON in the cells of a Langfuse CSV export', () => {
    const set = read(
      'langfuse.csv',
      'id,input,expectedOutput,status\n1,"{""question"": ""q?""}","[""a"", ""b""]",ACTIVE\n',
    );
    expect(set.cases[0]).toMatchObject({ vars: { question: 'q?' }, expected: ['a', 'b'] });
  });

  it('reads LangSmith examples: the only output, the usual one, or all', () => {
    const read1 = (outputs: unknown) =>
      read('ls.jsonl', lines({ inputs: { text: 'a' }, outputs, metadata: { split: 'x' } }));
    expect(pairs(read1({ verdict: 'b' }))).toEqual([['a', 'b']]);
    expect(pairs(read1({ answer: 'b', steps: 3 }))).toEqual([['a', 'b']]);
    expect(pairs(read1({ left: 'b', right: 3 }))).toEqual([['a', { left: 'b', right: 3 }]]);
    expect(pairs(read1(null))).toEqual([['a', undefined]]);
  });

  it.each([
    ['files', { input: 'q', expected_output: 'a', actual_output: 'z', context: ['c'] }],
    ['the API', { input: 'q', expectedOutput: 'a', actualOutput: 'z', sourceFile: 'f' }],
  ])('reads DeepEval goldens as in %s', (_, golden) => {
    const set = read('goldens.json', JSON.stringify([golden]));
    expect(set.format).toBe('deepeval');
    expect(pairs(set)).toEqual([['q', 'a']]);
    expect(JSON.stringify(set.cases)).not.toContain('"z"');
  });

  it('reads DeepEval conversations by their scenario', () => {
    const set = read(
      'goldens.json',
      JSON.stringify([
        { scenario: 'A refund.', expected_outcome: 'It is paid.', turns: [], user_description: 'Ada' },
      ]),
    );
    expect(pairs(set)).toEqual([['A refund.', 'It is paid.']]);
    expect(messagesOf(set, 'info')[0]).toContain('several turns');
  });

  it('reads Ragas samples, of one turn and of several', () => {
    const one = read(
      'ragas.jsonl',
      lines({ user_input: 'q', retrieved_contexts: ['c'], response: 'z', reference: 'a' }),
    );
    expect(pairs(one)).toEqual([['q', 'a']]);
    const several = read(
      'ragas.jsonl',
      lines({
        user_input: [
          { type: 'human', content: 'q' },
          { type: 'ai', content: 'r' },
          { type: 'human', content: 's' },
        ],
        reference: 'a',
      }),
    );
    expect(several.cases[0]).toMatchObject({
      expected: 'a',
      turns: [{ role: 'user' }, { role: 'assistant' }, { role: 'user' }],
    });
  });

  it.each([
    ['Azure', { question: 'q', context: 'c', answer: 'z', ground_truth: 'a' }, 'question'],
    ['Azure, newer', { query: 'q', context: 'c', response: 'z', ground_truth: 'a' }, 'query'],
    ['Ragas, older', { question: 'q', answer: 'z', contexts: ['c'], ground_truths: ['a', 'b'] }, 'question'],
  ])('takes the true answer, not the recorded one: %s', (_, row, input) => {
    const set = read('az.jsonl', `\uFEFF${lines(row)}\r\n`);
    expect(set.inputColumn).toBe(input);
    expect(set.cases[0]!.expected).toEqual('ground_truths' in row ? ['a', 'b'] : 'a');
    expect(JSON.stringify(set.cases)).not.toContain('"z"');
  });

  it('reads Braintrust rows, and the tests of a judge whose input has its own expected value', () => {
    expect(
      pairs(read('bt.jsonl', lines({ input: 'q', expected: 'a', output: 'z', metadata: {}, tags: [] }))),
    ).toEqual([['q', 'a']]);
    const set = read(
      'bt.jsonl',
      lines({ input: { output: 'o', expected: 'e' }, expected: 1, metadata: {} }),
      { document: prompt(['output', 'expected']) },
    );
    expect(set.cases[0]).toMatchObject({ vars: { output: 'o', expected: 'e' }, expected: 1 });
  });

  it('reads prompt-ops rows, flat and by a path', () => {
    expect(pairs(read('po.json', '[{"input": "q", "answer": "a"}]'))).toEqual([['q', 'a']]);
    const nested = '[{"data": {"ask": {"text": "q"}, "out": ["a", "b"]}}]';
    const set = read('po.json', nested, { mapping: { input: 'data.ask.text', expected: 'data.out.1' } });
    expect(pairs(set)).toEqual([['q', 'b']]);
    expect(faultOf(() => read('po.json', nested, { mapping: { input: 'data.asks.text' } })).reason).toBe(
      'bad-config',
    );
  });
});

describe('tables', () => {
  it('takes a first line as a row when its label comes again', () => {
    const set = read('a.tsv', 'it is fine\tgood\r\nno\tbad\r\nyes\tgood\r\nwell\tgood\r\n');
    expect(set).toMatchObject({ columns: ['text', 'label'], inputColumn: 'text', expectedColumn: 'label' });
    expect(set.cases[0]).toMatchObject({ vars: { text: 'it is fine' }, expected: 'good', line: 1 });
    expect(set.problems[0]).toMatchObject({ severity: 'info', line: 1 });
    expect(set.problems[0]!.message).toContain('"good" comes again');
  });

  it.each([
    ['a usual name', 'ticket,label\na,label\nb,label\nc,x\n', 3],
    ['no cell that comes again', 'ticket,kind\na,x\nb,y\nc,z\n', 3],
  ])('takes it as names: %s', (_, text, rows) => {
    expect(read('a.csv', text, { mapping: { input: 'ticket' } }).cases).toHaveLength(rows);
  });

  it('follows what is said about the first line', () => {
    const set = read('a.csv', 'x,y\na,b\n', {
      header: false,
      mapping: { input: 'column1', expected: 'column2' },
    });
    expect(pairs(set)).toEqual([
      ['x', 'y'],
      ['a', 'b'],
    ]);
    const named = read('a.csv', 'x,y\na,y\nb,y\n', { header: true, mapping: { input: 'x' } });
    expect(named.cases).toHaveLength(2);
  });

  it('fills the only placeholder with the input where both have usual names', () => {
    const set = read('a.csv', 'input,expected\na,b\n', { document: prompt(['question']) });
    expect(set.cases[0]!.vars.question).toBe('a');
    const two = () => read('a.csv', 'input,expected\na,b\n', { document: prompt(['question', 'tone']) });
    expect(faultOf(two).reason).toBe('unfilled-placeholder');
  });

  it('says which column is what, and why', () => {
    expect(messagesOf(read('a.csv', 'note,label\na,b\n'), 'info')).toEqual([
      'The column "note" is the input: no other is left.',
      'The column "label" is the expected answer: that is what its name says.',
    ]);
  });

  it('tells how many rows are unlabelled', () => {
    const set = read('a.csv', 'input,expected\na,b\nc,\nd,\n');
    expect(messagesOf(set, 'info').at(-1)).toBe(
      '2 of 3 rows have no expected answer: they are unlabelled, and never count as passed.',
    );
  });

  it('names few doubles one by one', () => {
    const set = read('a.csv', `input,expected\n${'a,b\n'.repeat(200)}`);
    expect(new Set(set.cases.map(({ id }) => id)).size).toBe(200);
    expect(messagesOf(set, 'warning')).toHaveLength(6);
  });
});

describe('samples', () => {
  const text = `input,expected\n${Array.from({ length: 500 }, (_, index) => `row ${index},${index % 3}`).join('\n')}\n`;

  it('keeps the same rows each time, in the order of the file', () => {
    const first = read('a.csv', text, { limit: 40 });
    expect(first.cases).toHaveLength(40);
    expect(first.cases.map(({ line }) => line)).toEqual(
      [...first.cases.map(({ line }) => line)].sort((a, b) => a - b),
    );
    expect(read('a.csv', text, { limit: 40 }).cases).toEqual(first.cases);
    expect(new Set(first.cases.map(({ expected }) => expected)).size).toBe(3);
  });

  it('moves few rows when the file grows', () => {
    const before = new Set(read('a.csv', text, { limit: 40 }).cases.map(({ id }) => id));
    const after = read('a.csv', `${text}new,1\nnewer,2\n`, { limit: 40 }).cases;
    expect(after.filter(({ id }) => before.has(id)).length).toBeGreaterThanOrEqual(38);
  });

  it('keeps all rows of a file with fewer', () => {
    expect(read('a.jsonl', lines({ input: 'a' }, { input: 'b' }), { limit: 10 }).cases).toHaveLength(2);
    expect(read('a.json', '[{"input": "a"}, {"input": "b"}]', { limit: 1 }).cases).toHaveLength(1);
  });
});

it('takes no kind of file for another without cause', () => {
  expect(read('a.csv', 'question,answer\na,b\n').format).toBe('csv');
  expect(read('a.jsonl', lines({ question: 'a', answer: '#### none' })).format).toBe('jsonl');
  expect(read('a.json', '[{"input": [1, 2], "output": "b"}]').format).toBe('json');
  expect(read('a.yaml', '- input: a\n  expected: b\n', { document: BARE }).format).toBe('yaml');
});
