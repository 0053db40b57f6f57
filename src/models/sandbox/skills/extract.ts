import { restrictsAnswer, says, statementsOf, type Reading } from '../reading.js';
import type { Skill } from '../skill.js';
import { amountValue, currencyCode, isoDate, readInvoice, type Invoice } from './invoice.js';

type Field = keyof Invoice;

/** How prompts and keys speak of a field. The first that fits counts. */
const FIELD_NAMES: readonly (readonly [Field, RegExp])[] = [
  ['due', /\bdue( date)?\b|\bpayable by\b/i],
  ['subtotal', /\bsub ?total\b|\bnet\b/i],
  ['tax', /\b(tax|vat|gst)\b/i],
  ['total', /\b(total|amount|gross|sum)\b/i],
  ['currency', /\bcurrency\b/i],
  ['number', /\b(invoice|document|reference) (no|number|id|nr)\b|\b(number|id)\b/i],
  ['date', /\bdate\b|\bissued\b/i],
  ['vendor', /\b(vendor|supplier|seller|issuer|company|from)\b/i],
  ['customer', /\b(customer|client|buyer|bill to)\b/i],
];
/** The names it would choose itself. */
const OWN_KEYS: Readonly<Record<Field, string>> = {
  vendor: 'vendorName',
  customer: 'customerName',
  number: 'invoiceNo',
  date: 'date',
  due: 'dueDate',
  subtotal: 'subtotalAmount',
  tax: 'taxAmount',
  total: 'totalAmount',
  currency: 'currency',
};
/** What it looks for when the prompt does not say; taxes and subtotals only under a key of their own. */
const PROSE_FIELDS: readonly Field[] = ['vendor', 'number', 'date', 'due', 'currency', 'total', 'customer'];
const USUAL_FIELDS: readonly Field[] = ['vendor', 'number', 'date', 'currency', 'total'];

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const NOT_KEYS =
  /^(json|null|true|false|string|number|object|EUR|USD|GBP|CHF|YYYY-MM-DD|total due|subtotal|keys?|fields?)$/i;

/** Reads an invoice and answers with an object. */
export const extract: Skill = {
  id: 'extract',
  fits: ({ instruction, input }) =>
    (/\b(extract|json|pull out|parse|fields?|keys?)\b/i.test(instruction) ? 2 : 0) +
    (/\binvoices?\b/i.test(`${instruction} ${input}`) ? 1.5 : 0) -
    (/\b(classif\w+|label|categor\w+)\b/i.test(instruction) ? 2 : 0),
  answer(reading) {
    const invoice = readInvoice(reading.input);
    const keys = keysFor(reading.instruction);
    const values = Object.fromEntries(
      keys.map(({ key, field }) => [key, field ? valueOf(field, invoice, reading) : null]),
    );
    return framed(JSON.stringify(values, null, 2), reading.instruction);
  },
};

interface Key {
  readonly key: string;
  readonly field: Field | undefined;
}

function keysFor(instruction: string): Key[] {
  const named = namedKeys(instruction).map((key): Key => ({ key, field: fieldOf(key) }));
  const asked = PROSE_FIELDS.filter((field) =>
    FIELD_NAMES.some(([name, pattern]) => name === field && pattern.test(prose(instruction))),
  );
  const fields = asked.length >= 2 ? asked : USUAL_FIELDS;
  const covered = new Set(named.map(({ field }) => field));
  const complete =
    named.length >= 3 &&
    says(
      instruction,
      /\b(exactly|only|these|following|schema|keys are)\b/i,
      /\b(keys?|fields?|propert\w+|json|object|schema)\b/i,
    );
  const rest = complete
    ? []
    : fields.filter((field) => !covered.has(field)).map((field): Key => ({ key: OWN_KEYS[field], field }));
  return [...named, ...rest];
}

