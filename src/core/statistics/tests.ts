import { seededRandom } from '../hash.js';
import { binomialMasses } from './distributions.js';

/**
 * Exact two-sided sign test on pairs that differ; for pass/fail scores this is McNemar's exact test.
 * @returns a p-value in (0, 1]; 1 when no pair differs
 */
export function exactSignTest(won: number, lost: number): number {
  const n = won + lost;
  if (n === 0) return 1;
  const tail = binomialMasses(n, 0.5)
    .slice(Math.max(won, lost))
    .reduce((sum, mass) => sum + mass, 0);
  return Math.min(1, 2 * tail);
}

const EXACT_PERMUTATION_LIMIT = 16;
const PERMUTATION_DRAWS = 10_000;
/** Sums that differ by less are equal: the order of additions must not decide. */
export const SUM_TOLERANCE = 1e-9;

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

/**
 * The share of an error level that the j-th claim of an open-ended series may use, so that all of them together stay
 * within the level: 6 / (pi^2 j^2), which sums to 1.
 * @param j 1 or more
 */
export function shareOfLevel(j: number): number {
  return 6 / (Math.PI ** 2 * j ** 2);
}

/**
 * The significance level of the j-th look at the same exam rows, two-sided. The first look has the level itself; all
 * further ones, which can only be had after seeing the earlier ones, share a second such level. "Better" is half of a
 * two-sided level: however often one looks, it is said wrongly with a chance of at most the level.
 * @param j 1 or more
 */
export function levelOfLook(j: number, level: number): number {
  return j <= 1 ? level : (level * shareOfLevel(j)) / (1 - shareOfLevel(1));
}
