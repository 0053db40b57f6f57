import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestPath, differenceReach, linear, ticks } from '../../../webview/scale.js';

describe('linear', () => {
  it('maps ends to ends and the middle to the middle', () => {
    const y = linear([0, 1], [100, 10]);
    expect([0, 0.5, 1].map(y)).toEqual([100, 55, 10]);
    expect(linear([3, 3], [5, 9])(3)).toBe(5);
  });
});

describe('ticks', () => {
  it('are round', () => {
    expect(ticks(132, 4)).toEqual([0, 50, 100, 150]);
    expect(ticks(0, 4)).toEqual([0, 1]);
    expect(ticks(812, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
  });

  it('reach over the last call, evenly and not too many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 2, max: 12 }), (max, wanted) => {
        const found = ticks(max, wanted);
        const steps = found.slice(1).map((tick, at) => tick - found[at]!);
        expect(found.at(-1)).toBeGreaterThanOrEqual(max);
        expect(new Set(steps).size).toBe(1);
        expect(found.length).toBeLessThanOrEqual(wanted + 1);
      }),
    );
  });
});

it('draws the best score so far as steps', () => {
  const curve = [
    { calls: 10, score: 0.5, best: 0.5, name: 'Baseline' },
    { calls: 20, score: 0.4, best: 0.5, name: '1' },
    { calls: 30, score: 0.8, best: 0.8, name: '2' },
  ];
  const path = bestPath(
    curve,
    40,
    (calls) => calls,
    (score) => score * 100,
  );
  expect(path).toBe('M10.0 50.0H20.0V50.0H30.0V80.0H40.0');
  expect(
    bestPath(
      [],
      40,
      (calls) => calls,
      (score) => score,
    ),
  ).toBe('');
});

it('fits all intervals into one scale', () => {
  expect(differenceReach([])).toBe(0.1);
  expect(differenceReach([[0.12, 0.3]])).toBe(0.3);
  expect(
    differenceReach([
      [-0.71, 0.02],
      [0.1, 0.5],
    ]),
  ).toBe(0.8);
  expect(differenceReach([[-1, 1]])).toBe(1);
});
