import { seededRandom } from './hash.js';

/** Lower and upper bound. */
export type Interval = readonly [number, number];

/** Two-sided 95%. */
const Z95 = 1.959963984540054;
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

/** P(X >= successes) for X binomial with n trials of probability 1/2. */
function upperTailOfFairCoin(successes: number, n: number): number {
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= n; k++) {
    if (k > 0) logTerm += Math.log(n - k + 1) - Math.log(k);
    if (k >= successes) tail += Math.exp(logTerm);
  }
  return Math.min(1, tail);
}

/**
 * Exact two-sided sign test on pairs that differ; for pass/fail scores this is McNemar's exact test.
 * @returns a p-value in (0, 1]; 1 when no pair differs
 */
export function exactSignTest(won: number, lost: number): number {
  const n = won + lost;
  if (n === 0) return 1;
  return Math.min(1, 2 * upperTailOfFairCoin(Math.max(won, lost), n));
}

const EXACT_PERMUTATION_LIMIT = 16;
const PERMUTATION_DRAWS = 10_000;
/** Sums that differ by less are equal: the order of additions must not decide. */
const SUM_TOLERANCE = 1e-9;

/**
 * Two-sided paired permutation test by flipping signs: all flips up to 16 differing pairs, 10,000 seeded draws above.
 * @param differences one number per pair
 * @returns a p-value in (0, 1]
 */
export function pairedPermutationTest(differences: readonly number[], seed: number | string = 0): number {
  const moved = differences.filter((difference) => difference !== 0);
  if (moved.length === 0) return 1;
  const observed = Math.abs(moved.reduce((sum, each) => sum + each, 0));
  const reaches = (sum: number) => Math.abs(sum) >= observed - SUM_TOLERANCE;
  if (moved.length <= EXACT_PERMUTATION_LIMIT) {
    const flips = 2 ** moved.length;
    let extreme = 0;
    for (let mask = 0; mask < flips; mask++) {
      let sum = 0;
      for (let bit = 0; bit < moved.length; bit++) sum += mask & (1 << bit) ? -moved[bit]! : moved[bit]!;
      if (reaches(sum)) extreme++;
    }
    return extreme / flips;
  }
  const random = seededRandom(seed);
  let extreme = 1;
  for (let draw = 0; draw < PERMUTATION_DRAWS; draw++) {
    if (reaches(moved.reduce((sum, each) => sum + (random() < 0.5 ? -each : each), 0))) extreme++;
  }
  return extreme / (PERMUTATION_DRAWS + 1);
}

const BOOTSTRAP_RESAMPLES = 4000;

/**
 * Paired bootstrap interval (95%) of the mean difference: expanded percentiles (Hesterberg 2015, section 5.3), since plain
 * ones are too narrow for few pairs. Where all pairs differ by the same amount, resampling shows no spread; the bounds
 * then allow for the share of other rows that such a sample can miss (Clopper-Pearson for none out of n).
 * @param differences one number per pair, in [-1, 1]
 * @returns bounds in [-1, 1]; [-1, 1] for no pairs; with a seed the same interval each time
 */
export function pairedBootstrapInterval(differences: readonly number[], seed: number | string = 0): Interval {
  const n = differences.length;
  const [first] = differences;
  if (first === undefined) return [-1, 1];
  if (differences.every((difference) => Math.abs(difference - first) < SUM_TOLERANCE)) {
    const missed = 1 - ONE_TAIL ** (1 / n);
    return [first - missed * (first + 1), first + missed * (1 - first)];
  }
  const random = seededRandom(seed);
  const means = Array.from({ length: BOOTSTRAP_RESAMPLES }, () => {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += differences[Math.floor(random() * n)]!;
    return sum / n;
  }).sort((a, b) => a - b);
  const tail = upperTailOfNormal(Math.sqrt(n / (n - 1)) * studentQuantile(n - 1));
  const at = (share: number) => means[Math.min(means.length - 1, Math.floor(share * means.length))]!;
  return [at(tail), at(1 - tail)];
}

/** The 97.5% point of Student's t distribution, by the expansion of Cornish and Fisher; for few degrees a table. */
function studentQuantile(degrees: number): number {
  const exact = [12.706, 4.303, 3.182, 2.776][degrees - 1];
  if (exact !== undefined) return exact;
  const z = Z95;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

/** P(Z > z) for a standard normal Z and z above 0 (Abramowitz and Stegun 26.2.17; error below 1e-7). */
function upperTailOfNormal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
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

/** Scores of two prompts on the same row. */
export interface Pair {
  readonly caseId: string;
  readonly before: { readonly value: number; readonly pass: boolean };
  readonly after: { readonly value: number; readonly pass: boolean };
}

/** Two prompts on the same rows. */
export interface PairedComparison {
  /** Rows that both prompts were scored on. */
  readonly n: number;
  readonly before: number;
  readonly after: number;
  /** `after - before`, in [-1, 1]. */
  readonly delta: number;
  /** 95% interval of `delta`. */
  readonly interval: Interval;
  /** Two-sided, from an exact paired test. */
  readonly pValue: number;
  /** Rows that failed before and pass now. */
  readonly fixed: readonly string[];
  /** Rows that passed before and fail now. */
  readonly broken: readonly string[];
}

/**
 * Compares two prompts on rows that both were scored on: exact sign test with Newcombe's interval where all scores are
 * 0 or 1, permutation test with the paired bootstrap where they are graded.
 * @param seed makes the drawn parts reproducible
 */
export function comparePaired(pairs: readonly Pair[], seed: number | string = 0): PairedComparison {
  const n = pairs.length;
  const differences = pairs.map((pair) => pair.after.value - pair.before.value);
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
  const before = mean(pairs.map((pair) => pair.before.value));
  const after = mean(pairs.map((pair) => pair.after.value));
  const isBinary = pairs.every(({ before: b, after: a }) =>
    [b.value, a.value].every((v) => v === 0 || v === 1),
  );
  const won = differences.filter((difference) => difference > 0).length;
  const lost = differences.filter((difference) => difference < 0).length;
  const both = pairs.filter((pair) => pair.before.value === 1 && pair.after.value === 1).length;
  return {
    n,
    before,
    after,
    delta: mean(differences),
    interval: isBinary
      ? newcombePairedInterval(both, lost, won, n - both - won - lost)
      : pairedBootstrapInterval(differences, seed),
    pValue: isBinary ? exactSignTest(won, lost) : pairedPermutationTest(differences, seed),
    fixed: pairs.filter((pair) => !pair.before.pass && pair.after.pass).map((pair) => pair.caseId),
    broken: pairs.filter((pair) => pair.before.pass && !pair.after.pass).map((pair) => pair.caseId),
  };
}

/**
 * Paired rows needed to show a difference with 80% power at 5%, two-sided, for pass/fail scores.
 * @param disagreement share of rows on which the prompts differ, in (0, 1]
 * @param delta the true difference, in (0, disagreement]
 */
export function rowsToSettle(disagreement: number, delta: number): number {
  const gap = Math.abs(delta);
  if (gap === 0) return Infinity;
  const share = Math.min(1, Math.max(disagreement, gap));
  const root = Z95 * Math.sqrt(share) + 0.8416212335729143 * Math.sqrt(Math.max(0, share - gap * gap));
  return Math.ceil((root * root) / (gap * gap));
}
