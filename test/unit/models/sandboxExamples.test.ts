import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderMessages, splice } from '../../../src/formats/index.js';
import { createSandbox } from '../../../src/models/index.js';
import { scoreAnswer } from '../../../src/scorers/index.js';
import { loadTask, type PromptTask } from '../../../src/workspace/index.js';

const ROOT = path.join(import.meta.dirname, '../../../examples');
const model = createSandbox();

interface Result {
  readonly mean: number;
  readonly passed: number;
}

/** Scores a prompt on all rows of its test set; without a text, as it stands in its file. */
async function score(task: PromptTask, text?: string): Promise<Result> {
  const span = task.document.spans[0]!;
  const document = text === undefined ? task.document : splice(task.document, { [span.id]: text });
  const { inputColumn, cases } = task.testset;
  let sum = 0;
  let passed = 0;
  for (const row of cases) {
    const input = inputColumn === undefined ? undefined : row.vars[inputColumn];
    const answer = await model.complete({
      messages: await renderMessages(document, row.vars, input),
      repeat: 0,
    });
    const { value, pass } = await scoreAnswer(task.scorers, {
      vars: row.vars,
      expected: row.expected,
      output: answer.text,
    });
    sum += value;
    if (pass) passed++;
  }
  return { mean: sum / cases.length, passed: passed / cases.length };
}

/** Scores variants of a prompt that should all do about as well. */
function expectEach(task: () => PromptTask, variants: readonly string[], check: (result: Result) => void) {
  it.each(variants.map((text) => [text]))('%j', async (text) => check(await score(task(), text)));
}

describe('triage', () => {
  let task: PromptTask;
  beforeAll(async () => {
    task = await loadTask(ROOT, 'prompts/triage.md');
  });
  const labels = 'Classify this support ticket as billing, bug, account, feature or other.';
  const rules = [
    'A charge that comes after a cancellation is billing, not account.',
    'If signing in fails with an error, the label is bug rather than account.',
    'Asking for something that does not exist yet is feature, not bug.',
    'Changing an address, a name or a contact is account, not billing.',
    'Questions from prospects, students or charities are other, not billing.',
  ];

  it('does badly as it stands', async () => {
    expect((await score(task)).passed).toBeLessThanOrEqual(0.1);
  });

  describe('does much better when the answer is limited to the label', () => {
    expectEach(
      () => task,
      [
        `${labels} Answer with the label only.\n\n{{ticket}}`,
        `${labels}\nReply with exactly one of these words and nothing else.\n\nTicket: {{ticket}}`,
        `${labels}\nDo not explain your choice.\n\n{{ticket}}`,
        `${labels}\n\nOutput just the category name, no explanation.\n\n{{ticket}}`,
        `{{ticket}}\n\n${labels} Your reply must be a single word.`,
        `${labels}\n\nTicket:\n{{ticket}}\n\nAnswer with the bare label, without any other text.`,
        `You sort support tickets.\n\nCategories:\n- billing\n- bug\n- account\n- feature\n- other\n\nReturn only the category.\n\n<ticket>{{ticket}}</ticket>`,
        `Route the ticket below to one of: billing | bug | account | feature | other. No preamble, no punctuation, only the label.\n\n"""\n{{ticket}}\n"""`,
        'Which label fits: billing, bug, account, feature, or other? Respond with one word.\n\nMessage: {{ticket}}',
      ],
      ({ passed }) => {
        expect(passed).toBeGreaterThan(0.55);
        expect(passed).toBeLessThan(0.75);
      },
    );
  });

  describe('does well when rules settle the hard tickets too', () => {
    expectEach(
      () => task,
      [
        `${labels}\nAnswer with the label only.\n${rules.join('\n')}\n\n{{ticket}}`,
        `${labels}\n\nRules:\n${rules.map((rule, index) => `${index + 1}. ${rule}`).join('\n')}\n\nReply with one word.\n\nTicket: {{ticket}}`,
        `${labels} Answer with just the label.\n\n{{ticket}}\n\nWhen somebody was billed although they had cancelled, choose billing, not account.\nTickets about a login or password that is broken or shows an error: bug instead of account.\nA wish for a missing option or new functionality is a feature, never a bug.\nUpdates of company details belong to account, not to billing.\nPeople who are evaluating the product and are not customers yet go to other, not billing.`,
      ],
      ({ passed }) => expect(passed).toBeGreaterThan(0.9),
    );
  });

  it('gains from each single rule, on the tickets that it is about', async () => {
    const base = `${labels}\nAnswer with the label only.`;
    const { passed } = await score(task, `${base}\n\n{{ticket}}`);
    for (const rule of rules) {
      expect((await score(task, `${base}\n${rule}\n\n{{ticket}}`)).passed, rule).toBeGreaterThan(
        passed + 0.03,
      );
    }
  });

  it('loses by a wrong rule', async () => {
    const base = `${labels}\nAnswer with the label only.`;
    const wrong = 'Anything with an error is billing, not bug.';
    const { passed } = await score(task, `${base}\n\n{{ticket}}`);
    expect((await score(task, `${base}\n${wrong}\n\n{{ticket}}`)).passed).toBeLessThan(passed - 0.03);
  });

  describe('gains nothing from sentences that only sound good', () => {
    expectEach(
      () => task,
      [
        `${labels} Be accurate and careful.\n\n{{ticket}}`,
        `${labels} This is very important to us.\n\n{{ticket}}`,
        `You are a world-class support agent. ${labels}\n\n{{ticket}}`,
        `${labels} Be concise.\n\n{{ticket}}`,
      ],
      ({ passed }) => expect(passed).toBeLessThanOrEqual(0.2),
    );
  });

  it('writes the label in the case that is asked for', async () => {
    const ask = (text: string) =>
      model.complete({
        messages: [{ role: 'user', content: `${text}\n\nTicket: I want a refund.` }],
        repeat: 0,
      });
    expect((await ask('Classify as Billing or Bug. Answer with one word.')).text).toBe('Billing');
    expect((await ask('Classify as Billing or Bug. One word only, in lowercase.')).text).toBe('billing');
    expect((await ask('Classify as Billing or Bug. Only the label, upper case.')).text).toBe('BILLING');
  });
});

