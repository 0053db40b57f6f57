import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/hash.js';
import { ConcurrencyWindow, type Ending, type Place } from '../../../src/models/window.js';

/** What an endpoint does with a request, by how many are in flight there. */
type Endpoint = (inFlight: number) => {
  readonly after: number;
  readonly ending: Ending;
  readonly retryAfterMs?: number;
};

/** Runs a window that always has something to send against an endpoint, with a clock of its own. */
function simulate(window: ConcurrencyWindow, clock: { now: number }, endpoint: Endpoint, untilMs: number) {
  const open: { readonly at: number; readonly place: Place; readonly outcome: ReturnType<Endpoint> }[] = [];
  const seen = { answered: 0, refused: 0, most: 0, limits: [] as number[] };
  while (clock.now < untilMs || open.length > 0) {
    while (clock.now < untilMs && window.hasRoom) {
      const outcome = endpoint(open.length + 1);
      open.push({ at: clock.now + outcome.after, place: window.open(), outcome });
      seen.most = Math.max(seen.most, open.length);
    }
    open.sort((a, b) => a.at - b.at);
    const next = open.shift();
    if (!next) {
      if (window.heldUntil <= clock.now) throw new Error('Nothing is in flight, and nothing may be sent.');
      clock.now = window.heldUntil;
      continue;
    }
    clock.now = Math.max(clock.now, next.at);
    if (next.outcome.ending === 'answered') seen.answered++;
    if (next.outcome.ending === 'refused') seen.refused++;
    window.close(next.place, next.outcome.ending, next.outcome.retryAfterMs);
    seen.limits.push(window.limit);
  }
  return seen;
}

function made(most: number, start = most) {
  const clock = { now: 0 };
  return { clock, window: new ConcurrencyWindow({ most, start, now: () => clock.now }) };
}

const always =
  (after: number): Endpoint =>
  () => ({ after, ending: 'answered' });
/** Serves so many at once, and refuses the rest at once. */
const capped =
  (cap: number, retryAfterMs?: number): Endpoint =>
  (inFlight) =>
    inFlight > cap
      ? { after: 1, ending: 'refused', ...(retryAfterMs !== undefined && { retryAfterMs }) }
      : { after: 50, ending: 'answered' };

