import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../../src/core/hash.js';
import { sequentialComparison, signEvidence } from '../../../src/core/statistics.js';

/** The integral as it is defined, by the midpoint rule. */
function integral(won: number, lost: number): number {
  const steps = 20_000;
  let sum = 0;
  for (let index = 0; index < steps; index++) {
    const t = 0.5 + (0.5 * (index + 0.5)) / steps;
    sum += Math.exp(won * Math.log(2 * t) + lost * Math.log(2 * (1 - t)));
  }
  return sum / steps;
}

const NEVER = { better: 0, worse: 0 };

// Ample, for a machine that does much else.
vi.setConfig({ testTimeout: 60_000 });

describe('signEvidence', () => {
  it.each([
    [5, 0, 10.5],
    [6, 0, 18.1],
    [7, 0, 31.9],
    [8, 1, 11.3],
    [12, 3, 8.9],
    [0, 0, 1],
  ])('%i won, %i lost', (won, lost, evidence) => {
    expect(signEvidence(won, lost)).toBeCloseTo(evidence, 1);
  });

  it('is the integral', () => {
    const count = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(count, count, (won, lost) => {
        expect(signEvidence(won, lost) / integral(won, lost)).toBeCloseTo(1, 5);
      }),
      { numRuns: 40 },
    );
  });

  it('is a fair game: what a win adds, a loss takes', () => {
    const count = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(count, count, (won, lost) => {
        const mean = (signEvidence(won + 1, lost) + signEvidence(won, lost + 1)) / 2;
        expect(mean / signEvidence(won, lost)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('stays in range for very many rows', () => {
    expect(signEvidence(900, 100)).toBeGreaterThan(1e100);
    expect(signEvidence(5000, 0)).toBe(Infinity);
    expect(signEvidence(0, 5000)).toBeCloseTo(1 / 5001, 9);
  });
});

describe('sequentialComparison', () => {
  it('counts pairs, and decides when the evidence passes one over the level', () => {
    const levels = { better: 0.1, worse: 0.3 };
    expect(sequentialComparison([1, 0, 1, 1, 0, 1], levels).decision).toBeUndefined();
    expect(sequentialComparison([1, 0, 1, 1, 0, 1, 1], levels)).toMatchObject({
      n: 7,
      won: 5,
      lost: 0,
      decision: 'better',
    });
    expect(sequentialComparison([0, -1, -1, -1], levels).decision).toBe('worse');
    expect(sequentialComparison([1, 1, 1, 1, 1, 1, 1, 1, -1, -1], NEVER).decision).toBeUndefined();
  });

  it('turns round with the sign', () => {
    const differences = fc.array(fc.integer({ min: -10, max: 10 }).map((tenths) => tenths / 10));
    fc.assert(
      fc.property(differences, (values) => {
        const one = sequentialComparison(values, NEVER);
        const other = sequentialComparison(
          values.map((value) => -value),
          NEVER,
        );
        expect(one.eBetter).toBeCloseTo(other.eWorse, 9);
        expect(one.won).toBe(other.lost);
      }),
    );
  });

  it('weighs graded differences as it weighs wins and losses', () => {
    const nearly = [1, 1, 1, -1, 1, 1, 1, 1].map((value) => value * 0.999999);
    const { eBetter } = sequentialComparison(nearly, NEVER);
    expect(eBetter / signEvidence(7, 1)).toBeCloseTo(1, 3);
  });

  it('takes a larger difference for more evidence', () => {
    const small = sequentialComparison([0.1, 0.2, 0.1, 0.1], NEVER).eBetter;
    const large = sequentialComparison([0.5, 0.6, 0.5, 0.5], NEVER).eBetter;
    expect(large).toBeGreaterThan(small);
    expect(small).toBeGreaterThan(1);
  });

  it.each(['pass-fail', 'graded', 'skewed'] as const)(
    'says better in at most 5 of 100 runs without a true gain, looked at after every pair: %s',
    (kind) => {
      const random = seededRandom(4);
      // A fair game each: many small losses against a few large gains in the last one.
      const draw = () => {
        if (kind === 'pass-fail') return random() < 0.5 ? 0 : random() < 0.5 ? 1 : -1;
        if (kind === 'graded') return random() - random();
        return random() < 0.1 ? 0.9 : -0.1;
      };
      const claims = Array.from({ length: 1000 }, () => {
        const differences = Array.from({ length: 40 }, draw);
        return differences.some(
          (_, last) =>
            sequentialComparison(differences.slice(0, last + 1), { better: 0.05, worse: 0 }).decision,
        );
      });
      expect(claims.filter(Boolean).length / 1000).toBeLessThan(0.05);
    },
  );

  it('finds a gain of 20 points at 30% disagreement on 150 rows nearly always', () => {
    const random = seededRandom(6);
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const differences = Array.from({ length: 150 }, () => {
        const place = random();
        return place < 0.25 ? 1 : place < 0.3 ? -1 : 0;
      });
      if (sequentialComparison(differences, { better: 0.05, worse: 0 }).decision) found++;
    }
    expect(found / 200).toBeGreaterThan(0.95);
  });
});
