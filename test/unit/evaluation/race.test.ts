import { describe, expect, it } from 'vitest';
import { BASELINE_ID, type Advice, type Candidate } from '../../../src/core/candidate.js';
import { hashFraction } from '../../../src/core/hash.js';
import { recordOf, reduce, replay, type CandidateRecord, type RunState } from '../../../src/core/run.js';
import { brokenGuards, race, raceStanding } from '../../../src/evaluation/race.js';
import { leaderOf, standingsOf } from '../../../src/evaluation/standings.js';
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

  it('drops a candidate as soon as it is shown to be worse', () => {
    const failsLate = (who: string, id: string) => {
      if (splits.train.includes(id)) return who === 'c1' ? 1 : 0;
      return who === 'c1' ? 0 : 1;
    };
    const { asked, result } = raced(failsLate);
    expect(result.status).toBe('dropped');
    expect(result.reasons).toEqual([
      'After 12 of 20 selection rows it is behind your prompt: better on 0, worse on 12.',
    ]);
    expect(asked).toHaveLength(18);
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
    expect(asked.slice(0, 4).sort()).toEqual([...rows].sort());
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

  it('drops a candidate as soon as the best score is out of its reach, before it is shown to be worse', () => {
    // The baseline passes all rows but the first, so that one failure is too many; wins before make up for losses.
    const [first] = splits.validation;
    const late = new Set(splits.validation.slice(10, 12));
    const { asked, result } = raced((who, id) => {
      if (splits.train.includes(id)) return 1;
      return who === 'c1' ? (late.has(id) ? 0 : 1) : id === first ? 0 : 1;
    });
    expect(result.reasons).toEqual([
      'After 12 of 20 selection rows it could no longer reach the best score.',
    ]);
    expect(asked).toHaveLength(12);
  });

  it('drops a candidate in the round in which it breaks a guarded row', () => {
    const guarded = splits.validation[3]!;
    const { asked, result } = raced(
      (who, id) => (id === guarded ? (who === 'c1' ? 0 : 1) : who === 'c1' ? 1 : 0),
      {
        guarded: [guarded],
      },
    );
    expect(result.reasons).toEqual([`It breaks guarded rows: ${guarded}.`]);
    expect(asked).toHaveLength(6 + 12);
  });

  it('leaves pairs without an answer out, instead of counting them as lost', () => {
    const state = runWith(() => 1, [candidate('c1', BASELINE_ID)]);
    const [result] = select(race, state, [recordOf(state, 'c1')], (_, rows) => {
      rows.forEach((caseId, index) => {
        const outcome = { status: 'error', reason: 'timed-out', message: 'late' } as const;
        reduce(
          state,
          index % 3 === 0 ? { type: 'scored', candidateId: 'c1', caseId, outcome } : scored('c1', caseId, 1),
        );
      });
    });
    expect(result?.status).toBe('kept');
  });

  it('keeps a candidate that is still undecided after all rows', () => {
    const even = (id: string) => splits.validation.indexOf(id) % 2 === 0;
    const { result } = raced((who, id) =>
      splits.train.includes(id) ? 1 : (who === 'c1') === even(id) ? 1 : 0,
    );
    expect(result).toMatchObject({ status: 'kept', reasons: [] });
  });
});

/** A run with candidates of given names; `values` says how each prompt scores a row. */
function field(
  names: readonly string[],
  values: (who: string, id: string) => number,
  selection: 'train' | 'validation',
) {
  const state = replay([
    startedEvent(IDS, { selection }),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...IDS.map((id) => scored(BASELINE_ID, id, values(BASELINE_ID, id))),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
    {
      type: 'proposed',
      step: 1,
      advice: [],
      candidates: names.map((name) => candidate(name, BASELINE_ID)),
      rejected: [],
    },
  ])!;
  const pending = names.map((name) => recordOf(state, name));
  const answer = (record: CandidateRecord, rows: readonly string[]) => {
    for (const id of rows) reduce(state, scored(record.candidate.id, id, values(record.candidate.id, id)));
  };
  return { state, pending, answer };
}

/** A score of 0 or 1 that follows from the names alone: a prompt passes the given share of rows. */
const luck = (share: (who: string) => number) => (who: string, id: string) =>
  hashFraction(`${who} ${id}`) < share(who) ? 1 : 0;

