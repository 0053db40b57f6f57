import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { seededRandom } from '../../../src/core/hash.js';
import { replay, type RunEvent, type RunState } from '../../../src/core/run.js';
import { drawFromFront, paretoFront } from '../../../src/optimizer/pareto.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

/** A run whose candidates have these scores on the selection rows, the baseline's first. */
function stateWith(...table: readonly (readonly number[])[]): RunState {
  const rows = table[0]!.map((_, index) => `v${index}`);
  const ids = table.map((_, index) => (index === 0 ? BASELINE_ID : `c${index}`));
  const events: RunEvent[] = [
    startedEvent(rows, { splits: { train: [], validation: rows, exam: [] } }),
    {
      type: 'proposed',
      step: 0,
      advice: [],
      candidates: ids.map((id) => candidate(id, id === BASELINE_ID ? undefined : BASELINE_ID)),
      rejected: [],
    },
    ...ids.flatMap((id, index) => rows.map((row, at) => scored(id, row, table[index]![at]!))),
    ...ids.map((candidateId): RunEvent => ({ type: 'settled', candidateId, status: 'kept', reasons: [] })),
  ];
  return replay(events)!;
}

const winsOf = (state: RunState, most?: number) =>
  Object.fromEntries(paretoFront(state, most).map(({ record, wins }) => [record.candidate.id, wins]));

describe('the front', () => {
  it('has who is best on some row, counted by rows, ties included', () => {
    // Rows:                     best: c1, c2, c2, c1 and c2
    const state = stateWith([0.1, 0.1, 0.1, 0.1], [0.9, 0.2, 0.2, 0.5], [0.3, 0.8, 0.8, 0.5]);
    expect(winsOf(state)).toEqual({ c1: 2, c2: 3 });
  });

  it('leaves out whom others cover on all of its rows, the lowest mean first', () => {
    // c1 ties with c2 on the first row and with c3 on the second: each could go, c1 has the lowest mean.
    const state = stateWith([0, 0, 0], [1, 1, 0], [1, 0, 1], [0.9, 1, 0.9]);
    expect(winsOf(state)).toEqual({ c2: 2, c3: 1 });
    // Two that are alike cover each other: only one of them goes.
    expect(Object.keys(winsOf(stateWith([0, 0], [1, 1], [1, 1])))).toHaveLength(1);
  });

  it('keeps the baseline where nothing beats it', () => {
    expect(winsOf(stateWith([0.5, 0.5], [0.9, 0.1]))).toEqual({ [BASELINE_ID]: 1, c1: 1 });
  });

  it('can be narrowed to the highest means, the first of equals', () => {
    // Means: baseline 0, c1 0.45, c2 0.5, c3 0.34
    const state = stateWith([0, 0, 0], [0.9, 0.45, 0], [0, 0.5, 1], [0.01, 1, 0.01]);
    expect(winsOf(state)).toEqual({ c1: 1, c2: 1, c3: 1 });
    expect(winsOf(state, 2)).toEqual({ c1: 1, c2: 1 });
    expect(winsOf(state, 1)).toEqual({ c2: 1 });
  });
});

describe('a draw from the front', () => {
  it('follows the number of rows', () => {
    const state = stateWith([0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 1, 1]);
    const front = paretoFront(state);
    const at = (place: number) => drawFromFront(front, () => place)?.record.candidate.id;
    expect([0, 0.24, 0.26, 0.99].map(at)).toEqual(['c1', 'c1', 'c2', 'c2']);
    const random = seededRandom('draws');
    const draws = Array.from({ length: 400 }, () => drawFromFront(front, random)!.record.candidate.id);
    const share = draws.filter((id) => id === 'c2').length / draws.length;
    expect(share).toBeGreaterThan(0.68);
    expect(share).toBeLessThan(0.82);
    expect(drawFromFront([], random)).toBeUndefined();
  });
});
