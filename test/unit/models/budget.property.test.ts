import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { seededRandom } from '../../../src/core/hash.js';
import { costOf, countCall, newUsage, callsMade } from '../../../src/core/run.js';
import {
  AnswerStore,
  CallBudget,
  Limiter,
  stackModel,
  withMeter,
  type Model,
} from '../../../src/models/index.js';
import { ask, failure } from './fakes.js';

const PRICE = { prompt: 3, completion: 15 };
const PRICES = { 'openai:fake': PRICE };

/** An endpoint that keeps its own books: each request that reaches it, and what it charges for. */
function endpoint(seed: number, faults: number) {
  const random = seededRandom(`${seed}`);
  const books = { requests: 0, cost: 0 };
  const model: Model = {
    id: 'openai:fake',
    label: 'fake',
    destination: 'fake.test',
    baseUrl: 'https://fake.test/v1',
    async complete(request) {
      if (random() < faults / 4) throw failure('unreachable');
      books.requests++;
      for (let waits = Math.floor(random() * 4); waits > 0; waits--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (random() < faults / 2) throw failure('rate-limited', 0);
      const wanted = Math.ceil(random() ** 4 * 9000);
      const completion = Math.min(wanted, request.maxTokens ?? Infinity);
      const characters = request.messages.reduce((sum, { content }) => sum + content.length, 0);
      const tokens = { prompt: Math.ceil(characters / (1 + 3 * random())), completion };
      books.cost += costOf(PRICE, tokens);
      if (random() < faults / 4) throw failure('timed-out');
      return {
        text: 'ok',
        finishReason: completion < wanted ? 'length' : 'stop',
        ...(random() > faults / 4 && { tokens }),
      };
    },
  };
  return { model, books };
}

describe('the limits of a run', () => {
  it('are never passed by the books of the endpoint, with many at once and faults', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          maxCalls: fc.integer({ min: 1, max: 60 }),
          maxCost: fc.double({ min: 0.001, max: 1, noNaN: true }),
          concurrency: fc.integer({ min: 1, max: 16 }),
          faults: fc.constantFrom(0, 0.1, 0.5),
          ownLimit: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
        }),
        async ({ seed, maxCalls, maxCost, concurrency, faults, ownLimit }) => {
          const { model, books } = endpoint(seed, faults);
          const budget = new CallBudget({ maxCalls, maxCost, prices: PRICES });
          const usage = newUsage();
          const store = await AnswerStore.open('/nowhere/answers', { name: 'none', shared: false });
          store.put = () => Promise.resolve();
          const stack = (role: 'task' | 'judge') =>
            stackModel(model, {
              role,
              store,
              budget,
              limiter: new Limiter(concurrency),
              onCall: (call) => countCall(usage, call),
              retry: { sleep: () => Promise.resolve() },
            });
          const models = [stack('task'), stack('judge')];
          const done = await Promise.allSettled(
            Array.from({ length: 80 }, (_, index) =>
              models[index % 2]!.complete(ask(`row ${index}`, ownLimit ? { maxTokens: ownLimit } : {})),
            ),
          );
          for (const outcome of done) {
            if (outcome.status === 'rejected') expect(HoneError.is(outcome.reason)).toBe(true);
          }
          expect(books.requests).toBeLessThanOrEqual(maxCalls);
          expect(books.cost).toBeLessThanOrEqual(maxCost);
          expect(callsMade(usage)).toBe(books.requests);
          expect(usage.costAtMost).toBeGreaterThanOrEqual(books.cost - 1e-9);
          expect(usage.costAtMost).toBeLessThanOrEqual(maxCost);
        },
      ),
      { seed: 20, numRuns: 80 },
    );
  }, 60_000);

  it('leave little of the money unused', async () => {
    const { model, books } = endpoint(1, 0);
    const budget = new CallBudget({ maxCalls: 10_000, maxCost: 2, prices: PRICES });
    const metered = withMeter(model, { role: 'task', budget });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 2000 }, (_, index) => metered.complete(ask(`row ${index}`, { maxTokens: 100 }))),
    );
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    expect(books.cost).toBeGreaterThan(1.97);
    expect(books.cost).toBeLessThanOrEqual(2);
  });
});
