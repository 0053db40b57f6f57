import type { CodeComment, CodeString, ScannedCode } from './scan.js';

const TOKEN =
  /#[^\n]*|(?<![\p{L}\p{N}_])(?<prefix>[a-zA-Z]{0,2})(?<quote>"""|'''|"|')|[\p{L}\p{N}_]+|[([{]|[)\]}]|[^\p{L}\p{N}_#"'([{)\]}]+/uy;

/** Longest expression between the braces of an f-string that is followed to its end. */
const MAX_FIELD = 2_000;

/** F-strings without an end to their braces that are followed; a program has hardly one. */
const MAX_BROKEN = 100;

/**
 * The strings and comments of a Python program; the rest is not looked at.
 * @see https://docs.python.org/3/reference/lexical_analysis.html
 */
export function scanPython(text: string): ScannedCode {
  const strings: CodeString[] = [];
  const comments: CodeComment[] = [];
  let depth = 0;
  let broken = 0;
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) break;
    const { prefix = '', quote } = match.groups!;
    const [token] = match;
    let end = at + token.length;
    if (quote !== undefined) {
      const from = end;
      const isFormatted = /[ft]/i.test(prefix) && broken < MAX_BROKEN;
      const formatted = isFormatted ? closeOfFormatted(text, from, quote) : undefined;
      if (isFormatted && !formatted) broken++;
      const close = formatted ?? closeOf(text, from, quote);
      const string = stringOf(at, from, close, prefix.toLowerCase(), quote, depth);
      strings.push(string);
      end = string.end;
    } else if (token.startsWith('#')) comments.push({ start: at, end });
    else if ('([{'.includes(token)) depth++;
    else if (')]}'.includes(token)) depth = Math.max(0, depth - 1);
    at = end;
  }
  return { strings, comments };
}

function stringOf(
  start: number,
  contentStart: number,
  close: Close,
  prefix: string,
  quote: string,
  depth: number,
): CodeString {
  const fault = !/^(?:|u|r|f|rf|fr)$/.test(prefix)
    ? `it is a ${prefix.includes('b') ? 'bytes' : `"${prefix}"`} literal`
    : close.closed
      ? undefined
      : 'it has no end';
  return {
    start,
    end: close.at + (close.closed ? quote.length : 0),
    contentStart,
    contentEnd: close.at,
    kind: {
      language: 'python',
      quote,
      raw: prefix.includes('r'),
      fields: prefix.includes('f') ? 'f-string' : 'none',
    },
    depth,
    substitutions: 0,
    ...(fault !== undefined && { fault }),
  };
}

interface Close {
  readonly at: number;
  readonly closed: boolean;
}

/** Where a string ends: at its quotes, or, on one line, before the end of the line. */
function closeOf(text: string, from: number, quote: string): Close {
  const pattern = quote.length === 3 ? /\\[^]|"""|'''/g : /\\[^]|["'\n]/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (match[0] === quote) return { at: match.index, closed: true };
    if (match[0] === '\n') return { at: match.index, closed: false };
    // Of four quotes of the other kind the second can begin what is looked for.
    if (match[0].length === 3) pattern.lastIndex = match.index + 1;
  }
  return { at: text.length, closed: false };
}

/** As `closeOf`, where the expressions between braces may hold strings; undefined when one has no end. */
function closeOfFormatted(text: string, from: number, quote: string): Close | undefined {
  const pattern = /\\[^]|\{\{|\{|"""|'''|["'\n]/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [token] = match;
    if (token.startsWith(quote)) return { at: match.index, closed: true };
    if (token === '\n' && quote.length === 1) return { at: match.index, closed: false };
    if (token === '{') {
      const end = endOfField(text, pattern.lastIndex);
      if (end === undefined) return undefined;
      pattern.lastIndex = end;
    } else if (/^["']{3}$/.test(token)) pattern.lastIndex = match.index + 1;
  }
  return { at: text.length, closed: false };
}

/** The offset after the brace that closes an expression. */
function endOfField(text: string, from: number): number | undefined {
  const part = text.slice(from, from + MAX_FIELD);
  let depth = 1;
  for (const match of part.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}]/g)) {
    if (match[0] === '{') depth++;
    if (match[0] === '}') depth--;
    if (depth === 0) return from + match.index + 1;
  }
  return undefined;
}
