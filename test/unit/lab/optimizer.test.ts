import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../src/lab/simulated/metaPrompt.js';
import { TextReader } from '../../../src/lab/simulated/features.js';
import { simulatedOptimizer } from '../../../src/lab/simulated/optimizer.js';
import { STRENGTHS } from '../../../src/lab/simulated/strength.js';
import { SIMULATED_TASKS } from '../../../src/lab/simulated/tasks/index.js';
import { answerFormat, block, taggedBlocks } from '../../../src/optimizer/metaPrompt.js';

const TASK = SIMULATED_TASKS.find(({ id }) => id === 'label-rules')!;
const [weak, medium, strong] = STRENGTHS as [
  (typeof STRENGTHS)[0],
  (typeof STRENGTHS)[0],
  (typeof STRENGTHS)[0],
];
const reader = new TextReader(TASK);
const says = (text: string, atom: string) => reader.featuresOf(text).of(atom) > 0;

function row(
  cue: string,
  wanted: string,
  said: string,
  feedback = `said "${said}" where "${wanted}" was expected`,
) {
  const lines = [`input: amber ${cue} cedar`, `answer: ${said}`, `expected: ${wanted}`];
  return block('row', [...lines, ...(feedback ? [`feedback: ${feedback}`] : [])].join('\n'), { id: cue });
}

const current = block('current_prompt', TASK.start);

/** Answers to one request over many samples. */
async function samples(content: string, strength = medium, count = 400): Promise<string[]> {
  const model = simulatedOptimizer(TASK, strength, 1);
  const answers = Array.from({ length: count }, (_, repeat) =>
    model.complete({ messages: [{ role: 'user', content }], temperature: 1, repeat }),
  );
  return (await Promise.all(answers)).map(({ text }) => text);
}

async function shareThat(content: string, holds: (prompt: string) => boolean, strength = medium) {
  const prompts = (await samples(content, strength)).flatMap((answer) => taggedBlocks(answer, 'prompt'));
  return prompts.filter(holds).length / prompts.length;
}

describe('readRequest', () => {
  it('reads every mark of the meta-prompts', () => {
    const request = readRequest(
      [
        'Improve this.',
        block('current_prompt', 'Now.\nLine'),
        'score: 40',
        `${block('text', 'Old.')}\nscore: 55`,
        block('ancestor', 'Elder.'),
        row('refund', 'billing', 'account'),
        block('passing_row', 'input: hello there\nexpected: account', { id: 'p' }),
        block('exemplar', '<INS>\ninput: basil\noutput: bug'),
        block('critique', 'Too vague.'),
        block('direction', 'Name refunds.'),
        block('tried', 'Be good.'),
        'At most <words_budget>12</words_budget> words.',
        answerFormat(3),
      ].join('\n\n'),
    );
    expect(request).toMatchObject({
      current: 'Now.\nLine',
      scored: [
        { text: 'Now.\nLine', score: 40 },
        { text: 'Old.', score: 55 },
      ],
      tried: 'Be good.',
      wordsBudget: 12,
      wanted: 3,
      wantsFeedback: false,
    });
    expect(request.failing).toEqual([
      {
        input: 'amber refund cedar',
        answer: 'account',
        expected: 'billing',
        feedback: ['said "account" where "billing" was expected'],
      },
    ]);
    expect(request.others.map(({ input }) => input)).toEqual(['hello there', 'basil']);
    expect(request.guidance).toContain('too vague.');
    expect(request.guidance).toContain('name refunds.');
    expect(request.guidance).not.toContain('elder');
  });

  it('knows a request for critique alone, and one for single changes', () => {
    const critique = readRequest('Say why, between <feedback> and </feedback>.');
    expect(critique).toMatchObject({ wanted: 0, wantsFeedback: true, rules: undefined });
    const changes = readRequest(
      'r1: Be kind.\nr2: Be brief.\nWrite "ADD: " and a rule between <feedback> and </feedback>.',
    );
    expect(changes.rules).toEqual(
      new Map([
        ['r1', 'Be kind.'],
        ['r2', 'Be brief.'],
      ]),
    );
  });
});

