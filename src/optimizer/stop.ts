import { callsMade, MODEL_ROLES, selectionRows, type Effort, type RunState, type Stop } from '../core/run.js';
import { BASELINE_ID } from '../core/candidate.js';
import type { SelectionPart, Splits } from '../core/testset.js';
import type { SelectionSizes } from '../evaluation/selector.js';
import { judgeCallsPerAnswer, type ScorerConfig } from '../scorers/index.js';
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
export function stepsOf(strategy: Pick<ConfiguredStrategy, 'steps'>, effort: Effort): number {
  return strategy.steps?.(effort) ?? STEPS[effort];
}

/** Answers of the task model that one candidate can take. */
export function callsPerCandidate(state: RunState, strategy: ConfiguredStrategy): number {
  const sizes: SelectionSizes = {
    train: state.setup.splits.train.length,
    selection: selectionRows(state).length,
    selectsOnTrain: state.setup.selection !== 'validation',
  };
  return strategy.selector.rowsAtMost(sizes);
}

/**
 * Answers kept back so that the exam can be held: the baseline and the winner on all exam rows, with each model that the
 * prompt is for; in a view of one direction of a cross-fitted search, what both directions' exams take.
 */
export function examReserve(state: RunState): number {
  return 2 * state.setup.splits.exam.length + targetAnswers(state) + state.keptBack;
}

/** Answers of further target models that the verdict takes; in a view of one direction without those of the other half. */
export function targetAnswers({ setup }: RunState): number {
  const { splits, selection, targets = [] } = setup;
  return targets.length * answersPerTarget(splits, selection);
}

/** Answers that each further target model gives for a verdict: to the baseline and to the winner, on all its rows. */
export function answersPerTarget(splits: Splits, selection: SelectionPart): number {
  const { train, validation, exam, crossFitted } = splits;
  const judged = exam.length > 0 || selection !== 'validation' ? exam : validation;
  return 2 * (judged.length + (crossFitted ? train.length : 0));
}

/**
 * Requests that an answer takes, at least 1. Faults so far are doubled: a limit that is reached before the exam has been
 * held would waste all that was spent.
 */
export function callsPerAnswer({ usage, paidKeys }: RunState): number {
  const failed = callsMade(usage) - usage.abandoned - paidKeys.size;
  return paidKeys.size === 0 ? 1 : 1 + (2 * Math.max(0, failed)) / paidKeys.size;
}

/** How many candidates of a further step the limits allow, with enough kept back for the exam. */
export function affordableCandidates(state: RunState, strategy: ConfiguredStrategy): number {
  return candidatesFor(answersLeft(state, strategy.asksPerStep), state, strategy);
}

/**
 * Answers of the task model, judged, that the limits still allow.
 * @param asks questions to the optimizer that come before
 */
export function answersLeft(state: RunState, asks = 0): number {
  return Math.min(answersByCalls(state, asks), answersByCost(state, asks));
}

function answersByCalls(state: RunState, asks: number): number {
  const left = (state.setup.maxCalls - callsMade(state.usage)) / callsPerAnswer(state);
  return (left - asks) / (1 + judgeCallsOf(state.setup));
}

/** Candidates have longer prompts than what they are made from, so that their answers cost this much more. */
const DEARER = 1.25;
/** Before a request is sent, each byte of its prompt counts as a token: so many times what it costs then. */
const RESERVED = 5;

/** Reckons with what answers and questions have cost so far, and keeps back what the last request must have reserved. */
function answersByCost({ setup, usage }: RunState, asks: number): number {
  if (setup.maxCost === undefined) return Infinity;
  const { calls, byRole, costAtMost } = usage;
  const { task, optimizer, judge } = byRole;
  const perAnswer = (task.costAtMost + judge.costAtMost) / Math.max(1, calls.task - usage.abandoned);
  const perAsk = calls.optimizer > 0 ? optimizer.costAtMost / calls.optimizer : perAnswer;
  const reserved = RESERVED * Math.max(...MODEL_ROLES.map((role) => byRole[role].dearest));
  const left = setup.maxCost - costAtMost - reserved - asks * perAsk;
  if (left <= 0) return 0;
  return perAnswer === 0 ? Infinity : left / (perAnswer * DEARER);
}

/** @param answers how many answers of the task model there may still be */
function candidatesFor(answers: number, state: RunState, strategy: ConfiguredStrategy): number {
  const open = openReadings(state, strategy).reduce((sum, { caseIds }) => sum + caseIds.length, 0);
  const rows = Math.max(1, callsPerCandidate(state, strategy));
  const affordable = Math.floor((answers - examReserve(state) - open) / rows);
  return Math.max(0, Math.min(strategy.perStep, affordable));
}

const judgeCalls = new WeakMap<readonly unknown[], number>();

/** Requests to the judge model that one answer needs at the most. */
function judgeCallsOf({ scorers, testset }: RunState['setup']): number {
  const known = judgeCalls.get(scorers);
  if (known !== undefined) return known;
  const calls = judgeCallsPerAnswer(scorers as readonly ScorerConfig[], testset);
  judgeCalls.set(scorers, calls);
  return calls;
}

const perfect: StopCondition = (state) =>
  bestCandidate(state)?.score === 1
    ? {
        reason: 'perfect',
        nextStep: 'Every row that chooses among candidates passes; add harder rows to go further.',
      }
    : undefined;

const stepsDone: StopCondition = (state, strategy) =>
  state.proposedStep >= stepsOf(strategy, state.setup.effort) || strategy.isDone?.(state)
    ? {
        reason: 'steps-done',
        nextStep: `All ${state.proposedStep} steps of this effort are done; a higher effort searches on.`,
      }
    : undefined;

const callsSpent: StopCondition = (state, strategy) =>
  candidatesFor(answersByCalls(state, strategy.asksPerStep), state, strategy) < 1
    ? {
        reason: 'calls-spent',
        nextStep: `The limit of ${state.setup.maxCalls} calls leaves no room for another candidate; raise it to search on.`,
      }
    : undefined;

const costSpent: StopCondition = (state, strategy) =>
  candidatesFor(answersByCost(state, strategy.asksPerStep), state, strategy) < 1
    ? {
        reason: 'cost-spent',
        nextStep: `The limit of ${state.setup.maxCost} US dollars leaves no room for another candidate; raise it to search on.`,
      }
    : undefined;

const noProposals: StopCondition = (state, { emptySteps = EMPTY_STEPS }) => {
  const last = [...state.candidates.values()].filter(
    ({ candidate }) => candidate.step > state.proposedStep - emptySteps && candidate.id !== BASELINE_ID,
  );
  return state.proposedStep >= emptySteps && last.every(({ status }) => status === 'rejected')
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
  stepsDone,
  noProposals,
  noProgress,
  callsSpent,
  costSpent,
];

/** The first reason to end the search, asked between steps. */
export function shouldStop(state: RunState, strategy: ConfiguredStrategy): Stop | undefined {
  for (const condition of CONDITIONS) {
    const stop = condition(state, strategy);
    if (stop) return stop;
  }
  return undefined;
}
