import { describe, expect, it } from 'vitest';
import { BASELINE_ID, type Advice, type Candidate } from '../../../src/core/candidate.js';
import { recordOf, reduce, replay, type RunState } from '../../../src/core/run.js';
import { brokenGuards, race } from '../../../src/evaluation/race.js';
import { fullEvaluation } from '../../../src/evaluation/fullEvaluation.js';
import { candidate, scored, setup, startedEvent } from '../../fixtures/runs.js';
import { select } from '../../fixtures/selection.js';

const IDS = Array.from({ length: 40 }, (_, index) => `r${index}`);
const { splits } = setup(IDS);

/** A run whose baseline has been scored as `value` says, and whose first step proposes candidates. */
function runWith(
  value: (caseId: string) => number,
  candidates: Candidate[],
  { advice = [] as Advice[], cases = setup(IDS).testset.cases } = {},
): RunState {
  return replay([
    startedEvent(IDS, { testset: { path: 'a.csv', cases } }),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...IDS.map((id) => scored(BASELINE_ID, id, value(id))),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
    { type: 'proposed', step: 1, advice, candidates, rejected: [] },
  ])!;
}

/** A race of c1 against a baseline; `values` says how each prompt scores a row. */
function raced(
  values: (candidateId: string, caseId: string) => number,
  { selector = race, guarded = [] as string[] } = {},
) {
  const cases = setup(IDS).testset.cases.map((row) => ({ ...row, guard: guarded.includes(row.id) }));
  const state = runWith((id) => values(BASELINE_ID, id), [candidate('c1', BASELINE_ID)], { cases });
  const asked: string[] = [];
  const [result] = select(selector, state, [recordOf(state, 'c1')], (_, rows) => {
    for (const id of rows) {
      asked.push(id);
      reduce(state, scored('c1', id, values('c1', id)));
    }
  });
  return { state, asked, result: result! };
}

describe('race', () => {
  it('drops a candidate that improves none of the rows its parent fails, at the price of six rows', () => {
    const { asked, result } = raced((_, id) => (Number(id.slice(1)) % 2 ? 1 : 0));
    expect(result.status).toBe('dropped');
    expect(asked).toHaveLength(6);
    expect(asked.every((id) => splits.train.includes(id))).toBe(true);
  });

  it('keeps a candidate that wins, scored on every selection row', () => {
    const { asked, result, state } = raced((who, id) => (who === 'c1' ? 1 : Number(id.slice(1)) % 2));
    expect(result).toMatchObject({ status: 'kept', reasons: [] });
    expect(splits.validation.every((id) => recordOf(state, 'c1').outcomes.has(id))).toBe(true);
    expect(asked).toHaveLength(26);
  });

  it('drops a candidate as soon as the best score is out of reach', () => {
    const failsLate = (who: string, id: string) => {
      if (splits.train.includes(id)) return who === 'c1' ? 1 : 0;
      return who === 'c1' ? 0 : 1;
    };
    const { asked, result } = raced(failsLate);
    expect(result.status).toBe('dropped');
    expect(asked).toHaveLength(12);
  });

  it('tries a candidate first on the rows that its advice is about', () => {
    const rows = splits.train.slice(-4);
    const advice = [{ id: 'a1', cause: 'x', text: '', direction: '', rows, lines: [] }];
    const state = runWith(() => 0, [{ ...candidate('c1', BASELINE_ID), adviceIds: ['a1'] }], { advice });
    const asked: string[] = [];
    select(race, state, [recordOf(state, 'c1')], (_, ids) => {
      asked.push(...ids);
      for (const id of ids) reduce(state, scored('c1', id, 0));
    });
    expect(asked.slice(0, 4)).toEqual(rows);
    expect(asked).toHaveLength(6);
  });

  it('drops one of several as soon as another is out of its reach', () => {
    const state = runWith(() => 0, [candidate('c1', BASELINE_ID), candidate('c2', BASELINE_ID)]);
    const mends = (who: string, id: string) => who === 'c1' || splits.train.includes(id);
    const results = select(race, state, [recordOf(state, 'c1'), recordOf(state, 'c2')], (record, ids) => {
      const who = record.candidate.id;
      for (const id of ids) reduce(state, scored(who, id, mends(who, id) ? 1 : 0));
    });
    expect(results.map(({ record, status }) => [record.candidate.id, status])).toEqual([
      ['c1', 'kept'],
      ['c2', 'dropped'],
    ]);
    expect(recordOf(state, 'c2').outcomes.size).toBe(18);
  });

  it('is not what full evaluation does: that scores the selection rows only, and keeps what lost', () => {
    const { asked, result } = raced((who) => (who === 'c1' ? 0 : 1), { selector: fullEvaluation });
    expect(asked).toEqual(splits.validation);
    expect(result.status).toBe('kept');
  });

  it('vetoes broken guarded rows', () => {
    const guarded = splits.validation[3]!;
    const breaks = (who: string, id: string) =>
      id === guarded ? (who === 'c1' ? 0 : 1) : who === 'c1' ? 1 : 0;
    const { result, state } = raced(breaks, { guarded: [guarded] });
    expect(result.status).toBe('dropped');
    expect(brokenGuards(state, recordOf(state, 'c1'))).toEqual([guarded]);
  });

  it('drops a candidate of which most rows ended in an error, and says so', () => {
    const fresh = runWith(() => 1, [candidate('c1', BASELINE_ID)]);
    const [result] = select(race, fresh, [recordOf(fresh, 'c1')], (record, rows) => {
      for (const caseId of rows) {
        const outcome = { status: 'error', reason: 'timed-out', message: 'late' } as const;
        reduce(fresh, { type: 'scored', candidateId: record.candidate.id, caseId, outcome });
      }
    });
    expect(result).toMatchObject({
      status: 'dropped',
      reasons: ['20 of 20 selection rows ended in an error.'],
    });
  });
});