describe('the simulated optimizer', () => {
  it('gives the same question the same answer, and another sample another one', async () => {
    const content = [current, row('refund', 'billing', 'account'), answerFormat(2)].join('\n\n');
    const [first, again] = [await samples(content, medium, 20), await samples(content, medium, 20)];
    expect(again).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(5);
  });

  it('never finds a rule that nothing it was shown speaks for', async () => {
    const blind = [current, answerFormat(1)].join('\n\n');
    const other = [current, row('parcel', 'shipping', 'billing'), answerFormat(1)].join('\n\n');
    for (const content of [blind, other]) {
      expect(await shareThat(content, (text) => says(text, 'rule:refund'), strong)).toBe(0);
    }
  });

  it('finds a rule the more often the more rows show it, the more directed the feedback, and the stronger it is', async () => {
    const found = (rows: string[], strength = medium) =>
      shareThat(
        [current, ...rows, answerFormat(1)].join('\n\n'),
        (text) => says(text, 'rule:refund'),
        strength,
      );
    const one = row('refund', 'billing', 'account');
    const undirected = await found([row('refund', 'billing', 'account', 'the answer is wrong')]);
    const directed = await found([one]);
    const three = await found([one, one, one]);
    expect(undirected).toBeGreaterThan(0);
    expect(directed).toBeGreaterThan(undirected + 0.03);
    expect(three).toBeGreaterThan(directed + 0.1);
    expect(await found([one], weak)).toBeLessThan(directed);
    expect(await found([one], strong)).toBeGreaterThan(directed);
  });

  it('takes feedback that only says "wrong" for no more than the answer itself', async () => {
    const share = (feedback: string) =>
      shareThat(
        [current, row('refund', 'billing', 'account', feedback), answerFormat(1)].join('\n\n'),
        (text) => says(text, 'rule:refund'),
      );
    expect(Math.abs((await share('the answer is wrong')) - (await share('')))).toBeLessThan(0.06);
  });

  it('follows a critique that is handed on without the rows', async () => {
    const content = [
      current,
      block('critique', 'It does not say that messages about refund belong to "billing".'),
      answerFormat(1),
    ].join('\n\n');
    expect(await shareThat(content, (text) => says(text, 'rule:refund'))).toBeGreaterThan(0.25);
  });

  it('answers a request for critique with critique, from rows or from its own idea of the task', async () => {
    const content = [
      current,
      row('refund', 'billing', 'account'),
      'Why? Answer between <feedback> and </feedback>.',
    ];
    const answers = await samples(content.join('\n\n'));
    expect(answers.every((answer) => taggedBlocks(answer, 'prompt').length === 0)).toBe(true);
    const critiques = answers.flatMap((answer) => taggedBlocks(answer, 'feedback'));
    const named = critiques.filter((text) => says(text, 'rule:refund')).length / critiques.length;
    expect(named).toBeGreaterThan(0.05);
    expect(named).toBeLessThan(1 - medium.prior);
  });

  it('keeps the meaning of nearly all lines when it is asked for the same meaning', async () => {
    const text = `${TASK.start}\nUse "billing" for refund.`;
    const content = `Write a variation with the same meaning.\n\n${block('current_prompt', text)}\n\n${answerFormat(1)}`;
    expect(await shareThat(content, (prompt) => says(prompt, 'rule:refund'))).toBeGreaterThan(0.95);
    expect(await shareThat(content, (prompt) => prompt !== text)).toBeGreaterThan(0.8);
    expect(await shareThat(content, (prompt) => says(prompt, 'rule:parcel'))).toBe(0);
  });

  it('loses lines when it rewrites a long text, less so under a word budget', async () => {
    const rules = TASK.atoms.slice(1).map(({ wordings }) => wordings[0]!);
    const text = [TASK.start, ...rules].join('\n');
    const kept = (prompt: string) =>
      rules.filter((rule) => says(prompt, atomOf(rule))).length === rules.length;
    const free = await shareThat([block('current_prompt', text), answerFormat(1)].join('\n\n'), kept);
    const budget = 'Change at most <words_budget>20</words_budget> words.';
    const bound = await shareThat(
      [block('current_prompt', text), budget, answerFormat(1)].join('\n\n'),
      kept,
    );
    expect(free).toBeLessThan(0.75);
    expect(bound).toBeGreaterThan(free + 0.1);
  });

  it('puts better words in the place of a rule whose rows still fail', async () => {
    const old = 'Messages about refund belong to "billing".';
    const text = `${TASK.start}\n${old}`;
    const rows = Array.from({ length: 4 }, () => row('refund', 'billing', 'account'));
    const content = [block('current_prompt', text), ...rows, answerFormat(1)].join('\n\n');
    const ruled = (prompt: string) => prompt.split('\n').filter((line) => says(line, 'rule:refund'));
    expect(
      await shareThat(content, (prompt) => ruled(prompt).length === 1 && ruled(prompt)[0] !== old),
    ).toBeGreaterThan(0.3);
    expect(await shareThat(content, (prompt) => ruled(prompt).length > 1)).toBe(0);
  });

  it('writes what is asked for in so many words', async () => {
    const counting = SIMULATED_TASKS.find(({ id }) => id === 'demonstration')!;
    const model = simulatedOptimizer(counting, weak, 1);
    const content = [
      block('current_prompt', `${counting.start}\nWork in steps: list, count, add.`),
      'Add at its end one worked demonstration that follows these steps.',
      answerFormat(1),
    ].join('\n\n');
    const texts = new TextReader(counting);
    let both = 0;
    for (let repeat = 0; repeat < 100; repeat++) {
      const { text } = await model.complete({ messages: [{ role: 'user', content }], repeat });
      const features = texts.featuresOf(taggedBlocks(text, 'prompt')[0] ?? '');
      if (features.of('demonstration') > 0 && /list|each|add up/.test(text)) both++;
    }
    expect(both).toBeGreaterThan(80);
  });

  it('draws on lines of texts with higher scores', async () => {
    const content = [
      `${block('text', 'Sort.')}\nscore: 30`,
      `${block('text', 'Sort.\nBe kind.')}\nscore: 32`,
      `${block('text', 'Sort.\nUse "billing" for refund.')}\nscore: 70`,
      block('current_prompt', 'Sort.'),
      answerFormat(1),
    ].join('\n\n');
    expect(await shareThat(content, (text) => says(text, 'rule:refund'))).toBeGreaterThan(0.3);
  });

  it('writes single changes where they are asked for', async () => {
    const content = [
      current,
      'r1: Read the whole message first.',
      block('critique', 'Messages about refund belong to "billing".'),
      'Write "ADD: " and a new rule, or "DROP: r2", between <feedback> and </feedback>.',
    ].join('\n\n');
    const changes = (await samples(content)).flatMap((answer) => taggedBlocks(answer, 'feedback'));
    expect(changes.every((text) => text.split('\n').every((line) => /^(ADD|DROP|MERGE): /.test(line)))).toBe(
      true,
    );
    expect(changes.filter((text) => says(text, 'rule:refund')).length).toBeGreaterThan(changes.length / 4);
  });

  it('makes an exception for passing rows more often when it is shown them', async () => {
    const drift = SIMULATED_TASKS.find(({ id }) => id === 'drift')!;
    const driftReader = new TextReader(drift);
    const careful = async (shown: string[]) => {
      const model = simulatedOptimizer(drift, medium, 1);
      const content = [
        block('current_prompt', drift.start),
        ...Array.from({ length: 4 }, () => row('refund', 'billing', 'account')),
        ...shown,
        answerFormat(1),
      ].join('\n\n');
      const prompts: string[] = [];
      for (let repeat = 0; repeat < 400; repeat++) {
        const { text } = await model.complete({ messages: [{ role: 'user', content }], repeat });
        prompts.push(...taggedBlocks(text, 'prompt'));
      }
      const ruled = prompts.filter((text) => driftReader.featuresOf(text).of('rule:refund') > 0);
      return (
        ruled.filter((text) => driftReader.featuresOf(text).of('keep:voucher') > 0).length / ruled.length
      );
    };
    const shown = await careful([
      block('passing_row', 'input: amber voucher\nexpected: feature', { id: 'p' }),
    ]);
    expect(shown).toBeGreaterThan((await careful([])) + 0.2);
  });
});

function atomOf(rule: string): string {
  return reader.atomsOf(rule)[0]!.id;
}
