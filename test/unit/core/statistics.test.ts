import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../../src/core/hash.js';
import {
  comparePaired,
  detectableGain,
  exactSignTest,
  levelOfLook,
  newcombePairedInterval,
  noiseFloor,
  pairedBootstrapInterval,
  pairedMean,
  pairedPermutationTest,
  powerOfSignTest,
  rowsToSettle,
  rowsToSettleGraded,
  rowsToSettlePairs,
  shareOfLevel,
  shrunkenDeltas,
  wilsonInterval,
  type Pair,
} from '../../../src/core/statistics.js';

const pair = (caseId: string, before: number, after: number): Pair => ({
  caseId,
  before: { value: before, pass: before === 1 },
  after: { value: after, pass: after === 1 },
});

// Ample, for a machine that does much else.
vi.setConfig({ testTimeout: 60_000 });

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
    expect(comparison.interval[0]).toBeGreaterThan(0.04);
    expect(comparison.interval[1]).toBeLessThan(0.2);
  });

  it('says nothing of no pairs', () => {
    expect(comparePaired([])).toMatchObject({ n: 0, delta: 0, pValue: 1, interval: [-1, 1] });
  });
});

describe('rowsToSettle', () => {
  it.each([
    // Without the correction for a whole number of rows, the formula gives 312, 155, 68 and 77.
    [0.1, 0.05, 351],
    [0.2, 0.1, 168],
    [0.2, 0.15, 72],
    [0.4, 0.2, 84],
    [1, 1, 6],
  ])('disagreement %f, difference %f', (disagreement, delta, rows) => {
    expect(rowsToSettle(disagreement, delta)).toBe(rows);
    expect(rowsToSettle(disagreement, -delta)).toBe(rows);
    expect(powerOfSignTest(rows, disagreement, delta)).toBeGreaterThanOrEqual(0.79);
  });

  it('goes on without a jump where it approximates', () => {
    const rows = [0.13, 0.128, 0.126, 0.124, 0.122, 0.12].map((delta) => rowsToSettle(0.4, delta));
    expect(rows[0]).toBeLessThan(200);
    expect(rows.at(-1)).toBeGreaterThan(200);
    rows.slice(1).forEach((each, index) => {
      expect(each / rows[index]!).toBeGreaterThan(1);
      expect(each / rows[index]!).toBeLessThan(1.08);
    });
  });

  it('knows no number of rows for no difference', () => {
    expect(rowsToSettle(0.2, 0)).toBe(Infinity);
    expect(rowsToSettleGraded(0.3, 0)).toBe(Infinity);
  });

  it('reads disagreement and spread from pairs', () => {
    const binary = Array.from({ length: 40 }, (_, index) =>
      pair(String(index), index < 2 ? 1 : 0, index < 2 ? 0 : index < 8 ? 1 : 0),
    );
    expect(rowsToSettlePairs(binary)).toBe(rowsToSettle(0.2, 0.1));
    const graded = Array.from({ length: 40 }, (_, index) => pair(String(index), 0.5, index % 2 ? 0.8 : 0.4));
    expect(rowsToSettlePairs(graded)).toBe(rowsToSettleGraded(0.2, 0.1));
    expect(rowsToSettlePairs([])).toBe(Infinity);
  });

  it('finds a graded gain in about 80% of samples of that size', () => {
    const random = seededRandom(3);
    const rows = rowsToSettleGraded(Math.sqrt(1 / 6) / 2, 0.1);
    let found = 0;
    for (let run = 0; run < 120; run++) {
      const differences = Array.from({ length: rows }, () => 0.1 + (random() - random()) / 2);
      if (pairedPermutationTest(differences, run) < 0.05) found++;
    }
    expect(Math.abs(found / 120 - 0.8)).toBeLessThan(0.1);
  });
});

