import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  candidateColumns,
  changedMapping,
  columnsBehind,
  loadTask,
  mappingChange,
  saveMapping,
  unservedUses,
  viewColumns,
} from '../../../src/workspace/index.js';
import { faultOf, tree } from './tree.js';

const FILES = {
  'prompts/reply.md': 'Reply to {{customer_name}} about {{ticket}}.\n',
  'prompts/reply.csv':
    'Name,Ticket,guard,Good answer\nAda,"My  printer\nburns",,Call the fire brigade\nBob,No paper,,Buy some\n',
};
const PROMPT = 'prompts/reply.md';

describe('the columns of a test set', () => {
  it('are shown with samples and with what they serve', async () => {
    const view = await viewColumns(await tree(FILES), PROMPT);
    expect(view.columns).toEqual([
      { name: 'Name', sample: 'Ada' },
      { name: 'Ticket', sample: 'My printer burns' },
      { name: 'guard', sample: '' },
      { name: 'Good answer', sample: 'Call the fire brigade' },
    ]);
    expect(view.uses).toEqual([
      { kind: 'placeholder', name: 'customer_name' },
      { kind: 'placeholder', name: 'ticket', column: 'Ticket' },
      { kind: 'expected', name: 'expected' },
    ]);
    expect(unservedUses(view).map((use) => use.name)).toEqual(['customer_name']);
  });

  it('of a prompt without placeholders serve its input', async () => {
    const root = await tree({
      'prompts/a.md': 'Sort.',
      'prompts/a.csv': 'subject,body,label\nHi,Long text,bug\n',
    });
    const view = await viewColumns(root, 'prompts/a.md');
    expect(view.uses).toEqual([
      { kind: 'input', name: 'input' },
      { kind: 'expected', name: 'expected', column: 'label' },
    ]);
  });

  it('inside a prompt file are shown too', async () => {
    const root = await tree({
      'a.prompt.yml':
        'messages:\n  - role: user\n    content: "{{question}}"\ntestData:\n  - query: Why?\n    ideal: So.\n',
    });
    const view = await viewColumns(root, 'a.prompt.yml');
    expect(view.testset).toBe('a.prompt.yml');
    expect(view.columns.map((column) => column.name)).toEqual(['query', 'ideal']);
    expect(view.uses.at(-1)).toEqual({ kind: 'expected', name: 'expected', column: 'ideal' });
  });

  it('agree with what a run takes', async () => {
    const root = await tree({
      ...FILES,
      'hone.yaml': `prompts:\n  - path: ${PROMPT}\n    columns: { expected: Good answer, vars: { customer_name: Name } }\n`,
    });
    const view = await viewColumns(root, PROMPT);
    const { testset } = await loadTask(root, PROMPT);
    expect(view.uses.find((use) => use.kind === 'expected')!.column).toBe(testset.expectedColumn);
    const first = testset.cases[0]!.vars;
    expect(view.uses.slice(0, 2).map((use) => [use.column, first[use.name]])).toEqual([
      ['Name', 'Ada'],
      ['Ticket', 'My  printer\nburns'],
    ]);
  });

  it('that a mapping names and that are not there count as missing', async () => {
    const root = await tree({
      ...FILES,
      'hone.yaml': `prompts:\n  - path: ${PROMPT}\n    columns: { vars: { ticket: Tickets } }\n`,
    });
    expect(unservedUses(await viewColumns(root, PROMPT)).map((use) => use.name)).toEqual([
      'customer_name',
      'ticket',
    ]);
  });

  it('are not those of another test set that hone.yaml maps', async () => {
    const root = await tree({
      ...FILES,
      'other.csv': 'a\nb\n',
      'hone.yaml': `prompts:\n  - path: ${PROMPT}\n    tests: prompts/reply.csv\n`,
    });
    const fault = await faultOf(() => viewColumns(root, PROMPT, { tests: 'other.csv' }));
    expect(fault.message).toContain(
      'hone.yaml:2: The columns there are those of prompts/reply.csv, not of other.csv',
    );
  });

  it('are offered nearest first: the serving one, free ones, then those that serve something else', async () => {
    const view = await viewColumns(await tree(FILES), PROMPT);
    const names = (index: number) => candidateColumns(view, view.uses[index]!).map((column) => column.name);
    expect(names(0)[0]).toBe('Name');
    expect(names(0).at(-1)).toBe('Ticket');
    expect(names(1)[0]).toBe('Ticket');
  });
});

