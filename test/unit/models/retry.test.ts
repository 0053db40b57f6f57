import { describe, expect, it } from 'vitest';
import type { ErrorReason } from '../../../src/core/errors.js';
import { Limiter, withLimiter, withRetry, type Waiting } from '../../../src/models/index.js';
import { answer, ask, deferred, failure, fakeModel, reasonOf, settle } from './fakes.js';

/** A clock that notes how long somebody wanted to wait, and lets them go on at once. */
function fakeClock() {
  const waits: number[] = [];
  return {
    waits,
    sleep: (milliseconds: number) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  };
}

const fail = (reason: ErrorReason, retryAfterMs?: number) => () => {
  throw failure(reason, retryAfterMs);
};

describe('withRetry', () => {
  it('asks an endpoint three times that does not answer in time, whatever else goes wrong in between', async () => {
    const clock = fakeClock();
    const model = fakeModel(
      fail('timed-out'),
      fail('rate-limited'),
      fail('timed-out'),
      fail('rate-limited'),
      fail('timed-out'),
    );
    expect(await reasonOf(withRetry(model, clock).complete(ask('x')))).toBe('timed-out');
    expect(model.calls).toHaveLength(5);
  });

  it('doubles the pause, half of it to one and a half of it by chance', async () => {
    const model = fakeModel(fail('overloaded'));
    for (const [random, expected] of [
      [0, [125, 250, 500, 1000, 2000, 4000, 8000]],
      [0.5, [250, 500, 1000, 2000, 4000, 8000, 16000]],
    ] as const) {
      const clock = fakeClock();
      const work = withRetry(model, { random: () => random, sleep: clock.sleep }).complete(ask('x'));
      expect(await reasonOf(work)).toBe('overloaded');
      expect(clock.waits).toEqual(expected);
    }
    expect(model.calls).toHaveLength(16);
  });

  it('does what the server asks for when that is sane, and not otherwise', async () => {
    const clock = fakeClock();
    const model = fakeModel(
      fail('rate-limited', 0),
      fail('rate-limited', 1234),
      fail('rate-limited', 60_000),
      fail('rate-limited', 60_001),
      fail('rate-limited', -5),
      () => answer('at last'),
    );
    const done = await withRetry(model, { random: () => 0, sleep: clock.sleep }).complete(ask('x'));
    expect(done.text).toBe('at last');
    expect(clock.waits).toEqual([0, 1234, 60_000, 8000, 16_000]);
  });

  it('tries an endpoint that cannot be reached only twice, quickly', async () => {
    const clock = fakeClock();
    const model = fakeModel(fail('unreachable'));
    expect(await reasonOf(withRetry(model, { sleep: clock.sleep }).complete(ask('x')))).toBe('unreachable');
    expect(model.calls).toHaveLength(2);
    expect(clock.waits[0]).toBeLessThan(500);
  });

  it.each([
    'unauthorized',
    'no-model',
    'quota-exhausted',
    'bad-request',
    'bad-response',
    'budget-spent',
  ] as const)('does not try again after %s', async (reason) => {
    const model = fakeModel(fail(reason));
    expect(await reasonOf(withRetry(model, { sleep: fakeClock().sleep }).complete(ask('x')))).toBe(reason);
    expect(model.calls).toHaveLength(1);
  });

  it('tells what it waits for', async () => {
    const told: Waiting[] = [];
    const model = fakeModel(fail('rate-limited', 2000), () => answer('ok'));
    await withRetry(model, {
      random: () => 0,
      sleep: fakeClock().sleep,
      onWaiting: (waiting) => told.push(waiting),
    }).complete(ask('x'));
    expect(told).toEqual([
      {
        reason: 'rate-limited',
        message: 'fake.test said rate-limited. Trying again in 2.0 s (try 2 of 6).',
        waitMs: 2000,
        nextTry: 2,
      },
    ]);
  });

  it('ends a pause at once when it is cancelled', async () => {
    const abort = new AbortController();
    const model = fakeModel(fail('rate-limited', 50_000));
    const work = withRetry(model).complete(ask('x'), { signal: abort.signal });
    await settle();
    abort.abort();
    expect(await reasonOf(work)).toBe('cancelled');
    expect(model.calls).toHaveLength(1);
  });

  it('holds no place in the limiter while it waits', async () => {
    const limiter = new Limiter(1);
    const pause = deferred<undefined>();
    const model = fakeModel(
      fail('overloaded'),
      () => answer('other'),
      () => answer('second try'),
    );
    const wrapped = withRetry(withLimiter(model, { limiter }), { sleep: () => pause.promise });
    const waiting = wrapped.complete(ask('x'));
    await settle();
    expect((await wrapped.complete(ask('y'))).text).toBe('other');
    pause.resolve(undefined);
    expect((await waiting).text).toBe('second try');
  });
});