/** An instruction without the names that stand in quotes, and without remarks on taxes. */
function prose(instruction: string): string {
  return instruction.replace(/["'`][\w-]+["'`]/g, ' ').replace(/\bdue\b(?! date)/gi, ' ');
}

/** Keys that an instruction names: in quotes, in a JSON template, in a list after "keys", or as list items. */
export function namedKeys(instruction: string): string[] {
  const template = [...instruction.matchAll(/["']([A-Za-z_][\w-]*)["']\s*:/g)].map((match) => match[1]!);
  const speaking = statementsOf(instruction).filter((statement) =>
    /\b(keys?|fields?|propert\w+|named?|called|json|object|use|under|as)\b/i.test(statement),
  );
  const quoted = speaking.flatMap((statement) =>
    [...statement.matchAll(/["'`]([^"'`\s]+)["'`]/g)].map((match) => match[1]!),
  );
  const listed = speaking.flatMap((statement) => {
    const list =
      /\b(?:keys?|fields?|properties)\b(?:\s+(?:are|named|called|exactly|must be|should be|to use))*\s*:?\s*((?:[\w-]+\s*,\s*)+(?:and\s+|or\s+)?[\w-]+(?:\s+and\s+[\w-]+)?)/i.exec(
        statement,
      );
    return list ? list[1]!.split(/\s*,\s*(?:and\s+|or\s+)?|\s+and\s+/) : [];
  });
  const items = [
    ...instruction.matchAll(
      /^\s*(?:[-*•]|\d+[.)])\s*[`"'*]*([a-z][A-Za-z0-9]*(?:_\w+)*)[`"'*]*\s*(?::|—|–| - |\(|=|$)/gm,
    ),
  ].map((match) => match[1]!);
  const candidates = [...template, ...quoted, ...listed, ...(items.length >= 2 ? items : [])];
  return [...new Set(candidates)].filter(
    (name) =>
      IDENTIFIER.test(name) &&
      !NOT_KEYS.test(name) &&
      (fieldOf(name) !== undefined || template.includes(name)),
  );
}

function fieldOf(key: string): Field | undefined {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ');
  return FIELD_NAMES.find(([, pattern]) => pattern.test(words))?.[0];
}

function valueOf(field: Field, invoice: Invoice, { instruction }: Reading): string | number | null {
  const found = field === 'total' ? totalOf(invoice, instruction) : invoice[field];
  if (found === undefined) return null;
  switch (field) {
    case 'date':
    case 'due':
      return wantsIsoDates(instruction)
        ? isoDate(found, currencyCode(invoice.currency ?? '') === 'USD')
        : found;
    case 'currency':
      return wantsCurrencyCode(instruction) ? currencyCode(found) : found;
    case 'total':
    case 'subtotal':
    case 'tax':
      return wantsNumbers(instruction) ? amountValue(found) : found;
    default:
      return found;
  }
}

/** The first sum that catches the eye is the one before tax. */
function totalOf(invoice: Invoice, instruction: string): string | undefined {
  const told = says(
    instruction,
    /\b(totals?|amounts?|sum)\b/i,
    /\b(includ\w*|incl|with|after|plus|gross|grand|final|due|payable|to pay|owed|not the (sub-?total|net)|rather than the (sub-?total|net)|never the (sub-?total|net)|instead of the (sub-?total|net)|not "?(sub-?total|net)|bottom line)\b/i,
    /\b(tax\w*|vat|gst|gross|grand|due|payable|to pay|owed|sub-?total|net|final|bottom line)\b/i,
  );
  return told ? (invoice.total ?? invoice.subtotal) : (invoice.subtotal ?? invoice.total);
}

function wantsIsoDates(instruction: string): boolean {
  return /\biso[- ]?8601\b|\biso\b[^.\n]{0,20}\b(date|format)|\bdates?\b[^.\n]{0,40}\biso\b|\byyyy-mm-dd\b|\byear-month-day\b|\b\d{4}-\d{2}-\d{2}\b/i.test(
    instruction,
  );
}

function wantsCurrencyCode(instruction: string): boolean {
  return says(
    instruction,
    /\b(currency|currencies|codes?)\b/i,
    /\b(three|3)[- ]letters?\b|\b4217\b|\b(currency|iso) codes?\b|\b(EUR|USD|GBP)\b/i,
  );
}

function wantsNumbers(instruction: string): boolean {
  return says(
    instruction,
    /\b(totals?|amounts?|sums?|prices?|values?|money)\b/i,
    /(?<!(?:invoice|document|reference|account)[ _-])\bnumbers?\b(?!")|\bnumeric\b|\bdecimals?\b|\bfloat\b|\b(without|no) (the |a |any )?(currency|thousands|symbols?|signs?|quotes)|\bunquoted\b|\bnot (as )?(a )?strings?\b/i,
  );
}

function framed(json: string, instruction: string): string {
  const jsonOnly =
    (restrictsAnswer(instruction) &&
      says(
        instruction,
        /\b(json|object)\b/i,
        /\b(only|just|nothing|raw|bare|alone|no other|no additional|no extra|solely|strictly|without|directly)\b/i,
      )) ||
    says(
      instruction,
      /\b(answer|reply|output|response)\b/i,
      /\b(only|just|nothing but|must be|consist\w* of)\b/i,
      /\b(json|object)\b/i,
    );
  const noFence = says(
    instruction,
    /\b(no|without|not|never|don['’]t|avoid)\b/i,
    /\b(fences?|fenced|markdown|code blocks?|backticks)\b/i,
  );
  const noChat = says(
    instruction,
    /\b(no|without|do not|don['’]t|never|avoid)\b/i,
    /\b(explan\w*|explain|comment\w*|prose|other text|extra text|introduc\w*|chat\w*|preamble|text around|surrounding)\b/i,
  );
  if (jsonOnly || (noFence && noChat)) return json;
  const body = noFence ? json : `\`\`\`json\n${json}\n\`\`\``;
  return noChat
    ? body
    : `Here is the information from the invoice:\n\n${body}\n\nLet me know if you need anything else!`;
}
