import { describe, expect, it } from 'vitest';
import { causes, faultOf, judge, testset } from './helpers.js';
import { createScorers, needsExpected } from '../../../src/scorers/index.js';

describe('equals', () => {
  it('passes the exact text, outer whitespace aside, and any of several alternatives', async () => {
    expect(await judge({ type: 'equals' }, ' yes\n', 'yes ')).toEqual({ value: 1, pass: true, feedback: [] });
    expect((await judge({ type: 'equals' }, 'two', ['one', 'two'])).pass).toBe(true);
    expect((await judge({ type: 'equals' }, '3', 3)).pass).toBe(true);
    expect((await judge({ type: 'equals', ignoreCase: true }, 'YES', 'yes')).pass).toBe(true);
  });

  it.each([
    ['Yes', 'yes', 'equals/case'],
    ['the  red\nhouse', 'the red house', 'equals/whitespace'],
    ['**yes**.', 'yes', 'equals/markup'],
    ['```\nyes\n```', 'yes', 'equals/markup'],
    ['The answer is yes, of course', 'yes', 'equals/wrapped'],
    ['', 'yes', 'equals/empty'],
    ['The red house on', 'the red house on the hill', 'equals/cut-off'],
    ['no', 'yes', 'equals/different'],
    ['yesterday', 'yes', 'equals/different'],
  ])('%j for %j is %s', async (output, expected, cause) => {
    const judgement = await judge({ type: 'equals' }, output, expected);
    expect(judgement).toMatchObject({ value: 0, pass: false });
    expect(causes(judgement)).toEqual([cause]);
    const [feedback] = judgement.feedback;
    expect(feedback!.kind).toBe(cause === 'equals/different' ? 'non-directional' : 'directional');
    expect(feedback!.direction === undefined).toBe(cause === 'equals/different');
  });

  it('reports the alternative that came nearest', async () => {
    expect(causes(await judge({ type: 'equals' }, 'TWO', ['one', 'two', 'two hundred']))).toEqual([
      'equals/case',
    ]);
  });

  it('can trim the answer alone, or nothing', async () => {
    expect((await judge({ type: 'equals', trim: 'answer' }, ' a ', 'a')).pass).toBe(true);
    expect(causes(await judge({ type: 'equals', trim: 'answer' }, 'a', 'a\n'))).toEqual([
      'equals/whitespace',
    ]);
    expect((await judge({ type: 'equals', trim: 'none' }, 'a\n', 'a')).pass).toBe(false);
  });

  it('compares with a text of the configuration, filled from the row', async () => {
    const config = { type: 'equals', value: '{{input}}: {{expected}}' };
    expect((await judge(config, 'text 0: yes', 'yes')).pass).toBe(true);
    const fault = await faultOf(() => judge({ type: 'equals', value: '{{nothing}}' }, 'a', 'b'));
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain('{{nothing}}');
  });

  it('never scores an unlabelled row', async () => {
    expect((await faultOf(() => judge({ type: 'equals' }, 'a'))).reason).toBe('scorer-failed');
  });
});

describe('contains', () => {
  it('gives the share of the texts that are there and names each missing one', async () => {
    const judgement = await judge(
      { type: 'contains', value: ['refund', 'sorry', 'Monday'] },
      'Sorry, a refund comes.',
    );
    expect(judgement).toMatchObject({ value: 1 / 3, pass: false });
    expect(causes(judgement)).toEqual(['contains/case:sorry', 'contains/missing:Monday']);
    expect(judgement.feedback[1]).toMatchObject({
      text: '"Monday" is missing from the answer',
      direction: 'Include "Monday".',
    });
  });

  it('needs any one of the expected texts, all of the configured ones, or as match says', async () => {
    expect((await judge({ type: 'contains' }, 'it is red', ['red', 'blue'])).pass).toBe(true);
    expect((await judge({ type: 'contains', match: 'all' }, 'it is red', ['red', 'blue'])).value).toBe(0.5);
    expect((await judge({ type: 'contains', match: 'any', value: ['a', 'b'] }, 'b')).pass).toBe(true);
    const missed = await judge({ type: 'contains' }, 'it is green', ['red', 'blue']);
    expect(missed).toMatchObject({ value: 0, feedback: [{ cause: 'contains/missing' }] });
    expect(missed.feedback[0]!.text).toBe('"red" or "blue" is missing from the answer');
  });

  it('can ask for the start or the end, whatever the case', async () => {
    const start = { type: 'contains', value: 'Dear', position: 'start', ignoreCase: true };
    expect((await judge(start, 'DEAR all')).pass).toBe(true);
    expect(causes(await judge(start, 'Oh dear'))).toEqual(['contains/start:Dear']);
    expect((await judge({ ...start, position: 'end' }, 'Oh dear')).pass).toBe(true);
  });
});

