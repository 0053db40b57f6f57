import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scoreAnswer } from '../../../src/scorers/index.js';
import { loadTask } from '../../../src/workspace/index.js';
import { faultOf, tree } from './tree.js';

const PROMPT = 'Sort this ticket.\n\n{{ticket}}\n';
const ROWS = 'ticket,label\na,bug\nb,bug\nc,billing\nd,billing\n';

describe('loading a prompt', () => {
  it('pairs, maps and chooses scorers, and says how', async () => {
    const root = await tree({ 'prompts/triage.md': PROMPT, 'prompts/triage.csv': ROWS });
    const task = await loadTask(root, 'prompts/triage.md');
    expect(task.document.path).toBe('prompts/triage.md');
    expect(task.testset).toMatchObject({ path: 'prompts/triage.csv', expectedColumn: 'label' });
    expect(task.testset.cases).toHaveLength(4);
    expect(task.scorerConfigs).toEqual([{ type: 'label' }]);
    expect(task.scorers.map((scorer) => scorer.id)).toEqual(['label']);
    expect(task.notes[0]).toBe('Tests: prompts/triage.csv, found by its name.');
    expect(task.notes[1]).toContain('Scored by label: ');
  });

  it('follows hone.yaml', async () => {
    const root = await tree({
      'hone.yaml': [
        'prompts:',
        '  - path: prompts/triage.md',
        '    tests: rows/a.csv',
        '    columns: { vars: { ticket: body }, expected: kind }',
        '    scorers: [{ type: equals, ignoreCase: true, weight: 2 }]',
        '    splits: { seed: 3 }',
      ].join('\n'),
      'prompts/triage.md': PROMPT,
      'prompts/triage.csv': ROWS,
      'rows/a.csv': 'body,kind\nx,bug\n',
      'rows/b.csv': ROWS,
    });
    const task = await loadTask(root, 'prompts/triage.md');
    expect(task.testset.cases).toMatchObject([{ vars: { ticket: 'x' }, expected: 'bug' }]);
    expect(task.scorerConfigs).toEqual([{ type: 'equals', ignoreCase: true, weight: 2 }]);
    expect(task.splits).toEqual({ seed: 3 });
    const other = await loadTask(root, path.join(root, 'prompts/triage.md'), { tests: 'rows/b.csv' });
    expect(other.testset.path).toBe('rows/b.csv');
    expect(other.scorerConfigs).toEqual(task.scorerConfigs);
  });

  it('takes files outside the root when the user names them', async () => {
    const outside = await tree({ 'any.text': PROMPT, 'rows.csv': ROWS });
    const root = await tree({});
    const task = await loadTask(root, path.join(outside, 'any.text'), {
      tests: path.join(outside, 'rows.csv'),
    });
    expect(task.document.path).toBe(path.join(outside, 'any.text'));
    expect(task.testset.cases).toHaveLength(4);
  });

  it('scores by the schema and the evaluators of a prompt file and compares with its expected JSON', async () => {
    const schema = '{"name": "x", "schema": {"type": "object", "required": ["total"]}}';
    const root = await tree({
      'x.prompt.yml': [
        'messages:',
        '  - role: user',
        '    content: "{{invoice}}"',
        'responseFormat: json_schema',
        `jsonSchema: '${schema}'`,
        'evaluators:',
        '  - name: names the total',
        '    string: { contains: "total" }',
        'testData:',
        '  - invoice: Total 3',
        `    expected: '{"total": 3}'`,
      ].join('\n'),
    });
    const task = await loadTask(root, 'x.prompt.yml');
    expect(task.testset).toMatchObject({ path: 'x.prompt.yml', format: 'embedded' });
    expect(task.testset.cases[0]).toMatchObject({ vars: { invoice: 'Total 3' }, line: 10 });
    expect(task.scorers.map((scorer) => scorer.id)).toEqual(['contains', 'json']);
    const score = await scoreAnswer(task.scorers, {
      vars: {},
      expected: task.testset.cases[0]!.expected,
      output: '{"total": 4}',
    });
    expect(score.feedback.map((each) => each.cause)).toEqual(['json/value:total']);
    const picked = await loadTask(root, 'x.prompt.yml', { tests: 'x.prompt.yml' });
    expect(picked.testset.format).toBe('embedded');
  });

  it('reads the schema file of a scorer in, so that the configuration stands alone', async () => {
    const root = await tree({
      'hone.yaml': 'prompts:\n  - path: prompts/a.md\n    scorers: [{ type: json, file: schema.json }]\n',
      'schema.json': '{"type": "object"}',
      'prompts/a.md': 'Extract.',
      'prompts/a.csv': 'input\nx\n',
    });
    const task = await loadTask(root, 'prompts/a.md');
    expect(task.scorerConfigs).toEqual([{ type: 'json', schema: { type: 'object' } }]);
    expect(task.testset.inputColumn).toBe('input');
  });

  it('passes on what the test set has to say', async () => {
    const root = await tree({ 'prompts/a.md': PROMPT, 'prompts/a.csv': 'Ticket,label,guard\na,b,perhaps\n' });
    const { notes } = await loadTask(root, 'prompts/a.md');
    expect(notes).toContain('The placeholder "ticket" is filled from the column "Ticket".');
    expect(notes.some((note) => note.startsWith('prompts/a.csv:2: '))).toBe(true);
  });
});

