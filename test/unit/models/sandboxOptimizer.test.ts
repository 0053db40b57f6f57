import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../../src/models/index.js';
import { block, taggedBlocks } from '../../../src/optimizer/metaPrompt.js';

const model = createSandbox();

interface Row {
  readonly id: string;
  readonly input: string;
  readonly answer: string;
  readonly expected: string;
  readonly feedback: string;
}

interface Cause {
  readonly name: string;
  readonly direction?: string;
  readonly rows: readonly Row[];
}

/** A request for edits as the optimizer writes it, with the rows of one cause. */
function metaPrompt(
  current: string,
  cause: Cause,
  options: { wanted?: number; budget?: number } = {},
): string {
  const { wanted = 2, budget = 50 } = options;
  return [
    'Improve the prompt.',
    block('current_prompt', current),
    block(
      'cause',
      [
        `${cause.rows.length} rows fail in this way.`,
        cause.direction && `Direction: ${cause.direction}`,
        `Rows: ${cause.rows.map(({ id }) => id).join(', ')}`,
      ]
        .filter(Boolean)
        .join('\n'),
      { id: cause.name },
    ),
    ...cause.rows.map((row) =>
      block(
        'row',
        `${row.input}\nanswer: ${row.answer}\nexpected: ${row.expected}\nfeedback: ${row.feedback}`,
        { id: row.id },
      ),
    ),
    block('words_budget', String(budget)),
    block('wanted', String(wanted)),
    'Put each whole new prompt between <prompt> and </prompt>, feedback between <feedback> and </feedback>.',
  ].join('\n\n');
}

async function write(content: string, more: { temperature?: number; repeat?: number } = {}) {
  const { text } = await model.complete({ messages: [{ role: 'user', content }], repeat: 0, ...more });
  return { text, prompts: taggedBlocks(text, 'prompt'), feedback: taggedBlocks(text, 'feedback') };
}

/** Everything that it writes over many draws, less the prompt that it started from. */
async function additions(content: string, current: string, draws = 12): Promise<string> {
  const known = new Set(current.split('\n'));
  const answers = await Promise.all(
    Array.from({ length: draws }, (_, repeat) => write(content, { temperature: 1, repeat })),
  );
  return answers
    .flatMap(({ prompts }) => prompts.flatMap((prompt) => prompt.split('\n')))
    .filter((line) => !known.has(line))
    .join('\n');
}

const TRIAGE = 'Classify this ticket as red, blue or green.\n\n{{ticket}}';
const wrappedRows: Row[] = ['r1', 'r2', 'r3'].map((id) => ({
  id,
  input: `ticket: A ticket about ${id}.`,
  answer: 'Sure! This looks like a **blue** issue.',
  expected: 'blue',
  feedback: 'said "Sure! This looks like…": the label "blue" stands inside a longer answer',
}));
const wrapped: Cause = {
  name: 'label/wrapped',
  direction: 'Answer with the label alone.',
  rows: wrappedRows,
};

