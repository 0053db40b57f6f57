/** A function of a BAML file, as far as its prompt goes. Offsets are in the text that was scanned. */
export interface BamlFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  /** `prompt #"…"#`, delimiters included; absent for a prompt of another kind. */
  readonly prompt?: BamlBlock;
  /** Where the prompt, or the function, stands. */
  readonly at: number;
}

/** A `template_string`, which prompts call like a function. */
export interface BamlTemplate {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly content: string;
}

/** A block string: `#"…"#`, with as many hashes as it takes. */
export interface BamlBlock {
  readonly start: number;
  readonly end: number;
  readonly hashes: number;
}

export interface BamlFile {
  readonly functions: readonly BamlFunction[];
  readonly templates: readonly BamlTemplate[];
}

/** A block string that nothing closes. */
export class UnclosedBlock extends Error {
  constructor(readonly at: number) {
    super('unclosed block string');
  }
}

/** The text between the delimiters of a block string. */
export function blockContent(text: string, { start, end, hashes }: BamlBlock): string {
  return text.slice(start + hashes + 1, end - hashes - 1);
}

interface Token {
  readonly kind: 'word' | 'string' | 'block' | 'mark';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of a block. */
  readonly hashes: number;
}

const TOKEN =
  /\s+|\/\/[^\n]*|(?<comment>\/\*)|(?<word>[A-Za-z_][\w-]*)|(?<string>"(?:[^"\\\n]+|\\.)*"?)|(?<hashes>#+)"|#+|->|[^]/uy;

/** Comments and blanks are left out. @throws UnclosedBlock */
function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text)!;
    const { comment, word, string, hashes } = match.groups!;
    let end = at + match[0].length;
    if (comment !== undefined) end = endOf(text, '*/', end) ?? text.length;
    if (hashes !== undefined) {
      const close = endOf(text, `"${hashes}`, end);
      if (close === undefined) throw new UnclosedBlock(at);
      end = close;
    }
    const value = text.slice(at, end);
    const isToken = comment === undefined && !/^(?:\s|\/\/)/.test(value);
    const kind =
      word !== undefined ? 'word' : string !== undefined ? 'string' : hashes !== undefined ? 'block' : 'mark';
    if (isToken) yield { kind, text: value, start: at, end, hashes: hashes?.length ?? 0 };
    at = end;
  }
}

function endOf(text: string, delimiter: string, from: number): number | undefined {
  const at = text.indexOf(delimiter, from);
  return at === -1 ? undefined : at + delimiter.length;
}

/**
 * The functions and template strings of a BAML file. Everything else is passed over.
 * @see https://docs.boundaryml.com/ref/baml/function
 * @throws UnclosedBlock
 */
export function scanBaml(text: string): BamlFile {
  const tokens = [...tokensOf(text)];
  const functions: BamlFunction[] = [];
  const templates: BamlTemplate[] = [];
  let depth = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    depth += depthOf(token);
    const name = tokens[index + 1];
    if (depth > 0 || token.kind !== 'word' || name?.kind !== 'word') continue;
    if (token.text !== 'function' && token.text !== 'template_string') continue;
    const { names: parameters, next } = parametersAt(tokens, index + 2);
    if (token.text === 'function') {
      const { at, prompt, last } = bodyAfter(tokens, next);
      functions.push({ name: name.text, parameters, at: at ?? token.start, ...(prompt && { prompt }) });
      index = last;
    } else {
      const block = tokens[next];
      if (block?.kind === 'block') {
        templates.push({ name: name.text, parameters, content: blockContent(text, block) });
      }
      index = next;
    }
  }
  return { functions, templates };
}

function depthOf({ kind, text }: Token): number {
  if (kind !== 'mark') return 0;
  if (text === '{') return 1;
  return text === '}' ? -1 : 0;
}

/** The names of the parameters in the parentheses that open at a token, and the index after them. */
function parametersAt(tokens: readonly Token[], from: number) {
  const names: string[] = [];
  if (tokens[from]?.text !== '(') return { names, next: from };
  let depth = 0;
  let index = from;
  for (; index < tokens.length; index++) {
    const { kind, text } = tokens[index]!;
    if (kind === 'mark' && '([{'.includes(text)) depth++;
    if (kind === 'mark' && ')]}'.includes(text)) depth--;
    if (depth === 0) break;
    if (kind === 'word' && depth === 1 && '(,'.includes(tokens[index - 1]!.text)) names.push(text);
  }
  return { names, next: index + 1 };
}

interface Body {
  readonly at?: number;
  readonly prompt?: BamlBlock;
  /** Index of the token that closes the body. */
  readonly last: number;
}

/** The prompt of the function whose body opens next. */
function bodyAfter(tokens: readonly Token[], from: number): Body {
  let depth = 0;
  let found: Omit<Body, 'last'> = {};
  let index = from;
  for (; index < tokens.length; index++) {
    const token = tokens[index]!;
    depth += depthOf(token);
    if (depth === 0 && token.text === '}') break;
    const next = tokens[index + 1];
    if (depth !== 1 || token.text !== 'prompt' || !next) continue;
    found = next.kind === 'block' ? { at: next.start, prompt: next } : { at: token.start };
  }
  return { ...found, last: index };
}
