import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersIn } from '../../../src/scorers/number.js';
import { SyllableCounter } from '../../../src/scorers/syllables.js';
import { causes, faultOf, judge } from './helpers.js';

describe('number', () => {
  it.each([
    ['The answer is 42.', '42'],
    ['3 + 4 = 7', '7'],
    ['#### 1,234.50', '1234.5'],
    ['It costs $18.', '#### 18'],
    ['about −5', '-5'],
    ['1e3', '1000'],
    ['0.30000000000000004', '0.3'],
  ])('%j is %j', async (output, expected) => {
    expect((await judge({ type: 'number' }, output, expected)).pass).toBe(true);
  });

  it.each([
    ['so 40', '42', 'number/too-low'],
    ['so 50', '42', 'number/too-high'],
    ['-42', '42', 'number/sign'],
    ['0.42', '42', 'number/scale'],
    ['3.1', '3.14', 'number/rounding'],
    ['3.14', '3', 'number/rounding'],
    ['42, since 6 times 7 is that', '42', 'number/not-last'],
    ['forty-two', '42', 'number/none'],
    ['', '42', 'number/none'],
  ])('%j for %j is %s', async (output, expected, cause) => {
    const judgement = await judge({ type: 'number' }, output, expected);
    expect(judgement).toMatchObject({ value: 0, pass: false });
    expect(causes(judgement)).toEqual([cause]);
    expect(judgement.feedback[0]!.direction).toBeTruthy();
  });

  it('says by how much', async () => {
    expect((await judge({ type: 'number' }, '40', 42)).feedback[0]!.text).toBe(
      'said 40 where 42 was expected, 2 too low',
    );
  });

  it('allows an absolute or a relative tolerance', async () => {
    expect((await judge({ type: 'number', tolerance: 0.5 }, '42.5', 42)).pass).toBe(true);
    expect((await judge({ type: 'number', tolerance: 0.5 }, '42.6', 42)).pass).toBe(false);
    expect((await judge({ type: 'number', tolerance: '5%' }, '105', 100)).pass).toBe(true);
    expect((await judge({ type: 'number', tolerance: '5%' }, '106', 100)).pass).toBe(false);
    expect((await judge({ type: 'number', tolerance: '5%' }, '-105', -100)).pass).toBe(true);
  });

  it('can ask for the number alone', async () => {
    const config = { type: 'number', alone: true };
    expect((await judge(config, ' 1,200 ', 1200)).pass).toBe(true);
    expect(causes(await judge(config, '1200 rolls', 1200))).toEqual(['number/unit-or-text']);
  });

  it('refuses a test set with a row that is no number', async () => {
    const fault = await faultOf(() => judge({ type: 'number' }, '1', '1', ['2', 'none']));
    expect(fault).toMatchObject({ reason: 'bad-test-set', place: { file: 'rows.csv', line: 4 } });
  });

  it('reads numbers where they stand alone', () => {
    expect(numbersIn('v1.2.3 x7 10-12, 5km (3)-4 1,234,567.8 .5 $-5 2024-05-03')).toEqual([
      10, 12, 5, 3, 4, 1234567.8, 0.5, -5, 2024, 5, 3,
    ]);
  });

  it('reads back any number that it is given', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
        expect(numbersIn(`result: ${value}`)).toEqual([value === 0 ? 0 : value]);
      }),
    );
  });
});

