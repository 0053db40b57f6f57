/** One step of a calculation. */
export interface Step {
  /** What is done, as people write it. */
  readonly text: string;
  readonly result: number;
}

const WORDS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'one two three four five six seven eight nine ten eleven twelve dozen:12 fifteen:15 twenty:20 thirty:30 forty:40 ' +
    'fifty:50 sixty:60 seventy:70 eighty:80 ninety:90'
  )
    .split(' ')
    .map((entry, index) => {
      const [word, value] = entry.split(':');
      return [word!, value === undefined ? index + 1 : Number(value)];
    }),
);
const N = '\\$?(\\d+(?:\\.\\d+)?)';

interface Rule {
  readonly pattern: RegExp;
  readonly symbol: string;
  readonly apply: (value: number, given: number) => number;
}

const rule = (pattern: string, symbol: string, apply: Rule['apply']): Rule => ({
  pattern: new RegExp(pattern, 'i'),
  symbol,
  apply,
});

/** Ways in which stories change a quantity. In a clause the first one counts, then the next; of two at one place the upper. */
const RULES: readonly Rule[] = [
  rule(
    `${N}(?: ?%| percent) (?:discount|off|cheaper|less|fewer|of (?:them|it|these|those|the \\w+) (?:are|is|were|was|go|get))`,
    '× (1 − %)',
    (value, given) => value * (1 - given / 100),
  ),
  rule(
    `(?:reduced|lowered|drops?|falls?|down) by ${N}(?: ?%| percent)`,
    '× (1 − %)',
    (value, given) => value * (1 - given / 100),
  ),
  rule(
    `${N}(?: ?%| percent)[^.]*?\\b(?:tax|tip|vat|interest|more|increase|on top|service|surcharge)`,
    '× (1 + %)',
    (value, given) => value * (1 + given / 100),
  ),
  rule(
    `(?:raised|increased|grows?|rises?|up) by ${N}(?: ?%| percent)`,
    '× (1 + %)',
    (value, given) => value * (1 + given / 100),
  ),
  rule(
    `(?:tip|tax|service|interest|surcharge)\\b\\D{0,20}${N}(?: ?%| percent)`,
    '× (1 + %)',
    (value, given) => value * (1 + given / 100),
  ),
  rule(`(?:pays?|paid|hands? over) with (?:a |an )?${N}`, 'taken from', (value, given) => given - value),
  rule(
    `(?:shar\\w+|split\\w*|divid\\w+|deal\\w*|serv\\w+)\\b[^.]*?\\b(?:among|between|into|by|to groups of)\\D*?${N}`,
    '÷',
    (value, given) => value / given,
  ),
  rule(
    `(?:pack\\w*|put\\w*|group\\w*|seat\\w*|load\\w*|ti(?:es|ed|e)|sort\\w*|fill\\w*)\\b[^.]*?\\b(?:of|holding|that holds?|with|for)\\D*?${N}`,
    '÷',
    (value, given) => value / given,
  ),
  rule(
    `each (?:\\w+ ){0,3}?(?:has|have|holds?|contains?|costs?|carr\\w+|weighs?|makes?|brings?|takes?|pays?|earns?|sells? for|is|gives?|needs?|lays?|fits?) (?:about )?${N}`,
    '×',
    (value, given) => value * given,
  ),
  rule(
    `(?:each \\w+|at|for) (?:for )?${N}(?: \\w+)? (?:each|apiece|per \\w+|an? \\w+)`,
    '×',
    (value, given) => value * given,
  ),
  rule(`(?:sells? |sold )?each \\w+ for ${N}`, '×', (value, given) => value * given),
  rule(`(?:of|with|holding) ${N} (?:\\w+ )?each`, '×', (value, given) => value * given),
  rule(
    `(?:for|over|in|on each of) (?:the next )?${N} (?:days?|weeks?|months?|hours?|nights?|years?|trips?|rounds?)`,
    '×',
    (value, given) => value * given,
  ),
  rule(`(?:sends?|gives?|lends?|hands?) (?:him|her|them|me|us) ${N}`, '+', (value, given) => value + given),
  rule(
    `${N} (?:\\w+ ){0,2}?(?:get off|leaves?|left|die|break|are (?:sold|eaten|broken|lost|used|lent|empty|free)|wilt|melt|fly away|drop out)`,
    '−',
    (value, given) => value - given,
  ),
  rule(
    `${N} (?:\\w+ ){0,2}?(?:arrive|joins?|get on|come|are (?:added|bought|delivered)|move in)`,
    '+',
    (value, given) => value + given,
  ),
  rule(
    `(?:sell\\w*|sold|give\\w*|gave|eat\\w*|ate|use\\w*|lose\\w*|lost|spend\\w*|spent|remove\\w*|break\\w*|broke|throw\\w*|threw|donat\\w+|lend\\w*|lent|return\\w*|leave\\w*|drink\\w*|drank|send\\w*|sent|unload\\w*|without)\\b\\D{0,30}?${N}`,
    '−',
    (value, given) => value - given,
  ),
  rule(
    `(?:buy\\w*|bought|get\\w* another|receiv\\w+|add\\w*|find\\w*|found|pick\\w*|collect\\w*|gain\\w*|borrow\\w*|deliver\\w*|plus|shipping|delivery|fee|saves?|earns?|plants?)\\b\\D{0,30}?${N}`,
    '+',
    (value, given) => value + given,
  ),
  rule(`${N} more`, '+', (value, given) => value + given),
];
const HALF = /\b(?:half) (?:of )?(?:them|it|the|these|that|of|are|is)\b|\bhalves\b/i;
const DOUBLE = /\b(?:twice as (?:many|much)|doubles?|doubled)\b/i;

