/** What a reader finds in an invoice. Amounts and dates as they are written. */
export interface Invoice {
  readonly vendor: string | undefined;
  readonly customer: string | undefined;
  readonly number: string | undefined;
  readonly date: string | undefined;
  readonly due: string | undefined;
  readonly subtotal: string | undefined;
  readonly tax: string | undefined;
  readonly total: string | undefined;
  readonly currency: string | undefined;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\\.?';
const DATE = `(?:\\d{4}-\\d{2}-\\d{2}|\\d{1,2}[./]\\d{1,2}[./]\\d{4}|\\d{1,2}(?:st|nd|rd|th)? ${MONTH},? \\d{4}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4})`;
const AMOUNT =
  "((?:[$€£]|USD|EUR|GBP|CHF)?\\s*\\d{1,3}(?:[,.' ]\\d{3})*(?:[.,]\\d{2})?(?!\\d|\\s*%)\\s*(?:[$€£]|USD|EUR|GBP|CHF)?)";
const SYMBOLS: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP' };

/** Reads an invoice written as text. */
export function readInvoice(text: string): Invoice {
  const lines = text.split('\n').map((line) => line.trim());
  const first = (pattern: string) => new RegExp(pattern, 'im').exec(text)?.[1]?.trim();
  const amount = (names: string) =>
    first(`^[^\\n]*?\\b(?:${names})\\b(?:[^\\n\\d$€£]|\\d+(?:[.,]\\d+)? ?%)*?${AMOUNT}[^\\n]*$`);
  return {
    vendor:
      first('^(?:from|vendor|seller|supplier|issued by|billed by)\\s*:\\s*([^\\n,]+)') ??
      lines.find((line) => /[a-z]/i.test(line) && !/^(tax )?invoice\b/i.test(line)),
    customer: first('^(?:to|bill(?:ed)? to|customer|client|buyer)\\s*:\\s*([^\\n,]+)'),
    number: first(
      '\\b(?:invoice|inv|reference|ref)\\.?\\s*(?:no\\.?|number|nr\\.?|#|id)?\\s*[:#]?\\s*([A-Z0-9][\\w/-]*\\d[\\w/-]*)',
    ),
    date: first(`^(?![^\\n]*\\b(?:due|payable|pay by)\\b[^\\n]*$)[^\\n]*?(${DATE})`) ?? first(`(${DATE})`),
    due: first(`\\b(?:due|payable|pay by)\\b[^\\n]*?(${DATE})`),
    subtotal: amount('sub-?total|net(?: amount| total)?|total before tax|excl(?:uding|\\.)? (?:vat|tax)'),
    tax: amount('vat|tax|gst|mwst'),
    total:
      amount(
        'grand total|total due|amount due|balance due|total payable|total incl[\\w.]* (?:vat|tax)|to pay',
      ) ?? amount('total(?! before)'),
    currency: /USD|EUR|GBP|CHF|[$€£]/.exec(text)?.[0],
  };
}

/** A date as `YYYY-MM-DD`; a numeric date is read day first unless the amounts are in dollars. */
export function isoDate(text: string, monthFirst: boolean): string {
  if (/^\d{4}-/.test(text)) return text;
  const year = /\d{4}$/.exec(text)?.[0] ?? '';
  const numbers = [...text.matchAll(/\d+/g)].map((match) => Number(match[0]));
  const name = /[a-z]{3}/i.exec(text.replace(/\d+(st|nd|rd|th)/i, ''))?.[0].toLowerCase();
  const [first = 0, second = 0] = numbers;
  const month = name ? MONTHS.indexOf(name) + 1 : monthFirst && text.includes('/') ? first : second;
  const day = name ? first : month === first && monthFirst && text.includes('/') ? second : first;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** An amount as a number, whichever way its thousands and decimals are marked. */
export function amountValue(text: string): number {
  const digits = text.replace(/[^\d.,]/g, '');
  const decimal = /[.,](\d{2})$/.exec(digits);
  const whole = digits.slice(0, digits.length - (decimal ? 3 : 0)).replace(/\D/g, '');
  return Number(`${whole}.${decimal?.[1] ?? '0'}`);
}

/** The three-letter code of a currency sign or code. */
export function currencyCode(text: string): string {
  return SYMBOLS[text] ?? text;
}
