import { describe, expect, it, vi } from 'vitest';
import { isPrivateEndpoint, Limiter, withHedge, type CallOptions } from '../../../src/models/index.js';
import { answer, ask, failure, fakeModel, reasonOf } from './fakes.js';

/** Never answers, and notes that it was given up. */
const hang = (_: unknown, { signal }: CallOptions) =>
  new Promise<never>((_resolve, reject) => {
    signal!.addEventListener('abort', () => reject(failure('cancelled')));
  });

/** A hedged model whose latencies are known already: 20 answers at once, then what is given. */
async function warm(reactions: Parameters<typeof fakeModel>, maySpend = () => true, limit = 4) {
  const limiter = new Limiter(limit);
  const model = fakeModel(...Array.from({ length: 20 }, () => () => answer('warm')), ...reactions);
  const hedged = withHedge(model, { limiter, maySpend });
  for (let request = 0; request < 20; request++) await hedged.complete(ask(`${request}`));
  return { limiter, model, hedged, tries: () => model.calls.length - 20 };
}

describe('withHedge', () => {
  it('asks again for what hangs, and gives the first try up when the second has answered', async () => {
    let givenUp = false;
    const { hedged, limiter, tries } = await warm([
      (request, call) => {
        call.signal!.addEventListener('abort', () => (givenUp = true));
        return hang(request, call);
      },
      () => answer('second'),
    ]);
    expect((await hedged.complete(ask('x'))).text).toBe('second');
    expect([tries(), givenUp]).toEqual([2, true]);
    await vi.waitFor(() => expect(limiter.inFlight).toBe(0));
  });

  it('asks again when the second try hangs or fails as well', async () => {
    const { hedged, tries } = await warm([hang, hang, () => answer('third')]);
    expect((await hedged.complete(ask('x'))).text).toBe('third');
    expect(tries()).toBe(3);
  });

  it('sends nothing twice when the budget has no room', async () => {
    const abort = new AbortController();
    let asked = 0;
    const { hedged, tries } = await warm([hang], () => ++asked > 1e9);
    const work = reasonOf(hedged.complete(ask('x'), { signal: abort.signal }));
    await vi.waitFor(() => expect(asked).toBeGreaterThanOrEqual(2));
    abort.abort();
    expect(await work).toBe('cancelled');
    expect(tries()).toBe(1);
  });

  it('raises what the only try raised', async () => {
    const { hedged, tries } = await warm([() => Promise.reject(failure('overloaded'))]);
    expect(await reasonOf(hedged.complete(ask('x')))).toBe('overloaded');
    expect(tries()).toBe(1);
  });

  it('keeps an answer that came in the moment of the abort', async () => {
    const abort = new AbortController();
    const { hedged } = await warm([
      async () => {
        await Promise.resolve();
        abort.abort();
        return answer('paid for');
      },
    ]);
    expect((await hedged.complete(ask('x'), { signal: abort.signal })).text).toBe('paid for');
  });
});

describe('isPrivateEndpoint', () => {
  it.each([
    ['http://127.0.0.1:8080/v1', true],
    ['http://localhost:11434/v1', true],
    ['http://[::1]:1/v1', true],
    ['http://10.1.2.3/v1', true],
    ['http://172.16.0.1/v1', true],
    ['http://172.32.0.1/v1', false],
    ['http://192.168.1.9/v1', true],
    ['http://[fd00::1]/v1', true],
    ['http://gpu.local/v1', true],
    ['https://api.openai.com/v1', false],
    ['https://10.example.com/v1', false],
    ['https://8.8.8.8/v1', false],
    [undefined, false],
  ])('%s: %s', (baseUrl, expected) => {
    expect(isPrivateEndpoint(baseUrl)).toBe(expected);
  });
});
