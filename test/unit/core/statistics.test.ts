import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/hash.js';
import {
  comparePaired,
  exactSignTest,
  newcombePairedInterval,
  pairedBootstrapInterval,
  pairedPermutationTest,
  rowsToSettle,
  wilsonInterval,
  type Pair,
} from '../../../src/core/statistics.js';

const pair = (caseId: string, before: number, after: number): Pair => ({
  caseId,
  before: { value: before, pass: before === 1 },
  after: { value: after, pass: after === 1 },
});

describe('wilsonInterval', () => {
  it.each([
    // Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (successes, n, low, high) => {
    const [actualLow, actualHigh] = wilsonInterval(successes, n);
    expect(actualLow).toBeCloseTo(low, 4);
    expect(actualHigh).toBeCloseTo(high, 4);
  });

  it('knows nothing of no rows', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});

describe('exactSignTest', () => {
  it.each([
    [5, 0, 0.0625],
    [6, 0, 0.03125],
    [8, 2, 0.109375],
    [12, 5, 0.143463],
    [20, 10, 0.098737],
    [0, 0, 1],
    [3, 3, 1],
  ])('%i won, %i lost', (won, lost, p) => {
    expect(exactSignTest(won, lost)).toBeCloseTo(p, 5);
    expect(exactSignTest(lost, won)).toBeCloseTo(p, 5);
  });

  it('does not overflow for a thousand pairs', () => {
    expect(exactSignTest(540, 460)).toBeCloseTo(0.0124, 3);
  });
});

describe('pairedPermutationTest', () => {
  it('equals the sign test for differences of one size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }), (won, lost) => {
        const differences = [...Array<number>(won).fill(1), ...Array<number>(lost).fill(-1)];
        expect(pairedPermutationTest(differences)).toBeCloseTo(exactSignTest(won, lost), 10);
      }),
    );
  });

  it('is exact for a small example worked by hand', () => {
    // |sum| of +3 +2 +1 with signs flipped reaches 6 in 2 of 8 cases.
    expect(pairedPermutationTest([0.3, 0.2, 0.1])).toBe(0.25);
  });

  it('says better in at most 5% of runs without a true difference', () => {
    const random = seededRandom(7);
    let claims = 0;
    for (let run = 0; run < 400; run++) {
      const differences = Array.from({ length: 14 }, () => random() - random());
      if (pairedPermutationTest(differences) < 0.05) claims++;
    }
    expect(claims / 400).toBeLessThan(0.075);
    expect(claims).toBeGreaterThan(4);
  });

  it('draws the same p-value for the same seed above the exact limit', () => {
    const differences = Array.from({ length: 40 }, (_, index) => Math.sin(index) / 2);
    expect(pairedPermutationTest(differences, 3)).toBe(pairedPermutationTest(differences, 3));
  });
});

describe('intervals of a difference', () => {
  it("agrees with Newcombe's published example of method 10", () => {
    // Newcombe (1998), Statistics in Medicine 17, 2635-2650, table II: a = 36, b = 12, c = 2, d = 0.
    const [low, high] = newcombePairedInterval(36, 2, 12, 0);
    expect(low).toBeCloseTo(0.0569, 2);
    expect(high).toBeCloseTo(0.3404, 2);
  });

  it('does not collapse when every row was won', () => {
    const [low, high] = newcombePairedInterval(0, 0, 18, 0);
    expect(low).toBeGreaterThan(0.5);
    expect(low).toBeLessThan(0.95);
    expect(high).toBe(1);
  });

  it('contains the difference, turns round with the sign, and stays in range', () => {
    const count = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(count, count, count, count, (both, lost, won, neither) => {
        const n = both + lost + won + neither;
        fc.pre(n > 0);
        const [low, high] = newcombePairedInterval(both, lost, won, neither);
        const [mirroredLow, mirroredHigh] = newcombePairedInterval(both, won, lost, neither);
        expect(low).toBeLessThanOrEqual((won - lost) / n + 1e-12);
        expect(high).toBeGreaterThanOrEqual((won - lost) / n - 1e-12);
        expect(low).toBeCloseTo(-mirroredHigh, 10);
        expect(high).toBeCloseTo(-mirroredLow, 10);
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('covers the true difference in about 95% of simulated samples', () => {
    const random = seededRandom(11);
    let covered = 0;
    for (let run = 0; run < 300; run++) {
      const differences = Array.from({ length: 60 }, () => 0.1 + (random() - 0.5));
      const [low, high] = pairedBootstrapInterval(differences, run);
      if (low <= 0.1 && 0.1 <= high) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.91);
    expect(covered / 300).toBeLessThan(0.985);
  });

  it.each([5, 8, 12])('covers the true difference also with %d graded rows', (n) => {
    const random = seededRandom(n);
    let covered = 0;
    for (let run = 0; run < 300; run++) {
      const differences = Array.from({ length: n }, () => (random() + random() - 1) / 2);
      const [low, high] = pairedBootstrapInterval(differences, run);
      if (low <= 0 && 0 <= high) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.9);
  });

  it('does not claim to be sure when all of a few rows differ by the same amount', () => {
    const [low, high] = pairedBootstrapInterval([0, 0, 0, 0]);
    expect([low, high].map((each) => each.toFixed(2))).toEqual(['-0.60', '0.60']);
    const [narrowLow, narrowHigh] = pairedBootstrapInterval(Array.from({ length: 200 }, () => 0.25));
    expect(narrowLow).toBeGreaterThan(0.22);
    expect(narrowHigh).toBeLessThan(0.27);
    expect(pairedBootstrapInterval([1])[1]).toBe(1);
  });
});

describe('comparePaired', () => {
  it('names the rows that were fixed and broken', () => {
    const comparison = comparePaired([pair('a', 0, 1), pair('b', 1, 0), pair('c', 1, 1), pair('d', 0, 1)]);
    expect(comparison).toMatchObject({
      n: 4,
      before: 0.5,
      after: 0.75,
      delta: 0.25,
      fixed: ['a', 'd'],
      broken: ['b'],
    });
    expect(comparison.pValue).toBe(1);
  });

  it('takes graded scores by permutation', () => {
    const graded = Array.from({ length: 10 }, (_, index) => pair(String(index), 0.2, 0.3 + index / 100));
    const comparison = comparePaired(graded, 1);
    expect(comparison.pValue).toBeCloseTo(2 / 1024, 10);
    expect(comparison.interval[0]).toBeGreaterThan(0.1);
  });

  it('says nothing of no pairs', () => {
    expect(comparePaired([])).toMatchObject({ n: 0, delta: 0, pValue: 1, interval: [-1, 1] });
  });
});

describe('rowsToSettle', () => {
  it.each([
    [0.1, 0.05, 312],
    [0.2, 0.1, 155],
    [0.2, 0.15, 68],
    [0.4, 0.2, 77],
  ])('disagreement %f, difference %f', (disagreement, delta, rows) => {
    expect(Math.abs(rowsToSettle(disagreement, delta) - rows)).toBeLessThanOrEqual(1);
  });
});
