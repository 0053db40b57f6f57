import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/core/prompt.js';
import { HoneError } from '../../../src/core/errors.js';
import type { Score, ScoringInput } from '../../../src/core/scoring.js';
import {
  createScorers,
  scoreAnswer,
  scorersFromEvaluators,
  type ScorerConfig,
} from '../../../src/scorers/index.js';
import { faultOf, testset } from './helpers.js';

/** Scores one answer with a judge that gives these answers in turn, and keeps what it was asked. */
async function judged(
  configs: readonly ScorerConfig[],
  answers: readonly string[],
  input: Partial<ScoringInput> = {},
): Promise<{ readonly score: Score; readonly asked: readonly (readonly ChatMessage[])[] }> {
  const asked: (readonly ChatMessage[])[] = [];
  const left = [...answers];
  const set = testset([input.expected], { context: 'the context' });
  const scorers = await createScorers(configs, set, {
    judge: (messages) => {
      asked.push(messages);
      return Promise.resolve(left.shift() ?? '');
    },
  });
  const row = {
    vars: set.cases[0]!.vars,
    expected: undefined,
    output: 'the output',
    prompt: 'the request',
    ...input,
  };
  return { score: await scoreAnswer(scorers, row), asked };
}

const textOf = (messages: readonly ChatMessage[]) => messages.map(({ content }) => content).join('\n');

describe('rubric judges', () => {
  const config = { type: 'llm-rubric', value: 'greets {{input}}' };

  it('are asked with rubric and answer, and keep reason and advice', async () => {
    const { score, asked } = await judged(
      [config],
      ['{"reason":"no greeting","pass":false,"score":0.3,"advice":"Begin with a greeting."}'],
    );
    expect(textOf(asked[0]!)).toContain('greets text 0');
    expect(textOf(asked[0]!)).toContain('<answer>\nthe output\n</answer>');
    expect(score).toMatchObject({ value: 0.3, pass: false });
    expect(score.feedback).toEqual([
      {
        scorer: 'llm-rubric',
        kind: 'directional',
        cause: 'llm-rubric/not-met',
        text: 'no greeting',
        direction: 'Begin with a greeting.',
      },
    ]);
  });

  it('give plain feedback without advice, and read JSON in a fence and after thoughts', async () => {
    const { score } = await judged(
      [config],
      ['{thinking} hm\n```json\n{"reason": "no", "pass": false, "score": 0,}\n```'],
    );
    expect(score.feedback).toEqual([
      { scorer: 'llm-rubric', kind: 'non-directional', cause: 'llm-rubric/not-met', text: 'no' },
    ]);
  });

  it('take the prompt of the configuration', async () => {
    const own = [{ role: 'system', content: 'Rate {{output}} by {{rubric}}' }];
    const { asked } = await judged([{ ...config, rubricPrompt: own }], ['{"pass":true,"score":1}']);
    expect(asked[0]).toEqual([{ role: 'system', content: 'Rate the output by greets text 0' }]);
  });

  it.each([
    ['llm-rubric', ['It is fine.']],
    ['llm-rubric', ['{"reason":"r"}']],
    ['llm-rubric', ['{"reason":null,"pass":null,"score":null}']],
    ['llm-rubric', ['{"reason":"r","pass":"boolean","score":"number"}']],
    ['g-eval', ['{"steps":[]}']],
    ['g-eval', ['{"steps":["a"]}', '{"score":11,"reason":"r"}']],
    ['factuality', ['{"category":"F"}']],
    ['model-graded-closedqa', ['Perhaps']],
  ])('%s: an answer that cannot be used is an error, never a zero: %j', async (type, answers) => {
    const fault = await faultOf(() => judged([{ type, value: 'x' }], answers));
    expect(fault.reason).toBe('scorer-failed');
    expect(fault.message).toContain('the judge');
  });

  it('are an error without a judge model', async () => {
    const scorers = await createScorers([config], testset(['x']));
    const fault = await faultOf(() =>
      scoreAnswer(scorers, { vars: { input: 'a' }, expected: 'x', output: 'o' }),
    );
    expect(fault.message).toContain('no judge model');
  });

  it('leave the faults of the judge model what they are', async () => {
    const spent = new HoneError({ reason: 'budget-spent', message: 'm', nextStep: 'n' });
    const scorers = await createScorers([config], testset(['x']), { judge: () => Promise.reject(spent) });
    const fault = await faultOf(() =>
      scoreAnswer(scorers, { vars: { input: 'a' }, expected: 'x', output: 'o' }),
    );
    expect(fault.reason).toBe('budget-spent');
  });

  it('work the steps of g-eval out once for all rows', async () => {
    const answers = [
      '{"steps":["look"]}',
      '{"score":9,"reason":"good"}',
      '{"score":2,"reason":"bad","advice":"Be coherent."}',
    ];
    const asked: string[] = [];
    const [scorer] = await createScorers([{ type: 'g-eval', value: 'coherent' }], testset(['x']), {
      judge: (messages) => {
        asked.push(textOf(messages));
        return Promise.resolve(answers.shift()!);
      },
    });
    const input = { vars: {}, expected: undefined, output: 'o', prompt: 'p' };
    expect(await scorer!.judge(input)).toMatchObject({ value: 0.9, pass: true });
    expect(await scorer!.judge(input)).toMatchObject({
      value: 0.2,
      pass: false,
      feedback: [{ direction: 'Be coherent.' }],
    });
    expect(asked).toHaveLength(3);
    expect(asked[2]).toContain('1. look');
  });

  it('say by category which way facts are wrong', async () => {
    const config = { type: 'factuality', config: { factuality: { subset: 0 } } };
    const { score } = await judged([config], ['{"category":"A","reason":"no date"}'], {
      expected: 'the truth',
    });
    expect(score.feedback[0]).toMatchObject({
      text: 'leaves out facts of the expected answer: no date',
      direction: 'Answer in full: leave out none of the facts that belong to the answer.',
    });
  });
});

