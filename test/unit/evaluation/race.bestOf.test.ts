import { describe, expect, it } from 'vitest';
import { bestOf } from '../../bench/simulation/bestOf.js';

/** Ample, for a machine that does much else: each takes a few seconds. */
const TIMEOUT = 120_000;

describe('the best of 16 candidates, simulated', () => {
  it.each([
    [3, 60],
    [6, 60],
    [3, 100],
    [6, 100],
  ])(
    'is found as well as by twice the calls of full evaluation: true scores spread by %d points, %d rows',
    (spread, rows) => {
      const { racing, full, twice, equal, above } = bestOf({
        candidates: 16,
        rows,
        spread,
        draws: 150,
        seed: 21,
      });
      expect(racing.calls).toBeLessThan(0.45 * full.calls);
      expect(twice.calls).toBeGreaterThan(1.95 * racing.calls);
      expect(above.mean).toBeLessThan(2 * above.error);
      expect(racing.regret).toBeLessThan(equal.regret);
    },
    TIMEOUT,
  );
});
