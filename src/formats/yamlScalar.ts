import { parse } from 'yaml';
import { cutMargins } from './margins.js';
import { mergeLines } from './lines.js';
import type { LineEnd } from './source.js';

/** A scalar as it stands in a YAML file. */
export interface YamlScalarSource {
  /** The span's bytes as text, line ends as they are: the token without the line ends and blank lines after it. */
  readonly raw: string;
  /** The value that it stands for. */
  readonly value: string;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** Columns by which the mapping is indented that holds the scalar. */
  readonly parentIndent: number;
  /** The line end for new lines when the scalar has none. */
  readonly lineEnd: LineEnd;
}

/**
 * Ways to write a new text into a scalar, the scalar's own style first, then literal for several lines, then double
 * quotes. Blank lines around the old text are kept. Whether a way fits the place (a flow mapping, a comment behind the
 * scalar) shows only when the file is read again, so the caller tries them in order.
 * @param text LF line ends, no blank lines at either end
 */
export function* encodeYamlScalar(scalar: YamlScalarSource, text: string): Generator<string> {
  const { before, after } = cutMargins(scalar.value);
  const value = before + text + after;
  const isLine = !value.includes('\n');
  const needsEscape = UNPRINTABLE.test(value);
  const isBlock = scalar.style === 'literal' || scalar.style === 'folded';
  if (!needsEscape) {
    if (scalar.style === 'plain' && isLine && isPlain(value)) yield value;
    if (scalar.style === 'single' && isLine) yield `'${value.replaceAll("'", "''")}'`;
    if (isBlock && text !== '') {
      yield encodeBlock(scalar, before + text, scalar.style);
      if (scalar.style === 'folded') yield encodeBlock(scalar, before + text, 'literal');
    }
    if (!isBlock && scalar.style !== 'double' && !isLine) {
      yield newLiteral(scalar, before + text, after);
    }
  }
  yield doubleQuoted(value) + (isBlock ? headerComment(scalar.raw) : '');
}

/**
 * What cannot stand outside of double quotes: control characters, and the characters that YAML 1.1 readers take as line
 * breaks or as a byte-order mark.
 */
const UNPRINTABLE = /[^\t\n\x20-\x7e\xa0-\u{10ffff}]|[\u2028\u2029\ufeff\ufffe\uffff]/u;

/** Document marks, the special keys of YAML 1.1, and tabs, which libyaml refuses in some places. */
const NEVER_PLAIN = /^(?:---|\.\.\.|=$|<<$)|\t/;

/** Whether every reader takes a plain scalar as this very text: YAML 1.1 knows more numbers, booleans and dates. */
function isPlain(value: string): boolean {
  if (value === '' || NEVER_PLAIN.test(value)) return false;
  try {
    return (['1.1', '1.2'] as const).every(
      (version) => parse(value, { version, prettyErrors: false, logLevel: 'silent' }) === value,
    );
  } catch {
    return false;
  }
}

function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const HEADER = /^(?<style>[|>])(?<rest>[-+0-9]*)(?<comment>[^\r\n]*)/;

function readHeader(raw: string) {
  const { rest = '', comment = '' } = HEADER.exec(raw)?.groups ?? {};
  const digit = /[1-9]/.exec(rest)?.[0];
  return {
    length: 1 + rest.length + comment.length,
    chomping: rest.replace(/[0-9]/g, ''),
    indentation: digit === undefined ? undefined : Number(digit),
    /** With the blanks before it. */
    comment: comment.trimEnd(),
  };
}

function headerComment(raw: string): string {
  return readHeader(raw).comment;
}

/** A block scalar with a new text in a style; chomping, indentation and comment of its header stay. */
function encodeBlock(scalar: YamlScalarSource, text: string, style: 'literal' | 'folded'): string {
  const header = readHeader(scalar.raw);
  const headerEnd = /^(?:\r\n|\r|\n)/.exec(scalar.raw.slice(header.length))?.[0] ?? scalar.lineEnd;
  const oldContent = scalar.raw.slice(header.length).replace(/^(?:\r\n|\r|\n)/, '');
  const indent = blockIndent(scalar, oldContent);
  const lines = style === 'literal' ? text.split('\n') : foldedLines(text, oldContent, indent);
  const hasIndentation = header.indentation !== undefined || /^\n*[ \t]/.test(text);
  const indicator = hasIndentation ? String(indent - scalar.parentIndent) : '';
  const head = `${style === 'literal' ? '|' : '>'}${indicator}${header.chomping}${header.comment}`;
  const content = mergeLines(oldContent, lines, {
    meaning: (line) => (/^ *$/.test(line) && line.length <= indent ? '' : line.slice(indent)),
    write: (line) => (line === '' ? '' : ' '.repeat(indent) + line),
    lineEnd: headerEnd as LineEnd,
  });
  // A lone CR before an LF would become one CRLF.
  return head + (headerEnd === '\r' && content.startsWith('\n') ? '\r\n' : headerEnd) + content;
}

/** Columns by which the content of a block scalar is indented. */
function blockIndent(scalar: YamlScalarSource, content: string): number {
  const { indentation } = readHeader(scalar.raw);
  if (indentation !== undefined) return scalar.parentIndent + indentation;
  const first = /(?:^|[\r\n])( *)[^ \r\n]/.exec(content);
  return first?.[1] === undefined ? scalar.parentIndent + INDENT_STEP : first[1].length;
}

const INDENT_STEP = 2;

/** A literal block in place of a scalar of another style. */
function newLiteral(scalar: YamlScalarSource, text: string, after: string): string {
  const indent = scalar.parentIndent + INDENT_STEP;
  const indicator = /^\n*[ \t]/.test(text) ? String(INDENT_STEP) : '';
  const chomping = after === '' ? '-' : after === '\n' ? '' : '+';
  const lines = text.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return [`|${indicator}${chomping}`, ...lines].join(scalar.lineEnd);
}

/** Below this many columns a folded paragraph is not wrapped, so that a short old text does not narrow a new one. */
const LEAST_WIDTH = 60;

/**
 * The lines of a folded block that stand for a text. Paragraphs are wrapped at the width of the old block, which gives
 * the same lines again for a paragraph that has not changed where an editor had wrapped it.
 */
function foldedLines(text: string, oldContent: string, indent: number): string[] {
  const width = Math.max(
    LEAST_WIDTH,
    ...oldContent.split(/\r\n|\r|\n/).map((line) => line.slice(indent).length),
  );
  const lines: string[] = [];
  let previous: string | undefined;
  for (const line of text.split('\n')) {
    // A line break between two lines that start with text would be folded into a blank, so it takes an empty line.
    if (previous !== undefined && isFoldable(previous) && isFoldable(line)) lines.push('');
    lines.push(...(isFoldable(line) ? wrap(line, width) : [line]));
    if (line !== '') previous = line;
  }
  return lines;
}

function isFoldable(line: string): boolean {
  return line !== '' && !line.startsWith(' ') && !line.startsWith('\t');
}

/** Breaks a line at single blanks between words, as late as the width allows. */
function wrap(line: string, width: number): string[] {
  const words = line.split(/(?<=[^ \t]) (?=[^ \t])/);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
