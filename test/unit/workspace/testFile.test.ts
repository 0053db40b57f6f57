import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../../src/evaluation/evaluator.js';
import { splitTestSet } from '../../../src/core/testset.js';
import { createScorers } from '../../../src/scorers/index.js';
import { evaluatePrompt } from '../../../src/runs/index.js';
import { loadTask, readTestTable } from '../../../src/workspace/index.js';
import { ScriptedModel } from '../../fixtures/models.js';
import { faultOf, tree } from './tree.js';

const PROMPT = 'Sort this ticket.\n\n{{ticket}}\n';
const entry = (...lines: string[]) =>
  ['prompts:', '  - path: prompts/a.md', ...lines.map((line) => `    ${line}`)].join('\n');

/** Models that always answer the same. */
function answering(text: string) {
  const model = new ScriptedModel('script:one', () => text);
  return { model, models: { models: { task: model, optimizer: model, judge: model } } };
}

describe('rows without an expected answer', () => {
  const files = {
    'prompts/a.md': PROMPT,
    'prompts/a.csv': 'ticket,label\na,bug\nb,\nc,bug\nd,bug\ne,billing\nf,billing\n',
  };

  it('are set aside with a note, and neither sent nor counted', async () => {
    const root = await tree(files);
    const task = await loadTask(root, 'prompts/a.md');
    expect(task.testset.cases.map((row) => row.vars.ticket)).toEqual(['a', 'c', 'd', 'e', 'f']);
    expect(task.notes).toContain(
      '1 of 6 rows of prompts/a.csv have no expected value and are not used (lines 3).',
    );
    const { model, models } = answering('bug');
    const { result } = await evaluatePrompt(task, models);
    expect(result).toMatchObject({ n: 5, score: 0.6, errors: 0 });
    expect(model.requests).toHaveLength(5);
    const { train, validation, exam } = splitTestSet(task.testset.cases, { seed: 1 });
    expect([...train, ...validation, ...exam]).toHaveLength(5);
  });

  it('are judged where no scorer needs an answer', async () => {
    const root = await tree({ ...files, 'hone.yaml': entry('scorers: [{ type: contains, value: bug }]') });
    const task = await loadTask(root, 'prompts/a.md');
    expect(task.testset.cases).toHaveLength(6);
    const { result } = await evaluatePrompt(task, answering('no').models);
    expect(result).toMatchObject({ n: 6, score: 0 });
  });

  it('are set aside where other rows carry assertions', async () => {
    const root = await tree({
      ...files,
      'prompts/a.csv': 'ticket,__expected\na,contains: bug\nb,\nc,not-contains: x\n',
    });
    const task = await loadTask(root, 'prompts/a.md');
    expect(task.notes[1]).toBe('Scored by the assertions in 2 rows of prompts/a.csv.');
    expect(task.notes[2]).toContain('1 of 3 rows of prompts/a.csv have no assertion');
    const { result } = await evaluatePrompt(task, answering('bug').models);
    expect(result).toMatchObject({ n: 2, score: 1 });
  });

  it('do not pass for being JSON where others are compared field by field', async () => {
    const root = await tree({ ...files, 'prompts/a.csv': `ticket,expected\na,"{""n"": 1}"\nb,\n` });
    const task = await loadTask(root, 'prompts/a.md');
    expect(task.scorerConfigs).toEqual([{ type: 'json' }]);
    const { result } = await evaluatePrompt(task, answering('{"n": 1}').models);
    expect(result).toMatchObject({ n: 1, score: 1 });
  });

  it('are refused where no row has one', async () => {
    const root = await tree({ ...files, 'prompts/a.csv': 'ticket,label\na,\nb,\n' });
    expect((await faultOf(() => loadTask(root, 'prompts/a.md'))).reason).toBe('bad-test-set');
  });

  it('end in an error, never a pass, when they come to a scorer all the same', async () => {
    const root = await tree({ ...files, 'prompts/a.csv': 'ticket,__expected\na,contains: bug\nb,\n' });
    const { document, testset } = await loadTask(root, 'prompts/a.md');
    const bare = { id: 'bare', vars: { ticket: 'b' }, guard: false, line: 3 };
    const whole = { ...testset, cases: [...testset.cases, bare] };
    for (const configs of [[], [{ type: 'label' }], [{ type: 'equals' }], [{ type: 'number' }]]) {
      const evaluator = new Evaluator({
        model: answering('bug').model,
        testset: whole,
        scorers: await createScorers(configs, whole),
        hasScored: true,
      });
      const outcomes = new Map<string, unknown>();
      await evaluator.evaluate(document, ['bare'], { onOutcome: (id, outcome) => outcomes.set(id, outcome) });
      expect(outcomes.get('bare')).toMatchObject({ status: 'error', reason: 'scorer-failed' });
    }
  });
});

