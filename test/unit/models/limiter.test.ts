import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Limiter, limitersPerModel, withLimiter, type Waiting } from '../../../src/models/index.js';
import { answer, ask, deferred, failure, fakeModel, reasonOf, settle } from './fakes.js';

/** A clock that stands still until it is told to go on, and what was put off until later. */
function fakeTime() {
  const put: { readonly at: number; readonly task: () => void }[] = [];
  const time = {
    at: 0,
    now: () => time.at,
    later: (task: () => void, milliseconds: number) => void put.push({ at: time.at + milliseconds, task }),
    goOn(milliseconds: number) {
      time.at += milliseconds;
      for (const { task } of put.filter(({ at }) => at <= time.at)) task();
      put.splice(0, put.length, ...put.filter(({ at }) => at > time.at));
    },
  };
  return time;
}

describe('Limiter', () => {
  it('never runs more at once than allowed, and starts requests in the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }),
        async (limit, turns) => {
          const limiter = new Limiter(limit);
          const started: number[] = [];
          let running = 0;
          let most = 0;
          await Promise.all(
            turns.map(async (pauses, index) => {
              const place = await limiter.enter();
              started.push(index);
              most = Math.max(most, ++running);
              for (let pause = 0; pause < pauses; pause++) await Promise.resolve();
              running--;
              limiter.leave(place, 'answered');
            }),
          );
          expect(started).toEqual(turns.map((_, index) => index));
          expect(most).toBeLessThanOrEqual(limit);
          expect([limiter.waiting, limiter.inFlight]).toEqual([0, 0]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets what is tried again go first', async () => {
    const limiter = new Limiter(1);
    const place = await limiter.enter();
    const order: string[] = [];
    const queue = (name: string, again: boolean) =>
      limiter.enter({ again }).then((own) => {
        order.push(name);
        limiter.leave(own, 'answered');
      });
    const all = [queue('new', false), queue('again', true), queue('newer', false)];
    limiter.leave(place, 'answered');
    await Promise.all(all);
    expect(order).toEqual(['again', 'new', 'newer']);
  });

  it('takes cancelled requests out of the queue without starting them, and lets the next one through', async () => {
    const limiter = new Limiter(1);
    const place = await limiter.enter();
    const abort = new AbortController();
    const gone = Array.from({ length: 3000 }, () => reasonOf(limiter.enter({ signal: abort.signal })));
    const next = limiter.enter();
    abort.abort();
    expect(new Set(await Promise.all(gone))).toEqual(new Set(['cancelled']));
    expect(limiter.waiting).toBe(1);
    limiter.leave(place, 'answered');
    limiter.leave(await next, 'answered');
    expect(await reasonOf(limiter.enter({ signal: abort.signal }))).toBe('cancelled');
    expect([limiter.waiting, limiter.inFlight]).toEqual([0, 0]);
  });

  it('gives its place back when a request fails', async () => {
    const limiter = new Limiter(1);
    const model = withLimiter(
      fakeModel(
        () => Promise.reject(failure('bad-request')),
        () => answer('yes'),
      ),
      { limiter },
    );
    expect(await reasonOf(model.complete(ask('x')))).toBe('bad-request');
    expect((await model.complete(ask('y'))).text).toBe('yes');
  });

  it('keeps the place of a request that was given up until the server can know', async () => {
    const time = fakeTime();
    const limiter = new Limiter(1, time);
    const abort = new AbortController();
    const model = withLimiter(
      fakeModel(
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal!.addEventListener('abort', () => reject(failure('cancelled')));
          }),
        () => answer('next'),
      ),
      { limiter },
    );
    const first = reasonOf(model.complete(ask('x'), { signal: abort.signal }));
    const second = model.complete(ask('y'));
    await settle();
    abort.abort();
    expect(await first).toBe('cancelled');
    expect([limiter.inFlight, limiter.waiting]).toEqual([1, 1]);
    time.goOn(50);
    expect((await second).text).toBe('next');
  });

  it('sends nothing while the endpoint says that nothing is left, and goes on at the reset', async () => {
    const time = fakeTime();
    const holds: number[] = [];
    const limiter = new Limiter(4, { ...time, onHold: (milliseconds) => holds.push(milliseconds) });
    const model = fakeModel((_, { onSign }) => {
      onSign?.({ status: 200, ...(model.calls.length === 1 && { nothingLeftForMs: 5000 }) });
      return answer('ok');
    });
    const limited = withLimiter(model, { limiter });
    await limited.complete(ask('a'));
    const later = [limited.complete(ask('b')), limited.complete(ask('c'))];
    await settle();
    expect([model.calls.length, limiter.waiting, holds]).toEqual([1, 2, [5000]]);
    time.goOn(4999);
    await settle();
    expect(model.calls).toHaveLength(1);
    time.goOn(1);
    await Promise.all(later);
    expect(model.calls).toHaveLength(3);
  });

  it.each([
    [429, 'rate-limited', true],
    [503, 'overloaded', true],
    [529, 'overloaded', true],
    [500, 'overloaded', false],
    [undefined, 'overloaded', false],
    [undefined, 'rate-limited', true],
    [undefined, 'timed-out', true],
    [429, 'quota-exhausted', false],
  ] as const)('reads status %s with %s as overload: %s', async (status, reason, isOverload) => {
    const limiter = new Limiter(8, { later: (task) => task() });
    const model = fakeModel((_, { onSign }) => {
      if (status) onSign?.({ status });
      throw failure(reason);
    });
    const limited = withLimiter(model, { limiter });
    for (let request = 0; request < 4; request++) await limited.complete(ask(`${request}`)).catch(() => 0);
    expect(limiter.limit < 8).toBe(isOverload);
  });

  it('is shared by models', async () => {
    const limiter = new Limiter(1);
    const slow = deferred<ReturnType<typeof answer>>();
    const a = fakeModel(() => slow.promise);
    const b = fakeModel(() => answer('b'));
    const first = withLimiter(a, { limiter }).complete(ask('x'));
    const second = withLimiter(b, { limiter }).complete(ask('y'));
    await settle();
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
    slow.resolve(answer('a'));
    expect((await first).text + (await second).text).toBe('ab');
  });
});