describe('json', () => {
  const invoice = { vendor: 'Lowe', date: '2024-05-03', total: 216, items: [{ price: 1 }, { price: 2 }] };

  it('passes valid JSON, with the expected values in any order', async () => {
    expect((await judge({ type: 'json' }, '{"a": 1}')).pass).toBe(true);
    const shuffled =
      '{"total": 216.0, "items": [{"price": 1}, {"price": 2}], "note": "x", "date": "2024-05-03", "vendor": " Lowe "}';
    expect((await judge({ type: 'json' }, shuffled, invoice)).pass).toBe(true);
    expect((await judge({ type: 'json' }, shuffled, JSON.stringify(invoice))).pass).toBe(true);
    expect((await judge({ type: 'json' }, '{}', 'no JSON expected')).pass).toBe(true);
  });

  it.each([
    [{ ...invoice, total: '216' }, ['json/type:total'], 4 / 5],
    [{ ...invoice, total: 200 }, ['json/value:total'], 4 / 5],
    [{ ...invoice, vendor: 'LOWE' }, ['json/case:vendor'], 4 / 5],
    [{ ...invoice, date: '3 May 2024' }, ['json/format:date'], 4 / 5],
    [{ ...invoice, date: undefined }, ['json/missing:date'], 4 / 5],
    [{ ...invoice, items: [{ price: 1 }] }, ['json/too-few:items'], 4 / 5],
    [{ ...invoice, items: [...invoice.items, { price: 3 }] }, ['json/too-many:items'], 5 / 6],
    [{ ...invoice, items: [{ price: 9 }, { price: 8 }] }, ['json/value:items[].price'], 3 / 5],
    [{ ...invoice, items: undefined }, ['json/missing:items'], 3 / 5],
    [
      { vendor: 'X' },
      ['json/value:vendor', 'json/missing:date', 'json/missing:total', 'json/missing:items'],
      0,
    ],
    [[], ['json/type:'], 0],
  ])('%j', async (answer, found, value) => {
    const judgement = await judge({ type: 'json' }, JSON.stringify(answer), invoice);
    expect(causes(judgement).sort()).toEqual([...found].sort());
    expect(judgement.value).toBeCloseTo(value);
    expect(judgement.pass).toBe(false);
  });

  it.each([
    ['```json\n{"a": 1}\n```', 'json/fenced', 0.5],
    ['Here it is: {"a": 1}. Anything else?', 'json/wrapped', 0.5],
    ['{"a": 1, "b": [', 'json/cut-off', 0],
    ['I cannot say.', 'json/not-json', 0],
    ["{'a': 1}", 'json/not-json', 0],
    ['', 'json/not-json', 0],
  ])('%j is %s', async (output, cause, value) => {
    const judgement = await judge({ type: 'json' }, output, { a: 1 });
    expect(causes(judgement)).toEqual([cause]);
    expect(judgement).toMatchObject({ value, pass: false });
  });

  const schema = {
    type: 'object',
    required: ['total', 'currency'],
    properties: {
      total: { type: 'number', minimum: 0 },
      currency: { enum: ['EUR', 'USD'] },
      due: { type: 'string', format: 'date' },
      lines: { type: 'array', items: { type: 'object', required: ['net'] } },
    },
    additionalProperties: false,
  };

  it.each([
    [{ total: 1, currency: 'EUR', due: '2024-05-03' }, [], 1],
    [{ total: 'x', currency: 'EUR' }, ['json/type:total'], 3 / 4],
    [{ currency: 'EUR' }, ['json/missing:total'], 3 / 4],
    [{ total: 1, currency: 'GBP' }, ['json/value:currency'], 3 / 4],
    [{ total: 1, currency: 'EUR', due: 'tomorrow' }, ['json/format:due'], 3 / 4],
    [{ total: -1, currency: 'EUR' }, ['json/minimum:total'], 3 / 4],
    [{ total: 1, currency: 'EUR', extra: 1 }, ['json/extra:extra'], 4 / 5],
    [{ total: 1, currency: 'EUR', lines: [{}, {}] }, ['json/missing:lines[].net'], 3 / 6],
  ])('%j against a schema', async (answer, found, value) => {
    const judgement = await judge({ type: 'json', schema }, JSON.stringify(answer));
    expect(causes(judgement)).toEqual(found);
    expect(judgement.value).toBeCloseTo(value);
  });

  it('reports a key that both the schema and the expected data miss once', async () => {
    const judgement = await judge({ type: 'json', schema }, '{"currency": "EUR"}', {
      total: 3,
      currency: 'EUR',
    });
    expect(causes(judgement)).toEqual(['json/missing:total']);
    expect(judgement.value).toBe(0.5);
  });

  it('says how to write a value', async () => {
    const [feedback] = (await judge({ type: 'json' }, '{"total": "3"}', { total: 3 })).feedback;
    expect(feedback).toMatchObject({
      text: '"total" is "3", a text in quotation marks where 3 was expected: it must be a number without quotation marks',
      direction: 'Write "total" as a number without quotation marks.',
    });
  });

  it('reads newer schemas and refuses broken ones', async () => {
    const newer = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'array',
      prefixItems: [{ type: 'string' }],
    };
    expect(causes(await judge({ type: 'json', schema: newer }, '[1]'))).toEqual(['json/type:[]']);
    expect((await faultOf(() => judge({ type: 'json', schema: { type: 'sting' } }, '{}'))).reason).toBe(
      'bad-config',
    );
  });

  it('passes exactly what equals the expected data', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), async (data) => {
        const expected = JSON.parse(JSON.stringify(data)) as Record<string, string>;
        const judgement = await judge({ type: 'json' }, JSON.stringify(expected), expected);
        expect(judgement).toEqual({ value: 1, pass: true, feedback: [] });
      }),
      { numRuns: 50 },
    );
  });
});

describe('syllables', () => {
  const haiku = { type: 'syllables', pattern: [5, 7, 5] };

  it('passes a haiku', async () => {
    const poem = 'An old silent pond\nA frog jumps into the pond—\nSplash! Silence again.';
    expect((await judge(haiku, poem)).pass).toBe(true);
  });

  it('says which line is off and by how much', async () => {
    const poem = 'Winter\nA frog jumps into the pond and jumps\nSplash! Silence again.';
    const judgement = await judge(haiku, poem);
    expect(causes(judgement)).toEqual(['syllables/line1:too-few', 'syllables/line2:too-many']);
    expect(judgement.feedback[1]).toMatchObject({
      text: 'line 2 has 9 syllables, 2 too many: "A frog jumps into the pond and jumps"',
      direction: 'Write line 2 with exactly 7 syllables: make it shorter, and count.',
    });
    expect(judgement.value).toBeCloseTo((2 / 5 + 5 / 7 + 1) / 3);
  });

  it('finds the poem among other lines for the value, and asks for the lines alone', async () => {
    const poem = 'Here is a haiku:\n\nAn old silent pond\nA frog jumps into the pond\nSplash! Silence again.';
    const judgement = await judge(haiku, poem);
    expect(causes(judgement)).toEqual(['syllables/lines:too-many']);
    expect(judgement.value).toBeCloseTo(3 / 4);
    expect(causes(await judge(haiku, 'An old silent pond'))).toEqual(['syllables/lines:too-few']);
    expect(await judge(haiku, '')).toMatchObject({
      value: 0,
      feedback: [{ cause: 'syllables/lines:too-few' }],
    });
  });

  it('counts by the dictionary, by spelling for other words, and digits by name', async () => {
    const { dictionary } = await import('cmu-pronouncing-dictionary');
    const counter = new SyllableCounter(dictionary);
    expect([...counter.lineCounts('constructor')]).toEqual([3]);
    expect([...counter.lineCounts("DON'T go")]).toEqual([2]);
    expect([...counter.lineCounts('blorptastic')]).toEqual([3]);
    expect([...counter.lineCounts('7 zebras')]).toEqual([4]);
    expect([...counter.lineCounts('…')]).toEqual([0]);
    expect(counter.nearest('fire', 1)).toBe(1);
    expect(counter.nearest('fire', 2)).toBe(2);
  });
});
