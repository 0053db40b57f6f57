import { seededRandom, type Random } from '../../../src/core/hash.js';
import {
  comparePaired,
  differencesOf,
  pairedBootstrapInterval,
  rowsToSettle,
  type Pair,
} from '../../../src/core/statistics.js';
import { difficultyOf, normal, passChance, trueScore } from './model.js';

/** Scores of two prompts on a row; `before` and `after` in [0, 1]. */
type DrawPair = (random: Random) => readonly [before: number, after: number];

/** A population of rows, with the true difference of its two prompts. */
interface Population {
  readonly draw: DrawPair;
  readonly truth: number;
}

function passing(before: number, after: number): DrawPair {
  return (random) => {
    const difficulty = difficultyOf(random);
    return [before, after].map((ability) =>
      random() < passChance(ability, difficulty) ? 1 : 0,
    ) as unknown as readonly [number, number];
  };
}

const clipped = (value: number) => Math.min(1, Math.max(0, value));
const tenths = (value: number) => Math.round(10 * value) / 10;

/** Graded scores: rows that differ in level, and prompts whose answers scatter around it, some of them not at all. */
function graded(gain: number, moved: number): DrawPair {
  return (random) => {
    const level = clipped(0.6 + 0.3 * normal(random));
    const before = tenths(level);
    return [before, random() < moved ? tenths(clipped(level + gain + 0.25 * normal(random))) : before];
  };
}

/** True differences of graded scores have no closed form: the mean of many rows stands for them. */
const TRUTH_ROWS = 40_000;

function populationOf(kind: 'pass-fail' | 'graded', random: Random): Population {
  if (kind === 'pass-fail') {
    const before = 2 * random();
    const after = before + 2 * (random() - 0.4);
    return { draw: passing(before, after), truth: trueScore(after) - trueScore(before) };
  }
  const draw = graded(0.3 * (random() - 0.3), 0.3 + 0.7 * random());
  let sum = 0;
  for (let row = 0; row < TRUTH_ROWS; row++) {
    const [before, after] = draw(random);
    sum += after - before;
  }
  return { draw, truth: sum / TRUTH_ROWS };
}

export interface CoverageSettings {
  readonly kind: 'pass-fail' | 'graded';
  readonly rows: number;
  /** Pairs of prompts, with true differences of many sizes. */
  readonly populations: number;
  readonly samples: number;
  readonly seed: number;
}

/** The share of samples whose 95% interval covers the true difference, and the intervals' mean width, in points. */
export function coverage({ kind, rows, populations, samples, seed }: CoverageSettings) {
  const random = seededRandom(seed);
  let covered = 0;
  let width = 0;
  for (let index = 0; index < populations; index++) {
    const { draw, truth } = populationOf(kind, random);
    for (let sample = 0; sample < samples; sample++) {
      const pairs = Array.from({ length: rows }, (_, row) => pairOf(row, draw(random)));
      const [low, high] =
        kind === 'graded'
          ? pairedBootstrapInterval(differencesOf(pairs), sample)
          : comparePaired(pairs).interval;
      if (low <= truth && truth <= high) covered++;
      width += 100 * (high - low);
    }
  }
  return { covered: covered / (populations * samples), width: width / (populations * samples) };
}

/** How often a verdict on so many exam rows says better, and worse, in [0, 1]. */
export function verdictShares(settings: {
  readonly rows: number;
  readonly disagreement: number;
  readonly delta: number;
  readonly samples: number;
  readonly seed: number;
}) {
  const { rows, disagreement, delta, samples, seed } = settings;
  const random = seededRandom(seed);
  const winning = (disagreement + delta) / 2;
  let [better, worse] = [0, 0];
  for (let sample = 0; sample < samples; sample++) {
    const pairs = Array.from({ length: rows }, (_, row) => {
      const place = random();
      return pairOf(row, place < winning ? [0, 1] : place < disagreement ? [1, 0] : [1, 1]);
    });
    const { pValue, delta: seen } = comparePaired(pairs);
    if (pValue < 0.05 && seen > 0) better++;
    if (pValue < 0.05 && seen < 0) worse++;
  }
  return { better: better / samples, worse: worse / samples };
}

/** The least number of rows, by simulation, on which a verdict shows a true difference in 80% of all samples. */
export function simulatedRows(disagreement: number, delta: number, samples: number, seed: number): number {
  const power = (rows: number) => verdictShares({ rows, disagreement, delta, samples, seed }).better;
  let [low, high] = [1, 3 * rowsToSettle(disagreement, delta)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (power(middle) >= 0.8) high = middle;
    else low = middle;
  }
  return high;
}

function pairOf(row: number, [before, after]: readonly [number, number]): Pair {
  return {
    caseId: `r${row}`,
    before: { value: before, pass: before === 1 },
    after: { value: after, pass: after === 1 },
  };
}
