import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter, withLimiter } from '../../../src/models/index.js';
import { answer, ask, deferred, fakeModel, reasonOf, settle } from './fakes.js';

describe('Limiter', () => {
  it('never runs more at once than allowed, and starts tasks in the order of arrival', async () => {
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
            turns.map((pauses, index) =>
              limiter.run(async () => {
                started.push(index);
                most = Math.max(most, ++running);
                for (let pause = 0; pause < pauses; pause++) await Promise.resolve();
                running--;
              }),
            ),
          );
          expect(started).toEqual(turns.map((_, index) => index));
          expect(most).toBeLessThanOrEqual(limit);
          expect(limiter.waiting).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives its place back when a task fails', async () => {
    const limiter = new Limiter(1);
    await expect(limiter.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(limiter.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });

  it('takes a cancelled task out of the queue without starting it, and lets the next one through', async () => {
    const limiter = new Limiter(1);
    const first = deferred<undefined>();
    const abort = new AbortController();
    const started: string[] = [];
    const one = limiter.run(() => first.promise);
    const two = limiter.run(() => Promise.resolve(started.push('two')), abort.signal);
    const three = limiter.run(() => Promise.resolve(started.push('three')));
    abort.abort();
    expect(await reasonOf(two)).toBe('cancelled');
    first.resolve(undefined);
    await Promise.all([one, three]);
    expect(started).toEqual(['three']);
    expect(await reasonOf(limiter.run(() => Promise.resolve(started.push('four')), abort.signal))).toBe(
      'cancelled',
    );
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
