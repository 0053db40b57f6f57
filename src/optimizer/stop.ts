import { callsMade, selectionRows, type Effort, type RunState, type Stop } from '../core/run.js';
import { BASELINE_ID } from '../core/candidate.js';
import type { SelectionSizes } from '../evaluation/selector.js';
import { openReadings } from './readings.js';
import type { ConfiguredStrategy } from './strategy.js';
import { bestCandidate, scoredCandidates } from './trajectory.js';

/** Steps of a run by effort, for strategies that name none. */
export const STEPS: Readonly<Record<Effort, number>> = { quick: 2, normal: 5, thorough: 12 };
/** Steps without a better candidate after which a run ends, for strategies that name none. */
const PATIENCE = 3;
/** Steps in a row from which no proposal passed the guards. */
const EMPTY_STEPS = 2;

export type StopCondition = (state: RunState, strategy: ConfiguredStrategy) => Stop | undefined;

/** Steps of a run at the most. */
export function stepsOf(strategy: ConfiguredStrategy, effort: Effort): number {
  return strategy.steps?.(effort) ?? STEPS[effort];
}

/** Requests to the task model that one candidate can cost. */
export function callsPerCandidate(state: RunState, strategy: ConfiguredStrategy): number {
  const sizes: SelectionSizes = {
    train: state.setup.splits.train.length,
    selection: selectionRows(state).length,
    selectsOnTrain: state.setup.selection === 'train',
  };
  return strategy.selector.rowsAtMost(sizes);
}

/** Requests kept back so that the exam can be held: the baseline and the winner on all exam rows. */
export function examReserve(state: RunState): number {
  return 2 * state.setup.splits.exam.length;
}

/**
 * Requests that an answer takes, at least 1. Faults so far are doubled: a limit that is reached before the exam has been
 * held would waste all that was spent.
 */
export function callsPerAnswer({ usage, paidKeys }: RunState): number {
  const failed = callsMade(usage) - usage.abandoned - paidKeys.size;
  return paidKeys.size === 0 ? 1 : 1 + (2 * Math.max(0, failed)) / paidKeys.size;
}

/** How many candidates of a further step the call limit allows. */
export function affordableCandidates(state: RunState, strategy: ConfiguredStrategy): number {
  const left =
    (state.setup.maxCalls - callsMade(state.usage)) / callsPerAnswer(state) -
    examReserve(state) -
    strategy.asksPerStep -
    openReadings(state, strategy).reduce((sum, { caseIds }) => sum + caseIds.length, 0);
  return Math.max(
    0,
    Math.min(strategy.perStep, Math.floor(left / Math.max(1, callsPerCandidate(state, strategy)))),
  );
}

const perfect: StopCondition = (state) =>
  bestCandidate(state)?.score === 1
    ? {
        reason: 'perfect',
        nextStep: 'Every row that chooses among candidates passes; add harder rows to go further.',
      }
    : undefined;

const stepsDone: StopCondition = (state, strategy) =>
  state.proposedStep >= stepsOf(strategy, state.setup.effort)
    ? {
        reason: 'steps-done',
        nextStep: `All ${state.proposedStep} steps of this effort are done; a higher effort searches on.`,
      }
    : undefined;

const callsSpent: StopCondition = (state, strategy) =>
  affordableCandidates(state, strategy) < 1
    ? {
        reason: 'calls-spent',
        nextStep: `The limit of ${state.setup.maxCalls} calls leaves no room for another candidate; raise it to search on.`,
      }
    : undefined;

const costSpent: StopCondition = ({ setup, usage }) =>
  setup.maxCost !== undefined && usage.cost !== undefined && usage.cost >= setup.maxCost
    ? {
        reason: 'cost-spent',
        nextStep: `The limit of ${setup.maxCost} US dollars is reached; raise it to search on.`,
      }
    : undefined;

const noProposals: StopCondition = (state) => {
  const last = [...state.candidates.values()].filter(
    ({ candidate }) => candidate.step > state.proposedStep - EMPTY_STEPS && candidate.id !== BASELINE_ID,
  );
  return state.proposedStep >= EMPTY_STEPS && last.every(({ status }) => status === 'rejected')
    ? {
        reason: 'no-proposals',
        nextStep:
          last.length > 0
            ? 'No proposal of the last steps kept the rules; see the reasons, or choose a stronger optimizer model.'
            : 'All rows that the proposer may read pass, so it has nothing to learn from; add rows like those that fail.',
      }
    : undefined;
};

const noProgress: StopCondition = (state, { patience = PATIENCE }) => {
  const best = bestCandidate(state);
  const since = state.proposedStep - (best?.record.candidate.step ?? 0);
  return since >= patience && scoredCandidates(state).length > 1
    ? {
        reason: 'no-progress',
        nextStep: `No better candidate in ${since} steps; look at the failing rows, or try another strategy.`,
      }
    : undefined;
};

const CONDITIONS: readonly StopCondition[] = [
  perfect,
  costSpent,
  stepsDone,
  noProposals,
  noProgress,
  callsSpent,
];

/** The first reason to end the search, asked between steps. */
export function shouldStop(state: RunState, strategy: ConfiguredStrategy): Stop | undefined {
  for (const condition of CONDITIONS) {
    const stop = condition(state, strategy);
    if (stop) return stop;
  }
  return undefined;
}