describe('a race with several candidates', () => {
  const NAMES = Array.from({ length: 16 }, (_, index) => `c${index + 1}`);

  it('promotes a candidate that is shown to beat the baseline; the others then have to beat it', () => {
    const { state, pending, answer } = field(['c1', 'c2'], (who) => (who === 'c1' ? 1 : 0), 'validation');
    const results = select(race, state, pending, answer);
    const { promoted, incumbent, dropped } = raceStanding(state, pending);
    expect(promoted).toEqual([pending[0]]);
    expect(incumbent).toBe(pending[0]);
    expect(dropped.get(pending[1]!)).toBe('It improves none of 6 rows that its parent fails.');
    expect(results.map(({ status }) => status)).toEqual(['kept', 'dropped']);
  });

  it('drops others against a promoted candidate', () => {
    const values = (who: string, id: string) =>
      who === 'c1' || (who === 'c2' && splits.train.includes(id)) ? 1 : 0;
    const { state, pending, answer } = field(['c1', 'c2'], values, 'validation');
    const [, second] = select(race, state, pending, answer);
    expect(second?.reasons).toEqual([
      'After 12 of 20 selection rows it is behind c1: better on 0, worse on 12.',
    ]);
  });

  it('promotes nobody on rows that the proposer reads', () => {
    const { state, pending, answer } = field(['c1'], (who) => (who === 'c1' ? 1 : 0), 'train');
    expect(select(race, state, pending, answer)[0]?.status).toBe('kept');
    expect(raceStanding(state, pending).promoted).toEqual([]);
  });

  it('narrows many candidates down, says where each one stood, and keeps the best', () => {
    const better = luck((who) => (who === 'c5' ? 0.95 : 0.4));
    const { state, pending, answer } = field(NAMES, better, 'validation');
    const results = select(race, state, pending, answer);
    const kept = results.filter(({ status }) => status === 'kept').map(({ record }) => record.candidate.id);
    expect(kept).toContain('c5');
    expect(kept.length).toBeLessThanOrEqual(2);
    const reasons = results.flatMap((result) => result.reasons);
    expect(reasons).toContainEqual(
      expect.stringMatching(/^After 4 of 20 selection rows it stood 1\dth of 1\d; the best 9 went on\.$/),
    );
    const onRows = (record: CandidateRecord) =>
      splits.validation.filter((id) => record.outcomes.has(id)).length;
    expect(pending.reduce((sum, record) => sum + onRows(record), 0)).toBeLessThan(0.5 * 16 * 20);
  });

  it('does not narrow four candidates', () => {
    const { state, pending, answer } = field(
      NAMES.slice(0, 4),
      luck(() => 0.5),
      'validation',
    );
    const reasons = select(race, state, pending, answer).flatMap((result) => result.reasons);
    expect(reasons.filter((reason) => reason.includes('it stood'))).toEqual([]);
  });

  it.each([16, 5, 3])(
    'decides alike when it is interrupted anywhere, also while %i candidates are settled',
    (size) => {
      const values = luck((who) => (who === 'c3' ? 0.9 : 0.5));
      const undisturbed = field(NAMES.slice(0, size), values, 'validation');
      const expected = select(race, undisturbed.state, undisturbed.pending, undisturbed.answer).map(
        ({ record, status, reasons }) => [record.candidate.id, status, reasons],
      );
      const { state, pending, answer } = field(NAMES.slice(0, size), values, 'validation');
      const settled = new Map<string, unknown>();
      while (settled.size < size) {
        const open = pending.filter(({ status }) => status === 'pending');
        const move = race.next(state, open);
        if (move.kind === 'score') {
          // Answers come in the other order, and the process dies before the last candidate's.
          const [last, ...others] = [...move.rows].reverse();
          for (const { record, caseIds } of others.length > 0 ? others : [last!])
            answer(record, [...caseIds].reverse());
          continue;
        }
        const { record, status, reasons } = move.results.at(-1)!;
        reduce(state, { type: 'settled', candidateId: record.candidate.id, status, reasons });
        settled.set(record.candidate.id, [record.candidate.id, status, reasons]);
      }
      expect(pending.map(({ candidate: { id } }) => settled.get(id))).toEqual(expected);
    },
  );

  /** A second step from a kept candidate, judged by its lineage, on rows that no proposer has read and then on the others. */
  function secondStep(draw: number) {
    const values = (who: string, id: string) =>
      who === BASELINE_ID ? 0 : luck(() => 0.5)(`${draw} ${who}`, id);
    const score = (who: string, rows: readonly string[]) =>
      rows.map((id) => scored(who, id, values(who, id)));
    const second = ['c2', 'c3'].map((id) => ({ ...candidate(id, 'c1'), step: 2 }));
    const state = replay([
      startedEvent(IDS, { selection: 'both', estimate: 'lineage' }),
      { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
      ...score(BASELINE_ID, IDS),
      { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
      { type: 'proposed', step: 1, advice: [], candidates: [candidate('c1', BASELINE_ID)], rejected: [] },
      ...score('c1', IDS),
      { type: 'settled', candidateId: 'c1', status: 'kept', reasons: [] },
      { type: 'proposed', step: 2, advice: [], candidates: second, rejected: [] },
    ])!;
    const pending = second.map(({ id }) => recordOf(state, id));
    const answer = (record: CandidateRecord, rows: readonly string[]) => {
      for (const event of score(record.candidate.id, rows)) reduce(state, event);
    };
    const decided = (results: ReturnType<typeof select>) =>
      results.map(({ record, status, reasons }) => [
        record.candidate.id,
        status,
        reasons,
        [...record.outcomes.keys()].sort(),
      ]);
    return { state, pending, answer, decided };
  }

  it('decides alike by lineage, whatever part of a round has been answered', () => {
    const statuses = new Set<string>();
    for (let draw = 0; draw < 60; draw++) {
      const undisturbed = secondStep(draw);
      const expected = select(race, undisturbed.state, undisturbed.pending, undisturbed.answer);
      expected.forEach(({ status }) => statuses.add(status));
      const { state, pending, answer, decided } = secondStep(draw);
      for (;;) {
        const move = race.next(state, pending);
        if (move.kind === 'settle') {
          expect(decided(move.results)).toEqual(undisturbed.decided(expected));
          break;
        }
        const { record, caseIds } = move.rows.at(-1)!;
        answer(record, caseIds.slice(-1));
      }
    }
    expect(statuses).toEqual(new Set(['kept', 'dropped']));
  });
});

describe('standings', () => {
  it('pull a gain on few rows towards the baseline, and leave the baseline where it is', () => {
    const values = (who: string) => (who === BASELINE_ID ? 0 : 1);
    const { state, pending, answer } = field(['c1', 'c2'], values, 'validation');
    answer(pending[0]!, splits.validation.slice(0, 3));
    answer(pending[1]!, splits.validation);
    const [baseline, few, many] = standingsOf(state, [recordOf(state, BASELINE_ID), ...pending]);
    expect(baseline).toMatchObject({ delta: 0, shrunken: 0 });
    expect(few).toMatchObject({ n: 3, delta: 1 });
    expect(few!.shrunken).toBeLessThan(many!.shrunken);
    expect(leaderOf([baseline!, few!, many!])?.record).toBe(pending[1]);
  });

  it('prefer the baseline to a candidate that only equals it', () => {
    const { state, pending, answer } = field(['c1'], () => 0, 'validation');
    answer(pending[0]!, splits.validation);
    expect(
      leaderOf(standingsOf(state, [recordOf(state, BASELINE_ID), ...pending]))?.record.candidate.id,
    ).toBe(BASELINE_ID);
  });
});

describe('a race over many rows', () => {
  it('takes a bounded number of rounds, so that its time grows with the rows alone', () => {
    const ids = Array.from({ length: 6000 }, (_, index) => `m${index}`);
    const parts = { train: ids.slice(0, 1000), validation: ids.slice(1000, 5000), exam: ids.slice(5000) };
    const state = replay([
      startedEvent(ids, { splits: parts, selection: 'validation' }),
      { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
      ...ids.slice(0, 5000).map((id, index) => scored(BASELINE_ID, id, index % 2)),
      { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
      { type: 'proposed', step: 1, advice: [], candidates: [candidate('c1', BASELINE_ID)], rejected: [] },
    ])!;
    let moves = 0;
    const [result] = select(race, state, [recordOf(state, 'c1')], (_, rows) => {
      moves++;
      for (const id of rows) reduce(state, scored('c1', id, 1));
    });
    expect(result?.status).toBe('kept');
    expect(recordOf(state, 'c1').outcomes.size).toBeGreaterThanOrEqual(4000);
    expect(moves).toBeLessThanOrEqual(65);
  });
});