describe('limitersPerModel', () => {
  it('makes one for each model at each endpoint', () => {
    const { limiterOf } = limitersPerModel({});
    const model = fakeModel();
    expect(limiterOf({ ...model, label: 'again' })).toBe(limiterOf(model));
    expect(limiterOf({ ...model, id: 'openai:other' })).not.toBe(limiterOf(model));
    expect(limiterOf({ ...model, baseUrl: 'https://b.test/v1' })).not.toBe(limiterOf(model));
  });

  it('starts at 8 when nobody sets a number, and at the number that is set', () => {
    expect(limitersPerModel({}).limiterOf(fakeModel()).limit).toBe(8);
    expect(limitersPerModel({ concurrency: 20 }).limiterOf(fakeModel()).limit).toBe(20);
  });

  it('tells of a hold, and of no more than one pause per second', () => {
    vi.useFakeTimers();
    const told: Waiting[] = [];
    const { limiterOf, onWaiting } = limitersPerModel({ onWaiting: (waiting) => told.push(waiting) });
    limiterOf(fakeModel()).hold(7000);
    onWaiting!({ reason: 'rate-limited', message: 'one of many', waitMs: 10, nextTry: 2 });
    expect(told).toEqual([
      {
        reason: 'rate-limited',
        message: 'fake.test takes no more requests for now. All wait 7.0 s.',
        waitMs: 7000,
      },
    ]);
    vi.advanceTimersByTime(1000);
    onWaiting!({ reason: 'overloaded', message: 'another', waitMs: 10, nextTry: 2 });
    expect(told).toHaveLength(2);
    vi.useRealTimers();
  });
});
