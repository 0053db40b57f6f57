import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMessages } from '../../../src/models/sandbox/reading.js';
import { shown, solve } from '../../../src/models/sandbox/skills/arithmetic.js';
import { namedKeys } from '../../../src/models/sandbox/skills/extract.js';
import { amountValue, isoDate, readInvoice } from '../../../src/models/sandbox/skills/invoice.js';
import { labelsOf } from '../../../src/models/sandbox/skills/labels.js';
import { stem, topics } from '../../../src/models/sandbox/words.js';

const EXAMPLES = path.join(import.meta.dirname, '../../../examples/prompts');
const INPUT = 'My card was charged twice, please help.';

describe('readMessages', () => {
  it.each([
    [`Classify this.\n\n${INPUT}`],
    [`Classify this.\n\nTicket: ${INPUT}`],
    [`Classify this.\n\n**Ticket:** ${INPUT}\n\nAnswer with one word.`],
    [`Classify this.\n\nCustomer message:\n${INPUT}\n\nRules:\n- none`],
    [`Classify this.\n<ticket>\n${INPUT}\n</ticket>\nOnly the label.`],
    [`Classify this.\n"""\n${INPUT}\n"""\nOnly the label.`],
    [`${INPUT}\n\nClassify the ticket above as a or b.`],
    [`Classify this ticket as a or b.\n\n${INPUT}\n\nIf the ticket is about money, the label is a.`],
    [`Classify this ticket: ${INPUT}`],
  ])('finds the input in %j', (content) => {
    const { input, instruction } = readMessages([{ role: 'user', content }]);
    expect(input).toBe(INPUT);
    expect(instruction).toMatch(/Classify/);
    expect(instruction).not.toContain(INPUT);
  });

  it('takes the user message as the input of a system message', () => {
    const reading = readMessages([
      { role: 'system', content: 'Classify.' },
      { role: 'user', content: `${INPUT}\n\nAnd a second paragraph.` },
    ]);
    expect(reading).toEqual({ instruction: 'Classify.', input: `${INPUT}\n\nAnd a second paragraph.` });
  });

  it('reads a system message alone', () => {
    expect(readMessages([{ role: 'system', content: 'Hello.' }])).toEqual({
      instruction: 'Hello.',
      input: '',
    });
  });
});

describe('labelsOf', () => {
  it.each([
    ['Classify this ticket as billing, bug, account or other.', ['billing', 'bug', 'account', 'other']],
    ['Choose one of: Billing | Bug | Other', ['Billing', 'Bug', 'Other']],
    ['Labels: "billing", "bug", and "feature request".', ['billing', 'bug', 'feature request']],
    ['Categories:\n- billing: money, refunds, prices\n- bug: errors', ['billing', 'bug']],
    ['Sort into these:\n1. `a`\n2. `b`\n3. `c`', ['a', 'b', 'c']],
    ['Is the review positive or negative? Classify as positive or negative.', ['positive', 'negative']],
    ['Tell me a story about rain, wind and snow.', []],
  ])('reads %j', (instruction, labels) => {
    expect(labelsOf(instruction)).toEqual(labels);
  });
});

describe('words', () => {
  it.each([
    ['cancelled cancelling cancellation cancels'],
    ['charge charged charges charging'],
    ['company companies'],
  ])('sees %j as one word', (text) => {
    expect(new Set(text.split(' ').map(stem)).size).toBe(1);
  });

  it('knows ways to say the same thing', () => {
    const shared = (a: string, b: string) => [...topics(a)].filter((topic) => topics(b).has(topic));
    expect(shared('I was debited after I unsubscribed.', 'a charge that follows a cancellation')).toEqual([
      '#charge',
      '#cancel',
    ]);
    expect(shared('It crashes.', 'We moved house.')).toEqual([]);
  });
});

describe('solve', () => {
  it('solves every word problem of the examples', async () => {
    const lines = (await readFile(path.join(EXAMPLES, 'word-problems.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) {
      const { problem, answer } = JSON.parse(line) as { problem: string; answer: number };
      expect(Number(shown(solve(problem).at(-1)!.result)), problem).toBeCloseTo(answer, 2);
    }
  });

  it('has no steps without numbers', () => {
    expect(solve('How many are there?')).toEqual([]);
  });
});

describe('invoices', () => {
  it.each([
    ['$1,234.50', 1234.5],
    ['1.234,50 EUR', 1234.5],
    ['€ 875.00', 875],
    ["1'200.00 CHF", 1200],
    ['£98', 98],
  ])('reads the amount %j', (text, value) => {
    expect(amountValue(text)).toBe(value);
  });

  it.each([
    ['3 May 2024', false, '2024-05-03'],
    ['March 9, 2024', true, '2024-03-09'],
    ['1st Feb 2024', false, '2024-02-01'],
    ['17.06.2024', false, '2024-06-17'],
    ['28/02/2024', false, '2024-02-28'],
    ['12/05/2024', true, '2024-12-05'],
    ['2024-07-01', true, '2024-07-01'],
  ])('reads the date %j', (text, monthFirst, expected) => {
    expect(isoDate(text, monthFirst)).toBe(expected);
  });

  it('tells subtotal, tax and total apart', () => {
    const invoice = readInvoice(
      'Ink Ltd\nInvoice no: A-1\nSubtotal: $10.00\nTax 10%: $1.00\nAmount due: $11.00',
    );
    expect(invoice).toMatchObject({
      vendor: 'Ink Ltd',
      number: 'A-1',
      subtotal: '$10.00',
      tax: '$1.00',
      total: '$11.00',
      currency: '$',
      date: undefined,
    });
  });
});

describe('namedKeys', () => {
  it.each([
    ['Use the keys "vendor" and "total".', ['vendor', 'total']],
    ['Answer like {"vendor": "x", "total": 1}.', ['vendor', 'total']],
    ['Fields:\n- vendor: the seller\n- invoice_number: as printed', ['vendor', 'invoice_number']],
    ['Return JSON with the keys vendor, invoice_number and total.', ['vendor', 'invoice_number', 'total']],
    ['Extract the vendor, the date and the total.', []],
  ])('reads %j', (instruction, keys) => {
    expect(namedKeys(instruction)).toEqual(keys);
  });
});