describe('what is sent for a row', () => {
  const sent = async (files: Record<string, string>) => {
    const root = await tree(files);
    const task = await loadTask(root, 'prompts/a.md');
    const { model, models } = answering('x');
    await evaluatePrompt(task, models, {});
    return model.requests.map(({ messages }) => messages);
  };

  it('is the prompt and then the conversation of the row', async () => {
    const rows = [
      { role: 'system', content: 'Old prompt.' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: 'd' },
    ];
    expect(
      await sent({ 'prompts/a.md': 'New prompt.', 'prompts/a.jsonl': JSON.stringify({ messages: rows }) }),
    ).toEqual([[{ role: 'system', content: 'New prompt.' }, ...rows.slice(1, 4)]]);
  });

  it('is the prompt between the prefix and the suffix of the row', async () => {
    const [messages] = await sent({
      'prompts/a.md': PROMPT,
      'prompts/a.csv': 'ticket,__expected,__prefix,__suffix\nhi,x,For {{ticket}}: , Thanks.\n',
    });
    expect(messages![0]!.content).toBe(`For hi: ${PROMPT.replace('{{ticket}}', 'hi').trim()} Thanks.`);
  });

  it('is the prompt alone where a test has no variables', async () => {
    const [messages] = await sent({
      'prompts/a.md': 'Say x.',
      'prompts/a.tests.yaml': '- assert: [{ type: equals, value: x }]\n',
    });
    expect(messages).toEqual([{ role: 'system', content: 'Say x.' }]);
  });
});

describe('a limit and a header in hone.yaml', () => {
  const rows = Array.from({ length: 200 }, (_, index) => `row ${index},${index % 2 ? 'odd' : 'even'}`);

  it('reads a sample that stays the same, and takes the first line as told', async () => {
    const root = await tree({
      'hone.yaml': entry(
        'tests: { path: rows.csv, limit: 30, header: false }',
        'columns: { vars: { ticket: column1 }, expected: column2 }',
      ),
      'prompts/a.md': PROMPT,
      'rows.csv': rows.join('\n'),
      'other.csv': 'x,y\na,b\n',
    });
    const first = await loadTask(root, 'prompts/a.md');
    expect(first.testset.cases.length).toBeLessThanOrEqual(31);
    expect((await loadTask(root, 'prompts/a.md')).testset.cases).toEqual(first.testset.cases);
    const other = await loadTask(root, 'prompts/a.md', { tests: 'other.csv' }).catch(
      (error: unknown) => error,
    );
    expect(other).toMatchObject({ reason: 'unfilled-placeholder' });
  });

  it('reads a file of more than 8 MB piece by piece', async () => {
    const root = await tree({
      'hone.yaml': entry('tests: { path: big.jsonl, limit: 50 }'),
      'prompts/a.md': PROMPT,
    });
    const filler = 'x'.repeat(1000);
    const big = Array.from({ length: 9000 }, (_, index) =>
      JSON.stringify({ ticket: `${index} ${filler}`, label: index % 2 ? 'a' : 'b' }),
    );
    await writeFile(path.join(root, 'big.jsonl'), big.join('\n'));
    const task = await loadTask(root, 'prompts/a.md');
    expect(task.testset.cases).toHaveLength(50);
    expect(task.testset).toMatchObject({ format: 'jsonl', expectedColumn: 'label' });
  });

  it.each([
    '{ limit: 3 }',
    '{ path: a.csv, limit: 0 }',
    '{ path: a.csv, limit: 1.5 }',
    '{ path: a.csv, header: maybe }',
    '[a.csv]',
  ])('refuses %s', async (tests) => {
    const root = await tree({ 'hone.yaml': entry(`tests: ${tests}`), 'prompts/a.md': PROMPT });
    expect((await faultOf(() => loadTask(root, 'prompts/a.md'))).reason).toBe('bad-config');
  });
});

