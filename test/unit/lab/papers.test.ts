import { describe, expect, it } from 'vitest';
import { dictionary } from 'cmu-pronouncing-dictionary';
import { seededRandom } from '../../../src/core/hash.js';
import { FUNCTIONS } from '../../../src/lab/papers/functions.js';
import { feedbackOn, pairIn } from '../../../src/lab/papers/landscape.js';
import { startOf } from '../../../src/lab/papers/numeric.js';
import { assignment, judgePoem, patternOf } from '../../../src/lab/papers/poemRules.js';
import { correctionsIn } from '../../../src/lab/papers/poemWriters.js';
import { scoreOfGap } from '../../../src/lab/papers/problem.js';
import { regression } from '../../../src/lab/papers/regression.js';
import {
  drawCities,
  farthestInsertion,
  nearestNeighbour,
  randomTour,
  shortestLength,
  tourIn,
  tourLength,
  type City,
} from '../../../src/lab/papers/tours.js';
import { SyllableCounter } from '../../../src/scorers/syllables.js';

function functionOf(id: string) {
  return FUNCTIONS.find((each) => each.id === id)!;
}

describe('the numeric tasks', () => {
  it.each([
    ['rosenbrock', [2, 3], 2, [10, -2]],
    ['rosenbrock-100', [2, 3], 101, [802, -200]],
    ['booth', [0, 0], 74, [-34, -38]],
    ['mccormick', [0, 0], 1, [-0.5, 3.5]],
    ['six-hump-camel', [1, 1], 3 + 7 / 30, [2.6, 9]],
    ['bohachevsky', [1, 0], 1.6, [2, 0]],
    ['rotated-hyper-ellipsoid', [1, 2], 6, [4, 4]],
    ['matyas', [1, 2], 0.34, [-0.44, 0.56]],
    ['three-hump-camel', [1, 1], 2 - 1.05 + 1 / 6 + 2, [1.8, 3]],
  ] as const)('%s at %j is %f with the slopes %j', (id, point, value, slopes) => {
    const landscape = functionOf(id);
    expect(landscape.value(point)).toBeCloseTo(value, 10);
    landscape.gradient(point).forEach((slope, index) => expect(slope).toBeCloseTo(slopes[index]!, 10));
  });

  it.each(FUNCTIONS.map((each) => [each.id, each] as const))(
    'has slopes of %s that agree with finite differences',
    (_, landscape) => {
      const random = seededRandom(1);
      const [low, high] = landscape.range;
      const step = (high - low) * 1e-6;
      for (let draw = 0; draw < 20; draw++) {
        const point = [0, 1].map(() => low + random() * (high - low));
        landscape.gradient(point).forEach((slope, index) => {
          const moved = (by: number) => point.map((each, at) => (at === index ? each + by : each));
          const difference = (landscape.value(moved(step)) - landscape.value(moved(-step))) / (2 * step);
          expect(Math.abs(slope - difference)).toBeLessThan(1e-3 * Math.max(1, Math.abs(slope)));
        });
      }
    },
  );

  it.each([
    ['rosenbrock', [1, 1], [1.2, 1.2]],
    ['booth', [1, 3], [1.1, 3.1]],
    ['mccormick', [-0.54719, -1.54719], [-0.4, -1.4]],
    ['six-hump-camel', [0.0898, -0.7126], [0.2, -0.7126]],
    ['six-hump-camel', [-0.0898, 0.7126], [0.0898, 0.7126]],
    ['matyas', [0, 0], [1, 0]],
  ] as const)('%s is solved at %j and not at %j', (id, optimum, other) => {
    expect(functionOf(id).isSolved(optimum)).toBe(true);
    expect(functionOf(id).isSolved(other)).toBe(false);
  });

  it('starts inside the range, rounded, and anew with each seed', () => {
    const camel = functionOf('six-hump-camel');
    const starts = [1, 2, 3].map((seed) => startOf(camel, seed));
    expect(new Set(starts.map(String)).size).toBe(3);
    expect(startOf(camel, 1)).toEqual(starts[0]);
    for (const value of starts.flat()) {
      expect(Math.abs(value)).toBeLessThanOrEqual(2);
      expect(Number(value.toFixed(4))).toBe(value);
    }
  });

  it('tells nothing, the steeper coordinate, or the way for each', () => {
    // The slopes of Rosenbrock at (2, 3) are 10 and -2.
    const at = (level: Parameters<typeof feedbackOn>[2]) =>
      feedbackOn(functionOf('rosenbrock'), [2, 3], level);
    expect(at('none')).toEqual([]);
    expect(at('synthesized')).toEqual([]);
    expect(at('non-directional').map(({ kind, text }) => [kind, text])).toEqual([
      ['non-directional', 'Try another value for x1.'],
    ]);
    expect(at('directional').map(({ kind, text, direction }) => [kind, text, direction])).toEqual([
      ['directional', 'A smaller x1 lowers y.', 'Choose a smaller x1.'],
      ['directional', 'A larger x2 lowers y.', 'Choose a larger x2.'],
    ]);
  });

  it('reads the first pair of numbers in brackets', () => {
    expect(pairIn('x = [-1.5, 2e-1] or [3, 4]')).toEqual([-1.5, 0.2]);
    expect(pairIn('X = [.5,+7]')).toEqual([0.5, 7]);
    for (const text of ['x = 1, 2', '[1]', '[1, two]', '[1, 2, 3]', '']) expect(pairIn(text)).toBeUndefined();
  });

  it('maps distances to scores in their order, the widest to 0 and none but the solution to 1', () => {
    const scores = [0, 0.02, 0.5, 3, 100, 5000].map((gap) => scoreOfGap(gap, 0.01, 1000));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBe(0.99);
    expect(scoreOfGap(1000, 0.01, 1000)).toBeCloseTo(0, 12);
    expect(scores.at(-1)).toBe(0);
    expect(scoreOfGap(0.99, 0.01, 99.99)).toBeCloseTo(0.5, 12);
  });
});

