import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFormula } from '../../../src/scorers/graders/formula.js';
import { lcsRatio } from '../../../src/scorers/graders/likeness.js';
import { createScorers } from '../../../src/scorers/index.js';
import { faultOf, judge, testset } from './helpers.js';

describe('string_check', () => {
  const config = (operation: string) => ({
    type: 'string_check',
    name: 'check',
    input: '{{sample.output_text}}',
    reference: '{{ item.expected }}',
    operation,
  });

  it.each([
    ['eq', 'Yes', true],
    ['eq', 'yes', false],
    ['ne', 'yes', true],
    ['ne', 'Yes', false],
    ['like', 'oh Yes!', true],
    ['like', 'oh yes!', false],
    ['ilike', 'oh yes!', true],
  ])('%s of %j', async (operation, output, pass) => {
    expect(await judge(config(operation), output, 'Yes')).toMatchObject({ pass, value: Number(pass) });
  });

  it('reads a part of JSON', async () => {
    const inner = { ...config('eq'), input: '{{sample.output_json.a[0]}}' };
    expect((await judge(inner, '{"a":["Yes"]}', 'Yes')).pass).toBe(true);
  });
});

describe('text_similarity', () => {
  const config = (evaluation_metric: string) => ({
    type: 'text_similarity',
    input: '{{sample.output_text}}',
    reference: '{{item.expected}}',
    evaluation_metric,
  });

  it.each(['fuzzy_match', 'bleu', 'gleu', 'rouge_1', 'rouge_2', 'rouge_3', 'rouge_l'])(
    '%s is 1 for the same text, little for another one, and in between for a part',
    async (metric) => {
      const text = 'the quick brown fox jumps over it';
      const same = await judge(config(metric), text, text);
      const part = await judge(config(metric), 'the quick brown fox', text);
      const other = await judge(config(metric), 'zzz', text);
      expect(same.value).toBeCloseTo(1, 6);
      expect(part.value).toBeGreaterThan(other.value);
      expect(part.value).toBeLessThan(1);
      expect(other).toMatchObject({ pass: false });
    },
  );

  it('refuses metrics that need other models', async () => {
    const fault = await faultOf(() => createScorers([config('cosine')], testset(['x'])));
    expect(fault.nextStep).toContain('not supported');
  });

  it('fuzzy_match is symmetric and within 0 and 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(lcsRatio(a, b)).toBe(lcsRatio(b, a));
        expect(lcsRatio(a, b)).toBeGreaterThanOrEqual(0);
        expect(lcsRatio(a, b)).toBeLessThanOrEqual(1);
        expect(lcsRatio(a, a)).toBe(1);
      }),
    );
  });
});

describe('multi', () => {
  const check = (reference: string) => ({
    type: 'string_check',
    input: '{{sample.output_text}}',
    reference,
    operation: 'like',
  });
  const config = {
    type: 'multi',
    graders: { a: check('A'), b: check('B') },
    calculate_output: '0.75 * a + b / 4',
  };

  it('combines graders by its formula and keeps their feedback', async () => {
    expect(await judge(config, 'A')).toMatchObject({ value: 0.75, pass: true });
    const low = await judge(config, 'B');
    expect(low).toMatchObject({ value: 0.25, pass: false });
    expect(low.feedback[0]!.cause).toBe('multi/a/missing');
  });

  it.each([
    [{ ...config, calculate_output: 'a + c' }, '"c"'],
    [{ ...config, calculate_output: 'a +' }, 'ends too early'],
    [{ ...config, calculate_output: 'process.exit()' }, 'cannot be read'],
    [{ ...config, graders: { a: { type: 'python', source: 'x' } } }, 'no option "source"'],
  ])('%j is refused', async (bad, words) => {
    const fault = await faultOf(() => createScorers([bad], testset(['x'])));
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain(words);
  });

  it('is an error where the formula has no result', async () => {
    const fault = await faultOf(() => judge({ ...config, calculate_output: 'a / b - a / b' }, 'none'));
    expect(fault.reason).toBe('scorer-failed');
  });
});

describe('formulas', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ** 2', -4],
    ['8 / 4 / 2', 1],
    ['max(1, x, 3) - min(x, 1)', 4],
    ['abs(-x) + floor(1.9) + ceil(.1)', 7],
  ])('%s = %d', (source, result) => {
    expect(parseFormula(source).evaluate({ x: 5 })).toBe(result);
  });
});
