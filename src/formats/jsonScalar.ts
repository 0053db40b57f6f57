import { mergeLines } from './lines.js';
import { cutMargins } from './margins.js';
import { majorityLineEnd } from './source.js';

/** A string literal as it stands in a JSON file. */
export interface JsonScalarSource {
  /** The literal with its quotes. */
  readonly raw: string;
  /** All of the file, for how it spells characters that the literal does not have. */
  readonly file: string;
}

/**
 * The literal that holds a new text in place of the old one. Blank lines around the old text are kept, and so is how its
 * lines end. What stays at both ends of the old text keeps its spelling to the letter; the rest is spelt as the literal
 * spells such characters, else as the file does: `é` or `\u00e9`, `/` or `\/`, `\u00AB` or `\u00ab`.
 * @param text LF line ends, no blank lines at either end
 */
export function encodeJsonScalar(source: JsonScalarSource, text: string): string {
  const old = spellings(source.raw.slice(1, -1), EVERY);
  const oldValue = old.map((each) => each.character).join('');
  const { before, core, after } = cutMargins(oldValue);
  const asIs = (line: string) => line;
  const lineEnd = majorityLineEnd(oldValue) ?? '\n';
  const merged = mergeLines(core, text.split('\n'), { meaning: asIs, write: asIs, lineEnd });
  const value = Array.from(before + merged + after);

  const room = Math.min(old.length, value.length);
  let head = 0;
  while (head < room && old[head]!.character === value[head]) head++;
  let tail = 0;
  while (tail < room - head && old.at(-1 - tail)!.character === value.at(-1 - tail)) tail++;

  const habit = new Habit(old, spellings(source.file, TELLING));
  const kept = (part: readonly Spelling[]) => part.map((each) => each.spelling).join('');
  const middle = value.slice(head, value.length - tail).map((character) => habit.spell(character));
  return `"${kept(old.slice(0, head))}${middle.join('')}${kept(old.slice(old.length - tail))}"`;
}

/** A character (a code point) and how the file writes it. */
interface Spelling {
  readonly character: string;
  readonly spelling: string;
}

const ESCAPE = String.raw`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.`;
const EVERY = new RegExp(`${ESCAPE}|[^]`, 'gu');
/** Only what tells of a habit. */
const TELLING = new RegExp(String.raw`${ESCAPE}|[^\x00-\x7f]`, 'gu');

function spellings(text: string, pattern: RegExp): Spelling[] {
  return Array.from(text.matchAll(pattern), ([spelling]) => ({ character: decoded(spelling), spelling }));
}

const SHORT: Readonly<Record<string, string>> = {
  '\\b': '\b',
  '\\f': '\f',
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
};

function decoded(spelling: string): string {
  if (!spelling.startsWith('\\')) return spelling;
  if (!spelling.startsWith('\\u')) return SHORT[spelling] ?? spelling.slice(1);
  return spelling.replace(/\\u(.{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** How a file writes characters for which JSON leaves a choice. */
class Habit {
  readonly #seen = new Map<string, string>();
  /** Whether characters beyond ASCII that were not seen are written as escapes. */
  readonly #escapes: boolean;
  readonly #upperCase: boolean;

  constructor(literal: readonly Spelling[], file: readonly Spelling[]) {
    for (const { character, spelling } of [...literal, ...file]) {
      if (!this.#seen.has(character)) this.#seen.set(character, spelling);
    }
    const isEscape = ({ spelling }: Spelling) => spelling.startsWith('\\u');
    const isBeyondAscii = ({ character }: Spelling) => character > '\x7f';
    const most = (test: (each: Spelling) => boolean, of: (each: Spelling) => boolean) =>
      majority(literal.filter(of), test) ?? majority(file.filter(of), test) ?? false;
    this.#escapes = most(isEscape, isBeyondAscii);
    this.#upperCase = most(
      ({ spelling }) => /[A-F]/.test(spelling),
      (each) => isEscape(each) && /[a-f]/i.test(each.spelling.slice(2)),
    );
  }

  spell(character: string): string {
    const seen = this.#seen.get(character);
    if (seen !== undefined) return seen;
    const isEscape = HIDDEN.test(character) || (this.#escapes && character > '\x7f');
    return isEscape ? this.#escape(character) : JSON.stringify(character).slice(1, -1);
  }

  #escape(character: string): string {
    return character
      .split('')
      .map((unit) => {
        const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
        return `\\u${this.#upperCase ? hex.toUpperCase() : hex}`;
      })
      .join('');
  }
}

/** Whether a test holds for more than half; undefined for nothing to test. */
function majority<T>(items: readonly T[], test: (item: T) => boolean): boolean | undefined {
  return items.length === 0 ? undefined : items.filter(test).length * 2 > items.length;
}

/** Characters that editors do not show, or take as line ends. */
const HIDDEN = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