describe('regex', () => {
  it('searches without anchors and gives the hint as the direction', async () => {
    expect((await judge({ type: 'regex', pattern: '\\d{4}' }, 'in 2024')).pass).toBe(true);
    const plain = await judge({ type: 'regex', pattern: '^\\d+$' }, 'in 2024');
    expect(plain.feedback).toMatchObject([{ kind: 'non-directional', cause: 'regex/no-match' }]);
    const hinted = await judge(
      { type: 'regex', pattern: '^\\d+$', hint: 'Answer with digits alone.' },
      'in 2024',
    );
    expect(hinted.feedback).toMatchObject([{ kind: 'directional', direction: 'Answer with digits alone.' }]);
  });

  it('ends a pattern that backtracks without end', async () => {
    const fault = await faultOf(() => judge({ type: 'regex', pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`));
    expect(fault.reason).toBe('scorer-failed');
  });

  it('refuses broken patterns and unknown flags', async () => {
    expect((await faultOf(() => judge({ type: 'regex', pattern: '(' }, ''))).reason).toBe('bad-config');
    expect((await faultOf(() => judge({ type: 'regex', pattern: 'a', flags: 'g' }, ''))).reason).toBe(
      'bad-config',
    );
  });
});

describe('label', () => {
  const labels = ['bug', 'billing', 'bug report'];

  it('passes the bare label', async () => {
    expect((await judge({ type: 'label' }, 'bug\n', 'bug', labels)).pass).toBe(true);
    expect((await judge({ type: 'label' }, 'Bug', 'bug', labels)).pass).toBe(false);
    expect((await judge({ type: 'label', ignoreCase: true }, 'Bug', 'bug', labels)).pass).toBe(true);
  });

  it.each([
    ['billing', 'bug', ['label/bug>billing']],
    ['This is a bug, not billing.', 'bug', ['label/wrapped']],
    ['This is about billing.', 'bug', ['label/bug>billing', 'label/wrapped']],
    ['It is a bug report.', 'billing', ['label/billing>bug report', 'label/wrapped']],
    ['Either bug or billing', 'bug report', ['label/several']],
    ['**Bug**', 'bug', ['label/markup']],
    ['BUG', 'bug', ['label/case']],
    ['shipping', 'bug', ['label/unknown']],
    ['', 'bug', ['label/empty']],
  ])('%j for %j', async (output, expected, found) => {
    const judgement = await judge({ type: 'label' }, output, expected, labels);
    expect(judgement).toMatchObject({ value: 0, pass: false });
    expect(causes(judgement)).toEqual(found);
    expect(judgement.feedback.every((each) => each.kind === 'directional')).toBe(true);
  });

  it('says what was taken for what', async () => {
    const { feedback } = await judge({ type: 'label' }, 'billing', 'bug', labels);
    expect(feedback).toEqual([
      {
        scorer: 'label',
        kind: 'directional',
        cause: 'label/bug>billing',
        text: 'said "billing" where "bug" was expected',
        direction: 'Answer "bug", not "billing", for inputs like these.',
      },
    ]);
  });

  it('knows the labels of the configuration', async () => {
    const config = { type: 'label', labels: ['bug', 'praise'] };
    expect(causes(await judge(config, 'praise', 'bug'))).toEqual(['label/bug>praise']);
    expect((await judge(config, 'shipping', 'bug')).feedback[0]!.direction).toContain('bug or praise');
  });
});

describe('length', () => {
  it('falls with the distance', async () => {
    const config = { type: 'length', max: 50 };
    const long = await judge(config, 'word '.repeat(62));
    expect(long.value).toBeCloseTo(50 / 62);
    expect(long.feedback).toMatchObject([
      {
        cause: 'length/too-long',
        text: 'too long by 12 words (62, at most 50)',
        direction: 'Keep the answer to at most 50 words.',
      },
    ]);
    const short = await judge({ type: 'length', unit: 'characters', min: 4 }, ' a👍🏽c ');
    expect(short).toMatchObject({ value: 0.75, feedback: [{ cause: 'length/too-short' }] });
    expect((await judge({ type: 'length', unit: 'lines', min: 2, max: 2 }, 'a\n\nb\n')).pass).toBe(true);
  });

  it('refuses bounds that no answer can keep', async () => {
    expect((await faultOf(() => judge({ type: 'length' }, ''))).reason).toBe('bad-config');
    expect((await faultOf(() => judge({ type: 'length', min: 3, max: 2 }, ''))).reason).toBe('bad-config');
  });
});

describe('which scorers need an expected value', () => {
  it.each([
    [{ type: 'equals' }, true],
    [{ type: 'equals', value: 'x' }, false],
    [{ type: 'contains', value: ['x', '{{expected}}'] }, true],
    [{ type: 'contains', value: '{{input}}' }, false],
    [{ type: 'label' }, true],
    [{ type: 'number' }, true],
    [{ type: 'json' }, false],
    [{ type: 'json', compare: true }, true],
    [{ type: 'length', max: 3 }, false],
  ])('%j: %s', (config, needed) => {
    expect(needsExpected(config, testset([undefined]))).toBe(needed);
  });
});

describe('configurations', () => {
  it.each([
    [{ type: 'eqals' }, '"eqals"'],
    [{ type: 'javascript', file: './scorer.mjs' }, 'not trusted'],
    [{ type: 'equals', vale: 'x' }, '"vale"'],
    [{ type: 'equals', ignoreCase: 'yes' }, 'true or false'],
    [{ type: 'equals', trim: 'left' }, 'both, answer or none'],
    [{ type: 'regex' }, '"pattern" is missing'],
    [{ type: 'equals', weight: -1 }, 'weight'],
    [{ type: 'equals', weight: Number.NaN }, 'weight'],
    [{ type: 'syllables', pattern: [5, 'x'] }, 'a list of numbers'],
    [{ type: 'syllables', pattern: [5, 0] }, 'from 1 up'],
    [{ type: 'number', tolerance: 'much' }, 'much'],
    [{ type: 'constructor' }, '"constructor"'],
  ])('%j is refused', async (config, words) => {
    const fault = await faultOf(() => createScorers([config], testset(['1'])));
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain(words);
    expect(fault.nextStep).not.toBe('');
  });

  it('give each scorer an id of its own and its weight', async () => {
    const scorers = await createScorers(
      [
        { type: 'contains', value: 'a' },
        { type: 'equals', weight: 3 },
        { type: 'contains', value: 'b' },
      ],
      testset(['a']),
    );
    expect(scorers.map((each) => [each.id, each.weight])).toEqual([
      ['contains', 1],
      ['equals', 3],
      ['contains-2', 1],
    ]);
  });
});
