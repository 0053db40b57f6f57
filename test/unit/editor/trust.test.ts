import type * as vscode from 'vscode';
import { describe, expect, it, vi } from 'vitest';
// Loaded beforehand, so that no test waits for it.
import '../../../src/engine.js';
import type { Documents } from '../../../src/editor/documents.js';
import type { ModelChoice } from '../../../src/editor/modelChoice.js';
import type { MappingFlow } from '../../../src/editor/mappingFlow.js';
import type { Notices } from '../../../src/editor/notices.js';
import type { RunController } from '../../../src/editor/runController.js';
import { StartFlow } from '../../../src/editor/startFlow.js';
import type { TestSetPicks } from '../../../src/editor/testSets.js';
import type { VsCode } from '../../../src/editor/vscode.js';
import { tree } from '../workspace/tree.js';

const untouched: object = new Proxy({}, { get: (_, name) => expect.fail(`${String(name)} was used`) });

describe('a workspace that is not trusted', () => {
  it('gets no run, not even a confirmed one, and is told how to be trusted', async () => {
    const executeCommand = vi.fn();
    const showWarningMessage = vi.fn().mockResolvedValue('Manage Trust');
    const flow = new StartFlow(
      {
        workspace: { isTrusted: false },
        window: { showWarningMessage },
        commands: { executeCommand },
      } as unknown as VsCode,
      untouched as RunController,
      untouched as TestSetPicks,
      untouched as ModelChoice,
      untouched as Documents,
      untouched as Notices,
      untouched as MappingFlow,
    );
    const uri = untouched as vscode.Uri;
    expect(await flow.optimize([uri], { confirmed: true, taskModel: 'openai:m' })).toEqual([]);
    expect(showWarningMessage.mock.calls[0]?.[0]).toContain('only in workspaces that you trust');
    expect(executeCommand).toHaveBeenCalledExactlyOnceWith('workbench.trust.manage');
  });

  it.each([
    ['found by its name', 'prompts/a.csv', undefined],
    ['picked', 'other.csv', 'other.csv'],
  ])(
    'has none of its scorers run to show what would be sent, with a test set that is %s',
    async (_, file, pick) => {
      const root = await tree({
        'hone.yaml':
          'prompts:\n  - path: prompts/a.md\n    scorers:\n      - type: javascript\n        file: score.mjs\n',
        'prompts/a.md': 'Sort {{ticket}}.\n',
        [file]: 'ticket,label\na,bug\n',
        'score.mjs': 'export default () => ({ score: 1 });\n',
      });
      const load = (isTrusted: boolean) =>
        new StartFlow(
          { workspace: { isTrusted } } as unknown as VsCode,
          untouched as RunController,
          {
            remembered: () => Promise.resolve(undefined),
            pick: () => Promise.resolve(pick),
          } as unknown as TestSetPicks,
          untouched as ModelChoice,
          untouched as Documents,
          untouched as Notices,
          untouched as MappingFlow,
        ).loadTask({ uri: untouched as vscode.Uri, root, path: 'prompts/a.md' });
      await expect(load(false)).rejects.toMatchObject({
        message: expect.stringContaining('is not trusted') as string,
      });
      expect((await load(true))?.testset.path).toBe(file);
    },
  );
});
