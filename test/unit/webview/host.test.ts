import { describe, expect, it } from 'vitest';
import { hostMessage, isPending } from '../../../webview/host.js';
import { states } from '../../fixtures/snapshots/index.js';

describe('hostMessage', () => {
  it('reads every snapshot of the fixtures', () => {
    for (const snapshot of Object.values(states)) {
      expect(hostMessage({ type: 'snapshot', snapshot })).toEqual({ type: 'snapshot', snapshot });
    }
  });

  it('tells a snapshot of the wrong shape apart', () => {
    const { usage, ...rest } = states.running!;
    expect(usage).toBeDefined();
    for (const snapshot of [
      undefined,
      {},
      rest,
      { ...states.running, phase: 'dancing' },
      { ...states.running, candidates: {} },
    ]) {
      expect(hostMessage({ type: 'snapshot', snapshot })).toBe('unreadable');
    }
  });

  it('reads answers and takes nothing else', () => {
    expect(hostMessage({ type: 'done', request: 3, message: 'Copied.' })).toEqual({
      type: 'done',
      request: 3,
      message: 'Copied.',
    });
    expect(hostMessage({ type: 'failed', request: 3, message: 'No.' })).toEqual({
      type: 'failed',
      request: 3,
      message: 'No.',
      nextStep: '',
    });
    for (const other of [
      null,
      'ready',
      7,
      {},
      { type: 'done' },
      { type: 'failed', request: 1 },
      { type: 'theme', request: 1 },
    ]) {
      expect(hostMessage(other)).toBeUndefined();
    }
  });
});

it('knows a request that is out by all of its parts', () => {
  const state = { pending: new Map([[1, { kind: 'copy', candidateId: 'c1' } as const]]) };
  expect(isPending(state, { kind: 'copy', candidateId: 'c1' })).toBe(true);
  expect(isPending(state, { kind: 'copy', candidateId: 'c2' })).toBe(false);
  expect(isPending(state, { kind: 'stop' })).toBe(false);
});
