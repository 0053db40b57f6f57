import { describe, expect, it } from 'vitest';
import type { RunEvent, StopReason, Verdict } from '../../../src/core/run.js';
import { EXIT_BY_REASON, earlyEnd, exitCodeOfRun, worstExitCode } from '../../../src/cli/exitCodes.js';
import { baselineScored, betterRun, candidate, stateOf } from './state.js';

const stopped = (reason: StopReason): RunEvent => ({
  type: 'stopped',
  at: 1,
  stop: { reason, nextStep: 'Do this.' },
});
const verdict = (kind: Verdict['kind']): RunEvent => ({
  type: 'verdict',
  verdict: { kind, sentence: 'So it is.' },
});
const proposed = (...ids: string[]): RunEvent => ({
  type: 'proposed',
  step: 1,
  advice: [],
  candidates: ids.map((id) => candidate(id, 'new', 1)),
  rejected: [],
});

describe('exit code of an error', () => {
  it('is 2 for what the user puts right before anything starts', () => {
    for (const reason of [
      'bad-usage',
      'bad-config',
      'bad-prompt-file',
      'bad-test-set',
      'empty-test-set',
    ] as const) {
      expect(EXIT_BY_REASON[reason]).toBe(2);
    }
    expect(EXIT_BY_REASON['unfilled-placeholder']).toBe(2);
    expect(EXIT_BY_REASON['not-found']).toBe(2);
  });

  it('is 1 for refused writes, 3 for models and budget, 130 for a cancel', () => {
    expect(EXIT_BY_REASON['splice-refused']).toBe(1);
    expect(EXIT_BY_REASON['stale-file']).toBe(1);
    for (const reason of [
      'unreachable',
      'unauthorized',
      'rate-limited',
      'budget-spent',
      'missing-tags',
    ] as const) {
      expect(EXIT_BY_REASON[reason]).toBe(3);
    }
    expect(EXIT_BY_REASON.cancelled).toBe(130);
  });
});

describe('exit code of a run', () => {
  it('is 0 when the run came to its end', () => {
    expect(exitCodeOfRun(stateOf(betterRun))).toBe(0);
    expect(earlyEnd(stateOf(betterRun))).toBe('');
  });

  it('is 3 without a stop and after a failed model, with the reason for people', () => {
    expect(exitCodeOfRun(stateOf(baselineScored))).toBe(3);
    const failed = stateOf([...baselineScored, stopped('model-failed')]);
    expect(exitCodeOfRun(failed)).toBe(3);
    expect(earlyEnd(failed)).toBe('Do this. Go on with: hone resume run-1');
  });

  it('is 130 after a cancel', () => {
    expect(exitCodeOfRun(stateOf([...baselineScored, stopped('cancelled')]))).toBe(130);
  });

  it('depends, when the budget is spent, on whether a candidate was tried', () => {
    const before = [...baselineScored, verdict('no-headroom'), stopped('calls-spent')];
    const pending = [...baselineScored, proposed('c1'), verdict('no-headroom'), stopped('cost-spent')];
    const tried = [
      ...baselineScored,
      proposed('c1'),
      { type: 'settled', candidateId: 'c1', status: 'dropped', reasons: [] } as const,
      verdict('no-headroom'),
      stopped('calls-spent'),
    ];
    expect(exitCodeOfRun(stateOf(before))).toBe(3);
    expect(exitCodeOfRun(stateOf(pending))).toBe(3);
    expect(exitCodeOfRun(stateOf(tried))).toBe(0);
    expect(exitCodeOfRun(stateOf(tried.filter((event) => event.type !== 'verdict')))).toBe(3);
  });

  it('is 3 when the optimizer never made a usable proposal', () => {
    const events = [...baselineScored, verdict('no-headroom'), stopped('no-proposals')];
    expect(exitCodeOfRun(stateOf(events))).toBe(3);
  });
});

describe('worstExitCode', () => {
  it('lets no single trouble be missed', () => {
    expect(worstExitCode([])).toBe(0);
    expect(worstExitCode([0, 3, 1])).toBe(3);
    expect(worstExitCode([3, 130, 0])).toBe(130);
  });
});
