import { seededRandom } from '../hash.js';
import { studentQuantile, upperTailOfNormal, Z95 } from './distributions.js';
import { SUM_TOLERANCE } from './tests.js';

/** Lower and upper bound. */
export type Interval = readonly [number, number];

const ONE_TAIL = 0.025;

/**
 * Wilson's score interval for a proportion (Wilson 1927).
 * @param successes a number in [0, n]; graded scores may be summed, which is conservative
 * @returns bounds in [0, 1]; [0, 1] when n is 0
 */
export function wilsonInterval(successes: number, n: number, z = Z95): Interval {
  if (n === 0) return [0, 1];
  const p = successes / n;
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

const BOOTSTRAP_RESAMPLES = 4000;

/**
 * Paired bootstrap interval (95%) of the mean difference: expanded percentiles (Hesterberg 2015, section 5.3), since plain
 * ones are too narrow for few pairs. One gain and one loss of the usual size stand beside the pairs, as Agresti and Min
 * (2005) do for pass/fail pairs: a small sample in which few pairs differ has often seen only one of the two directions.
 * Where all pairs differ by the same amount, resampling shows no spread; the bounds then allow for the share of other rows
 * that such a sample can miss (Clopper-Pearson for none out of n).
 * @param differences one number per pair, in [-1, 1]
 * @returns bounds in [-1, 1]; [-1, 1] for no pairs; with a seed the same interval each time
 */
export function pairedBootstrapInterval(differences: readonly number[], seed: number | string = 0): Interval {
  const [first] = differences;
  if (first === undefined) return [-1, 1];
  if (differences.every((difference) => Math.abs(difference - first) < SUM_TOLERANCE)) {
    const missed = 1 - ONE_TAIL ** (1 / differences.length);
    return [first - missed * (first + 1), first + missed * (1 - first)];
  }
  const moved = differences.filter((difference) => difference !== 0);
  const usual = Math.sqrt(moved.reduce((sum, each) => sum + each * each, 0) / moved.length);
  const sample = [...differences, usual, -usual];
  const n = sample.length;
  const random = seededRandom(seed);
  const means = Float64Array.from({ length: BOOTSTRAP_RESAMPLES }, () => {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += sample[Math.floor(random() * n)]!;
    return sum / n;
  }).sort();
  const tail = upperTailOfNormal(Math.sqrt(n / (n - 1)) * studentQuantile(n - 1));
  const at = (share: number) => means[Math.min(means.length - 1, Math.floor(share * means.length))]!;
  return [at(tail), at(1 - tail)];
}

/**
 * Newcombe's hybrid score interval (95%) for the difference of two paired proportions (Newcombe 1998, method 10).
 * Unlike the bootstrap it does not collapse to a point when all pairs agree.
 */
export function newcombePairedInterval(both: number, lost: number, won: number, neither: number): Interval {
  const n = both + lost + won + neither;
  if (n === 0) return [-1, 1];
  const oldRate = (both + lost) / n;
  const newRate = (both + won) / n;
  const [oldLow, oldHigh] = wilsonInterval(both + lost, n);
  const [newLow, newHigh] = wilsonInterval(both + won, n);
  const margins = (both + lost) * (won + neither) * (both + won) * (lost + neither);
  const cross = both * neither - won * lost;
  const corrected = cross > n / 2 ? cross - n / 2 : cross >= 0 ? 0 : cross;
  const phi = margins === 0 ? 0 : corrected / Math.sqrt(margins);
  const spread = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const difference = newRate - oldRate;
  return [
    Math.max(-1, difference - spread(newRate - newLow, oldHigh - oldRate)),
    Math.min(1, difference + spread(newHigh - newRate, oldRate - oldLow)),
  ];
}
