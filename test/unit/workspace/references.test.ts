import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPrompts, loadTask, readPromptFile } from '../../../src/workspace/index.js';
import { tree } from './tree.js';

const CONFIG = `prompts:
  - file://../prompts/a.txt
  - ../prompts/more/*.md
  - chat.json
  - 'Sort {{ticket}} now.'
providers: [echo]
tests:
  - vars: { ticket: Refund }
    assert: [{ type: equals, value: billing }]
  - vars: { ticket: Crash }
    assert: [{ type: equals, value: bug }]
`;

const FILES = {
  'evals/promptfooconfig.yaml': CONFIG,
  'evals/chat.json': '[{"role":"user","content":"Sort {{ticket}}"}]',
  'prompts/a.txt': 'One {{ticket}}\n---\nTwo {{ticket}}\n',
  'prompts/more/b.md': 'B {{ticket}}',
  'prompts/more/c.md': 'C {{ticket}}',
  'prompts/other.txt': 'Other\n---\ntext\n',
};

async function listed(root: string) {
  const listings = await listPrompts(root);
  return listings.map(({ path, format, testset, spans }) => [
    path,
    format,
    testset,
    spans.map(({ id }) => id).join(),
  ]);
}

describe('prompts that a configuration names', () => {
  it('are listed once each, as what promptfoo makes of them, with its tests', async () => {
    const config = 'evals/promptfooconfig.yaml';
    expect(await listed(await tree(FILES))).toEqual([
      ['evals/chat.json', 'promptfoo-prompt', config, 'messages[0]'],
      [config, 'promptfoo', config, 'prompts[3]'],
      ['prompts/a.txt', 'promptfoo-prompt', config, 'prompt[0],prompt[1]'],
      ['prompts/more/b.md', 'promptfoo-prompt', config, 'prompt[0]'],
      ['prompts/more/c.md', 'promptfoo-prompt', config, 'prompt[0]'],
      ['prompts/other.txt', 'plain-text', null, 'body'],
    ]);
  });

  it('are read as such when somebody names one of them', async () => {
    const root = await tree(FILES);
    const { document, namedBy } = await readPromptFile(root, path.join(root, 'prompts/a.txt'));
    expect(document.format).toBe('promptfoo-prompt');
    expect(namedBy).toBe(path.join(root, 'evals/promptfooconfig.yaml'));
    const other = await readPromptFile(root, path.join(root, 'prompts/other.txt'));
    expect(other.document.format).toBe('plain-text');
    expect(other.namedBy).toBeUndefined();
  });

  it('share the tests of the configuration', async () => {
    const root = await tree(FILES);
    for (const [file, span] of [
      ['prompts/a.txt', 'prompt[1]'],
      ['evals/chat.json', undefined],
      ['evals/promptfooconfig.yaml', undefined],
    ] as const) {
      const task = await loadTask(root, file, { span });
      expect(task.testset.path).toBe('evals/promptfooconfig.yaml');
      expect(task.testset.cases.map(({ vars }) => vars.ticket)).toEqual(['Refund', 'Crash']);
      expect(task.document.spans).toHaveLength(1);
    }
    const { document, notes } = await loadTask(root, 'prompts/a.txt');
    expect(document.focus).toBe('prompt[0]');
    expect(notes).toContain('prompts/a.txt holds other prompts too; this is about prompt[0].');
  });

  it('have the tests that hone.yaml names before those', async () => {
    const root = await tree({
      ...FILES,
      'hone.yaml': 'prompts:\n  - { path: prompts/a.txt, tests: own.csv }\n',
      'own.csv': 'ticket,expected\na,b\n',
    });
    const own = (await listPrompts(root)).find((each) => each.path === 'prompts/a.txt');
    expect(own).toMatchObject({ format: 'promptfoo-prompt', testset: 'own.csv' });
  });

  it('are never read outside of the workspace, and those that are not there are told', async () => {
    const outside = await tree({ 'secret.txt': 'secret' });
    const root = await tree({
      'promptfooconfig.yaml':
        'prompts: [../x.txt, file:///etc/passwd, link.txt, gone.txt, "../*.txt", promptfooconfig.yaml]\n',
    });
    await symlink(path.join(outside, 'secret.txt'), path.join(root, 'link.txt'));
    const [config, ...others] = await listPrompts(root);
    expect(others).toEqual([]);
    expect(config!.problems.map(({ message }) => message)).toEqual([
      'The prompt "../x.txt" lies outside the workspace, where Hone does not read.',
      'The prompt "file:///etc/passwd" lies outside the workspace, where Hone does not read.',
      'The prompt "link.txt" leads out of the workspace, where Hone does not read.',
      'promptfoo takes "gone.txt" for the path of a prompt, and there is no such file.',
      'The prompt "../*.txt" lies outside the workspace, where Hone does not read.',
    ]);
  });
});
