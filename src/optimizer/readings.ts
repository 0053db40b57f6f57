import type { RunState } from '../core/run.js';
import type { ConfiguredStrategy, Reading } from './strategy.js';
import { bestCandidate } from './trajectory.js';

/** The usual reading: the best candidate so far on the first `count` train rows. */
export function readBest(count: number): Pick<ConfiguredStrategy, 'reads' | 'readsPerStep'> {
  return {
    readsPerStep: count,
    reads: (state) => {
      const best = bestCandidate(state)?.record.candidate.id;
      if (best === undefined || count === 0) return [];
      return [{ candidateId: best, caseIds: state.setup.splits.train.slice(0, count) }];
    },
  };
}

/** The readings of the next step as far as they have no outcome yet. */
export function openReadings(state: RunState, strategy: ConfiguredStrategy): Reading[] {
  return strategy
    .reads(state)
    .map(({ candidateId, caseIds }) => {
      const outcomes = state.candidates.get(candidateId)?.outcomes;
      return { candidateId, caseIds: caseIds.filter((id) => !outcomes?.has(id)) };
    })
    .filter(({ caseIds }) => caseIds.length > 0);
}
