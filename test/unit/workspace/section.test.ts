import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPrompts, loadTask } from '../../../src/workspace/index.js';
import { faultOf, tree } from './tree.js';

const config = (section: string) =>
  `prompts:\n  - path: prompts/sort.md\n    section: ${section}\n    scorers: [{ type: equals }]\n`;
const FILES = {
  'hone.yaml': config('Task'),
  'prompts/sort.md': '# Task\nSort.\n\n# Output\nOne word: {{ticket}}\n',
  'prompts/sort.csv': 'ticket,expected\na,b\n',
};

describe('section in hone.yaml', () => {
  it('makes the text under a heading the span, in lists and in runs', async () => {
    const root = await tree(FILES);
    const [listing] = await listPrompts(root);
    expect(listing!.spans).toEqual([{ id: 'section:Task', role: 'user', start: 7, end: 12 }]);
    const { document } = await loadTask(root, 'prompts/sort.md');
    expect(document.spans.map(({ id, text }) => [id, text])).toEqual([['section:Task', 'Sort.']]);
    expect(document.placeholders).toEqual(['ticket']);
    await writeFile(path.join(root, 'hone.yaml'), config('Output'));
    expect((await listPrompts(root))[0]!.spans.map(({ id }) => id)).toEqual(['section:Output']);
  });

  it('is told of a heading that is not there', async () => {
    const root = await tree({ ...FILES, 'hone.yaml': config('Tasks') });
    const fault = await faultOf(() => loadTask(root, 'prompts/sort.md'));
    expect(fault.reason).toBe('bad-prompt-file');
    expect(fault.message).toContain('"Tasks"');
    expect((await listPrompts(root))[0]!.problems[0]).toMatchObject({ severity: 'error' });
  });
});