describe('linear regression', () => {
  it('has fifty points about y = 15x + 14, and is solved at that pair alone', () => {
    const landscape = regression(1);
    // 50 squared residuals of variance 1.
    expect(landscape.minimum).toBeGreaterThan(25);
    expect(landscape.minimum).toBeLessThan(80);
    expect(landscape.isSolved([15, 14])).toBe(true);
    expect(landscape.isSolved([15, 13])).toBe(false);
    // Two more in the slope: 4 times the sum of the squares of 1 to 50, give or take the noise.
    expect(landscape.value([17, 14]) / (4 * 42_925)).toBeCloseTo(1, 1);
    expect(regression(1).value([12, 12])).toBe(landscape.value([12, 12]));
    expect(regression(2).value([12, 12])).not.toBe(landscape.value([12, 12]));
  });
});

describe('the travelling salesman', () => {
  function bruteForce(cities: readonly City[], tour: readonly number[] = [0]): number {
    if (tour.length === cities.length) return tourLength(cities, tour);
    return Math.min(
      ...[...cities.keys()]
        .filter((city) => !tour.includes(city))
        .map((city) => bruteForce(cities, [...tour, city])),
    );
  }

  it.each([2, 3, 5, 7, 8])('finds the shortest length for %d cities as trying all tours does', (count) => {
    for (const seed of [1, 2, 3]) {
      const cities = drawCities(count, seed);
      expect(shortestLength(cities)).toBeCloseTo(bruteForce(cities), 8);
    }
  });

  it('goes to the nearest city, and inserts the farthest', () => {
    const square: City[] = [
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 11],
    ];
    expect(nearestNeighbour(square)).toEqual([0, 2, 1, 3]);
    expect(tourLength(square, farthestInsertion(square))).toBeCloseTo(tourLength(square, [0, 2, 1, 3]), 10);
    for (const seed of [1, 2, 3]) {
      const cities = drawCities(13, seed);
      const shortest = shortestLength(cities);
      for (const tour of [nearestNeighbour(cities), farthestInsertion(cities)]) {
        expect([...tour].sort((a, b) => a - b)).toEqual([...cities.keys()]);
        expect(tourLength(cities, tour)).toBeGreaterThanOrEqual(shortest - 1e-9);
      }
      expect(tourLength(cities, farthestInsertion(cities))).toBeLessThan(1.3 * shortest);
    }
  });

  it('draws whole coordinates, and tours that begin at the first city', () => {
    for (const coordinate of drawCities(50, 4).flat()) {
      expect(Number.isInteger(coordinate)).toBe(true);
      expect(Math.abs(coordinate)).toBeLessThanOrEqual(100);
    }
    expect(randomTour(6, seededRandom(1))[0]).toBe(0);
  });

  it('takes round trips through every city once, and no others', () => {
    expect(tourIn('Tour = 0, 2, 1', 3)).toEqual([0, 2, 1]);
    for (const text of ['tour = 0, 2', 'tour = 0, 2, 2', 'tour = 0, 2, 3', 'tour = 0, 1, 2, 1']) {
      expect(tourIn(text, 3)).toBeUndefined();
    }
  });
});

