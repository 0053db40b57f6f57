import { describe, expect, it } from 'vitest';
import { replay } from '../../../src/core/run.js';
import { minibatchOf } from '../../../src/optimizer/minibatch.js';
import { startedEvent } from '../../fixtures/runs.js';

const ROWS = Array.from({ length: 10 }, (_, index) => `t${index}`);
const state = replay([startedEvent(ROWS, { splits: { train: ROWS, validation: [], exam: [] } })])!;

const pass = (number: number, fill: boolean) =>
  [1, 2, 3, 4].map((step) => minibatchOf(state, number * 4 + step, 3, { fill }));

describe('minibatches', () => {
  it('go through all train rows once in a pass, in an order of its own', () => {
    expect(pass(0, false).map((rows) => rows.length)).toEqual([3, 3, 3, 1]);
    expect(pass(0, false).flat().sort()).toEqual(ROWS);
    expect(pass(1, false).flat().sort()).toEqual(ROWS);
    expect(pass(1, false)).not.toEqual(pass(0, false));
    expect(pass(0, false)).toEqual(pass(0, false));
  });

  it('are filled up with the rows that filled up the fewest before', () => {
    const fillers = Array.from({ length: 5 }, (_, number) => {
      const last = pass(number, true).at(-1)!;
      expect(last.slice(0, 1)).toEqual(pass(number, false).at(-1));
      expect(new Set(last).size).toBe(3);
      return last.slice(1);
    });
    // Ten places in five passes: nearly every row has one before any has two.
    expect(new Set(fillers.slice(0, 4).flat()).size).toBe(8);
    expect(pass(0, true).slice(0, 3)).toEqual(pass(0, false).slice(0, 3));
  });

  it('hold all rows where these are too few', () => {
    expect(minibatchOf(state, 3, 20, { fill: true }).sort()).toEqual(ROWS);
  });
});
