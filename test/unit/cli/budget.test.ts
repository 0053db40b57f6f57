import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOfBudget } from '../../../src/cli/commands/optimize.js';
import type { RunState } from '../../../src/core/run.js';
import { baselineScored, stateOf } from './state.js';

function spent(calls: number, cost: number): RunState {
  const state = stateOf(baselineScored);
  state.usage.calls.task = calls;
  state.usage.costAtMost = cost;
  return state;
}

describe('shareOfBudget', () => {
  it('sets no limit where there is none', () => {
    expect(shareOfBudget({}, [spent(10, 1)], 2)).toEqual({});
  });

  it('never gives out more than is left, and every prompt at least its share from the start', () => {
    const limits = fc.record({
      maxCalls: fc.integer({ min: 1, max: 2000 }),
      prompts: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(
        limits,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        ({ maxCalls, prompts }, use) => {
          const first = shareOfBudget({ maxCalls }, [], prompts).maxCalls!;
          const done: RunState[] = [];
          let total = 0;
          for (let left = prompts; left > 0; left--) {
            const given = shareOfBudget({ maxCalls }, done, left).maxCalls!;
            expect(given).toBeGreaterThanOrEqual(first);
            expect(total + given).toBeLessThanOrEqual(maxCalls);
            const used = Math.floor(given * use.next().value!);
            done.push(spent(used, 0));
            total += used;
          }
        },
      ),
    );
  });

  it('shares dollars in the same way', () => {
    expect(shareOfBudget({ maxCost: 3 }, [spent(1, 1)], 2)).toEqual({ maxCost: 1 });
  });
});