describe('ConcurrencyWindow', () => {
  it('doubles with each round of answers until the bound', () => {
    const { window, clock } = made(64, 8);
    const { limits } = simulate(window, clock, always(50), 250);
    // After 8 answers, 16 more and 32 more.
    expect([limits[7], limits[23], limits[55], limits.at(-1)]).toEqual([16, 32, 64, 64]);
  });

  it.each([1, 3, 8, 21])('finds the level of an endpoint that takes %i at once, and keeps it busy', (cap) => {
    for (const start of [8, 64]) {
      const { window, clock } = made(64, start);
      simulate(window, clock, capped(cap), 5000);
      const from = clock.now;
      const { answered, refused } = simulate(window, clock, capped(cap), from + 20_000);
      expect(answered).toBeGreaterThanOrEqual(0.9 * cap * (20_000 / 50));
      expect(refused).toBeLessThan(0.05 * answered);
    }
  });

  it('comes back when the endpoint takes more than before', () => {
    const { window, clock } = made(64);
    simulate(window, clock, capped(4), 10_000);
    expect(window.limit).toBeLessThanOrEqual(5);
    simulate(window, clock, capped(40), 120_000);
    expect(window.limit).toBeGreaterThan(30);
  });

  it.each([1, 2, 3])('takes refusals that come whatever the load for noise (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const { window, clock } = made(20);
    const noisy: Endpoint = () =>
      random() < 0.05
        ? { after: 1, ending: 'refused', retryAfterMs: 1000 }
        : { after: 50, ending: 'answered' };
    const { limits } = simulate(window, clock, noisy, 60_000);
    const mean = limits.reduce((sum, each) => sum + each, 0) / limits.length;
    expect(mean).toBeGreaterThan(19);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(9);
    expect(window.heldUntil).toBe(0);
  });

  it('says nothing about capacity from faults of other kinds', () => {
    const { window, clock } = made(10);
    simulate(window, clock, () => ({ after: 5, ending: 'failed' }), 1000);
    expect(window.limit).toBe(10);
  });

  it('pauses all requests only when fewer of them are refused as well, as long as it was asked to', () => {
    const { window, clock } = made(16);
    const closed: Endpoint = () => ({ after: 1, ending: 'refused', retryAfterMs: 7000 });
    const first = Array.from({ length: 16 }, () => window.open());
    clock.now = 1;
    for (const place of first) window.close(place, 'refused', 7000);
    expect(window.limit).toBeLessThan(16);
    expect(window.heldUntil).toBe(0);
    const { refused } = simulate(window, clock, closed, 10);
    expect(refused).toBeLessThanOrEqual(16);
    expect(window.heldUntil).toBeGreaterThanOrEqual(7000);
  });

  it('lengthens the pause each time when the endpoint does not say how long', () => {
    const { window, clock } = made(8);
    const closed: Endpoint = () => ({ after: 1, ending: 'refused' });
    const pauses: number[] = [];
    while (pauses.length < 4) {
      const before = window.heldUntil;
      simulate(window, clock, closed, clock.now + 1);
      if (window.heldUntil <= before) continue;
      pauses.push(Math.round((window.heldUntil - clock.now) / 1000));
      clock.now = window.heldUntil;
    }
    expect(pauses).toEqual([1, 2, 4, 8]);
  });

  it('holds on demand, for a minute at the most', () => {
    const { window, clock } = made(2);
    window.hold(5000);
    expect([window.hasRoom, window.heldUntil]).toEqual([false, 5000]);
    window.hold(1000);
    expect(window.heldUntil).toBe(5000);
    window.hold(3_600_000);
    expect(window.heldUntil).toBe(60_000);
    clock.now = 60_000;
    expect(window.hasRoom).toBe(true);
  });

  it('stops growing where more requests at once only make answers later', () => {
    const { window, clock } = made(256, 4);
    // Ten at a time are served; the others stand in line inside of the endpoint.
    const freeAt = Array.from({ length: 10 }, () => 0);
    const queueing: Endpoint = () => {
      freeAt.sort((x, y) => x - y);
      freeAt[0] = Math.max(clock.now, freeAt[0]!) + 50;
      return { after: freeAt[0] - clock.now, ending: 'answered' };
    };
    const { most } = simulate(window, clock, queueing, 30_000);
    expect(window.limit).toBeLessThan(64);
    expect(window.limit).toBeGreaterThanOrEqual(8);
    expect(most).toBeLessThan(128);
  });

  it('does not grow while nobody fills it', () => {
    const { window, clock } = made(64, 8);
    for (let request = 0; request < 200; request++) {
      const place = window.open();
      clock.now += 10;
      window.close(place, 'answered');
    }
    expect(window.limit).toBe(8);
  });

  it('knows a straggler after 20 answers, far above their p99 latency', () => {
    const { window, clock } = made(4);
    simulate(window, clock, always(100), 350);
    expect(window.stragglerAfterMs).toBeUndefined();
    simulate(window, clock, always(100), 1000);
    expect(window.stragglerAfterMs).toBe(300);
  });

  it('stays within its bounds, whatever happens', () => {
    const outcome = fc.record({
      after: fc.integer({ min: 1, max: 200 }),
      ending: fc.constantFrom<Ending>('answered', 'refused', 'failed'),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(outcome, { minLength: 1, maxLength: 50 }),
        (most, outcomes) => {
          const { window, clock } = made(most);
          let turn = 0;
          const seen = simulate(window, clock, () => outcomes[turn++ % outcomes.length]!, 500 + most);
          expect(seen.most).toBeLessThanOrEqual(most);
          expect(seen.limits.every((limit) => limit >= 1 && limit <= most)).toBe(true);
        },
      ),
      { numRuns: 100, examples: [[3, [{ after: 1, ending: 'refused' }]]] },
    );
  });

  it.each([0, -1, 1.5])('refuses a bound of %d', (most) => {
    expect(() => new ConcurrencyWindow({ most, now: () => 0 })).toThrow(RangeError);
  });
});
