import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { count, plain, score, signed, table, wrap } from '../../../src/cli/terminal.js';

describe('table', () => {
  it('aligns columns by their longest cell and leaves no blanks at line ends', () => {
    const text = table(
      [{ title: 'name' }, { title: 'score', align: 'right' }, { title: 'status' }],
      [
        [{ text: 'baseline' }, { text: '0.5' }, { text: '' }],
        [{ text: 'c1' }, { text: '12.25' }, { text: 'best' }],
      ],
      plain,
    );
    expect(text.split('\n')).toEqual(['name      score  status', 'baseline    0.5', 'c1        12.25  best']);
  });

  it('does not count colours as width, and cuts what is too long', () => {
    const text = table(
      [{ title: 'a', most: 5 }, { title: 'b' }],
      [[{ text: 'abcdefgh', style: 'red' }, { text: 'x' }]],
      (style, cell) => `<${style}>${cell}</>`,
    );
    expect(text.split('\n')[1]).toBe('<red>abcd…</>  x');
  });
});

describe('wrap', () => {
  it('keeps every word in order and no line over the width, unless one word is longer', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(words, fc.integer({ min: 16, max: 60 }), (list, width) => {
        const lines = wrap(list.join(' '), width, '  ').split('\n');
        expect(lines.every((line) => line.length <= width)).toBe(true);
        expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(list);
        expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true);
      }),
    );
  });

  it('keeps the indent of the first line', () => {
    expect(wrap('  one two', 6, '    ')).toBe('  one\n    two');
  });
});

describe('numbers', () => {
  it('always show the sign of a difference, and none for zero', () => {
    expect([0.5, -0.25, 0, -0.0001].map(signed)).toEqual(['+0.500', '-0.250', '0.000', '0.000']);
  });

  it('show a dash where there is no score, and nouns in number', () => {
    expect([score(null), score(undefined), score(0)]).toEqual(['-', '-', '0.000']);
    expect([count(1, 'row'), count(1200, 'call')]).toEqual(['1 row', '1,200 calls']);
  });
});
