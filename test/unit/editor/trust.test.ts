import type * as vscode from 'vscode';
import { describe, expect, it, vi } from 'vitest';
import type { Documents } from '../../../src/editor/documents.js';
import type { ModelChoice } from '../../../src/editor/modelChoice.js';
import type { NoticeAction, Notices } from '../../../src/editor/notices.js';
import type { RunController } from '../../../src/editor/runController.js';
import { StartFlow } from '../../../src/editor/startFlow.js';
import type { TestSetPicks } from '../../../src/editor/testSets.js';
import type { VsCode } from '../../../src/editor/vscode.js';

describe('a workspace that is not trusted', () => {
  it('gets no run, not even a confirmed one, and is told how to be trusted', async () => {
    const executeCommand = vi.fn();
    const warn = vi.fn<(message: string, action: NoticeAction) => void>();
    const untouched = <T>() =>
      new Proxy({}, { get: (_, name) => expect.fail(`${String(name)} was used`) }) as T;
    const flow = new StartFlow(
      { workspace: { isTrusted: false }, commands: { executeCommand } } as unknown as VsCode,
      untouched<RunController>(),
      untouched<TestSetPicks>(),
      untouched<ModelChoice>(),
      untouched<Documents>(),
      { warn } as unknown as Notices,
    );
    const uri = {} as vscode.Uri;
    expect(await flow.optimize([uri], { confirmed: true, taskModel: 'openai:m' })).toEqual([]);
    expect(warn.mock.calls[0]?.[0]).toContain('only in workspaces that you trust');
    warn.mock.calls[0]?.[1].run();
    expect(executeCommand).toHaveBeenCalledWith('workbench.trust.manage');
  });
});
