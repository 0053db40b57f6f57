import { describe, expect, it } from 'vitest';
import { BASELINE_ID, type Advice } from '../../../src/core/candidate.js';
import type { KnownAdvice } from '../../../src/core/knownAdvice.js';
import { replay, type RunEvent } from '../../../src/core/run.js';
import type { Feedback } from '../../../src/core/scoring.js';
import { checkedAdvice } from '../../../src/optimizer/feedback/checked.js';
import { adviceOfRun, openEarlierAdvice } from '../../../src/optimizer/feedback/standing.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

const ROWS = ['t1', 't2', 't3', 't4', 'v1', 'v2', 'v3', 'v4'];
const WRAPPED: Feedback = { scorer: 'equals', kind: 'non-directional', cause: 'wrapped', text: 'Wrapped.' };

const advice = (rows: readonly string[], id = 'a-1'): Advice => ({
  id,
  cause: 'wrapped',
  text: 'Answers are wrapped.',
  direction: 'Answer bare.',
  rows,
  lines: [1],
});
const known = (rows: readonly string[], status: KnownAdvice['status'], id = 'a-1'): KnownAdvice => ({
  advice: advice(rows, id),
  since: 'run-0',
  status,
});

/** A run whose baseline passes the rows in capitals: `T1 t2` is t1 passed, t2 failed. */
function stateOf(outcomes: string, recalled: readonly KnownAdvice[], more: readonly RunEvent[] = []) {
  const rows = outcomes.split(' ').filter(Boolean);
  return replay([
    startedEvent(ROWS),
    { type: 'recalled', advice: recalled },
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...rows.map((row) => {
      const passes = row === row.toUpperCase();
      return scored(BASELINE_ID, row.toLowerCase(), passes ? 1 : 0, passes ? [] : [WRAPPED]);
    }),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
    ...more,
  ])!;
}

describe('advice of earlier runs', () => {
  const statusAfter = (outcomes: string, before: KnownAdvice['status']) =>
    adviceOfRun(stateOf(outcomes, [known(['t1', 't2', 't3'], before)]))[0]!.status;

  it('closes when the rows that support it pass, and opens again when one fails', () => {
    expect(statusAfter('T1 T2 T3', 'open')).toBe('closed');
    expect(statusAfter('T1 t2 T3', 'closed')).toBe('open');
  });

  it('stays as it was where fewer than half of its rows were scored', () => {
    expect(statusAfter('T1', 'open')).toBe('open');
    expect(statusAfter('T1', 'closed')).toBe('closed');
    expect(statusAfter('', 'closed')).toBe('closed');
    expect(statusAfter('T1 T2', 'open')).toBe('closed');
  });

  it('keeps the run that gave it first when this run gives it again', () => {
    const again: RunEvent = {
      type: 'proposed',
      step: 1,
      advice: [advice(['t2'])],
      candidates: [],
      rejected: [],
    };
    const state = stateOf('T1 t2', [known(['t1'], 'open'), known(['t1'], 'open', 'a-2')], [again]);
    expect(
      adviceOfRun(state).map((each) => [each.advice.id, each.since, each.status, each.advice.rows]),
    ).toEqual([
      ['a-1', 'run-0', 'open', ['t2']],
      ['a-2', 'run-0', 'closed', ['t1']],
    ]);
  });

  it('goes to the optimizer only when it is open and train rows alone support it', () => {
    const state = stateOf('t1 T2 v1', [
      known(['t1'], 'open', 'a-open'),
      known(['t2'], 'open', 'a-closed'),
      known(['t1', 'v1'], 'open', 'a-validation'),
    ]);
    expect(openEarlierAdvice(state).map(({ id }) => id)).toEqual(['a-open']);
  });
});

describe('advice checked against failures that were not shown', () => {
  const proposed = (memo?: unknown): RunEvent => ({
    type: 'proposed',
    step: 1,
    advice: [advice(['t1', 't2', 't3'])],
    candidates: [{ ...candidate('c1', BASELINE_ID), adviceIds: ['a-1'] }, candidate('c2', BASELINE_ID)],
    rejected: [],
    ...(memo !== undefined && { memo }),
  });
  const kept = (id: string, passed: readonly string[], failed: readonly string[]): RunEvent[] => [
    ...[...passed, 'v1', 'v2', 'v3', 'v4'].map((row) => scored(id, row, 1)),
    ...failed.map((row) => scored(id, row, 0)),
    { type: 'settled', candidateId: id, status: 'kept', reasons: [] },
  ];
  const BASELINE = 't1 t2 t3 T4 v1 v2 v3 v4';

  it('counts what the best candidate that follows it mends of them', () => {
    const events = [proposed({ operator: 'edit', shown: ['t1'] }), ...kept('c1', ['t1', 't2'], ['t3', 't4'])];
    expect(checkedAdvice(stateOf(BASELINE, [], events)).get('a-1')).toEqual({ fixed: 1, of: 2 });
  });

  it('takes the rows of the advice as shown where the strategy does not say', () => {
    const events = [proposed(), ...kept('c1', ['t1', 't2', 't3'], [])];
    expect(checkedAdvice(stateOf(BASELINE, [], events)).has('a-1')).toBe(false);
  });

  it('says nothing where no candidate that follows it was kept', () => {
    const events = [proposed({ shown: ['t1'] }), ...kept('c2', ['t2'], ['t3'])];
    expect(checkedAdvice(stateOf(BASELINE, [], events)).size).toBe(0);
  });

  it('follows a candidate to what was made from it, which may be better', () => {
    const child = { ...candidate('c3', 'c1'), step: 2 };
    const events: RunEvent[] = [
      proposed({ shown: ['t1'] }),
      ...kept('c1', ['t2'], ['t3', 'v1']),
      { type: 'proposed', step: 2, advice: [], candidates: [child], rejected: [], memo: { shown: ['t4'] } },
      ...kept('c3', ['t2', 't3'], []),
    ];
    expect(checkedAdvice(stateOf(BASELINE, [], events)).get('a-1')).toEqual({ fixed: 2, of: 2 });
  });
});