describe('invoice', () => {
  let task: PromptTask;
  beforeAll(async () => {
    task = await loadTask(ROOT, 'prompts/invoice.prompt.yml');
  });
  const fields = 'Extract the vendor, invoice number, date, currency and total from the invoice.';
  const form = 'Answer only with JSON.';
  const keys = 'Use the keys "vendor", "invoice_number", "date", "currency" and "total".';

  it('does badly as it stands, and a step better with each thing that it is told', async () => {
    const steps = [
      undefined,
      `${fields} ${form}`,
      `${fields} ${form} ${keys}`,
      `${fields} ${form} ${keys} Write dates as YYYY-MM-DD.`,
      `${fields} ${form} ${keys} Write dates as YYYY-MM-DD. The total is a number.`,
      `${fields} ${form} ${keys} Write dates as YYYY-MM-DD. The total is a number and includes tax.`,
      `${fields} ${form} ${keys} Write dates as YYYY-MM-DD. The total is a number and includes tax. The currency is a three-letter code.`,
    ];
    const means: number[] = [];
    for (const step of steps) means.push((await score(task, step)).mean);
    expect(means[0]).toBeLessThan(0.1);
    means
      .slice(1)
      .forEach((mean, index) => expect(mean, steps[index + 1]).toBeGreaterThan(means[index]! + 0.02));
    expect(means.at(-1)).toBe(1);
  });

  describe('understands other ways to say it', () => {
    expectEach(
      () => task,
      [
        'Reply with nothing but a JSON object of this shape, no markdown:\n{"vendor": "...", "invoice_number": "...", "date": "YYYY-MM-DD", "currency": "EUR", "total": 0.0}\nThe total is the grand total after tax, as a number without a currency symbol. The currency is the ISO 4217 code.',
        'Read the invoice and return raw JSON without code fences or explanation.\n\nFields:\n- vendor: name of the seller\n- invoice_number: as printed\n- date: ISO 8601\n- currency: three-letter currency code\n- total: amount due including VAT, numeric, not a string\n\nUse exactly these keys.',
        'Output only a JSON object, with the keys vendor, invoice_number, date, currency and total. Give the date in ISO format. Give the total as a decimal, and take the gross amount, not the subtotal. Write the currency as a code like USD.',
      ],
      ({ passed }) => expect(passed).toBe(1),
    );
  });

  it('keeps the fence or the chat when only the other one is forbidden', async () => {
    const reply = async (text: string) => {
      const messages = [
        { role: 'system' as const, content: text },
        { role: 'user' as const, content: 'Acme Ltd\nInvoice no. 1-2\nTotal: $5.00' },
      ];
      return (await model.complete({ messages, repeat: 0 })).text;
    };
    expect(await reply('Extract the fields as JSON. Do not explain anything.')).toMatch(
      /^```json[\s\S]*```$/,
    );
    expect(await reply('Extract the fields as JSON. Never use code fences.')).toMatch(/^Here is[^`]*$/);
  });
});

describe('haiku', () => {
  let task: PromptTask;
  beforeAll(async () => {
    task = await loadTask(ROOT, 'prompts/haiku.md');
  });

  it('does badly as it stands', async () => {
    expect((await score(task)).passed).toBeLessThan(0.1);
  });

  describe('does well when the form is named and the rest is forbidden', () => {
    expectEach(
      () => task,
      [
        'Write a haiku about {{topic}}. Three lines of 5, 7 and 5 syllables. Only the poem, no title.',
        'Write a poem about {{topic}} in the 5-7-5 form.\nReply with the three lines only.',
        'Topic: {{topic}}\n\nWrite a haiku on it. First line five, second line seven, third line five syllables. Do not add a title or a comment.',
        'Write a haiku about {{topic}}.\nCount the syllables: line 1 has 5 syllables, line 2 has 7 syllables, line 3 has 5 syllables.\nNo heading, no introduction.',
      ],
      ({ passed }) => expect(passed).toBeGreaterThan(0.75),
    );
  });

  it('is in between with half of it', async () => {
    const whole = await score(
      task,
      'Write a haiku about {{topic}}: 5-7-5 syllables, no title, only the poem.',
    );
    const counts = await score(task, 'Write a haiku about {{topic}} with 5-7-5 syllables.');
    const frame = await score(task, 'Write a haiku about {{topic}}. No title, only the poem.');
    const none = await score(task);
    for (const half of [counts, frame]) {
      expect(half.mean).toBeGreaterThan(none.mean + 0.05);
      expect(half.mean).toBeLessThan(whole.mean - 0.05);
    }
  });
});

describe('word problems', () => {
  let task: PromptTask;
  beforeAll(async () => {
    task = await loadTask(ROOT, 'prompts/word-problems.prompt.md');
  });
  const input = 'Problem: ${input:problem}';

  it('does badly as it stands, in the middle with the number alone, and well when it works in steps', async () => {
    expect((await score(task)).passed).toBeLessThan(0.1);
    const bare = await score(task, `Solve this problem. Reply with only the number.\n\n${input}`);
    expect(bare.passed).toBeGreaterThan(0.25);
    expect(bare.passed).toBeLessThan(0.7);
  });

  describe('does well when it works in steps and ends with the number', () => {
    expectEach(
      () => task,
      [
        `Solve this problem step by step. Write the final number alone on the last line.\n\n${input}`,
        `Think through the problem carefully, then answer with just the number.\n\n${input}`,
        `Break the problem down into steps. End with only the resulting number.\n\n${input}`,
        `Show your work. Finish with the answer as a plain number on its own line, nothing after it.\n\n${input}`,
        `${input}\n\nCalculate each step first, and give only the number.`,
      ],
      ({ passed }) => expect(passed).toBeGreaterThan(0.95),
    );
  });
});

describe('the sandbox', () => {
  const request = (content: string, more: object = {}) => ({
    messages: [{ role: 'user' as const, content }],
    repeat: 0,
    ...more,
  });

  it('always gives the same answer to the same messages, whatever the repeat, at temperature 0', async () => {
    const haiku = request('Write a haiku about rain.');
    const texts = await Promise.all(
      [haiku, { ...haiku, repeat: 3 }, { ...haiku, temperature: 0, repeat: 9 }].map(
        async (each) => (await model.complete(each)).text,
      ),
    );
    expect(new Set(texts).size).toBe(1);
  });

  it('draws anew for each repeat at a temperature above 0, and the same again for the same repeat', async () => {
    const draw = async () =>
      Promise.all(
        Array.from({ length: 6 }, async (_, repeat) => {
          return (await model.complete(request('Write a haiku about rain.', { temperature: 1, repeat })))
            .text;
        }),
      );
    const first = await draw();
    expect(new Set(first).size).toBeGreaterThan(2);
    expect(await draw()).toEqual(first);
  });

  it('answers anything, counts tokens, and can be cancelled', async () => {
    const { text, tokens } = await model.complete(
      request('Tell me about the harvest festival in our village.'),
    );
    expect(text).toContain('harvest');
    expect(tokens!.prompt).toBeGreaterThan(5);
    await expect(model.complete(request('x'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: 'cancelled',
    });
  });
});
