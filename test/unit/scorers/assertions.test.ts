import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import type { Score } from '../../../src/core/scoring.js';
import type { Assertion, TestCase, TestSet } from '../../../src/core/testset.js';
import { commaSeparated } from '../../../src/scorers/assertions/texts.js';
import { jsonObjects } from '../../../src/scorers/assertions/structure.js';
import { simpleTransform } from '../../../src/scorers/assertions/transform.js';
import {
  createScorers,
  judgeCallsPerAnswer,
  scoreAnswer,
  type ScorerConfig,
} from '../../../src/scorers/index.js';
import { faultOf, testset } from './helpers.js';

function rows(...each: readonly Partial<TestCase>[]): TestSet {
  const cases = each.map((row, index) => ({
    id: `r${index}`,
    vars: {},
    guard: false,
    line: index + 1,
    ...row,
  }));
  return { path: 'tests.yaml', format: 'yaml', columns: [], cases, problems: [] };
}

async function score(
  output: string,
  row: Partial<TestCase>,
  configs: readonly ScorerConfig[] = [],
  others: readonly Partial<TestCase>[] = [],
): Promise<Score> {
  const scorers = await createScorers(configs, rows(row, ...others));
  return scoreAnswer(scorers, {
    vars: row.vars ?? {},
    expected: row.expected,
    output,
    asserts: row.asserts,
    threshold: row.threshold,
  });
}

async function directionOf(assertion: Assertion, output: string): Promise<string | undefined> {
  const row = { asserts: [assertion] };
  return (await score(output, row, [], [row, row])).feedback[0]?.direction;
}

