import { seededRandom, type Random } from '../../core/hash.js';
import type { Landscape } from './landscape.js';

const POINTS = 50;
const TRUE_SLOPE = 15;
const TRUE_INTERCEPT = 14;

/** A draw from the standard normal distribution (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Linear regression as OPRO sets it up (arXiv 2309.03409, section 3.1): y = 15 x + 14 + N(0, 1) for x from 1 to 50; the
 * loss is the sum of squared residuals; w and b are rounded to whole numbers; it is solved at the true pair.
 * @param seed draws the noise of the data
 */
export function regression(seed: number): Landscape {
  const random = seededRandom(`regression ${seed}`);
  const data = Array.from({ length: POINTS }, (_, index) => {
    const x = index + 1;
    return { x, y: TRUE_SLOPE * x + TRUE_INTERCEPT + normal(random) };
  });
  const residual = ([w, b]: readonly number[], { x, y }: { x: number; y: number }) => y - w! * x - b!;
  const value = (point: readonly number[]) => data.reduce((sum, each) => sum + residual(point, each) ** 2, 0);
  return {
    id: 'linear-regression',
    summary: 'Slope and intercept of 50 noisy points on a line, found from losses alone.',
    names: ['w', 'b'],
    range: [10, 20],
    startDecimals: 0,
    minimum: value([TRUE_SLOPE, TRUE_INTERCEPT]),
    isWhole: true,
    value,
    gradient: (point) => [
      data.reduce((sum, each) => sum - 2 * each.x * residual(point, each), 0),
      data.reduce((sum, each) => sum - 2 * residual(point, each), 0),
    ],
    isSolved: ([w, b]) => w === TRUE_SLOPE && b === TRUE_INTERCEPT,
  };
}
