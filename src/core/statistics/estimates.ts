import { meanOf } from './distributions.js';
import { wilsonInterval, type Interval } from './intervals.js';

/** A mean difference with what it may be wrong by. */
export interface PairedMean {
  /** Pairs, 0 or more. */
  readonly n: number;
  /** Mean difference, in [-1, 1]; 0 for no pairs. */
  readonly delta: number;
  /** Standard error of `delta`, above 0. */
  readonly error: number;
}

/**
 * The mean of paired differences and its standard error. For the error one gain and one loss are added (Agresti and Min
 * 2005), so that a few equal differences are not taken for certainty.
 * @param differences one number per pair, in [-1, 1]
 */
export function pairedMean(differences: readonly number[]): PairedMean {
  const n = differences.length;
  const sum = differences.reduce((total, each) => total + each, 0);
  const squares = differences.reduce((total, each) => total + each * each, 0) + 1;
  const variance = squares / (n + 2) - (sum / (n + 2)) ** 2;
  return { n, delta: n === 0 ? 0 : sum / n, error: Math.sqrt(variance / (n + 2)) };
}

/** Candidates of one run truly differ by about this much at the least: an estimate keeps its direction. */
const LEAST_SPREAD = 0.02;

/**
 * Empirical Bayes estimates: each candidate's mean difference, pulled towards the baseline by as much as chance explains
 * it: tau^2 / (tau^2 + error^2), with tau^2 the spread of the true differences that the observed ones let expect (James and
 * Stein 1961; Efron and Morris 1973). The best of many is overrated by plain means, and the more so the fewer its rows.
 * @param estimates one per candidate, against the baseline
 * @returns differences in the order given, each between 0 and its own, with its sign
 */
export function shrunkenDeltas(estimates: readonly PairedMean[]): number[] {
  const excess = meanOf(estimates.map(({ delta, error }) => delta * delta - error * error));
  const spread = Math.max(LEAST_SPREAD ** 2, excess);
  return estimates.map(({ delta, error }) => (delta * spread) / (spread + error * error));
}

/** How much the same prompt's scores change from one time to the next. */
export interface NoiseFloor {
  /** Rows that were scored twice. */
  readonly n: number;
  /** Rows whose score changed. */
  readonly changed: number;
  /** `changed / n`, in [0, 1]; 0 for no rows. */
  readonly share: number;
  /** 95% interval of the share. */
  readonly interval: Interval;
  /**
   * Gains below this, in (0, 1], drown in the changes that the same prompt shows, on a verdict of `rows` rows; 0 where
   * nothing changed.
   */
  readonly smallestGain: number;
}

/**
 * The noise floor, from two scored repeats of the same prompt: twice the standard error of a difference that is noise
 * alone, 2 * sqrt(d0 / n), with d0 the mean squared change, which for scores of 0 and 1 is the share of rows that changed.
 * @param changes second score minus first score per row, in [-1, 1]
 * @param rows rows of the verdict that the floor is for
 */
export function noiseFloor(changes: readonly number[], rows: number): NoiseFloor {
  const n = changes.length;
  const changed = changes.filter((change) => change !== 0).length;
  const squared = meanOf(changes.map((change) => change * change));
  return {
    n,
    changed,
    share: n === 0 ? 0 : changed / n,
    interval: wilsonInterval(changed, n),
    smallestGain: rows === 0 ? 1 : Math.min(1, 2 * Math.sqrt(squared / rows)),
  };
}
