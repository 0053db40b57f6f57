import { diffArrays } from 'diff';
import type { LineEnd } from '../source.js';

/** What kind of string literal a program has: what its backslashes, line ends and braces mean. */
export interface LiteralKind {
  readonly language: 'python' | 'script';
  /** `'`, `"`, three of them, or a backtick. */
  readonly quote: string;
  /** Python's `r`: a backslash is a backslash. */
  readonly raw: boolean;
  /** How values stand in the literal: a Python f-string, a template literal, or not at all. */
  readonly fields: 'none' | 'f-string' | 'template';
}

/** A character and how the literal writes it. A line continuation is no character. */
export interface Spelling {
  readonly character: string;
  readonly spelling: string;
}

/** Why a literal cannot be read exactly, as a clause. */
export class UnreadableLiteral extends Error {}

const SHORT: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const TOKENS = {
  python:
    /\\(?:\r\n|\r|\n)|\\[0-7]{1,3}|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\[^]|\r\n|[^]/gu,
  script:
    /\\(?:\r\n|[\r\n\u2028\u2029])|\\0(?![0-9])|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]{1,6}\}|\\[^]|\r\n|[^]/gu,
};

/**
 * The characters of a literal.
 * @param content what stands between the quotes
 * @throws UnreadableLiteral for what cannot be told from a placeholder, or has no meaning without the program
 */
export function spellings(kind: LiteralKind, content: string): Spelling[] {
  const pattern = kind.raw ? /\r\n|[^]/gu : TOKENS[kind.language];
  const all = Array.from(content.matchAll(pattern), ([spelling]) => ({
    character: characterOf(kind, spelling),
    spelling,
  }));
  const joined = joinSurrogates(all);
  if (kind.fields !== 'none') refuseHiddenFields(kind, joined);
  return joined;
}

/** The text that a literal stands for, line ends as LF. */
export function textOf(parts: readonly Spelling[]): string {
  return parts.map(({ character }) => character).join('');
}

function characterOf(kind: LiteralKind, spelling: string): string {
  if (spelling === '\r\n' || spelling === '\r') return '\n';
  if (kind.raw || !spelling.startsWith('\\')) return spelling;
  const rest = spelling.slice(1);
  const [first = ''] = rest;
  const isContinuation = kind.language === 'python' ? /^[\r\n]/ : /^[\r\n\u2028\u2029]/;
  if (isContinuation.test(rest)) return '';
  if (/^[xuU]/.test(first) && rest.length > 1) {
    const code = Number.parseInt(rest.slice(1).replace(/[{}]/g, ''), 16);
    if (code > 0x10ffff)
      throw new UnreadableLiteral(`it holds the escape ${spelling}, which is no character`);
    return String.fromCodePoint(code);
  }
  if (kind.language === 'python') return pythonEscape(rest, first);
  if (rest === '0') return '\0';
  if (/^[0-9xu]/.test(first)) throw new UnreadableLiteral(`it holds the escape \\${first}`);
  return first === 'a' ? 'a' : (SHORT[first] ?? rest);
}

function pythonEscape(rest: string, first: string): string {
  if (/^[0-7]/.test(first)) return String.fromCharCode(Number.parseInt(rest, 8));
  if (/^[NxuU]/.test(first)) throw new UnreadableLiteral(`it holds the escape \\${first}`);
  if ('\\\'"'.includes(first)) return first;
  // Python keeps the backslash of an escape that it does not know.
  return SHORT[first] ?? `\\${rest}`;
}

/** Two escapes that make one character become one. */
function joinSurrogates(parts: readonly Spelling[]): Spelling[] {
  const joined: Spelling[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && /^[\ud800-\udbff]$/.test(last.character) && /^[\udc00-\udfff]$/.test(part.character)) {
      joined[joined.length - 1] = {
        character: last.character + part.character,
        spelling: last.spelling + part.spelling,
      };
    } else joined.push(part);
  }
  if (joined.some(({ character }) => /^\p{Surrogate}$/u.test(character))) {
    throw new UnreadableLiteral('it holds half of a character');
  }
  return joined;
}

/** Beside values of the program, an escaped brace would look like one more. */
function refuseHiddenFields(kind: LiteralKind, parts: readonly Spelling[]): void {
  const opens = parts.map(({ character, spelling }, index) => {
    const next = parts[index + 1];
    if (kind.fields === 'f-string') return /^[{}]$/.test(character) ? spelling : undefined;
    return character === '$' && next?.character === '{' ? spelling + next.spelling : undefined;
  });
  const isPlain = (spelling: string | undefined) => spelling !== undefined && !spelling.includes('\\');
  const hides = opens.some((spelling) => spelling !== undefined && !isPlain(spelling));
  if (hides && (kind.fields === 'f-string' || opens.some(isPlain))) {
    throw new UnreadableLiteral('an escaped brace in it cannot be told from a placeholder');
  }
}