describe('columns that are mapped', () => {
  it('make the prompt load, and the change that is shown is the one that is made', async () => {
    const root = await tree({ ...FILES, 'hone.yaml': '# Ours\nprompts:\n  - path: other.md\n' });
    const fault = await faultOf(() => loadTask(root, PROMPT));
    expect(fault.reason).toBe('unfilled-placeholder');
    const view = await columnsBehind(fault, root, PROMPT);
    const mapping = changedMapping(view!, { expected: 'Good answer', vars: { customer_name: 'Name' } });
    const before = await readFile(path.join(root, 'hone.yaml'), 'utf8');
    const change = await mappingChange(view!, mapping);
    await saveMapping(root, PROMPT, mapping);
    const after = await readFile(path.join(root, 'hone.yaml'), 'utf8');
    const added = change.split('\n').filter((line) => line.startsWith('+'));
    expect(change).not.toMatch(/^-/m);
    expect(after).toBe(`${before}${added.map((line) => `${line.slice(1)}\n`).join('')}`);
    expect((await loadTask(root, PROMPT)).testset.expectedColumn).toBe('Good answer');
    expect(await mappingChange(await viewColumns(root, PROMPT), mapping)).toBe('');
  });

  it('keep what was mapped before', async () => {
    const root = await tree({
      ...FILES,
      'hone.yaml': `prompts:\n  - path: ${PROMPT}\n    columns: { vars: { ticket: Ticket } }\n`,
    });
    const view = await viewColumns(root, PROMPT);
    expect(changedMapping(view, { vars: { customer_name: 'Name' } })).toEqual({
      vars: { ticket: 'Ticket', customer_name: 'Name' },
    });
  });

  it.each([
    [{ vars: { custmer_name: 'Name' } }, 'no placeholder "custmer_name"', '"customer_name"'],
    [{ vars: { customer_name: 'Nam' } }, 'no column "Nam"', '"Name"'],
    [{ expected: 'Good' }, 'no column "Good"', '"'],
    [{ input: 'Ticket' }, 'has placeholders', 'customer_name'],
  ])('are refused as %j', async (changes, message, nextStep) => {
    const view = await viewColumns(await tree(FILES), PROMPT);
    const fault = await faultOf(() => changedMapping(view, changes));
    expect(fault.reason).toBe('bad-usage');
    expect(fault.message).toContain(message);
    expect(fault.nextStep).toContain(nextStep);
  });
});

describe('an error of loading', () => {
  it.each([
    ['an unreadable test set', { ...FILES, 'prompts/reply.csv': 'a,"b\n1,2\n' }],
    ['a broken hone.yaml', { ...FILES, 'hone.yaml': 'prompts: 3\n' }],
    ['no test set', { [PROMPT]: FILES[PROMPT] }],
    ['an empty test set', { ...FILES, 'prompts/reply.csv': '' }],
  ])('is none of the columns when it is %s', async (_, files) => {
    const root = await tree(files);
    const fault = await faultOf(() => loadTask(root, PROMPT));
    expect(await columnsBehind(fault, root, PROMPT)).toBeUndefined();
  });

  it('is one of the columns when no input can be told', async () => {
    const root = await tree({ 'prompts/a.md': 'Sort.', 'prompts/a.csv': 'subject,body,label\nHi,x,bug\n' });
    const fault = await faultOf(() => loadTask(root, 'prompts/a.md'));
    expect((await columnsBehind(fault, root, 'prompts/a.md'))?.prompt).toBe('prompts/a.md');
  });
});
