import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { reduce, replay, type CandidateRecord, type RunEvent, type RunState } from '../../../src/core/run.js';
import {
  banditMove,
  banditSelector,
  beamAfter,
  rejectsSchedule,
  upperBound,
  type BanditKind,
  type BanditOptions,
} from '../../../src/evaluation/bandit.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';
import { select } from '../../fixtures/selection.js';

const ROWS = Array.from({ length: 12 }, (_, index) => `r${index}`);

const options = (kind: BanditKind, sizes: Partial<BanditOptions> = {}): BanditOptions => ({
  kind,
  exploration: 1,
  rounds: 4,
  perRound: 2,
  samples: 3,
  ...sizes,
});

/** A run with candidates c1 … cN in step 1, all of whose rows choose among candidates. */
function stateWith(count: number): RunState {
  const events: RunEvent[] = [
    startedEvent(ROWS, { selection: 'train', splits: { train: ROWS, validation: [], exam: [] } }),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...ROWS.map((row) => scored(BASELINE_ID, row, 0)),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
    {
      type: 'proposed',
      step: 1,
      advice: [],
      candidates: Array.from({ length: count }, (_, index) => candidate(`c${index + 1}`, BASELINE_ID)),
      rejected: [],
    },
  ];
  return replay(events)!;
}

const pendingOf = (state: RunState) =>
  [...state.candidates.values()].filter(({ status }) => status === 'pending');

/** Plays a bandit over candidates whose every row scores what `quality` says. */
function play(state: RunState, records: readonly CandidateRecord[], keep: number, bandit: BanditOptions) {
  const quality = (id: string) => Number(id.slice(1)) / 10;
  const batches: string[][] = [];
  for (;;) {
    const move = banditMove(records, ROWS, keep, bandit);
    if (move.kind === 'ranked') return { best: move.best.map((each) => each.candidate.id), batches };
    batches.push(move.rows.map(({ record, caseIds }) => `${record.candidate.id}:${caseIds.length}`));
    for (const { record, caseIds } of move.rows) {
      for (const id of caseIds) reduce(state, scored(record.candidate.id, id, quality(record.candidate.id)));
    }
  }
}

describe('upper bounds', () => {
  it('have the values of the formulas', () => {
    // 0.5 + 1 * sqrt(ln 16 / 4) = 0.5 + sqrt(2.772589 / 4)
    expect(upperBound('ucb', 0.5, 4, 16, 1)).toBeCloseTo(1.332555, 6);
    // 0.25 + 2 * sqrt(ln 100 / 25)
    expect(upperBound('ucb', 0.25, 25, 100, 2)).toBeCloseTo(1.108386, 6);
    // 0.5 + sqrt(1 / 4)
    expect(upperBound('ucb-e', 0.5, 4, 16, 1)).toBe(1);
    expect(upperBound('ucb-e', 0.5, 8, 16, 2)).toBe(1);
  });

  it('put what nobody has seen first, and add nothing for the first row of all', () => {
    expect(upperBound('ucb', 0, 0, 100, 1)).toBe(Infinity);
    expect(upperBound('ucb', 0.7, 1, 1, 1)).toBe(0.7);
  });
});

describe('ucb', () => {
  it('looks at every candidate once, then at those with the best bounds', () => {
    const state = stateWith(5);
    const { best, batches } = play(state, pendingOf(state), 2, options('ucb', { exploration: 0.1 }));
    // Round 3 takes c5, the last that nobody has seen, and c4, the best so far; round 4 the two best.
    expect(batches).toEqual([
      ['c1:3', 'c2:3'],
      ['c3:3', 'c4:3'],
      ['c5:3', 'c4:3'],
      ['c5:3', 'c4:3'],
    ]);
    expect(best).toEqual(['c5', 'c4']);
  });

  it('spends no more rows than rounds, candidates and rows of a round allow', () => {
    const state = stateWith(9);
    const { batches } = play(state, pendingOf(state), 2, options('ucb-e'));
    const rows = batches.flat().reduce((sum, each) => sum + Number(each.split(':')[1]), 0);
    expect(rows).toBe(4 * 2 * 3);
  });

  it('ends early when all rows of all candidates are known', () => {
    const state = stateWith(2);
    const { batches } = play(state, pendingOf(state), 1, options('ucb', { rounds: 100 }));
    expect(batches.flat().reduce((sum, each) => sum + Number(each.split(':')[1]), 0)).toBe(2 * 12);
  });

  it('gives all candidates the same rows in the same order', () => {
    const state = stateWith(4);
    play(state, pendingOf(state), 1, options('ucb', { rounds: 2 }));
    for (const { outcomes } of pendingOf(state)) expect([...outcomes.keys()]).toEqual(ROWS.slice(0, 3));
  });
});

