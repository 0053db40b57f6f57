import { ExactMatch, JSONDiff, Levenshtein, ListContains, NumericDiff, ValidJSON } from 'autoevals';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestAssignment } from '../../../src/scorers/assignment.js';
import {
  jsonScore,
  levenshteinScore,
  listScore,
  numericScore,
  sameValue,
} from '../../../src/scorers/autoevals.js';
import { judge } from './helpers.js';

const json = fc.jsonValue({ maxDepth: 3 });
const numberOf = (result: { readonly score: number | null }) => result.score!;

describe("the scores are those of autoevals' own package", () => {
  it('Levenshtein', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (output, expected) => {
        expect(levenshteinScore(output, expected)).toBeCloseTo(
          numberOf(await Levenshtein({ output, expected })),
          9,
        );
      }),
    );
  });

  it('NumericDiff', async () => {
    const number = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
    );
    await fc.assert(
      fc.asyncProperty(number, number, async (output, expected) => {
        expect(numericScore(output, expected)).toBeCloseTo(
          numberOf(await NumericDiff({ output, expected })),
          9,
        );
      }),
    );
  });

  it('JSONDiff', async () => {
    await fc.assert(
      fc.asyncProperty(json, json, fc.boolean(), async (output, other, same) => {
        const expected = same ? output : other;
        const theirs = numberOf(await JSONDiff({ output, expected }));
        expect(jsonScore(output, expected)).toBeCloseTo(theirs, 9);
        expect(jsonScore(JSON.stringify(output), JSON.stringify(expected))).toBeCloseTo(
          numberOf(await JSONDiff({ output: JSON.stringify(output), expected: JSON.stringify(expected) })),
          9,
        );
      }),
    );
  });

  it('ExactMatch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), json), fc.boolean(), async (expected, same) => {
        const output = same ? (typeof expected === 'string' ? expected : JSON.stringify(expected)) : 'other';
        expect(Number(sameValue(output, expected))).toBe(
          numberOf(await ExactMatch({ output, expected: expected })),
        );
      }),
    );
  });

  it('ListContains', async () => {
    const list = fc.array(fc.string({ maxLength: 6 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(list, list, fc.boolean(), async (output, expected, allowExtraEntities) => {
        const theirs = numberOf(await ListContains({ output, expected, allowExtraEntities }));
        expect(listScore(output, expected, allowExtraEntities)).toBeCloseTo(theirs, 9);
      }),
    );
  });

  it.each(['{"a":1}', '[]', '"x"', '1', 'null', 'x', ''])('ValidJSON of %j', async (output) => {
    expect((await judge({ type: 'ValidJSON' }, output)).value).toBe(numberOf(await ValidJSON({ output })));
    const schema = { type: 'object', required: ['a'] };
    expect((await judge({ type: 'ValidJSON', schema }, output)).value).toBe(
      numberOf(await ValidJSON({ output, schema })),
    );
  });
});

describe('the best assignment', () => {
  it('is as good as the best of all permutations', () => {
    const square = fc.integer({ min: 1, max: 5 }).chain((n) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: n, maxLength: n }), {
        minLength: 1,
        maxLength: 5,
      }),
    );
    fc.assert(
      fc.property(square, (values) => {
        const pairs = bestAssignment(values);
        expect(pairs).toHaveLength(Math.min(values.length, values[0]!.length));
        expect(new Set(pairs.map(([row]) => row)).size).toBe(pairs.length);
        expect(new Set(pairs.map(([, column]) => column)).size).toBe(pairs.length);
        expect(pairs.reduce((sum, [row, column]) => sum + values[row]![column]!, 0)).toBe(
          bestSum(values, new Set()),
        );
      }),
    );
  });
});

function bestSum(values: readonly (readonly number[])[], used: ReadonlySet<number>): number {
  const [first, ...rest] = values;
  if (!first) return 0;
  const options = first.flatMap((value, column) =>
    used.has(column) ? [] : [value + bestSum(rest, new Set([...used, column]))],
  );
  return Math.max(bestSum(rest, used), ...options);
}

describe('their feedback says which way', () => {
  it.each([
    [{ type: 'NumericDiff' }, 'about 8', '10', 'NumericDiff/too-low'],
    [{ type: 'NumericDiff' }, '12', '10', 'NumericDiff/too-high'],
    [{ type: 'NumericDiff' }, 'many', '10', 'NumericDiff/none'],
    [{ type: 'ExactMatch' }, 'paris', 'Paris', 'ExactMatch/case'],
    [{ type: 'Levenshtein' }, 'It is Paris', 'Paris', 'Levenshtein/wrapped'],
    [{ type: 'JSONDiff' }, '{"a":1}', { a: 1, b: 2 }, 'JSONDiff/missing:b'],
    [{ type: 'ListContains' }, '["a"]', ['a', 'b'], 'ListContains/missing'],
    [{ type: 'ListContains' }, 'a', ['a', 'b'], 'ListContains/no-list'],
    [{ type: 'ValidJSON' }, '5', 'x', 'ValidJSON/bare-value'],
  ])('%j of %j', async (config, output, expected, cause) => {
    const { pass, feedback } = await judge(config, output, expected);
    expect(pass).toBe(false);
    expect(feedback[0]).toMatchObject({ cause, kind: 'directional' });
  });
});
