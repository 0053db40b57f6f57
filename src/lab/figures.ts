import { seededRandom } from '../core/hash.js';
import type { ComparedRun } from './compare.js';

const RESAMPLES = 1000;

/** A mean over seeds with its 95% interval. */
export interface Figure {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Mean and percentile bootstrap interval (95%) over runs. @returns zeros for no values */
export function figureOf(values: readonly number[]): Figure {
  const n = values.length;
  if (n === 0) return { mean: 0, low: 0, high: 0, n };
  const random = seededRandom(n);
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += values[Math.floor(random() * n)]!;
    return sum / n;
  }).sort((a, b) => a - b);
  return {
    mean: meanOf(values),
    low: means[Math.floor(0.025 * RESAMPLES)]!,
    high: means[Math.floor(0.975 * RESAMPLES)]!,
    n,
  };
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Scores that differ by less are equal. */
const SAME_SCORE = 1e-9;

/** Whether any text can be truly better than the starting one. */
export function hasHeadroom({ start, reachable }: Pick<ComparedRun, 'start' | 'reachable'>): boolean {
  return reachable > start + SAME_SCORE;
}

/** Share of the reachable gain that a true score stands for: 0 at the start, 1 at the best, negative below the start. */
export function gainShare(run: Pick<ComparedRun, 'start' | 'reachable'>, score: number): number {
  return (score - run.start) / (run.reachable - run.start);
}

/** Whether a run ends with a candidate that is truly worse than the starting prompt. */
export function isBelowStart({ start, end }: ComparedRun): boolean {
  return end < start - SAME_SCORE;
}

/** The true score that a run stands at after so many calls. */
export function scoreAfter({ curve, start }: ComparedRun, calls: number): number {
  let score = start;
  for (const [at, value] of curve) {
    if (at > calls) break;
    score = value;
  }
  return score;
}

/** The fewest calls after which the mean true score of runs reaches `target`; undefined when it never does. */
export function callsToReach(runs: readonly ComparedRun[], target: number): number | undefined {
  const moments = [...new Set(runs.flatMap(({ curve }) => curve.map(([calls]) => calls)))].sort(
    (a, b) => a - b,
  );
  return moments.find((calls) => meanOf(runs.map((run) => scoreAfter(run, calls))) >= target - SAME_SCORE);
}

/** How soon one strategy gets to where the best of the others ends. */
export interface CallRatio {
  readonly task: string;
  readonly rival: string;
  /** Mean true score at the end of the rival's runs. */
  readonly target: number;
  /** Calls after which the rival's own mean score is there first. */
  readonly rivalCalls: number;
  /** Calls after which the strategy's mean score is there; undefined when it is not within the budget. */
  readonly calls: number | undefined;
}

/** Call ratios of a strategy by task, from the runs with the largest budget. Tasks without headroom are left out. */
export function callRatios(runs: readonly ComparedRun[], strategy: string): CallRatio[] {
  const budget = Math.max(...runs.map((run) => run.budget));
  const last = runs.filter((run) => run.budget === budget && hasHeadroom(run));
  const ratios: CallRatio[] = [];
  for (const [task, ofTask] of groupBy(last, (run) => run.task)) {
    const own = ofTask.filter((run) => run.strategy === strategy);
    const rivals = [...groupBy(ofTask, (run) => run.strategy)].filter(([id]) => id !== strategy);
    if (own.length === 0 || rivals.length === 0) continue;
    const ends = rivals.map(([id, each]) => ({ id, each, end: meanOf(each.map((run) => run.end)) }));
    const best = ends.reduce((found, next) => (next.end > found.end ? next : found));
    ratios.push({
      task,
      rival: best.id,
      target: best.end,
      rivalCalls: callsToReach(best.each, best.end) ?? budget,
      calls: callsToReach(own, best.end),
    });
  }
  return ratios;
}

/** Geometric mean of calls against the rival's; a target that was not reached counts with the whole budget. */
export function geometricMean(ratios: readonly CallRatio[], budget: number): number {
  const logs = ratios.map(({ calls, rivalCalls }) => Math.log((calls ?? budget) / rivalCalls));
  return Math.exp(meanOf(logs));
}

export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
