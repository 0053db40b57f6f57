import { describe, expect, it } from 'vitest';
import { falseClaims } from '../../bench/simulation/nullRuns.js';

/** Ample, for a machine that does much else: each takes a few seconds. */
const TIMEOUT = 120_000;

describe('whole runs without any true difference, simulated', () => {
  it.each([12, 30, 60, 200])(
    'say better in at most 5 of 100 runs, also when one looks after every step: %d rows',
    (rows) => {
      const claims = falseClaims({ rows, runs: 2000, seed: 17 });
      expect(claims.better).toBeLessThanOrEqual(0.05);
      expect(claims.peeking).toBeLessThanOrEqual(0.05);
      expect(claims.promoted).toBeLessThanOrEqual(0.05);
    },
    TIMEOUT,
  );

  it(
    'say better in at most 5 of 100 runs, also when scores are graded',
    () => {
      const claims = falseClaims({ rows: 30, runs: 400, seed: 18, graded: true });
      expect(claims.better).toBeGreaterThan(0);
      expect(claims.better).toBeLessThanOrEqual(0.05);
      expect(claims.peeking).toBeLessThanOrEqual(0.05);
    },
    TIMEOUT,
  );
});
