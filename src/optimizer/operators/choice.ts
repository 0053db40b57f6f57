import { BASELINE_ID } from '../../core/candidate.js';
import { seededRandom, type Random } from '../../core/hash.js';
import type { RunState } from '../../core/run.js';
import { scoredCandidates } from '../trajectory.js';
import type { Operator } from './operator.js';

/** What Hone's strategy keeps of a step. */
export interface HoneMemo {
  readonly operator: string;
  /** The candidate that the step started from. */
  readonly parent: string;
  /** Train rows that the optimizer was shown. */
  readonly shown: readonly string[];
}

/** What a step with an operator has brought and cost. */
interface Trial {
  /** Rise of the best score on the selection rows, 0 or more. */
  readonly gain: number;
  /** Rows that its candidates were scored on, and requests. */
  readonly calls: number;
}

/** A usual step, so that an operator that was never tried can be compared. */
const USUAL_GAIN = 0.1;
const USUAL_CALLS = 60;

/**
 * Chooses the operator of a step by Thompson sampling on gain per call (Russo et al. 2018): how often it raises the best
 * score is drawn from its Beta posterior, and multiplied by what it gains when it does, over what it costs.
 */
export function chooseOperator(state: RunState, operators: readonly Operator[]): Operator | undefined {
  const random = seededRandom(`${state.setup.seed} ${state.proposedStep + 1} operator`);
  const trials = trialsOf(state);
  // What has just brought nothing is followed by what was never tried; those that cost no request can wait.
  const untried = operators.filter(({ id, asks }) => asks > 0 && !trials.has(id));
  if (untried.length > 0 && lastGain(state) === 0) return untried[0];
  const drawn = operators.map((operator) => {
    const own = trials.get(operator.id) ?? [];
    const wins = own.filter(({ gain }) => gain > 0);
    const [successes, failures] = operator.prior;
    const rate = betaDraw(successes + wins.length, failures + own.length - wins.length, random);
    const gain = meanOf([USUAL_GAIN, ...wins.map((trial) => trial.gain)]);
    const calls = meanOf([USUAL_CALLS, ...own.map((trial) => trial.calls)]);
    return { operator, value: (rate * gain) / calls };
  });
  return drawn.sort((a, b) => b.value - a.value)[0]?.operator;
}

/** What the last step gained; undefined before the first. */
function lastGain(state: RunState): number | undefined {
  const scores = scoredCandidates(state);
  if (state.memos.size === 0) return undefined;
  const before = scores.filter(({ record }) => record.candidate.step < state.proposedStep);
  const now = scores.filter(({ record }) => record.candidate.step === state.proposedStep);
  const top = (all: typeof scores) => Math.max(0, ...all.map(({ score }) => score));
  return Math.max(0, top(now) - top(before));
}

function trialsOf(state: RunState): Map<string, Trial[]> {
  const trials = new Map<string, Trial[]>();
  const scores = new Map(scoredCandidates(state).map(({ record, score }) => [record.candidate.id, score]));
  let best = scores.get(BASELINE_ID) ?? 0;
  for (const [step, memo] of [...state.memos].sort(([a], [b]) => a - b)) {
    const { operator } = memo as HoneMemo;
    const records = [...state.candidates.values()].filter(({ candidate }) => candidate.step === step);
    const top = Math.max(best, ...records.map(({ candidate }) => scores.get(candidate.id) ?? 0));
    const calls = records.reduce((sum, { outcomes }) => sum + outcomes.size, 1);
    trials.set(operator, [...(trials.get(operator) ?? []), { gain: top - best, calls }]);
    best = top;
  }
  return trials;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** A draw from a Beta distribution with whole parameters: the a-th smallest of a + b - 1 uniform numbers. */
export function betaDraw(a: number, b: number, random: Random): number {
  const draws = Array.from({ length: a + b - 1 }, () => random()).sort((x, y) => x - y);
  return draws[a - 1]!;
}
