import type { ShownRow } from './metaPrompt.js';

type Fields = Readonly<Record<string, unknown>>;

/** An answer beside what was expected, both as objects; undefined when the expected text is no object. */
interface Pair {
  readonly expected: Fields;
  readonly answered: Fields | undefined;
  readonly row: ShownRow;
}

/** Sentences that would mend answers which should have been other objects, drawn from the shown rows alone. */
export function jsonEdits(rows: readonly ShownRow[], about: string): string[] {
  const pairs = rows.flatMap((row): Pair[] => {
    const expected = objectIn(row.expected);
    return expected ? [{ expected, answered: objectIn(row.answer), row }] : [];
  });
  if (pairs.length === 0) return [];
  const keys = [...new Set(pairs.flatMap(({ expected }) => Object.keys(expected)))];
  const concerned = keys.filter((key) => new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(about));
  const wrapped = pairs.some(
    ({ row }) => row.answer.trim() !== '' && !/^[\s]*[{[][\s\S]*[\]}]\s*$/.test(row.answer),
  );
  const missing = keys.filter((key) => pairs.some(({ answered }) => answered && !(key in answered)));
  const edits: string[] = [];
  if (missing.length > 0) {
    edits.push(`Use exactly these keys: ${keys.map(quoted).join(', ')}.`);
    if (missing.length < keys.length)
      edits.push(`The object must have the keys ${missing.map(quoted).join(', ')}.`);
  }
  for (const key of concerned.length > 0 ? concerned : keys) edits.push(...valueEdits(key, pairs));
  const frame = [
    'Answer only with the JSON object, without code fences or any other text.',
    'Return nothing but raw JSON: no markdown, no explanation.',
  ];
  return wrapped && missing.length === 0 ? [...frame, ...edits] : [...edits, ...(wrapped ? frame : [])];
}

function valueEdits(key: string, pairs: readonly Pair[]): string[] {
  const edits = new Set<string>();
  for (const { expected, answered, row } of pairs) {
    const wanted = expected[key];
    const said = answered?.[key] ?? sameMeaning(key, answered);
    if (said === undefined || said === null || said === wanted) continue;
    if (typeof wanted === 'number') {
      const value = typeof said === 'number' ? said : numberIn(JSON.stringify(said));
      if (typeof said === 'string')
        edits.add(`Write ${quoted(key)} as a plain number, without currency sign or quotes.`);
      if (value !== wanted) for (const edit of amountEdits(key, wanted, value, row.input)) edits.add(edit);
    } else if (typeof wanted === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(wanted)) {
      edits.add('Write every date as YYYY-MM-DD.');
    } else if (typeof wanted === 'string' && /^[A-Z]{3}$/.test(wanted)) {
      edits.add(`Give ${quoted(key)} as a three-letter code such as ${wanted}.`);
    }
  }
  return [...edits];
}

/** Where the wanted amount stands in the input, against the one that was given. */
function amountEdits(key: string, wanted: number, said: number | undefined, input: string): string[] {
  const right = nameOfAmount(input, wanted);
  const wrong = said === undefined ? undefined : nameOfAmount(input, said);
  if (!right) return [];
  if (!wrong) return [`For ${quoted(key)} take the amount named "${right}".`];
  return [
    `For ${quoted(key)} take the amount that includes tax ("${right}"), not the "${wrong}".`,
    `For ${quoted(key)} use the final amount due after tax rather than the ${wrong.toLowerCase()}.`,
  ];
}

function nameOfAmount(input: string, amount: number): string | undefined {
  const line = input
    .split('\n')
    .find((each) => (each.match(/\d[\d.,' ]*\d/g) ?? []).some((text) => numberIn(text) === amount));
  return /[A-Za-z][A-Za-z -]{2,24}[A-Za-z]/.exec(line ?? '')?.[0].trim();
}

/** The value of a key that ends or begins alike, where the model chose a name of its own. */
function sameMeaning(key: string, answered: Fields | undefined): unknown {
  const short = key.replace(/[_-]/g, '').toLowerCase();
  const near = Object.keys(answered ?? {}).find((each) => {
    const other = each.replace(/[_-]/g, '').toLowerCase();
    return other.includes(short) || short.includes(other);
  });
  return near === undefined ? undefined : answered?.[near];
}

function numberIn(text: string): number | undefined {
  const digits = /\d[\d.,' ]*/.exec(text)?.[0].trim();
  if (!digits) return undefined;
  const decimal = /[.,](\d{2})$/.exec(digits);
  return Number(
    `${digits.slice(0, digits.length - (decimal ? 3 : 0)).replace(/\D/g, '')}.${decimal?.[1] ?? 0}`,
  );
}

function objectIn(text: string): Fields | undefined {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1)) as Fields;
  } catch {
    return undefined;
  }
}

function quoted(text: string): string {
  return `"${text}"`;
}