/**
 * Follows a story from its first number, clause by clause.
 * @returns the steps, the first one being the number that it starts from; empty without a number
 */
export function solve(text: string): Step[] {
  const plain = withDigits(text);
  const clauses = plain
    .replace(/(\d),(\d{3})/g, '$1$2')
    .split(/(?<!\d)[.](?!\d)|(?<=\d)\.(?=\s|$)|[;?!]|,\s*(?:and |then |but )*|\s(?:and|then|but)\s(?!a half)/)
    .map((clause) => clause.trim())
    .filter(Boolean);
  const steps: Step[] = [];
  for (const clause of clauses) follow(clause, steps);
  return steps;
}

function follow(clause: string, steps: Step[]): void {
  let rest = clause;
  if (steps.length === 0) {
    const start = /\$?(\d+(?:\.\d+)?)/.exec(rest);
    if (!start) return;
    steps.push({ text: start[1]!, result: Number(start[1]) });
    rest = rest.slice(start.index + start[0].length);
    rest = rest === '' ? '' : `_ ${rest.trim()}`;
  }
  const value = () => steps.at(-1)!.result;
  const push = (text: string, result: number) => steps.push({ text: `${shown(value())} ${text}`, result });
  if (HALF.test(rest)) push('÷ 2', value() / 2);
  if (DOUBLE.test(rest)) push('× 2', value() * 2);
  for (let next = earliest(rest); next; next = earliest(rest)) {
    const { match, symbol, apply } = next;
    const given = Number(match[1]);
    push(
      symbol.includes('%') ? symbol.replace('%', `${given}%`) : `${symbol} ${given}`,
      apply(value(), given),
    );
    rest = `${rest.slice(0, match.index)} _ ${rest.slice(match.index + match[0].length)}`;
  }
}

function earliest(clause: string): (Rule & { readonly match: RegExpExecArray }) | undefined {
  return RULES.flatMap((each) => {
    const match = each.pattern.exec(clause);
    return match ? [{ ...each, match }] : [];
  }).sort((a, b) => a.match.index - b.match.index)[0];
}

function withDigits(text: string): string {
  return text.replace(
    /\b(?:a )?(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b/gi,
    (word, name: string) => String(WORDS[name.toLowerCase()] ?? word),
  );
}

/** A number with at most two decimals, without needless zeros. */
export function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}
