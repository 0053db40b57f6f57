/**
 * Tests that may be looked at after every row and stopped whenever one likes. An e-value is the capital of a gambler who
 * starts with 1 and bets against "no better": without a true gain it grows a hundredfold with a chance of at most 1 in 100,
 * at any time (Ville's inequality). Rows must come in an order that was fixed before any score was seen.
 */

/**
 * The mixture e-value of a sign test: 2 * integral from 1/2 to 1 of (2t)^won * (2(1-t))^lost dt, over pairs that differ.
 * For whole numbers the incomplete beta integral is a binomial sum, all of whose terms are positive.
 * @param won pairs that speak for the claim
 * @param lost pairs that speak against it
 * @returns 0 or more; 1 for no pairs; Infinity where it passes the largest number
 */
export function signEvidence(won: number, lost: number): number {
  const n = won + lost;
  let term = 1 / (lost + 1);
  let sum = term;
  for (let k = won; k > 0; k--) {
    term *= k / (n + 2 - k);
    sum += term;
    if (term < sum * Number.EPSILON) break;
  }
  return sum;
}

/** Shares of the capital that the bets of the mixture stake on each pair, evenly spread over (0, 1). */
const STAKES = Array.from({ length: 64 }, (_, index) => (index + 0.5) / 64);

/**
 * The same bet for graded differences: integral from 0 to 1 of the product of (1 + stake * difference) over the stake,
 * summed over 64 stakes; each stake alone is a fair game, and so is their mean (mixture of betting martingales,
 * Waudby-Smith and Ramdas, arXiv 2010.09686, section 4; universal portfolio, Cover 1991). Equal to `signEvidence` where
 * all differences are -1, 0 or 1, but for the finite sum.
 */
function gradedEvidence(differences: readonly number[]): number {
  let sum = 0;
  for (const stake of STAKES) {
    let capital = 1;
    for (const difference of differences) capital *= 1 + stake * difference;
    sum += capital;
  }
  return sum / STAKES.length;
}

/** Evidence for and against "the new prompt is better", and what it allows to say. */
export interface SequentialComparison {
  /** Pairs that were looked at, equal ones included. */
  readonly n: number;
  /** Pairs with a higher and with a lower score than before. */
  readonly won: number;
  readonly lost: number;
  /** E-value against "no better", 0 or more. */
  readonly eBetter: number;
  /** E-value against "no worse", 0 or more. */
  readonly eWorse: number;
  readonly decision: 'better' | 'worse' | undefined;
}

export interface SequentialLevels {
  /** Chance of ever deciding "better" without a true gain, over all looks together, in [0, 1]. */
  readonly better: number;
  /** Chance of ever deciding "worse" without a true loss, over all looks together, in [0, 1]. */
  readonly worse: number;
}

/**
 * An anytime-valid paired comparison: it may be asked after every pair or every so many, and one may stop as soon as it
 * decides. It decides when the evidence passes 1 / level.
 * @param differences new score minus old score per pair, in [-1, 1], the first so many in the fixed random order of the
 *   run; pairs without an answer on either side are left out
 */
export function sequentialComparison(
  differences: readonly number[],
  levels: SequentialLevels,
): SequentialComparison {
  const moved = differences.filter((difference) => difference !== 0);
  const won = moved.filter((difference) => difference > 0).length;
  const lost = moved.length - won;
  const isGraded = moved.some((difference) => !Number.isInteger(difference));
  const eBetter = isGraded ? gradedEvidence(moved) : signEvidence(won, lost);
  const eWorse = isGraded ? gradedEvidence(moved.map((each) => -each)) : signEvidence(lost, won);
  const decision = eBetter >= 1 / levels.better ? 'better' : eWorse >= 1 / levels.worse ? 'worse' : undefined;
  return { n: differences.length, won, lost, eBetter, eWorse, decision };
}
