/** Names under which test files keep the input, the first that is there wins where it is the plain word. */
const INPUT_NAMES = [
  'input',
  'question',
  'query',
  'prompt',
  'text',
  'user_input',
  'problem',
  'instruction',
  'messages',
  'test_input',
];

/** Names under which test files keep the expected answer. */
const EXPECTED_NAMES = [
  'expected',
  'expected_output',
  'ideal',
  'answer',
  'target',
  'ground_truth',
  'reference',
  'reference_answer',
  'label',
  'output',
  'completion',
  'correct_answer',
  'best_answer',
];

/** Names that can mean nothing else, so that further candidates do not make the choice doubtful. */
const PLAIN_INPUT = new Set(['input']);
const PLAIN_EXPECTED = new Set(['expected', 'expectedoutput', 'ideal']);

/** A name without case and separators: `Ticket text`, `ticket_text` and `ticketText` are the same name. */
export function looseName(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]+/g, '');
}

/** Whether a name is one of those that test files give the input. */
export function isInputName(name: string): boolean {
  return INPUT_NAMES.some((each) => looseName(each) === looseName(name));
}

/** Whether a name is one that test files give a column. */
export function isKnownName(name: string): boolean {
  return (
    isInputName(name) ||
    name.trim().startsWith('__') ||
    ['id', 'guard', ...EXPECTED_NAMES].some((each) => looseName(each) === looseName(name))
  );
}

/** What a search for a column came to. */
export type ColumnChoice =
  | { readonly kind: 'found'; readonly column: string }
  | { readonly kind: 'ambiguous'; readonly columns: readonly string[] }
  | { readonly kind: 'none' };

/** The column that holds the expected answer, judged by its name. */
export function chooseExpected(columns: readonly string[]): ColumnChoice {
  return choose(columns, EXPECTED_NAMES, PLAIN_EXPECTED);
}

/** The column that holds the input, judged by its name; the only column left when no name tells. */
export function chooseInput(columns: readonly string[]): ColumnChoice {
  const choice = choose(columns, INPUT_NAMES, PLAIN_INPUT);
  return choice.kind === 'none' && columns.length === 1 ? { kind: 'found', column: columns[0]! } : choice;
}

function choose(
  columns: readonly string[],
  names: readonly string[],
  plain: ReadonlySet<string>,
): ColumnChoice {
  const found = names.flatMap((name) => columns.filter((column) => looseName(column) === looseName(name)));
  const [first, ...others] = found;
  if (first === undefined) return { kind: 'none' };
  if (others.length === 0 || plain.has(looseName(first))) return { kind: 'found', column: first };
  return { kind: 'ambiguous', columns: found };
}

/** The candidate that is written most like `name`; undefined when there are none. Distance is Levenshtein's. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = looseName(name);
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, looseName(candidate)) }))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** How many letters have to be put in, left out or changed to make one name the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