describe('the sandbox as an optimizer', () => {
  it('writes as many different prompts as are wanted, and one feedback per cause', async () => {
    for (const wanted of [1, 2, 4]) {
      const { prompts, feedback } = await write(metaPrompt(TRIAGE, wrapped, { wanted }), { temperature: 1 });
      expect(new Set(prompts).size).toBe(wanted);
      expect(prompts).toHaveLength(wanted);
      expect(feedback).toHaveLength(1);
      expect(feedback[0]).toContain('3 shown rows');
    }
  });

  it('keeps the prompt and its placeholders, and adds before the input', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 500 }), async (repeat) => {
        const { prompts } = await write(metaPrompt(TRIAGE, wrapped), { temperature: 1, repeat });
        for (const prompt of prompts) {
          expect(prompt.split('{{ticket}}')).toHaveLength(2);
          expect(prompt).toMatch(/^Classify this ticket as red, blue or green\.\n[\s\S]+\n\n\{\{ticket\}\}$/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['Write a poem about {{topic}}.', /^Write a poem about \{\{topic\}\}\.\n.+/],
    ['Solve this.\n\nProblem: ${input:problem}', /^Solve this\.\n.+\n\nProblem: \$\{input:problem\}$/s],
    ['You are a helper.\nBe kind.', /^You are a helper\.\nBe kind\.\n.+/],
  ])('finds the place for an addition in %j', async (current, expected) => {
    const { prompts } = await write(metaPrompt(current, wrapped, { wanted: 1 }));
    expect(prompts[0]).toMatch(expected);
  });

  it('asks for the bare label when answers came wrapped, mostly', async () => {
    const text = await additions(metaPrompt(TRIAGE, wrapped), TRIAGE);
    const lines = text.split('\n');
    const good = lines.filter((line) => /\b(only|nothing else|just|alone)\b/i.test(line));
    expect(good.length / lines.length).toBeGreaterThan(0.6);
    expect(new Set(good).size).toBeGreaterThan(1);
  });

  it('tells confused labels apart by what the shown rows have in common', async () => {
    const rows = ['We cancelled and were charged again.', 'Billed in May although I cancelled in April.'].map(
      (ticket, index): Row => ({
        id: `r${index}`,
        input: `ticket: ${ticket}`,
        answer: 'red',
        expected: 'green',
        feedback: 'said "red" where "green" was expected',
      }),
    );
    const text = await additions(metaPrompt(TRIAGE, { name: 'label/green>red', rows }), TRIAGE);
    expect(text).toMatch(/ticket is about .*charge.*cancellation.*"green", not "red"/);
    expect(text).not.toContain('blue');
  });

  it.each([
    ['missing keys', { total: 12, vendor: 'A' }, { sum: 12 }, /"total", "vendor"/],
    ['an amount as text', { total: 12 }, { total: '$12.00' }, /"total" as a plain number/],
    ['a date as it was written', { date: '2024-05-03' }, { date: '3 May 2024' }, /YYYY-MM-DD/],
    ['a currency sign', { currency: 'EUR' }, { currency: '€' }, /"currency" as a three-letter code/],
    ['the wrong amount', { total: 12 }, { total: 10 }, /"total" .*(Total due|after tax).*subtotal/i],
  ])('mends JSON with %s', async (_, expected, answered, pattern) => {
    const rows = [
      {
        id: 'r1',
        input: 'invoice: Ink Ltd\nSubtotal: $10.00\nTotal due: $12.00',
        answer: JSON.stringify(answered),
        expected: JSON.stringify(expected),
        feedback: 'the values differ',
      },
    ];
    const current = 'Extract the facts as JSON.';
    expect(await additions(metaPrompt(current, { name: 'json/value', rows }), current)).toMatch(pattern);
  });

  it('has numbers worked out step by step when they came out wrong', async () => {
    const rows = [
      {
        id: 'r1',
        input: 'problem: 3 boxes of 4, 2 are eaten.',
        answer: 'The answer is 12.',
        expected: '10',
        feedback: 'said 12 where 10 was expected, 2 too high',
      },
    ];
    const current = 'Solve this.';
    expect(await additions(metaPrompt(current, { name: 'number/too-high', rows }), current)).toMatch(
      /step by step/,
    );
  });

  it('falls back on the direction where it sees nothing better', async () => {
    const rows = [{ id: 'r1', input: 'text: x', answer: 'a\nb', expected: 'c\nd', feedback: 'too rude' }];
    const direction = 'Address the reader politely';
    expect(await additions(metaPrompt('Write.', { name: 'tone', direction, rows }), 'Write.')).toContain(
      'Address the reader politely.',
    );
  });

  it('keeps to the budget of words when it joins edits', async () => {
    for (let repeat = 0; repeat < 20; repeat++) {
      const { prompts } = await write(metaPrompt(TRIAGE, wrapped, { budget: 14 }), {
        temperature: 1,
        repeat,
      });
      for (const prompt of prompts) {
        const added = prompt.split(/\s+/).length - TRIAGE.split(/\s+/).length;
        expect(added).toBeLessThanOrEqual(14);
      }
    }
  });

  it('never quotes an answer that it was not shown', async () => {
    const text = await additions(metaPrompt(TRIAGE, wrapped), TRIAGE, 30);
    expect(text).not.toMatch(/billing|invoice|refund|syllable/i);
  });

  it('does not ask again for what the prompt says already', async () => {
    const current =
      'Classify this ticket as red or green.\nAnswer with the label only, and no other words.\n\n{{ticket}}';
    const rows: Row[] = [
      {
        id: 'r1',
        input: 'ticket: A login error.',
        answer: 'red',
        expected: 'green',
        feedback: 'said "red" where "green" was expected',
      },
    ];
    const text = await additions(metaPrompt(current, { name: 'label/green>red', rows }), current);
    expect(text).not.toMatch(/label only|nothing else/);
  });

  it('joins two prompts', async () => {
    const other = TRIAGE.replace('\n\n', '\nAnswer with the label only.\n\n');
    const base = TRIAGE.replace('\n\n', '\nRed means danger.\n\n');
    const content = metaPrompt(base, wrapped, { wanted: 1 }).replace(
      '</current_prompt>',
      `</current_prompt>\n\n${block('current_prompt', other)}`,
    );
    const { prompts } = await write(content);
    expect(prompts[0]).toBe(
      'Classify this ticket as red, blue or green.\nRed means danger.\nAnswer with the label only.\n\n{{ticket}}',
    );
  });

  it('is deterministic', async () => {
    const content = metaPrompt(TRIAGE, wrapped);
    expect((await write(content, { repeat: 1 })).text).toBe((await write(content)).text);
    const sample = { temperature: 1, repeat: 4 };
    expect((await write(content, sample)).text).toBe((await write(content, sample)).text);
  });
});

