import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import type { ErrorReason } from '../../../src/core/errors.js';
import {
  callsMade,
  isResumable,
  pairsOf,
  recordOf,
  replay,
  scoreOn,
  type RunEvent,
} from '../../../src/core/run.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

const call = (cached: boolean, cost?: number): RunEvent => ({
  type: 'called',
  call: {
    role: 'task',
    key: `k${Math.abs(cost ?? 9)}`,
    cached,
    tokens: { prompt: 10, completion: 2 },
    ...(cost !== undefined && { cost }),
  },
});

const opening: RunEvent[] = [
  startedEvent(['r1', 'r2', 'r3', 'r4']),
  { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
];

describe('the fold over run events', () => {
  it('counts paid calls apart from cached ones, and forgets the cost when one price is unknown', () => {
    const known = replay([...opening, call(false, 0.5), call(true), call(false, 0.25)])!;
    expect(known.usage).toMatchObject({
      calls: { task: 2 },
      cached: 1,
      cost: 0.75,
      tokens: { prompt: 20, completion: 4 },
    });
    const unknown = replay([...opening, call(false, 0.5), call(false)])!;
    expect(unknown.usage.cost).toBeUndefined();
    expect(callsMade(unknown.usage)).toBe(2);
  });

  it('draws the curve from candidates that were scored on all selection rows', () => {
    const state = replay([
      ...opening,
      scored(BASELINE_ID, 'r3', 0),
      scored(BASELINE_ID, 'r4', 1),
      { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
      {
        type: 'proposed',
        step: 1,
        advice: [],
        candidates: [candidate('c1', BASELINE_ID), candidate('c2', BASELINE_ID)],
        rejected: [],
      },
      scored('c1', 'r3', 0),
      { type: 'settled', candidateId: 'c1', status: 'dropped', reasons: ['no'] },
      scored('c2', 'r3', 1),
      scored('c2', 'r4', 1),
      { type: 'settled', candidateId: 'c2', status: 'kept', reasons: [] },
    ])!;
    expect(state.curve.map(({ candidateId, score, best }) => [candidateId, score, best])).toEqual([
      [BASELINE_ID, 0.5, 0.5],
      ['c2', 1, 1],
    ]);
    expect(recordOf(state, 'c1')).toMatchObject({ status: 'dropped', reasons: ['no'] });
  });

  it('leaves rows with an error out of means and pairs, and counts them', () => {
    const state = replay([
      ...opening,
      scored(BASELINE_ID, 'r3', 1),
      {
        type: 'scored',
        candidateId: BASELINE_ID,
        caseId: 'r4',
        outcome: { status: 'error', reason: 'timed-out', message: 'late' },
      },
      { type: 'proposed', step: 1, advice: [], candidates: [candidate('c1', BASELINE_ID)], rejected: [] },
      scored('c1', 'r3', 0),
      scored('c1', 'r4', 1),
    ])!;
    const [baseline, first] = [recordOf(state, BASELINE_ID), recordOf(state, 'c1')];
    expect(scoreOn(baseline, ['r3', 'r4'])).toEqual({ mean: 1, n: 1, errors: 1 });
    expect(pairsOf(baseline, first, ['r3', 'r4']).map((pair) => pair.caseId)).toEqual(['r3']);
  });

  it('goes on after a stop when it is resumed', () => {
    const state = replay([
      ...opening,
      { type: 'stopped', at: 5, stop: { reason: 'cancelled', nextStep: '' } },
      { type: 'resumed', at: 9 },
    ])!;
    expect(state.stop).toBeUndefined();
    expect(state.endedAt).toBeUndefined();
  });

  it('gives rows another chance that failed for a passing reason, where nothing was decided by them', () => {
    const failed = (candidateId: string, caseId: string, reason: ErrorReason): RunEvent => ({
      type: 'scored',
      candidateId,
      caseId,
      outcome: { status: 'error', reason, message: '' },
    });
    const state = replay([
      startedEvent(['r1', 'r2', 'r3', 'r4'], {
        splits: { train: ['r1'], validation: ['r2'], exam: ['r3', 'r4'] },
      }),
      {
        type: 'proposed',
        step: 0,
        advice: [],
        candidates: [candidate(BASELINE_ID), candidate('c1')],
        rejected: [],
      },
      failed(BASELINE_ID, 'r1', 'timed-out'),
      { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
      failed(BASELINE_ID, 'r3', 'overloaded'),
      failed(BASELINE_ID, 'r4', 'bad-request'),
      failed('c1', 'r1', 'timed-out'),
      failed('c1', 'r2', 'bad-response'),
      { type: 'resumed', at: 9 },
    ])!;
    expect([...recordOf(state, BASELINE_ID).outcomes.keys()]).toEqual(['r1', 'r4']);
    expect([...recordOf(state, 'c1').outcomes.keys()]).toEqual(['r2']);
  });

  it('takes new limits and another optimizer when it is resumed', () => {
    const optimizer = { id: 'openai:b', label: 'b', destination: 'b.test' };
    const state = replay([...opening, { type: 'resumed', at: 9, changes: { maxCalls: 999, optimizer } }])!;
    expect(state.setup.maxCalls).toBe(999);
    expect(state.setup.models.optimizer).toEqual(optimizer);
    expect(state.setup.models.task.id).toBe('sandbox:default');
  });

  it('knows which requests are under way', () => {
    const state = replay([
      ...opening,
      ...Array.from({ length: 4 }, (): RunEvent => ({ type: 'sent', role: 'task' })),
      { type: 'sent', role: 'optimizer' },
      { type: 'called', call: { role: 'task', cached: true } },
      { type: 'called', call: { role: 'task', cached: false, key: 'k' } },
      { type: 'unsent', role: 'task' },
    ])!;
    expect(state.underWay).toEqual({ task: 2, optimizer: 1, judge: 0 });
  });

  it('refuses events of a run that has not begun', () => {
    expect(() => replay([{ type: 'resumed', at: 1 }])).toThrow('begins with a started event');
  });
});

describe('isResumable', () => {
  it.each([
    ['cancelled', undefined, true],
    ['model-failed', undefined, true],
    [undefined, undefined, true],
    ['calls-spent', undefined, false],
    ['perfect', 'better', false],
    [undefined, 'better', false],
  ] as const)('stopped as %s with the verdict %s: %s', (stop, verdict, resumable) => {
    expect(isResumable(verdict, stop)).toBe(resumable);
  });
});
