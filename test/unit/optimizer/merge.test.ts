import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/optimizer/merge.js';

const base = 'one\ntwo\nthree\nfour';

describe('mergeTexts', () => {
  it('joins edits of different lines', () => {
    expect(mergeTexts(base, 'ONE\ntwo\nthree\nfour', 'one\ntwo\nthree\nFOUR')).toBe('ONE\ntwo\nthree\nFOUR');
  });

  it('takes both additions at the same place, the first one first', () => {
    expect(mergeTexts(base, `${base}\nA`, `${base}\nB`)).toBe(`${base}\nA\nB`);
  });

  it('refuses edits of the same line', () => {
    expect(mergeTexts(base, 'one\nTWO\nthree\nfour', 'one\n2\nthree\nfour')).toBeUndefined();
  });

  it('says nothing when one edit contains the other', () => {
    expect(mergeTexts(base, `ONE\ntwo\nthree\nfour\nA`, `${base}\nA`)).toBeUndefined();
    expect(mergeTexts(base, base, `${base}\nA`)).toBeUndefined();
  });

  it('keeps every added line of both edits, whatever the edits', () => {
    const at = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(at, at, (first, second) => {
        const insert = (index: number, line: string) => base.split('\n').toSpliced(index, 0, line).join('\n');
        const merged = mergeTexts(base, insert(first, 'mine'), insert(second, 'yours'))?.split('\n');
        expect(merged?.filter((line) => line !== 'mine' && line !== 'yours').join('\n')).toBe(base);
        expect(merged).toContain('mine');
        expect(merged).toContain('yours');
      }),
    );
  });
});