describe('the poems', () => {
  const counter = new SyllableCounter(dictionary);
  const HAIKU = [5, 7, 5];
  const judge = (poem: string, level: Parameters<typeof judgePoem>[3]) =>
    judgePoem(poem, HAIKU, counter, level);
  const POEM = 'rain rain rain rain rain\n\nmoon moon moon moon moon\nsilent river stone wind';

  it('gives the share of right lines, and says what the level allows', () => {
    // 5, 5 and 6 syllables; the blank line does not count.
    expect(judge(POEM, 'none')).toEqual({ reward: 1 / 3, feedback: [] });
    expect(judge(POEM, 'non-directional').feedback.map(({ kind, text }) => [kind, text])).toEqual([
      ['non-directional', 'Line 2 breaks the rule: it must have 7 syllables.'],
      ['non-directional', 'Line 3 breaks the rule: it must have 5 syllables.'],
    ]);
    expect(judge(POEM, 'directional').feedback.map(({ text, direction }) => [text, direction])).toEqual([
      ['Line 2 ("moon moon moon moon moon") has 5 syllables; 7 are wanted.', 'Line 2 needs more syllables.'],
      ['Line 3 ("silent river stone wind") has 6 syllables; 5 are wanted.', 'Line 3 needs fewer syllables.'],
    ]);
  });

  it('speaks of nothing but the number of lines when that is wrong', () => {
    const short = judge('rain rain rain rain rain', 'directional');
    expect(short.reward).toBe(0);
    expect(short.feedback.map(({ text, direction }) => [text, direction])).toEqual([
      ['The poem has 1 lines; 3 are wanted.', 'Write more lines.'],
    ]);
    expect(judge('a\nb\nc\nd', 'non-directional').feedback.map(({ text }) => text)).toEqual([
      'The poem must have 3 lines.',
    ]);
  });

  it('draws the free forms from the published numbers, and names them in the first prompt', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const free = patternOf('line-syllables', seed);
      const same = patternOf('syllables', seed);
      expect([3, 4, 5, 14, 15, 19]).toContain(free.length);
      expect(new Set(same).size).toBe(1);
      for (const count of [...free, ...same]) expect([5, 7, 8, 9, 10, 17]).toContain(count);
      expect(assignment('line-syllables', free)).toContain(free.join(', '));
    }
    expect(patternOf('tanka', 1)).toEqual([5, 7, 5, 7, 7]);
  });

  it('adds up the corrections of a line', () => {
    const text = 'Make line 2 shorter by 3.\nMake line 2 longer by 1. make line 4 longer by 2';
    expect([...correctionsIn(text)]).toEqual([
      [2, -2],
      [4, 2],
    ]);
  });
});
