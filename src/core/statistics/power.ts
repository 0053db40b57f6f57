import { differencesOf, isBinary, type Pair } from './comparison.js';
import { binomialMasses, meanOf, Z80, Z95 } from './distributions.js';

/** What the verdict asks for: two-sided 5%, and a true difference is to be found in 80% of all cases. */
const LEVEL = 0.05;
const POWER = 0.8;
/** Above this many rows the normal approximation is as good as exact sums, and at once. */
const EXACT_ROWS = 200;
/** Numbers of differing rows that are further from the expected one, in standard deviations, hardly ever come up. */
const FAR = 7;

/**
 * The chance that the exact sign test (two-sided, 5%) finds a true difference and says its direction rightly.
 * @param rows paired rows, each passing or failing under each prompt
 * @param disagreement share of rows on which the prompts differ, in (0, 1]
 * @param delta the true difference, in (0, disagreement]
 * @returns exact, in [0, 1]
 */
export function powerOfSignTest(rows: number, disagreement: number, delta: number): number {
  const share = (disagreement + delta) / (2 * disagreement);
  const spread = FAR * Math.sqrt(rows * disagreement * (1 - disagreement)) + 1;
  let power = 0;
  binomialMasses(rows, disagreement).forEach((mass, differing) => {
    if (Math.abs(differing - rows * disagreement) > spread) return;
    const found = binomialMasses(differing, share).slice(leastWins(differing));
    power += mass * found.reduce((sum, each) => sum + each, 0);
  });
  return Math.min(1, power);
}

/** The least number of won pairs, of so many that differ, that is significant; more than there are when none is. */
function leastWins(differing: number): number {
  const masses = binomialMasses(differing, 0.5);
  let tail = 0;
  for (let won = differing; won > differing / 2; won--) {
    tail += masses[won]!;
    if (2 * tail >= LEVEL) return won + 1;
  }
  return Math.floor(differing / 2) + 1;
}

/**
 * Paired rows needed to show a difference with 80% power at 5%, two-sided, for pass/fail scores: exact up to 200 rows,
 * above by the normal approximation with its correction for continuity (Connor 1987; Fleiss, Levin and Paik 2003, ch. 13).
 * @param disagreement share of rows on which the prompts differ, in (0, 1]
 * @param delta the true difference, in [-disagreement, disagreement]
 * @returns Infinity for no difference
 */
export function rowsToSettle(disagreement: number, delta: number): number {
  const gap = Math.abs(delta);
  if (gap === 0) return Infinity;
  const share = Math.min(1, Math.max(disagreement, gap));
  const root = (Z95 * Math.sqrt(share) + Z80 * Math.sqrt(Math.max(0, share - gap * gap))) / gap;
  const approximate = Math.ceil(((root + Math.sqrt(root * root + 4 / gap)) / 2) ** 2);
  if (approximate > EXACT_ROWS) return approximate;
  return firstWhere(approximate, (rows) => powerOfSignTest(rows, share, gap) >= POWER);
}

/** The least whole number from 1 for which a condition holds that goes on to hold, searched from a guess. */
function firstWhere(guess: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, Math.max(1, guess)];
  while (!holds(high)) [low, high] = [high, Math.ceil(high * 1.25) + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * As `rowsToSettle`, for graded scores, whose permutation test is about as strong as Student's t.
 * @param deviation standard deviation of the differences, above 0
 */
export function rowsToSettleGraded(deviation: number, delta: number): number {
  if (delta === 0) return Infinity;
  return Math.ceil((((Z95 + Z80) * deviation) / delta) ** 2 + (Z95 * Z95) / 2);
}

/**
 * About how many rows would settle a comparison, if these pairs show the true difference: pairs of 0 and 1 by the exact
 * sign test, graded ones by their spread.
 * @returns Infinity where the pairs show no difference at all
 */
export function rowsToSettlePairs(pairs: readonly Pair[]): number {
  const differences = differencesOf(pairs);
  const delta = meanOf(differences);
  if (isBinary(pairs)) return rowsToSettle(meanOf(differences.map((each) => Math.abs(each))), delta);
  const squares = differences.map((each) => (each - delta) ** 2);
  return rowsToSettleGraded(Math.sqrt(meanOf(squares)), delta);
}

/** Share of rows on which a small edit changes the outcome, as published comparisons have it: 10 to 40%. */
export const USUAL_DISAGREEMENT = 0.2;

/**
 * The smallest true gain that a verdict on so many rows shows in 80% of all cases: what the test set can show.
 * @param disagreement share of rows on which the prompts differ; a gain above it makes all of them gains
 * @returns a difference in (0, 1], rounded up to a whole point (0.01); undefined where no gain whatever would show
 */
export function detectableGain(rows: number, disagreement = USUAL_DISAGREEMENT): number | undefined {
  const shows = (points: number) =>
    powerOfSignTest(rows, Math.max(disagreement, points / 100), points / 100) >= POWER;
  return shows(100) ? firstWhere(50, shows) / 100 : undefined;
}
