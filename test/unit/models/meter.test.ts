import { describe, expect, it } from 'vitest';
import type { ModelCall } from '../../../src/core/run.js';
import { CallBudget, requestKey, withMeter } from '../../../src/models/index.js';
import { answer, ask, failure, fakeModel, reasonOf } from './fakes.js';

const PRICES = { 'openai:fake': { prompt: 1000, completion: 10_000 } };

describe('withMeter', () => {
  it('counts over all roles and refuses before a request passes the cap', async () => {
    const budget = new CallBudget({ maxCalls: 3, spent: { calls: 1 } });
    const model = fakeModel();
    const task = withMeter(model, { role: 'task', budget });
    const optimizer = withMeter(model, { role: 'optimizer', budget });
    await Promise.all([task.complete(ask('a')), optimizer.complete(ask('b'))]);
    expect(budget.callsLeft).toBe(0);
    expect(await reasonOf(task.complete(ask('c')))).toBe('budget-spent');
    expect(model.calls).toHaveLength(2);
    expect(budget.callsMade).toBe(3);
  });

  it('keeps the cap with many requests at once', async () => {
    const model = fakeModel();
    const metered = withMeter(model, { role: 'task', budget: new CallBudget({ maxCalls: 7 }) });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => metered.complete(ask(`${index}`))),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(7);
    expect(model.calls).toHaveLength(7);
  });

  it('reports tokens, the cost from the price table, and the name of the request', async () => {
    const told: ModelCall[] = [];
    const model = fakeModel(() => answer('ok', { prompt: 100, completion: 10 }));
    const budget = new CallBudget({ maxCalls: 9, maxCost: 100, prices: PRICES });
    await withMeter(model, { role: 'judge', budget, onCall: (call) => told.push(call) }).complete(ask('a'));
    expect(told).toEqual([
      {
        role: 'judge',
        key: requestKey(model, ask('a')),
        cached: false,
        tokens: { prompt: 100, completion: 10 },
        cost: 0.2,
      },
    ]);
    expect(budget.costSoFar).toBeCloseTo(0.2);
  });

  it('leaves the cost open when the price or the tokens are not known', async () => {
    const told: ModelCall[] = [];
    const onCall = (call: ModelCall) => told.push(call);
    const unpriced = new CallBudget({ maxCalls: 9 });
    await withMeter(fakeModel(), { role: 'task', budget: unpriced, onCall }).complete(ask('a'));
    const priced = new CallBudget({ maxCalls: 9, prices: PRICES });
    const untold = fakeModel(() => ({ text: 'ok', finishReason: 'stop' }));
    await withMeter(untold, { role: 'task', budget: priced, onCall }).complete(ask('a'));
    expect(told.map(({ cost }) => cost)).toEqual([undefined, undefined]);
    // The limit must hold all the same, so the budget reckons with an estimate.
    expect(priced.costSoFar).toBeGreaterThan(0);
  });

  it('refuses a cost limit on a model of unknown price, before anything is sent', () => {
    const budget = new CallBudget({ maxCalls: 9, maxCost: 1 });
    expect(() => withMeter(fakeModel(), { role: 'task', budget })).toThrow(
      /price of fake at fake\.test is not known/,
    );
    const sandbox = { ...fakeModel(), id: 'sandbox:default' };
    expect(() => withMeter(sandbox, { role: 'task', budget })).not.toThrow();
  });

  it('stops before the cost limit, requests in flight included', async () => {
    const model = fakeModel(() => answer('ok', { prompt: 10, completion: 100 }));
    const budget = new CallBudget({ maxCalls: 99, maxCost: 3, prices: PRICES });
    const metered = withMeter(model, { role: 'task', budget });
    const request = (text: string) => metered.complete(ask(text, { maxTokens: 100 }));
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(request));
    const sent = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
    expect(sent).toBe(model.calls.length);
    expect(sent).toBe(2);
    expect(budget.costSoFar).toBeLessThanOrEqual(3);
    expect(await reasonOf(request('f'))).toBe('budget-spent');
  });

  it('waits for what others have reserved, and gives up when it would not fit in any case', async () => {
    const model = fakeModel(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return answer('ok', { prompt: 1, completion: 1 });
    });
    const budget = new CallBudget({ maxCalls: 99, maxCost: 1.5, prices: PRICES });
    const metered = withMeter(model, { role: 'task', budget });
    const request = (text: string) => metered.complete(ask(text, { maxTokens: 100 }));
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(request));
    expect(model.calls).toHaveLength(5);
    expect(budget.costSoFar).toBeCloseTo(5 * 0.011);
    const cancelledOne = new AbortController();
    const held = [
      request('f'),
      metered.complete(ask('g', { maxTokens: 100 }), { signal: cancelledOne.signal }),
    ];
    cancelledOne.abort();
    expect(await reasonOf(held[1]!)).toBe('cancelled');
    await held[0];
  });

  it('limits answers under a cost limit without changing any: one that is cut off is asked for again with more', async () => {
    const told: ModelCall[] = [];
    const wanted = 10_000;
    const model = fakeModel((request) => {
      const completion = Math.min(wanted, request.maxTokens ?? Infinity);
      return {
        text: 'x',
        finishReason: completion < wanted ? 'length' : 'stop',
        tokens: { prompt: 9, completion },
      };
    });
    const budget = new CallBudget({ maxCalls: 9, maxCost: 900, prices: PRICES });
    const metered = withMeter(model, { role: 'task', budget, onCall: (call) => told.push(call) });
    expect((await metered.complete(ask('a'))).finishReason).toBe('stop');
    expect(model.calls.map(({ maxTokens }) => maxTokens)).toEqual([4096, 16_384]);
    expect(new Set(told.map(({ key }) => key))).toEqual(new Set([requestKey(model, ask('a'))]));
    // A limit of the prompt's own stays what it is, and cuts what it cuts.
    expect((await metered.complete(ask('b', { maxTokens: 50 }))).finishReason).toBe('length');
    expect(model.calls.at(-1)?.maxTokens).toBe(50);
    const free = withMeter(model, { role: 'task', budget: new CallBudget({ maxCalls: 9, prices: PRICES }) });
    await free.complete(ask('c'));
    expect(model.calls.at(-1)?.maxTokens).toBeUndefined();
  });

  it('keeps an answer that the model itself cuts off', async () => {
    const model = fakeModel(
      () => ({ text: 'long', finishReason: 'length', tokens: { prompt: 9, completion: 4096 } }),
      () => Promise.reject(failure('bad-request')),
    );
    const budget = new CallBudget({ maxCalls: 9, maxCost: 900, prices: PRICES });
    const metered = withMeter(model, { role: 'task', budget });
    expect((await metered.complete(ask('a'))).text).toBe('long');
  });

  it('counts failed requests that reached the endpoint, and not those that did not', async () => {
    const told: ModelCall[] = [];
    const budget = new CallBudget({ maxCalls: 9 });
    const model = fakeModel(
      () => Promise.reject(failure('rate-limited')),
      () => Promise.reject(failure('unreachable')),
      () => Promise.reject(failure('timed-out')),
    );
    const metered = withMeter(model, { role: 'task', budget, onCall: (call) => told.push(call) });
    for (const text of ['a', 'b', 'c']) await reasonOf(metered.complete(ask(text)));
    expect(budget.callsMade).toBe(2);
    expect(told).toEqual([
      { role: 'task', cached: false, tokens: { prompt: 0, completion: 0 }, cost: 0 },
      { role: 'task', cached: false },
    ]);
  });

  it('tells of each request before it goes out, and of those that never arrived or were given up', async () => {
    const told: string[] = [];
    const model = fakeModel(
      () => {
        told.push('out');
        return answer('ok');
      },
      () => Promise.reject(failure('unreachable')),
      () => Promise.reject(failure('cancelled')),
    );
    const metered = withMeter(model, {
      role: 'judge',
      budget: new CallBudget({ maxCalls: 9 }),
      onSent: (role) => told.push(`sent ${role}`),
      onUnsent: (role) => told.push(`unsent ${role}`),
      onCall: ({ abandoned }) => told.push(abandoned ? 'abandoned' : 'called'),
    });
    await metered.complete(ask('a'));
    for (const text of ['b', 'c']) await reasonOf(metered.complete(ask(text)));
    expect(told).toEqual([
      ...['sent judge', 'out', 'called'],
      ...['sent judge', 'unsent judge'],
      ...['sent judge', 'abandoned'],
    ]);
  });
});
