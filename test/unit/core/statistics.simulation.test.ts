import { describe, expect, it, vi } from 'vitest';
import { powerOfSignTest, rowsToSettle } from '../../../src/core/statistics.js';
import { coverage, simulatedRows, verdictShares } from '../../bench/simulation/coverage.js';

// Ample, for a machine that does much else.
vi.setConfig({ testTimeout: 120_000 });

describe('intervals, simulated', () => {
  it.each([30, 60, 200])(
    'cover the true difference in 93 to 97 of 100 samples: %d pass/fail rows',
    (rows) => {
      const { covered } = coverage({ kind: 'pass-fail', rows, populations: 60, samples: 60, seed: rows });
      expect(covered).toBeGreaterThan(0.93);
      expect(covered).toBeLessThan(0.97);
    },
  );

  it.each([
    [30, 40],
    [60, 40],
    [200, 20],
  ])('cover the true difference in 93 to 97 of 100 samples: %d graded rows', (rows, samples) => {
    const { covered } = coverage({ kind: 'graded', rows, populations: 20, samples, seed: rows });
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.97);
  });

  it.each(['pass-fail', 'graded'] as const)('are on the safe side for 12 rows (%s)', (kind) => {
    const { covered } = coverage({ kind, rows: 12, populations: 40, samples: 40, seed: 12 });
    expect(covered).toBeGreaterThan(0.94);
    expect(covered).toBeLessThan(0.99);
  });
});

describe('power, simulated', () => {
  it('is at least 80% at +15 points with 100 exam rows at 20% disagreement', () => {
    const { better } = verdictShares({ rows: 100, disagreement: 0.2, delta: 0.15, samples: 1000, seed: 1 });
    expect(better).toBeGreaterThan(0.8);
    expect(Math.abs(better - powerOfSignTest(100, 0.2, 0.15))).toBeLessThan(0.03);
  });

  it.each([
    [0.1, 0.08],
    [0.2, 0.15],
    [0.4, 0.2],
    [0.4, 0.4],
  ])(
    'says how many rows would settle it, 15 in 100 more or less: disagreement %f, gain %f',
    (disagreement, delta) => {
      const needed = simulatedRows(disagreement, delta, 1500, 2);
      expect(Math.abs(rowsToSettle(disagreement, delta) / needed - 1)).toBeLessThan(0.15);
    },
  );
});
