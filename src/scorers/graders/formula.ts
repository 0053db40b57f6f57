/** A formula over named numbers. */
export interface Formula {
  readonly names: readonly string[];
  /** NaN where a name has no value, or the arithmetic has no result. */
  evaluate(values: Readonly<Record<string, number>>): number;
}

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  exp: Math.exp,
  sqrt: Math.sqrt,
  log: Math.log,
};

type Term = (values: Readonly<Record<string, number>>) => number;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z_]\w*)|(\*\*|[-+*/(),^]))/y;

/**
 * Reads arithmetic: names, numbers, + - * / ^ (or **), brackets, and min, max, abs, floor, ceil, exp, sqrt, log.
 * @throws Error with the fault, for anything else
 */
export function parseFormula(source: string): Formula {
  const tokens = tokensOf(source);
  const names = new Set<string>();
  let at = 0;
  const peek = () => tokens[at];
  const take = (wanted?: string): string => {
    const token = tokens[at++];
    if (token === undefined) throw new Error('it ends too early');
    if (wanted !== undefined && token !== wanted)
      throw new Error(`"${wanted}" was expected before "${token}"`);
    return token;
  };
  const joined = (
    inner: () => Term,
    operators: Readonly<Record<string, (a: number, b: number) => number>>,
  ): Term => {
    let left = inner();
    for (let token = peek(); token !== undefined && Object.hasOwn(operators, token); token = peek()) {
      const apply = operators[take()]!;
      const [a, b] = [left, inner()];
      left = (values) => apply(a(values), b(values));
    }
    return left;
  };
  const sum = (): Term => joined(product, { '+': (a, b) => a + b, '-': (a, b) => a - b });
  const product = (): Term => joined(signed, { '*': (a, b) => a * b, '/': (a, b) => a / b });
  const signed = (): Term => {
    if (peek() === '-') {
      take();
      const inner = signed();
      return (values) => -inner(values);
    }
    const base = atom();
    if (peek() !== '^' && peek() !== '**') return base;
    take();
    const power = signed();
    return (values) => base(values) ** power(values);
  };
  const atom = (): Term => {
    const token = take();
    if (token === '(') {
      const inner = sum();
      take(')');
      return inner;
    }
    if (/^[\d.]/.test(token)) return () => Number(token);
    if (!/^\w/.test(token)) throw new Error(`"${token}" does not belong there`);
    if (peek() !== '(') {
      names.add(token);
      return (values) => (Object.hasOwn(values, token) ? values[token]! : NaN);
    }
    if (!Object.hasOwn(FUNCTIONS, token)) throw new Error(`there is no function "${token}"`);
    const apply = FUNCTIONS[token]!;
    take('(');
    const terms = [sum()];
    while (peek() === ',') {
      take();
      terms.push(sum());
    }
    take(')');
    return (values) => apply(...terms.map((term) => term(values)));
  };
  const whole = sum();
  if (at < tokens.length) throw new Error(`"${tokens[at]!}" does not belong there`);
  return { names: [...names], evaluate: whole };
}

const LONGEST = 2000;

function tokensOf(source: string): readonly string[] {
  if (source.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`);
  const text = source.trim();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`"${text.slice(start, start + 10)}" cannot be read`);
    tokens.push((match[1] ?? match[2] ?? match[3])!);
  }
  return tokens;
}
