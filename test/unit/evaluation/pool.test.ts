import { describe, expect, it } from 'vitest';
import { Pool } from '../../../src/evaluation/pool.js';
import { deferred, settle } from '../models/fakes.js';

/** Items named `prefix0`, `prefix1`, ..., and how many of them were taken. */
function source(prefix: string, count: number) {
  const taken = { count: 0 };
  function* items() {
    for (let index = 0; index < count; index++) {
      taken.count++;
      yield `${prefix}${index}`;
    }
  }
  return { items: items(), taken };
}

describe('Pool', () => {
  it('does every item once, no more than allowed at once, and takes none before its turn', async () => {
    const pool = new Pool(3);
    const { items, taken } = source('a', 50);
    const done: string[] = [];
    let [open, most, mostAhead] = [0, 0, 0];
    await pool.run(items, async (item) => {
      most = Math.max(most, ++open);
      mostAhead = Math.max(mostAhead, taken.count - done.length);
      await settle();
      done.push(item);
      open--;
    });
    expect(done.sort()).toEqual([...source('a', 50).items].sort());
    expect(most).toBe(3);
    expect(mostAhead).toBe(3);
  });

  it('serves lists in turn and counts them together', async () => {
    const pool = new Pool(2);
    const begun: string[] = [];
    const gates: (() => void)[] = [];
    const work = (item: string) => {
      begun.push(item);
      const gate = deferred<unknown>();
      gates.push(() => gate.resolve(undefined));
      return gate.promise.then(() => undefined);
    };
    const both = Promise.all([
      pool.run(source('a', 4).items, work),
      pool.run(source('b', 2).items, work),
      pool.run([], work),
    ]);
    while (gates.length > 0) {
      gates.shift()!();
      await settle();
    }
    await both;
    expect(begun).toEqual(['a0', 'a1', 'a2', 'b0', 'a3', 'b1']);
  });

  it('begins no further item of a list that failed, waits for those under way, and goes on with others', async () => {
    const pool = new Pool(2);
    const slow = deferred<unknown>();
    const begun: string[] = [];
    let ended = false;
    const failing = pool
      .run(source('a', 9).items, async (item) => {
        begun.push(item);
        if (item !== 'a0') throw new Error(`${item} failed`);
        await slow.promise;
      })
      .finally(() => (ended = true));
    failing.catch(() => undefined);
    const other = pool.run(source('b', 3).items, (item) => {
      begun.push(item);
      return Promise.resolve();
    });
    await other;
    expect(ended).toBe(false);
    slow.resolve(undefined);
    await expect(failing).rejects.toThrow('a1 failed');
    expect(begun).toEqual(['a0', 'a1', 'b0', 'b1', 'b2']);
  });

  it('takes all there is where there is no bound', async () => {
    const pool = new Pool(Infinity);
    const gate = deferred<unknown>();
    let begun = 0;
    const all = pool.run(source('a', 1000).items, () => {
      begun++;
      return gate.promise.then(() => undefined);
    });
    expect(begun).toBe(1000);
    gate.resolve(undefined);
    await all;
  });
});
