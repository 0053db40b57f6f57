import type * as vscode from 'vscode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { HoneError } from '../../../src/core/errors.js';
import { replay } from '../../../src/core/run.js';
import { RunPanels, type PanelActions } from '../../../src/editor/panel.js';
import type { RunController } from '../../../src/editor/runController.js';
import type { VsCode } from '../../../src/editor/vscode.js';
import type { HostMessage } from '../../../src/protocol.js';
import { candidate, startedEvent } from '../../fixtures/runs.js';

const RUN = { root: '/work', runId: 'run-1' };

function emitter<T>() {
  const listeners = new Set<(value: T) => void>();
  return {
    fire: (value: T) => listeners.forEach((listener) => listener(value)),
    event: (listener: (value: T) => void) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
}

function setUp(actions: Partial<PanelActions> = {}) {
  const posted: HostMessage[] = [];
  const messages = emitter<unknown>();
  const viewState = emitter<unknown>();
  const disposed = emitter<undefined>();
  const progressed = emitter<unknown>();
  const panel = {
    visible: true,
    reveal: vi.fn(),
    dispose: () => disposed.fire(undefined),
    onDidDispose: disposed.event,
    onDidChangeViewState: viewState.event,
    webview: {
      html: '',
      cspSource: 'https://page.test',
      asWebviewUri: (uri: unknown) => uri,
      onDidReceiveMessage: messages.event,
      postMessage: (message: HostMessage) => Promise.resolve(posted.push(message)),
    },
  };
  const createWebviewPanel = vi.fn(() => panel);
  const api = {
    ViewColumn: { Active: -1, Beside: -2 },
    Uri: { joinPath: (...parts: unknown[]) => parts.join('/') },
    window: { createWebviewPanel, registerWebviewPanelSerializer: () => ({ dispose: () => undefined }) },
    workspace: {},
  } as unknown as VsCode;
  const state = replay([
    startedEvent(['r1', 'r2']),
    {
      type: 'proposed',
      step: 0,
      advice: [],
      candidates: [candidate(BASELINE_ID), candidate('c1', BASELINE_ID)],
      rejected: [],
    },
  ])!;
  const runs = {
    onDidProgress: progressed.event,
    onDidChangeList: emitter<undefined>().event,
    load: () => Promise.resolve(state),
    find: () => undefined,
  } as unknown as RunController;
  const panels = new RunPanels(api, '/extension' as unknown as vscode.Uri, runs, actions as PanelActions);
  panels.open(RUN, 'prompts/a.md');
  const settle = async () => vi.advanceTimersByTimeAsync(200);
  return {
    panels,
    panel,
    posted,
    createWebviewPanel,
    messages,
    settle,
    progress: () => progressed.fire(RUN),
  };
}

describe('a panel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('posts nothing before the page is ready, then a whole snapshot', async () => {
    const { posted, progress, messages, settle } = setUp();
    progress();
    await settle();
    expect(posted).toEqual([]);
    messages.fire({ type: 'ready', candidateId: 'c1', against: 'parent' });
    await settle();
    expect(posted).toMatchObject([
      { type: 'snapshot', snapshot: { runId: 'run-1', selected: { id: 'c1', against: 'parent' } } },
    ]);
  });

  it('posts at most eight snapshots a second, and none while it is hidden', async () => {
    const { posted, progress, messages, settle, panel } = setUp();
    messages.fire({ type: 'ready' });
    await settle();
    posted.length = 0;
    for (let millisecond = 0; millisecond < 1000; millisecond++) {
      progress();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(posted.length).toBeGreaterThanOrEqual(7);
    expect(posted.length).toBeLessThanOrEqual(9);
    panel.visible = false;
    await settle();
    posted.length = 0;
    progress();
    await settle();
    expect(posted).toEqual([]);
  });

  it('answers each request with its number: done, or failed with what to do', async () => {
    const accept = vi.fn<PanelActions['accept']>();
    accept.mockResolvedValueOnce('Written.');
    accept.mockRejectedValueOnce(
      new HoneError({ reason: 'stale-file', message: 'It changed.', nextStep: 'Run again.' }),
    );
    const { posted, messages, settle } = setUp({ accept });
    const body = { kind: 'accept', candidateId: 'c1' };
    messages.fire({ type: 'request', request: 1, body });
    await settle();
    messages.fire({ type: 'request', request: 2, body });
    await settle();
    expect(accept).toHaveBeenCalledWith(RUN, 'c1');
    expect(posted).toEqual([
      { type: 'done', request: 1, message: 'Written.' },
      { type: 'failed', request: 2, message: 'It changed.', nextStep: 'Run again.' },
    ]);
  });

  it('does nothing for a message that is not of the protocol', async () => {
    const { posted, messages, settle } = setUp();
    messages.fire({ type: 'request', request: 1, body: { kind: 'execute', command: 'hone.stop' } });
    await settle();
    expect(posted).toEqual([]);
  });

  it('is one per run', () => {
    const { panels, panel, createWebviewPanel } = setUp();
    panels.open(RUN, 'prompts/a.md');
    expect(createWebviewPanel).toHaveBeenCalledTimes(1);
    expect(panel.reveal).toHaveBeenCalledTimes(1);
    panel.dispose();
    expect(panels.openRuns).toEqual([]);
    panels.open(RUN, 'prompts/a.md');
    expect(createWebviewPanel).toHaveBeenCalledTimes(2);
  });
});