describe('bad input', () => {
  const entry = (...lines: string[]) =>
    ['prompts:', '  - path: prompts/a.md', ...lines.map((line) => `    ${line}`)].join('\n');
  const fine = { 'prompts/a.md': PROMPT, 'prompts/a.csv': ROWS };

  it.each<[string, Record<string, string>, string, string]>([
    ['no such prompt', {}, 'not-found', 'prompts/a.md'],
    ['a folder', { 'prompts/a.md/x': '' }, 'bad-prompt-file', 'is a folder'],
    ['a broken settings file', { ...fine, 'hone.yaml': 'prompts: {' }, 'bad-config', 'hone.yaml:1'],
    ['no test set', { 'prompts/a.md': PROMPT }, 'no-test-set', 'prompts/a.md'],
    ['a test set that is gone', { ...fine, 'hone.yaml': entry('tests: b.csv') }, 'not-found', 'b.csv'],
    ['a test set outside', { ...fine, 'hone.yaml': entry('tests: ../b.csv') }, 'bad-config', 'hone.yaml:2'],
    ['an empty test set', { ...fine, 'prompts/a.csv': 'ticket,label\n' }, 'empty-test-set', 'prompts/a.csv'],
    ['a broken row', { ...fine, 'prompts/a.csv': 'ticket,label\na\n' }, 'bad-test-set', 'prompts/a.csv:2'],
    [
      'wrong columns',
      { ...fine, 'prompts/a.csv': 'body,label\na,b\n' },
      'unfilled-placeholder',
      'prompts/a.md:3',
    ],
    [
      'a column that is not there',
      { ...fine, 'hone.yaml': entry('columns: { expected: kind }') },
      'bad-config',
      'hone.yaml:2',
    ],
    [
      'no expected column',
      { ...fine, 'prompts/a.csv': 'ticket,kind\na,b\n' },
      'bad-test-set',
      '"ticket", "kind"',
    ],
    ['no label at all', { ...fine, 'prompts/a.csv': 'ticket,label\na,\n' }, 'bad-test-set', '"label"'],
    [
      'a scorer that cannot be made',
      { ...fine, 'hone.yaml': entry('scorers: [{ type: regex, pattern: "(" }]') },
      'bad-config',
      'hone.yaml:2',
    ],
    [
      'a schema file outside',
      { ...fine, 'hone.yaml': entry('scorers: [{ type: json, file: ../s.json }]') },
      'bad-config',
      'hone.yaml:2',
    ],
    [
      'a schema file that is gone',
      { ...fine, 'hone.yaml': entry('scorers: [{ type: json, file: s.json }]') },
      'not-found',
      's.json',
    ],
    [
      'a schema file that is none',
      { ...fine, 's.json': '[1]', 'hone.yaml': entry('scorers: [{ type: json, file: s.json }]') },
      'bad-config',
      'no JSON schema',
    ],
  ])('%s', async (_, files, reason, words) => {
    const root = await tree(files);
    const fault = await faultOf(() => loadTask(root, 'prompts/a.md'));
    expect(fault.reason).toBe(reason);
    expect(fault.message).toContain(words);
    expect(fault.nextStep).not.toBe('');
  });

  it('does not follow a symbolic link of the settings out of the root', async () => {
    const outside = await tree({ 'rows.csv': ROWS });
    const root = await tree({ ...fine, 'hone.yaml': entry('tests: link.csv') });
    await symlink(path.join(outside, 'rows.csv'), path.join(root, 'link.csv'));
    expect((await faultOf(() => loadTask(root, 'prompts/a.md'))).reason).toBe('bad-config');
  });

  it('names the prompt file when its own evaluators cannot be used', async () => {
    const root = await tree({
      'x.prompt.yml':
        'messages:\n  - role: user\n    content: "{{a}}"\nevaluators:\n  - name: e\n    string: { equals: "{{b}}" }\ntestData:\n  - a: x\n',
    });
    const fault = await faultOf(() => loadTask(root, 'x.prompt.yml'));
    expect(fault).toMatchObject({ reason: 'bad-config', place: { file: 'x.prompt.yml' } });
    expect(fault.message).toContain('{{b}}');
  });
});
