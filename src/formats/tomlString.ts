import { parse, TomlError, type TomlTable } from 'smol-toml';
import { mergeLines } from './lines.js';
import { cutMargins } from './margins.js';
import { badPromptFile, type LineEnd, type SourceText } from './source.js';

/** A string value in a TOML file. */
export interface TomlString {
  readonly value: string;
  /** Offsets of its token in the source's text, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly quote: '"""' | "'''" | '"' | "'";
}

/** The values of a TOML file. @throws HoneError `bad-prompt-file` with the line */
export function parseToml(path: string, source: SourceText): TomlTable {
  try {
    return parse(source.text);
  } catch (cause) {
    const line = cause instanceof TomlError ? cause.line : 1;
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0]! : String(cause);
    throw badPromptFile(path, line, `this is not valid TOML: ${why}.`, 'Correct the TOML on that line.');
  }
}

/** Places that look like the key are tried, since one may stand in another string; more than these are not. */
const MAX_PLACES = 20;

/**
 * Finds the string of a key at the top level.
 * @returns undefined when the key is written in a way that this does not find, for example inside of an inline table
 */
export function findTomlString(source: SourceText, table: TomlTable, key: string): TomlString | undefined {
  const value = table[key];
  if (typeof value !== 'string') return undefined;
  const places = source.text.matchAll(new RegExp(`^[ \\t]*(["']?)${key}\\1[ \\t]*=[ \\t]*`, 'gm'));
  for (const place of [...places].slice(0, MAX_PLACES)) {
    const start = place.index + place[0].length;
    const quote = (['"""', "'''", '"', "'"] as const).find((each) => source.text.startsWith(each, start));
    const end = quote && tokenEnd(source.text, start, quote);
    if (end !== undefined && isValueOf(source.text, start, end, key))
      return { value, start, end, quote: quote! };
  }
  return undefined;
}

function tokenEnd(text: string, start: number, quote: TomlString['quote']): number | undefined {
  const isBasic = quote.startsWith('"');
  for (let at = start + quote.length; at < text.length; at++) {
    if (isBasic && text[at] === '\\') at++;
    else if (quote.length === 1 && text[at] === '\n') return undefined;
    else if (text.startsWith(quote, at)) {
      at += quote.length;
      // Up to two quotes may stand right before the closing ones.
      for (let more = 0; quote.length === 3 && more < 2 && text[at] === quote[0]; more++) at++;
      return at;
    }
  }
  return undefined;
}

/** Whether a stretch of a TOML text is what the key's value comes from. */
function isValueOf(text: string, start: number, end: number, key: string): boolean {
  const probe = '"\\u0000"';
  try {
    return parse(text.slice(0, start) + probe + text.slice(end))[key] === '\0';
  } catch {
    return false;
  }
}

/** Ways to write a new text into a string, its own kind of quotes first. Blank lines around the old text are kept. */
export function* encodeTomlString(
  string: TomlString,
  raw: string,
  text: string,
  lineEnd: LineEnd,
): Generator<string> {
  const { before, after } = cutMargins(string.value);
  const value = before + text + after;
  const { quote } = string;
  const inner = quote.length === 3 ? raw.slice(3, -3) : '';
  const several = (marks: string, content: string) => {
    // A line end right after the opening quotes is not part of the value.
    const lead = content.startsWith('\n') || /^[\r\n]/.test(inner) ? '\n' : '';
    return (
      marks + mergeLines(inner, (lead + content).split('\n'), { meaning: same, write: same, lineEnd }) + marks
    );
  };
  if (quote === "'''") yield several("'''", value);
  if (quote === "'" && !value.includes('\n')) yield `'${value}'`;
  if (quote.length === 3 || value.includes('\n')) yield several('"""', escaped(value));
  yield jsonString(value);
}

const same = (line: string) => line;

/** A text for the inside of `"""`: as in JSON, but for line ends, tabs and quotes. */
function escaped(value: string): string {
  return jsonString(value)
    .slice(1, -1)
    .replace(/\\./g, (escape) => PLAIN[escape] ?? escape)
    .replace(/"(?="")|"$/g, '\\"');
}

const PLAIN: Readonly<Record<string, string>> = { '\\"': '"', '\\n': '\n', '\\t': '\t' };

/** JSON takes DEL as it is, TOML does not. */
function jsonString(value: string): string {
  return JSON.stringify(value).replaceAll('\x7f', '\\u007f');
}