export interface WriteOptions {
  /** Whether `${name}` in the text is a value of the program. */
  readonly isField: (name: string) => boolean;
  /** The line end for new lines where the literal has none. */
  readonly lineEnd: LineEnd;
  /** Whether the closing quotes follow at once. */
  readonly isLast: boolean;
}

/**
 * A new text for a literal. Lines that stay keep their bytes; new lines spell characters as the literal does, else as
 * plainly as its quotes allow.
 */
export function writeLiteral(
  kind: LiteralKind,
  old: readonly Spelling[],
  text: string,
  options: WriteOptions,
): string {
  const lines = linesOf(old);
  const seen = new Map(
    old
      .filter(({ character }) => HIDDEN.test(character))
      .map(({ character, spelling }) => [character, spelling]),
  );
  const lineEnd = lines.find(({ end }) => end)?.end ?? newLineEnd(kind, options.lineEnd);
  const written: Line[] = [];
  let at = 0;
  const changes = diffArrays(
    lines.map((line) => textOf(line.parts)),
    text.split('\n'),
  );
  for (const { added, removed, value } of changes) {
    if (added) {
      written.push(...value.map((line) => ({ parts: spell(kind, line, seen, options), end: lineEnd })));
      continue;
    }
    if (!removed) written.push(...lines.slice(at, at + value.length));
    at += value.length;
  }
  const last = written.length - 1;
  const parts = written.flatMap((line, index) => [
    ...line.parts,
    ...(index === last ? [] : [{ character: '\n', spelling: (line.end ?? lineEnd).spelling }]),
  ]);
  return withoutClosing(kind, parts, options.isLast);
}

interface Line {
  readonly parts: readonly Spelling[];
  /** Absent on the last. */
  readonly end?: Spelling;
}

function linesOf(parts: readonly Spelling[]): Line[] {
  const lines: Line[] = [];
  let from = 0;
  parts.forEach((part, index) => {
    if (part.character !== '\n') return;
    lines.push({ parts: parts.slice(from, index), end: part });
    from = index + 1;
  });
  return [...lines, { parts: parts.slice(from) }];
}

function newLineEnd(kind: LiteralKind, lineEnd: LineEnd): Spelling {
  const isOneLine = kind.quote === "'" || kind.quote === '"';
  return { character: '\n', spelling: isOneLine ? '\\n' : lineEnd };
}

/** Controls, and characters that editors do not show or take as line ends. */
const HIDDEN = /^(?:(?!\n)\p{Cc}|[\x80-\u{10ffff}])$/u;
const NEEDS_ESCAPE = /^(?:(?![\t\n])\p{Cc}|[\u2028\u2029\ufeff\ufffe\uffff])$/u;

function spell(
  kind: LiteralKind,
  line: string,
  seen: ReadonlyMap<string, string>,
  { isField }: WriteOptions,
): Spelling[] {
  const texts = kind.fields === 'template' ? openersOfText(line, isField) : new Set<number>();
  let offset = 0;
  return Array.from(line, (character) => {
    const isText = texts.has(offset);
    offset += character.length;
    return { character, spelling: isText ? `\\${character}` : spelled(kind, character, seen) };
  });
}

function spelled(kind: LiteralKind, character: string, seen: ReadonlyMap<string, string>): string {
  if (kind.raw) return character;
  const known = seen.get(character);
  if (known !== undefined) return known;
  if (character === '\\') return '\\\\';
  if (character === kind.quote) return `\\${character}`;
  if (!NEEDS_ESCAPE.test(character)) return character;
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/** Where `${` in a line is text and begins no value of the program. */
function openersOfText(line: string, isField: (name: string) => boolean): ReadonlySet<number> {
  const openers = new Set<number>();
  for (const match of line.matchAll(/\$\{(?:[ \t]*(?<name>[\p{L}\p{N}_$]+)[ \t]*\})?/gu)) {
    const name = match.groups?.name;
    if (name === undefined || !isField(name)) openers.add(match.index);
  }
  return openers;
}

/** The literal with those quotes escaped that would close it too early. */
function withoutClosing(kind: LiteralKind, parts: readonly Spelling[], isLast: boolean): string {
  const [quote = ''] = kind.quote;
  if (kind.raw || kind.quote.length === 1) return parts.map(({ spelling }) => spelling).join('');
  let run = 0;
  return parts
    .map(({ spelling }, index) => {
      run = spelling === quote ? run + 1 : 0;
      const closes = run === 3 || (run > 0 && isLast && index === parts.length - 1);
      if (!closes) return spelling;
      run = 0;
      return `\\${quote}`;
    })
    .join('');
}