describe('detectableGain', () => {
  it('is the smallest gain that so many rows show', () => {
    expect(detectableGain(rowsToSettle(0.2, 0.15))).toBe(0.15);
    expect(detectableGain(300)).toBeLessThan(detectableGain(100)!);
    expect(detectableGain(12)).toBeGreaterThan(0.4);
  });

  it('says that under six rows nothing shows', () => {
    expect(detectableGain(5)).toBeUndefined();
    expect(detectableGain(6)).toBeDefined();
  });
});

describe('levels that are shared out', () => {
  it('stay within the level together', () => {
    const shares = Array.from({ length: 10_000 }, (_, index) => shareOfLevel(index + 1));
    expect(shares.reduce((sum, each) => sum + each, 0)).toBeLessThan(1);
    expect(shares.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0.999);
  });

  it('give the first look the whole level, and the others less and less', () => {
    expect(levelOfLook(1, 0.05)).toBe(0.05);
    const further = Array.from({ length: 10_000 }, (_, index) => levelOfLook(index + 2, 0.05));
    expect(further.reduce((sum, each) => sum + each, 0)).toBeLessThan(0.05);
    expect(levelOfLook(2, 0.05)).toBeCloseTo(0.0194, 4);
    expect(levelOfLook(3, 0.05)).toBeLessThan(levelOfLook(2, 0.05));
  });
});

describe('shrunkenDeltas', () => {
  const random = seededRandom(8);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  it('pulls the estimate with fewer rows further towards the baseline', () => {
    const few = { n: 10, delta: 0.1, error: 0.1 };
    const many = { n: 100, delta: 0.1, error: 0.03 };
    const [ofFew, ofMany] = shrunkenDeltas([few, many]);
    expect(ofFew).toBeLessThan(ofMany!);
    expect(ofFew).toBeGreaterThan(0);
    expect(ofMany).toBeLessThan(0.1);
  });

  it('takes most of the luck off the best of many', () => {
    let [plain, shrunken] = [0, 0];
    for (let run = 0; run < 400; run++) {
      const truths = Array.from({ length: 16 }, () => 0.03 * gauss());
      const estimates = truths.map((truth) => ({ n: 60, delta: truth + 0.06 * gauss(), error: 0.06 }));
      const best = estimates.reduce(
        (top, each, index) => (each.delta > estimates[top]!.delta ? index : top),
        0,
      );
      plain += (estimates[best]!.delta - truths[best]!) / 400;
      shrunken += (shrunkenDeltas(estimates)[best]! - truths[best]!) / 400;
    }
    expect(plain).toBeGreaterThan(0.07);
    expect(Math.abs(shrunken)).toBeLessThan(0.25 * plain);
  });

  it('does not take a few equal differences for certainty', () => {
    expect(pairedMean([1, 1, 1]).error).toBeGreaterThan(0.15);
    expect(pairedMean([])).toEqual({ n: 0, delta: 0, error: 0.5 });
  });
});

describe('noiseFloor', () => {
  it('says how many rows changed by themselves, and the gain that drowns in that', () => {
    const changes = Array.from({ length: 50 }, (_, index) => (index < 3 ? 1 : index < 5 ? -1 : 0));
    const floor = noiseFloor(changes, 100);
    expect(floor).toMatchObject({ n: 50, changed: 5, share: 0.1 });
    expect(floor.interval).toEqual(wilsonInterval(5, 50));
    expect(floor.smallestGain).toBeCloseTo(2 * Math.sqrt(0.1 / 100), 12);
  });

  it('counts a small change of a graded score for less', () => {
    expect(noiseFloor([0.1, 0, 0, 0], 100).smallestGain).toBeCloseTo(2 * Math.sqrt(0.0025 / 100), 12);
  });

  it('allows any gain where nothing changed, and none without rows', () => {
    expect(noiseFloor([0, 0], 10).smallestGain).toBe(0);
    expect(noiseFloor([], 0)).toMatchObject({ share: 0, smallestGain: 1 });
  });
});
