import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compact,
  costText,
  count,
  durationText,
  excerpt,
  intervalPoints,
  points,
  pValueText,
  signedPoints,
  splitPath,
} from '../../../webview/format.js';

describe('points', () => {
  it('rounds to whole points and keeps what would become 0', () => {
    expect([0, 0.004, 0.0095, 0.306, 0.995, 1].map(points)).toEqual(['0', '0.4', '1', '31', '100', '100']);
  });
});

describe('signedPoints', () => {
  it('always carries a sign, zero apart', () => {
    expect([0.31, -0.28, 0, -0, 0.003, -0.003].map(signedPoints)).toEqual([
      '+31',
      '−28',
      '0',
      '0',
      '+0.3',
      '−0.3',
    ]);
  });

  it('never shows a signed zero', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (delta) => {
        const text = signedPoints(delta);
        expect(text).toMatch(/^(0|[+−](0\.[1-9]|[1-9]\d*(\.\d)?))$/);
        expect(text.startsWith('−')).toBe(delta < 0 && text !== '0');
      }),
    );
  });
});

it('writes intervals and p-values as the verdict gives them', () => {
  expect(intervalPoints([0.12, 0.48])).toBe('+12 to +48');
  expect(intervalPoints([-0.05, 0])).toBe('−5 to 0');
  expect([0.00004, 0.0039, 0.0994, 0.0996, 1].map(pValueText)).toEqual([
    'p < 0.001',
    'p = 0.004',
    'p = 0.099',
    'p = 0.10',
    'p = 1.00',
  ]);
});

it('writes counts, tokens, costs and durations', () => {
  expect([count(1, 'row'), count(2000, 'row'), count(2, 'query', 'queries')]).toEqual([
    '1 row',
    '2,000 rows',
    '2 queries',
  ]);
  expect([950, 48_210, 99_960, 999_600, 1_204_000].map(compact)).toEqual([
    '950',
    '48.2k',
    '100k',
    '1.0M',
    '1.2M',
  ]);
  expect([undefined, 0, 0.00001, 0.0042, 0.0421, 12].map(costText)).toEqual([
    'cost unknown',
    '$0',
    'under $0.0001',
    '$0.0042',
    '$0.0421',
    '$12.00',
  ]);
  expect([-5, 900, 59_400, 252_000, 3_660_000].map(durationText)).toEqual([
    '0 s',
    '1 s',
    '59 s',
    '4 min 12 s',
    '1 h 1 min',
  ]);
});

describe('excerpt', () => {
  it('leaves a text alone that fits on one line', () => {
    expect(excerpt('short and plain', 20)).toBeUndefined();
    expect(excerpt('ends with a line end\n', 30)).toBeUndefined();
  });

  it('puts several lines on one and cuts between words', () => {
    expect(excerpt('one\n  two', 20)).toBe('one two');
    expect(excerpt('one two three four five', 12)).toBe('one two…');
    expect(excerpt('x'.repeat(30), 12)).toBe(`${'x'.repeat(12)}…`);
  });

  it('is never longer than asked for, the mark apart', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 5, max: 80 }), (text, length) => {
        const start = excerpt(text, length);
        if (start !== undefined) expect(start.length).toBeLessThanOrEqual(length + 1);
        else expect(text.length).toBeLessThanOrEqual(length);
      }),
    );
  });
});

it('splits a path at its name', () => {
  expect(splitPath('prompts/support/triage.md')).toEqual(['prompts/support/', 'triage.md']);
  expect(splitPath('triage.md')).toEqual(['', 'triage.md']);
});