describe('the sandbox as an optimizer that sees scores only', () => {
  const content = (output: string) =>
    [
      'Below are some prompts with their scores.',
      `${block('text', 'Worse prompt.\n\n{{ticket}}')}\nscore: 5`,
      `${block('text', 'Better prompt.\n\n{{ticket}}')}\nscore: 40`,
      block('exemplar', `<INS>\nticket: Something.\noutput: ${output}`),
      'Write a new prompt.',
      block('wanted', '1'),
      'Put the whole new prompt between <prompt> and </prompt>.',
    ].join('\n\n');

  it('starts from good texts and adds a sentence that fits the exemplars', async () => {
    const samples = await Promise.all(
      Array.from({ length: 24 }, (_, repeat) => write(content('blue'), { temperature: 1, repeat })),
    );
    const prompts = samples.flatMap((sample) => sample.prompts);
    expect(prompts).toHaveLength(24);
    expect(prompts.filter((prompt) => prompt.startsWith('Better')).length).toBeGreaterThan(12);
    expect(prompts.filter((prompt) => /\b(only|nothing else)\b/.test(prompt)).length).toBeGreaterThan(5);
    expect(prompts.every((prompt) => prompt.endsWith('\n\n{{ticket}}'))).toBe(true);
    expect(new Set(prompts).size).toBeGreaterThan(5);
    expect(samples.every(({ feedback }) => feedback.length === 0)).toBe(true);
  });

  it('fits its sentences to the kind of answer', async () => {
    const all = async (output: string) =>
      (
        await Promise.all(
          Array.from({ length: 16 }, (_, repeat) => write(content(output), { temperature: 1, repeat })),
        )
      )
        .flatMap(({ prompts }) => prompts)
        .join('\n');
    expect(await all('42')).toMatch(/final number/);
    expect(await all('{"a": 1}')).toMatch(/keys: "a"/);
    expect(await all('blue')).not.toMatch(/number|JSON/);
  });
});

describe('sandbox:untagged', () => {
  it('answers without tags', async () => {
    const untagged = createSandbox('untagged');
    const request = {
      messages: [{ role: 'user' as const, content: metaPrompt(TRIAGE, wrapped) }],
      repeat: 0,
    };
    const { text } = await untagged.complete(request);
    expect(text).toContain('Classify this ticket');
    expect(taggedBlocks(text, 'prompt')).toEqual([]);
  });
});
