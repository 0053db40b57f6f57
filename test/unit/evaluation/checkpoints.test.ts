import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { recordOf, reduce, replay, type RunState } from '../../../src/core/run.js';
import { checkpoints } from '../../../src/evaluation/checkpoints.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';
import { select } from '../../fixtures/selection.js';

const ROWS = ['v0', 'v1'];

function begin(): RunState {
  return replay([
    startedEvent(ROWS, {
      splits: { train: [], validation: ROWS, exam: [] },
      testset: {
        path: 'a.csv',
        cases: ROWS.map((id, index) => ({ id, vars: {}, guard: id === 'v1', line: index + 2 })),
      },
    }),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...ROWS.map((row) => scored(BASELINE_ID, row, 1)),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
  ])!;
}

/** Settles one candidate for each of these steps. @returns the steps that were scored, and what was dropped */
function play(every: number, steps: readonly number[], value = 1) {
  const state = begin();
  const measured: number[] = [];
  const dropped: number[] = [];
  for (const step of steps) {
    const id = `c${step}`;
    const proposed = { ...candidate(id, BASELINE_ID), step };
    reduce(state, { type: 'proposed', step, advice: [], candidates: [proposed], rejected: [] });
    const results = select(checkpoints(every), state, [recordOf(state, id)], (_, caseIds) => {
      measured.push(step);
      for (const row of caseIds) reduce(state, scored(id, row, value));
    });
    for (const { status, reasons } of results) {
      if (status === 'dropped') dropped.push(step);
      reduce(state, { type: 'settled', candidateId: id, status, reasons });
    }
  }
  return { measured, dropped };
}

describe('checkpoints', () => {
  it('score the candidate of each so many steps, and keep the others unscored', () => {
    expect(play(3, [1, 2, 3, 4, 5, 6, 7])).toEqual({ measured: [3, 6], dropped: [] });
    expect(play(1, [1, 2])).toEqual({ measured: [1, 2], dropped: [] });
  });

  it('take the next candidate where that step brought none', () => {
    expect(play(3, [1, 2, 4, 5, 6, 8, 11])).toEqual({ measured: [4, 6, 11], dropped: [] });
  });

  it('drop what breaks guarded rows', () => {
    expect(play(2, [1, 2, 3], 0)).toEqual({ measured: [2], dropped: [2] });
  });
});
