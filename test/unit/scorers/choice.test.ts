import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import type { Scorer } from '../../../src/core/scoring.js';
import {
  createScorers,
  inferScorers,
  scoreAnswer,
  scorerFromSettings,
  scorersFromEvaluators,
} from '../../../src/scorers/index.js';
import { faultOf, testset } from './helpers.js';

describe('scorers by what the expected values look like', () => {
  it.each([
    ['labels', ['bug', 'bug', 'billing', 'billing'], 'label'],
    ['labels that are ratings', ['1', '1', '1', '1', '2', '2', '2', '2'], 'label'],
    ['numbers', ['12', '7', '1,300', '-2.5'], 'number'],
    ['numbers as data', [12, 7, 3], 'number'],
    ['JSON', [{ a: 1 }, { a: 2 }], 'json'],
    ['JSON as text', ['{"a": 1}', '[2]'], 'json'],
    ['different texts', ['red', 'blue', 'green'], 'equals'],
    ['one text', ['red', 'red', 'red'], 'equals'],
    ['lists of alternatives', [['red', 'crimson'], ['blue']], 'equals'],
  ])('%s', (_, expected, type) => {
    const { configs, reason } = inferScorers(testset(expected));
    expect(configs).toEqual([{ type }]);
    expect(reason).toMatch(/\.$/);
  });

  it('says that long texts fit none of them well', () => {
    const { configs, reason } = inferScorers(testset(['long '.repeat(40), 'text '.repeat(40)]));
    expect(configs).toEqual([{ type: 'equals' }]);
    expect(reason).toContain('No built-in scorer fits');
  });

  it('looks at labelled rows alone, and chooses none without any', () => {
    expect(inferScorers(testset(['1', undefined, '2'])).configs).toEqual([{ type: 'number' }]);
    expect(inferScorers(testset([undefined])).configs).toEqual([]);
  });
});

describe('evaluators of a prompt file', () => {
  async function pass(string: unknown, output: string, expected = 'Yes'): Promise<boolean> {
    const configs = scorersFromEvaluators([{ name: 'check', string }], 'x.prompt.yml');
    const set = testset([expected]);
    const scorers = await createScorers(configs, set);
    return (await scoreAnswer(scorers, { vars: set.cases[0]!.vars, expected, output })).pass;
  }

  it('keep the rules of that format', async () => {
    expect(await pass({ equals: '{{expected}}' }, ' Yes \n')).toBe(true);
    expect(await pass({ equals: '{{expected}}' }, 'yes')).toBe(false);
    expect(await pass({ equals: '{{expected}}' }, 'Yes', 'Yes\n')).toBe(false);
    expect(await pass({ contains: '{{EXPECTED}}'.toLowerCase() }, 'oh YES it is')).toBe(true);
    expect(await pass({ startsWith: 'text 0' }, 'TEXT 0 and more')).toBe(true);
    expect(await pass({ endsWith: '{{input}}' }, 'this is Text 0')).toBe(true);
    expect(await pass({ endsWith: '{{input}}' }, 'this is Text 0!')).toBe(false);
    expect(await pass({ equals: '', contains: 'a', startsWith: 'b' }, 'xa')).toBe(true);
  });

  it.each([
    [{ name: 'sounding', uses: 'github/sound' }, 'which is not known'],
    [{ name: 'judge', llm: { modelId: 'x' } }, '"choices"'],
    [{ name: 'none' }, 'none of'],
    [{ name: 'odd', string: { matches: 'x' } }, '"odd"'],
    ['text', 'number 1'],
  ])('refuse %j', async (evaluator, words) => {
    const fault = await faultOf(() => scorersFromEvaluators([evaluator], 'x.prompt.yml'));
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain('x.prompt.yml');
    expect(fault.message).toContain(words);
  });

  it('add a JSON check where the file asks for JSON', () => {
    const schema = { type: 'object' };
    expect(
      scorerFromSettings({ responseFormat: { type: 'json_schema', json_schema: { name: 'x', schema } } }),
    ).toEqual({
      type: 'json',
      schema,
    });
    expect(scorerFromSettings({ responseFormat: { type: 'json_object' } })).toEqual({ type: 'json' });
    expect(scorerFromSettings({ responseFormat: { type: 'text' } })).toBeUndefined();
    expect(scorerFromSettings({})).toBeUndefined();
  });
});

describe('scoring an answer', () => {
  it('takes the weighted mean', async () => {
    const set = testset(['yes']);
    const scorers = await createScorers(
      [
        { type: 'equals', weight: 3 },
        { type: 'length', max: 1 },
      ],
      set,
    );
    const score = await scoreAnswer(scorers, { vars: {}, expected: 'yes', output: 'no' });
    expect(score).toMatchObject({ value: 0.25, pass: false, parts: [{ value: 0 }, { value: 1 }] });
  });

  it('raises what a scorer throws, and never takes it for a zero', async () => {
    const broken: Scorer = {
      id: 'broken',
      weight: 1,
      feedbackKind: 'directional',
      judge: () => {
        throw new TypeError('oops');
      },
    };
    const fault = await faultOf(() => scoreAnswer([broken], { vars: {}, expected: 'a', output: 'a' }));
    expect(fault.reason).toBe('scorer-failed');
    expect(fault.message).toContain('"broken"');
    expect(fault.cause).toBeInstanceOf(TypeError);
  });

  it('stops when it is cancelled', async () => {
    const scorers = await createScorers([{ type: 'equals' }], testset(['a']));
    const fault = await faultOf(() =>
      scoreAnswer(scorers, { vars: {}, expected: 'a', output: 'a' }, AbortSignal.abort()),
    );
    expect(HoneError.is(fault, 'cancelled')).toBe(true);
  });
});
