import type { Landscape } from './landscape.js';

/**
 * The functions of the numeric tasks of arXiv 2405.16434, with ranges, starting decimals and minima as in the environments
 * of the same group (LLF-Bench). Known optima are written to five places; a value within 0.01 of the minimum solves one.
 */
type Point = readonly [number, number];
interface Plain {
  readonly id: string;
  readonly name: string;
  readonly range: Point;
  readonly startDecimals: number;
  readonly minimum: number;
  value(x: Point): number;
  gradient(x: Point): Point;
}

function rosenbrock(b: number): Pick<Plain, 'value' | 'gradient'> {
  return {
    value: ([x, y]) => (1 - x) ** 2 + b * (y - x ** 2) ** 2,
    gradient: ([x, y]) => [-2 * (1 - x) - 4 * b * x * (y - x ** 2), 2 * b * (y - x ** 2)],
  };
}

const PLAIN: readonly Plain[] = [
  {
    id: 'rosenbrock',
    name: 'Rosenbrock, b = 1 as in the published code',
    range: [-5, 10],
    startDecimals: 2,
    minimum: 0,
    ...rosenbrock(1),
  },
  {
    id: 'rosenbrock-100',
    name: 'Rosenbrock, b = 100: a curved valley that single coordinates do not lead along',
    range: [-5, 10],
    startDecimals: 2,
    minimum: 0,
    ...rosenbrock(100),
  },
  {
    id: 'booth',
    name: 'Booth',
    range: [-10, 10],
    startDecimals: 2,
    minimum: 0,
    value: ([x, y]) => (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    gradient: ([x, y]) => [10 * x + 8 * y - 34, 8 * x + 10 * y - 38],
  },
  {
    id: 'mccormick',
    name: 'McCormick',
    range: [-1.5, 4],
    startDecimals: 4,
    minimum: -1.91322,
    value: ([x, y]) => Math.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    gradient: ([x, y]) => [Math.cos(x + y) + 2 * (x - y) - 1.5, Math.cos(x + y) - 2 * (x - y) + 2.5],
  },
  {
    id: 'six-hump-camel',
    name: 'Six-hump camel: two equal optima, four lesser ones',
    range: [-2, 2],
    startDecimals: 4,
    minimum: -1.03163,
    value: ([x, y]) => (4 - 2.1 * x ** 2 + x ** 4 / 3) * x ** 2 + x * y + (-4 + 4 * y ** 2) * y ** 2,
    gradient: ([x, y]) => [8 * x - 8.4 * x ** 3 + 2 * x ** 5 + y, x - 8 * y + 16 * y ** 3],
  },
];

/** Their optimum is the origin, which models guess without any search. */
const GUESSABLE: readonly Plain[] = [
  {
    id: 'bohachevsky',
    name: 'Bohachevsky',
    range: [-100, 100],
    startDecimals: 2,
    minimum: 0,
    value: ([x, y]) =>
      x ** 2 + 2 * y ** 2 - 0.3 * Math.cos(3 * Math.PI * x) - 0.4 * Math.cos(4 * Math.PI * y) + 0.7,
    gradient: ([x, y]) => [
      2 * x + 0.9 * Math.PI * Math.sin(3 * Math.PI * x),
      4 * y + 1.6 * Math.PI * Math.sin(4 * Math.PI * y),
    ],
  },
  {
    id: 'rotated-hyper-ellipsoid',
    name: 'Rotated hyper-ellipsoid',
    range: [-65.536, 65.536],
    startDecimals: 2,
    minimum: 0,
    value: ([x, y]) => x ** 2 + (x ** 2 + y ** 2),
    gradient: ([x, y]) => [4 * x, 2 * y],
  },
  {
    id: 'matyas',
    name: 'Matyas',
    range: [-10, 10],
    startDecimals: 2,
    minimum: 0,
    value: ([x, y]) => 0.26 * (x ** 2 + y ** 2) - 0.48 * x * y,
    gradient: ([x, y]) => [0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x],
  },
  {
    id: 'three-hump-camel',
    name: 'Three-hump camel',
    range: [-5, 5],
    startDecimals: 2,
    minimum: 0,
    value: ([x, y]) => 2 * x ** 2 - 1.05 * x ** 4 + x ** 6 / 6 + x * y + y ** 2,
    gradient: ([x, y]) => [4 * x - 4.2 * x ** 3 + x ** 5 + y, x + 2 * y],
  },
];

/** A value this near to the minimum solves a function. */
export const SOLVED_WITHIN = 0.01;

function landscapeOf(plain: Plain, isGuessable: boolean): Landscape {
  const { id, name, range, startDecimals, minimum } = plain;
  return {
    id,
    summary: `${name}.${isGuessable ? ' Advised against: the optimum is the origin, which models guess.' : ''}`,
    names: ['x1', 'x2'],
    range,
    startDecimals,
    minimum,
    isWhole: false,
    value: ([x, y]) => plain.value([x!, y!]),
    gradient: ([x, y]) => plain.gradient([x!, y!]),
    isSolved: ([x, y]) => Math.abs(plain.value([x!, y!]) - minimum) < SOLVED_WITHIN,
  };
}

/** All functions of two variables, the ones that are advised against last. */
export const FUNCTIONS: readonly Landscape[] = [
  ...PLAIN.map((plain) => landscapeOf(plain, false)),
  ...GUESSABLE.map((plain) => landscapeOf(plain, true)),
];