describe('successive rejects', () => {
  it('has the schedule of the formula', () => {
    // logBar(4) = 1/2 + 1/2 + 1/3 + 1/4 = 1.58333; n_k = ceil((100 - 4) / (1.58333 * (5 - k)))
    expect(rejectsSchedule(4, 100, 1000)).toEqual([16, 21, 31]);
    expect(rejectsSchedule(4, 100, 20)).toEqual([16, 20, 20]);
    expect(rejectsSchedule(4, 4, 20)).toEqual([4, 4, 4]);
  });

  it('drops the worst after each phase', () => {
    const state = stateWith(4);
    const { best, batches } = play(state, pendingOf(state), 1, options('successive-rejects'));
    // Budget 24: n = ceil(20 / (1.58333 * 4)) = 4, then ceil(20 / 4.75) = 5, then ceil(20 / 3.1667) = 7.
    expect(batches).toEqual([
      ['c1:4', 'c2:4', 'c3:4', 'c4:4'],
      ['c4:1', 'c3:1', 'c2:1'],
      ['c4:2', 'c3:2'],
    ]);
    expect(best).toEqual(['c4']);
  });
});

describe('successive halving', () => {
  it('drops the lower half after each phase, down to as many as are kept', () => {
    const state = stateWith(8);
    const { best, batches } = play(state, pendingOf(state), 2, options('successive-halving', { rounds: 8 }));
    // Budget 48 over 3 phases: 2 rows for each of 8, then 4 for each of 4.
    expect(batches).toEqual([
      Array.from({ length: 8 }, (_, index) => `c${index + 1}:2`),
      ['c8:4', 'c7:4', 'c6:4', 'c5:4'],
    ]);
    expect(best).toEqual(['c8', 'c7']);
  });
});

describe('banditSelector', () => {
  const bandit = options('ucb');

  it('scores those that it keeps on all rows, drops the others with a reason, and remembers the beam', () => {
    const state = stateWith(5);
    const results = select(banditSelector(2, bandit), state, pendingOf(state), (record, caseIds) => {
      const quality = Number(record.candidate.id.slice(1)) / 10;
      for (const id of caseIds) reduce(state, scored(record.candidate.id, id, quality));
    });
    const kept = results.filter(({ status }) => status === 'kept').map(({ record }) => record);
    expect(kept.length).toBeGreaterThan(0);
    for (const { outcomes } of kept) expect(outcomes.size).toBe(ROWS.length);
    for (const { status, reasons } of results) {
      if (status === 'dropped') expect(reasons).toEqual(['It is not among the 2 best of its step.']);
    }
    for (const { record, status, reasons } of results) {
      reduce(state, { type: 'settled', candidateId: record.candidate.id, status, reasons });
    }
    const beam = beamAfter(state, 1, 2, bandit).map((record) => record.candidate.id);
    expect(beam).toHaveLength(2);
    expect(new Set(beam)).toEqual(new Set(kept.map((record) => record.candidate.id)));
    expect(beamAfter(state, 0, 2, bandit).map((record) => record.candidate.id)).toEqual([BASELINE_ID]);
  });

  it('lets the parents compete: a step that brings nothing better leaves the beam as it was', () => {
    const state = stateWith(2);
    const results = select(banditSelector(1, options('full')), state, pendingOf(state), (record, caseIds) => {
      for (const id of caseIds) reduce(state, scored(record.candidate.id, id, 0));
    });
    for (const { record, status, reasons } of results) {
      reduce(state, { type: 'settled', candidateId: record.candidate.id, status, reasons });
    }
    // All rows of all of them are known, so that all have a score; the beam alone decides who has children.
    expect(results.map(({ status }) => status)).toEqual(['kept', 'kept']);
    expect(beamAfter(state, 1, 1, options('full')).map((record) => record.candidate.id)).toEqual([
      BASELINE_ID,
    ]);
  });
});
