import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPieces, LazyList } from '../../../src/cli/jsonOutput.js';

describe('jsonPieces', () => {
  it('writes a lazy list as the list itself would be written, wherever it stands among the keys', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(
        fc.array(value),
        fc.dictionary(fc.string(), value),
        fc.dictionary(fc.string(), value),
        (list, before, after) => {
          const plain = { ...before, 'the list': list, absent: undefined, ...after };
          const lazy = Object.fromEntries(
            Object.entries(plain).map(([key, each]) => [key, each === list ? new LazyList(list) : each]),
          );
          expect([...jsonPieces(lazy)].join('')).toBe(`${JSON.stringify(plain, null, 2)}\n`);
        },
      ),
      { seed: 5 },
    );
  });

  it('asks for entries only as they are written', () => {
    let made = 0;
    function* entries() {
      for (; made < 10_000; made++) yield { text: 'x'.repeat(100) };
    }
    const pieces = jsonPieces({ cases: new LazyList(entries()) });
    const first = pieces.next().value as string;
    expect(first.length).toBeGreaterThan(1000);
    expect(made).toBeLessThan(1000);
    const all = first + [...pieces].join('');
    expect((JSON.parse(all) as { cases: unknown[] }).cases).toHaveLength(10_000);
  });
});
