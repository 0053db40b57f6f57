import type * as vscode from 'vscode';
import { describe, expect, it, vi } from 'vitest';
import type { Documents } from '../../../src/editor/documents.js';
import type { ModelChoice } from '../../../src/editor/modelChoice.js';
import type { MappingFlow } from '../../../src/editor/mappingFlow.js';
import type { Notices } from '../../../src/editor/notices.js';
import type { RunController } from '../../../src/editor/runController.js';
import { StartFlow } from '../../../src/editor/startFlow.js';
import type { TestSetPicks } from '../../../src/editor/testSets.js';
import type { VsCode } from '../../../src/editor/vscode.js';

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
});