describe('evaluators with a judge', () => {
  const llm = {
    name: 'tone',
    llm: {
      modelId: 'm',
      systemPrompt: 'Judge.',
      prompt: 'Is {{completion}} kind to {{input}}?',
      choices: [
        { choice: 'yes', score: 1 },
        { choice: 'no', score: 0 },
      ],
    },
  };

  it('take the first choice that is said', async () => {
    const configs = scorersFromEvaluators([llm], 'x.prompt.yml');
    const good = await judged(configs, ['YES, it is']);
    expect(good.asked[0]).toEqual([
      { role: 'system', content: 'Judge.' },
      { role: 'user', content: 'Is the output kind to text 0?' },
    ]);
    expect(good.score).toMatchObject({ value: 1, pass: true, parts: [{ scorer: 'tone' }] });
    const bad = await judged(configs, ['no: it is rude']);
    expect(bad.score).toMatchObject({ value: 0, pass: false });
    expect(bad.score.feedback[0]!.text).toContain('it is rude');
  });

  it.each([
    ['similarity', '4', 0.75],
    ['fluency', 'I say 1', 0],
    ['groundedness', '5', 1],
  ])('rate github/%s from 1 to 5', async (name, answer, value) => {
    const configs = scorersFromEvaluators([{ name, uses: `github/${name}` }], 'x.prompt.yml');
    const { score, asked } = await judged(configs, [answer], { expected: 'wanted' });
    expect(score).toMatchObject({ value, pass: value > 0 });
    expect(textOf(asked[0]!)).toContain('the output');
  });

  it('are an error when no choice is said', async () => {
    const configs = scorersFromEvaluators([llm], 'x.prompt.yml');
    expect((await faultOf(() => judged(configs, ['maybe']))).reason).toBe('scorer-failed');
  });

  it('are refused where the rows lack what they name', async () => {
    const [config] = scorersFromEvaluators(
      [{ ...llm, llm: { ...llm.llm, prompt: '{{tone}}?' } }],
      'x.prompt.yml',
    );
    const fault = await faultOf(() => createScorers([config!], testset(['x'])));
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain('{{tone}}');
  });
});

describe('graders with a model', () => {
  it('bring a score to its range', async () => {
    const config = {
      type: 'score_model',
      model: 'm',
      input: [{ role: 'developer', content: 'Rate {{sample.output_text}} for {{item.input}}' }],
      range: [1, 5],
      pass_threshold: 3,
    };
    const { score, asked } = await judged(
      [config],
      ['{"score": 2, "reason": "dull", "advice": "Be vivid."}'],
    );
    expect(asked[0]!.at(-1)).toEqual({ role: 'system', content: 'Rate the output for text 0' });
    expect(score).toMatchObject({
      value: 0.25,
      pass: false,
      feedback: [{ text: 'dull', direction: 'Be vivid.' }],
    });
    expect((await faultOf(() => judged([config], ['9']))).reason).toBe('scorer-failed');
    expect((await judged([config], [' 5 '])).score).toMatchObject({ value: 1, pass: true });
  });

  it('choose a label', async () => {
    const config = {
      type: 'label_model',
      input: 'Look at {{sample.output_text}}',
      labels: ['good', 'bad'],
      passing_labels: ['good'],
    };
    expect((await judged([config], ['Good'])).score.pass).toBe(true);
    const { score } = await judged([config], ['{"label":"bad","reason":"too short"}']);
    expect(score).toMatchObject({
      value: 0,
      pass: false,
      feedback: [{ cause: 'label_model/chose:bad', text: 'too short' }],
    });
    expect((await faultOf(() => judged([config], ['{"label":"ugly"}']))).reason).toBe('scorer-failed');
    const wrong = { ...config, passing_labels: ['fine'] };
    expect((await faultOf(() => judged([wrong], []))).message).toContain('"fine"');
  });
});