describe('a promptfoo configuration', () => {
  const config = [
    'prompts: ["Sort {{ticket}} into bug\\nor billing"]',
    'providers: [openai:gpt-4.1-mini]',
    'defaultTest: { assert: [{ type: not-contains, value: sorry }] }',
    'tests:',
    '  - tests/*.csv',
    '  - vars: { ticket: file://tests/long.txt }',
    '    assert: [{ type: equals, value: bug }]',
  ].join('\n');
  const files = {
    'evals/promptfooconfig.yaml': config,
    'evals/tests/one.csv': 'ticket,__expected\na,contains: bug\n',
    'evals/tests/two.csv': 'ticket,__expected\nb,contains: bill\n',
    'evals/tests/long.txt': 'A long story.\n',
    'prompts/a.md': PROMPT,
  };

  it('serves another prompt as its test set, with the files that it names', async () => {
    const root = await tree(files);
    const { testset } = await loadTask(root, 'prompts/a.md', { tests: 'evals/promptfooconfig.yaml' });
    expect(
      testset.cases.map((row) => [row.vars.ticket, row.line, row.asserts!.map(({ type }) => type)]),
    ).toEqual([
      ['a', 5, ['not-contains', 'contains']],
      ['b', 5, ['not-contains', 'contains']],
      ['A long story.', 6, ['not-contains', 'equals']],
    ]);
  });

  it.each([
    ['by its path', 'file://../../outside.csv'],
    ['by a pattern', '../../*.csv'],
    ['by a link', 'link.csv'],
  ])('reads nothing outside the workspace: %s', async (_, reference) => {
    const parent = await tree({
      'outside.csv': 'ticket,__expected\nsecret,x\n',
      'root/evals/c.yaml': `prompts: [x]\ntests: ${JSON.stringify(reference)}\n`,
      'root/prompts/a.md': PROMPT,
    });
    await symlink(path.join(parent, 'outside.csv'), path.join(parent, 'root/evals/link.csv'));
    const fault = await faultOf(() =>
      loadTask(path.join(parent, 'root'), 'prompts/a.md', { tests: 'evals/c.yaml' }),
    );
    expect(fault.reason).toBe('bad-test-set');
    expect(fault.message).not.toContain('secret');
    expect(fault.message).toMatch(/outside the workspace|is not there|No file fits/);
  });
});

describe('a test file as a table', () => {
  it('shows its columns and first rows without a prompt', async () => {
    const root = await tree({
      'rows.csv': `left,right\n${'a,"b\nc"\n'.repeat(9)}`,
      'gsm.jsonl': '{"question": "q", "answer": "#### 4"}',
    });
    const table = await readTestTable(root, path.join(root, 'rows.csv'));
    expect(table.columns).toEqual(['left', 'right']);
    expect(table.rows).toEqual(Array(5).fill(['a', 'b\nc']));
    expect(await readTestTable(root, path.join(root, 'gsm.jsonl'))).toMatchObject({
      format: 'gsm8k',
      input: { column: 'question' },
      expected: { column: 'answer' },
    });
    expect((await faultOf(() => readTestTable(root, path.join(root, 'gone.csv')))).reason).toBe('not-found');
  });
});
