import type { Feedback } from '../../core/scoring.js';
import type { FeedbackLevel } from '../../optimizer/strategies/directional.js';

/** A function of two variables that is to be minimised. */
export interface Landscape {
  readonly id: string;
  readonly summary: string;
  readonly names: readonly [string, string];
  /** The same for both coordinates. It is asked to be kept to; values outside are not turned down. */
  readonly range: readonly [number, number];
  readonly startDecimals: number;
  readonly minimum: number;
  /** Whether coordinates are rounded to whole numbers before anything else. */
  readonly isWhole: boolean;
  value(x: readonly number[]): number;
  gradient(x: readonly number[]): readonly number[];
  isSolved(x: readonly number[]): boolean;
}

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
const PAIR = new RegExp(String.raw`\[\s*(${NUMBER})\s*,\s*(${NUMBER})\s*\]`, 'i');

/** The first bracketed pair of numbers in a text; undefined when there is none. */
export function pairIn(text: string): readonly [number, number] | undefined {
  const found = PAIR.exec(text);
  if (!found) return undefined;
  const pair = [Number(found[1]), Number(found[2])] as const;
  return pair.every(Number.isFinite) ? pair : undefined;
}

/** How a point is written: `x = [1, 2]`. */
export function pointText(point: readonly number[]): string {
  return `x = [${point.join(', ')}]`;
}

/**
 * What the environment tells of a point (levels 0, 0.5 and 1 of the reference environments): nothing; the coordinate with
 * the steeper slope; the way to go for each coordinate. It follows from the partial derivatives.
 */
export function feedbackOn(
  { gradient, names }: Pick<Landscape, 'gradient' | 'names'>,
  point: readonly number[],
  level: FeedbackLevel,
): Feedback[] {
  const slopes = gradient(point);
  if (level === 'directional') return slopes.map((slope, index) => wayFeedback(names[index]!, slope));
  if (level !== 'non-directional') return [];
  const steeper = names[Math.abs(slopes[0]!) >= Math.abs(slopes[1]!) ? 0 : 1];
  return [
    {
      scorer: 'environment',
      kind: 'non-directional',
      cause: steeper,
      text: `Try another value for ${steeper}.`,
    },
  ];
}

function wayFeedback(name: string, slope: number): Feedback {
  const way = slope > 0 ? 'smaller' : 'larger';
  return {
    scorer: 'environment',
    kind: 'directional',
    cause: `${name}:${way}`,
    text: `A ${way} ${name} lowers y.`,
    direction: `Choose a ${way} ${name}.`,
  };
}

/** The feedback on a text that holds no pair of numbers. */
export function unreadable(level: FeedbackLevel): Feedback[] {
  if (level === 'none' || level === 'synthesized') return [];
  return [
    {
      scorer: 'environment',
      kind: 'directional',
      cause: 'no-point',
      text: 'There is no pair of numbers in brackets.',
      direction: 'Write the point as x = [number, number].',
    },
  ];
}
