/** One step of a calculation. */
export interface Step {
  /** What is done, as people write it. */
  readonly text: string;
  readonly result: number;
}

const WORDS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  dozen: 12,
};
const N = '\\$?(\\d+(?:\\.\\d+)?)';

interface Rule {
  readonly pattern: RegExp;
  readonly symbol: string;
  readonly apply: (value: number, given: number) => number;
  /** The numbers of the clause say the same as this rule and are used up by it. */
  readonly last?: boolean;
}

const rule = (pattern: string, symbol: string, apply: Rule['apply']): Rule => ({
  pattern: new RegExp(pattern, 'i'),
  symbol,
  apply,
});

/** Ways in which stories change a quantity, looked for in each clause in this order. */
const RULES: readonly Rule[] = [
  rule(
    `${N}(?: ?%| percent) (?:discount|off|cheaper|less|fewer|are|is|of (?:them|it|these|those|the \\w+) (?:are|is|were|was|go|get))`,
    '× (1 − %)',
    (v, n) => v * (1 - n / 100),
  ),
  rule(
    `(?:reduced|lowered|drops?|falls?|down) by ${N}(?: ?%| percent)`,
    '× (1 − %)',
    (v, n) => v * (1 - n / 100),
  ),
  rule(
    `${N}(?: ?%| percent)[^.]*?\\b(?:tax|tip|vat|interest|more|increase|on top|service|surcharge)`,
    '× (1 + %)',
    (v, n) => v * (1 + n / 100),
  ),
  rule(
    `(?:raised|increased|grows?|rises?|up) by ${N}(?: ?%| percent)`,
    '× (1 + %)',
    (v, n) => v * (1 + n / 100),
  ),
  rule(`(?:pays?|paid|hands? over) with (?:a |an )?${N}`, 'from', (v, n) => n - v),
  rule(
    `(?:shar\\w+|split\\w*|divid\\w+|deal\\w*)\\b[^.]*?\\b(?:among|between|into|by)\\D*?${N}`,
    '÷',
    (v, n) => v / n,
  ),
  rule(
    `(?:pack\\w*|bag\\w*|box\\w*|put\\w*|group\\w*|seat\\w*|load\\w*|fit\\w*|tied?|sort\\w*)\\b[^.]*?\\b(?:of|holding|that holds?|with|for)\\D*?${N}(?: \\w+)? ?(?:each)?`,
    '÷',
    (v, n) => v / n,
  ),
  rule(
    `each (?:\\w+ ){0,3}?(?:has|have|holds?|contains?|costs?|carr\\w+|weighs?|makes?|brings?|takes?|pays?|earns?|sells? for|is|gives?|needs?|lays?|fits?) (?:about )?${N}`,
    '×',
    (v, n) => v * n,
  ),
  rule(`(?:at|for) ${N}(?: \\w+)? (?:each|apiece|per \\w+|an? \\w+)`, '×', (v, n) => v * n),
  rule(`(?:of|with|holding) ${N} (?:\\w+ )?(?:each|\\w+)$`, '×', (v, n) => v * n),
  rule(
    `(?:for|over|in|on each of) (?:the next )?${N} (?:days?|weeks?|months?|hours?|nights?|years?|trips?|rounds?)`,
    '×',
    (v, n) => v * n,
  ),
  rule(
    `(?:sell\\w*|sold|give\\w*|gave|eat\\w*|ate|use\\w*|lose\\w*|lost|spend\\w*|spent|remove\\w*|break\\w*|broke|throw\\w*|threw|donat\\w+|lend\\w*|lent|return\\w*|leave\\w*|left|drink\\w*|drank|send\\w*|sent|take\\w* out|wilt\\w*|fall off|get off|die\\w*)\\b\\D{0,30}?${N}`,
    '−',
    (v, n) => v - n,
  ),
  rule(
    `(?:buy\\w*|bought|get\\w* another|receiv\\w+|add\\w*|arriv\\w+|find\\w*|found|pick\\w*|collect\\w*|gain\\w*|join\\w*|borrow\\w*|deliver\\w*|charg\\w+|plus|shipping|delivery|fee|get on|saves?|earns?|plants?)\\b\\D{0,30}?${N}`,
    '+',
    (v, n) => v + n,
  ),
  rule(`${N} more`, '+', (v, n) => v + n),
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
  for (const { pattern, symbol, apply } of RULES) {
    const match = pattern.exec(rest);
    if (!match) continue;
    const given = Number(match[1]);
    const before = value();
    push(
      symbol.includes('%') ? symbol.replace('%', `${given}%`) : `${symbol} ${given}`,
      apply(before, given),
    );
    rest = `${rest.slice(0, match.index)} _ ${rest.slice(match.index + match[0].length)}`;
  }
}

function withDigits(text: string): string {
  return text.replace(
    /\b(?:a )?(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|dozen)\b/gi,
    (word, name: string) => String(WORDS[name.toLowerCase()] ?? word),
  );
}

/** A number with at most two decimals, without needless zeros. */
export function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}