describe('assertions of a row', () => {
  it('count beside the scorers of the prompt, each by its weight', async () => {
    const asserts = [
      { type: 'contains', value: 'a', weight: 2, metric: 'has {{what}}' },
      { type: 'contains', value: 'z' },
    ];
    const result = await score('abc', { asserts, vars: { what: 'a' }, expected: 'abc' }, [
      { type: 'equals' },
    ]);
    expect(result.parts).toEqual([
      { scorer: 'equals', value: 1, pass: true, weight: 1 },
      { scorer: 'has a', value: 1, pass: true, weight: 2 },
      { scorer: 'contains', value: 0, pass: false, weight: 1 },
    ]);
    expect(result.value).toBe(0.75);
    expect(result.pass).toBe(false);
  });

  it('pass together when their mean reaches the threshold, and the prompt has its own say', async () => {
    const asserts = [
      { type: 'contains', value: 'a' },
      { type: 'contains', value: 'z' },
    ];
    expect((await score('abc', { asserts, threshold: 0.5 })).pass).toBe(true);
    expect((await score('abc', { asserts, threshold: 0.6 })).pass).toBe(false);
    const strict = await score('abc', { asserts, threshold: 0.5, expected: 'x' }, [{ type: 'equals' }]);
    expect(strict.pass).toBe(false);
  });

  it('stand alone where a scorer needs an expected value and the row has none', async () => {
    const result = await score('abc', { asserts: [{ type: 'contains', value: 'a' }] }, [{ type: 'equals' }]);
    expect(result.parts.map(({ scorer }) => scorer)).toEqual(['contains']);
    expect(result.pass).toBe(true);
  });

  it('leave a row without any of them as an error, not as passed', async () => {
    const scorers = await createScorers([], rows({ asserts: [{ type: 'contains', value: 'a' }] }, {}));
    const fault = await faultOf(() => scoreAnswer(scorers, { vars: {}, expected: undefined, output: 'a' }));
    expect(fault.reason).toBe('scorer-failed');
    expect(fault.message).toContain('neither an expected value nor an assertion');
  });

  it.each([
    [{ type: 'latency', threshold: 5 }, 'answers may come from the store'],
    [{ type: 'not-similar', value: 'x' }, 'embedding'],
    [{ type: 'trajectory:step-count' }, 'traces'],
    [{ type: 'promptfoo:redteam:bias' }, 'red team'],
    [{ type: 'contians', value: 'x' }, 'no assertion of the type "contians"'],
    [{ type: 'not-factuality', value: 'x' }, 'as if the "not-" were not there'],
    [{ type: 'contains', value: 'x', weight: -1 }, 'below 0'],
    [{ type: 'assert-set' }, 'holds no assertions'],
    [{ type: 'assert-set', assert: [{ type: 'assert-set', assert: [] }] }, 'inside another one'],
    [{ type: 'assert-set', assert: [{ type: 'meteor', value: 'x' }] }, 'dictionary'],
  ])('%j is refused with its line before anything is sent', async (assertion, words) => {
    const fault = await faultOf(() => createScorers([], rows({}, { asserts: [assertion] })));
    expect(fault.reason).toBe('bad-test-set');
    expect(fault.message).toMatch(/^tests\.yaml:2: [A-Z"]/);
    expect(fault.message).toContain(words);
    expect(fault.nextStep).not.toBe('');
  });

  it.each([
    ['a statement', { type: 'contains', value: '{% if a %}x{% endif %}' }, 'template statements'],
    ['a call', { type: 'contains', value: '{{ range.constructor("return 1")() }}' }, 'which is not run here'],
    ['an unknown filter', { type: 'contains', value: '{{ a | sort }}' }, 'which is not run here'],
    ['a file', { type: 'contains', value: 'file://secret.txt' }, 'not read here'],
    ['a bad pattern', { type: 'regex', value: '(' }, 'not a regular expression'],
    ['an endless pattern', { type: 'regex', value: '^(a+)+$' }, 'took longer'],
    ['no value', { type: 'contains' }, 'no value'],
    ['a bad schema', { type: 'is-json', value: { type: 'nope' } }, 'schema is not valid'],
    ['bad bounds', { type: 'word-count', value: { min: 3, max: 1 } }, 'min'],
    [
      'a transform that finds nothing',
      { type: 'equals', value: 'x', transform: 'JSON.parse(output).x' },
      'transform',
    ],
  ])('%s is an error on the row', async (_, assertion: Assertion, words) => {
    const output = `${'a'.repeat(40)}!`;
    const fault = await faultOf(() => score(output, { asserts: [assertion] }));
    expect(fault.reason).toBe('scorer-failed');
    expect(fault.message).toContain(words);
  });

  it('run no code in a workspace that is not trusted', async () => {
    const fault = await faultOf(() =>
      createScorers([], rows({ asserts: [{ type: 'javascript', value: 'true' }] })),
    );
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain('not trusted');
    const late = await faultOf(() =>
      score('x', { asserts: [{ type: 'equals', value: 'x', transform: 'output + 1' }] }),
    );
    expect(late.message).toContain('not trusted');
  });

  it('tell how many judges one answer may need', () => {
    const asserts = [
      { type: 'llm-rubric', value: 'x' },
      {
        type: 'assert-set',
        assert: [
          { type: 'g-eval', value: ['a', 'b'] },
          { type: 'contains', value: 'x' },
        ],
      },
    ];
    const set = rows({ asserts }, { asserts: [{ type: 'contains', value: 'x' }] });
    expect(judgeCallsPerAnswer([], set)).toBe(5);
    expect(
      judgeCallsPerAnswer([{ type: 'llm-rubric', value: 'x' }, { type: 'equals' }], testset(['a'])),
    ).toBe(1);
  });
});

describe('directions', () => {
  it.each([
    [{ type: 'contains', value: 'Ref:' }, 'nothing', 'Include "Ref:".'],
    [{ type: 'contains', value: 'Ref:' }, 'ref: 3', 'Write "Ref:" in exactly this upper and lower case.'],
    [{ type: 'not-contains', value: 'sorry' }, 'sorry', 'Leave out "sorry".'],
    [{ type: 'contains-all', value: ['a', 'b'] }, 'a', 'Include "b".'],
    [{ type: 'contains-any', value: 'x, y' }, 'a', 'Include "x" or "y".'],
    [{ type: 'starts-with', value: 'Dear' }, 'Hi', 'Begin the answer with "Dear".'],
    [{ type: 'ends-with', value: 'Bye' }, 'Hi', 'End the answer with "Bye".'],
    [{ type: 'word-count', value: { max: 2 } }, 'a b c', 'Keep the answer to at most 2 words.'],
    [{ type: 'word-count', value: { min: 4 } }, 'a b c', 'Make the answer at least 4 words long.'],
    [{ type: 'is-json', value: { required: ['total'] } }, '{}', 'Always include the key "total".'],
    [
      { type: 'is-json' },
      '```json\n{}\n```',
      'Answer with the bare JSON, without a Markdown code fence and with no other words.',
    ],
    [{ type: 'is-xml', value: 'a.b' }, '<a/>', 'Always include the element a.b.'],
    [
      { type: 'tool-call-f1', value: 'search' },
      '{"type":"tool_use","name":"book"}',
      'Call the tool search for inputs like these.',
    ],
    [{ type: 'not-is-refusal' }, 'Sorry', 'Answer requests like these; do not refuse or apologise.'],
    [
      { type: 'rouge-n', value: 'a short text' },
      'a very long text that goes on and on',
      'Write shorter answers, about as long as the expected ones.',
    ],
  ])('%j of %j', async (assertion: Assertion, output, direction) => {
    expect(await directionOf(assertion, output)).toBe(direction);
  });

  it('do not give away a text that one row alone expects', async () => {
    const row = { asserts: [{ type: 'contains', value: 'Paris' }] };
    const others = ['Rome', 'Oslo', 'Bern'].map((value) => ({ asserts: [{ type: 'contains', value }] }));
    const { feedback } = await score('Lyon', row, [], others);
    expect(feedback[0]!.text).toContain('Paris');
    expect(feedback[0]!.direction).not.toContain('Paris');
    expect(feedback[0]!.cause).not.toContain('Paris');
  });
});

describe('assertion types as scorers of a whole test set', () => {
  it('take the expected value where they have none', async () => {
    const set = testset(['the quick brown fox']);
    const scorers = await createScorers(
      [{ type: 'rouge-n' }, { type: 'not-contains', value: 'dog', metric: 'no dogs' }],
      set,
    );
    const result = await scoreAnswer(scorers, {
      vars: {},
      expected: 'the quick brown fox',
      output: 'the quick fox',
    });
    expect(result.parts.map(({ scorer, pass }) => [scorer, pass])).toEqual([
      ['rouge-n', true],
      ['no dogs', true],
    ]);
  });

  it('keep the threshold of a set', async () => {
    const config = {
      type: 'assert-set',
      threshold: 0.5,
      assert: [
        { type: 'contains', value: 'a' },
        { type: 'contains', value: 'b' },
      ],
    };
    const [scorer] = await createScorers([config], testset(['x']));
    expect(await scorer!.judge({ vars: {}, expected: undefined, output: 'a' })).toMatchObject({
      value: 0.5,
      pass: true,
    });
  });

  it.each([
    [{ type: 'latency' }, 'not supported'],
    [{ type: 'llm-rubric', valeu: 'x' }, 'no option "valeu"'],
    [{ type: 'assert-set', assert: 'x' }, 'a list of mappings'],
    [{ type: 'assert-set', assert: [{ type: 'webhook' }] }, 'another address'],
  ])('%j is refused', async (config, words) => {
    const fault = await faultOf(() => createScorers([config], testset(['x'])));
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain(words);
  });
});

describe('hostile answers', () => {
  it.each([
    ['is-xml', `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`],
    ['contains-xml', '<a>'.repeat(20_000)],
    ['contains-json', '{'.repeat(50_000)],
    ['contains-json', '{a: '.repeat(5_000)],
    ['is-html', '<div>'.repeat(20_000)],
    ['contains-html', `<a ${'x '.repeat(20_000)}`],
    ['tool-call-f1', '{\n'.repeat(5_000)],
    ['bleu', 'a '.repeat(50_000)],
    ['is-json', '['.repeat(50_000)],
  ])('%s ends in bounded time', async (type, output) => {
    const start = performance.now();
    const row = { asserts: [{ type, ...(/f1|bleu/.test(type) && { value: 'a' }) }] };
    const ended = await score(output, row).then(
      () => true,
      (error: unknown) => HoneError.is(error, 'scorer-failed'),
    );
    expect(ended).toBe(true);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('small readers', () => {
  it('splits at commas as they were joined', () => {
    const part = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        const text = parts.map((each) => `"${each.replace(/\\/g, '\\\\').replace(/"/g, '""')}"`).join(', ');
        expect(commaSeparated(text)).toEqual(parts);
      }),
    );
    expect(commaSeparated(' a ,, b ')).toEqual(['a', 'b']);
    expect(commaSeparated('"a" b')).toBeUndefined();
  });

  it('finds the JSON objects that stand in a text', () => {
    const word = fc.stringMatching(/^[a-z "':,]{1,9}$/);
    const leaf = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.array(word));
    const flat = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), leaf, { minKeys: 1 });
    const object = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(leaf, flat), { minKeys: 1 });
    fc.assert(
      fc.property(object, flat, (one, two) => {
        const [first, second] = [JSON.stringify(one), JSON.stringify(two)];
        const found = jsonObjects(`before ${first} between ${second} after`);
        expect(found).toEqual([JSON.parse(first), JSON.parse(second)]);
      }),
    );
  });

  it.each([
    ['output.trim()', ' a ', 'a'],
    ['JSON.parse(output)["a"][0]', '{"a":["x"]}', 'x'],
    ["output.replace('a', '$&$&')", 'ab', '$&$&b'],
    ["output.split('\\n').pop().toUpperCase()", 'a\nb', 'B'],
    ['JSON.parse(output).length', '[1,2]', 2],
  ])('reads the transform %s', (source, output, wanted) => {
    expect(simpleTransform(source)!(output)).toBe(wanted);
  });

  it.each([
    'process.exit()',
    'output.constructor("x")',
    'output + 1',
    'output.map(x => x)',
    '(() => 1)()',
    '',
  ])('does not take %j for a simple transform', (source) => {
    expect(simpleTransform(source)).toBeUndefined();
  });

  it('finds nothing on a prototype', () => {
    expect(simpleTransform('JSON.parse(output).constructor')!('{}')).toBeUndefined();
  });
});
