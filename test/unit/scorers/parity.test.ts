import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sameResult, scoreByHone, type ParityCase, type ParityResult } from '../../fixtures/parity/score.js';

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/parity/${name}`, import.meta.url), 'utf8'));
}

const cases = fixture('cases.json') as readonly ParityCase[];
const stored = fixture('promptfoo.json') as {
  readonly results: readonly (ParityResult & { readonly id: number })[];
};
const theirs = new Map(stored.results.map((result) => [result.id, result]));

describe('the same answers by the same assertions', () => {
  it('have a stored result of promptfoo each', () => {
    expect(cases.length).toBeGreaterThan(600);
    expect(cases.filter(({ id }) => !theirs.has(id))).toEqual([]);
  });

  const names = [...new Set(cases.map((each) => each.assert.map(({ type }) => type).join(' and ')))];
  it.each(names)(
    '%s: pass and score are those of promptfoo, or the difference is explained',
    async (name) => {
      const group = cases.filter((each) => each.assert.map(({ type }) => type).join(' and ') === name);
      for (const each of group) {
        const ours = await scoreByHone(each);
        const wanted = theirs.get(each.id)!;
        const same = sameResult(ours, wanted);
        expect({ case: each, ours, wanted, same }).toEqual({
          case: each,
          ours,
          wanted,
          same: each.difference === undefined,
        });
      }
    },
  );
});
