import type { Expected } from '../core/testset.js';

/** The texts that an expected value allows: the items of a list, else the value itself; data as compact JSON. */
export function expectedTexts(expected: Expected): readonly string[] {
  return (Array.isArray(expected) ? expected : [expected]).map((each: unknown) =>
    typeof each === 'string' ? each : JSON.stringify(each),
  );
}

const SHOWN_LENGTH = 60;

/** A text in quotation marks on one line, cut when long. */
export function shown(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  if (line.length <= SHOWN_LENGTH) return `"${line}"`;
  return `"${graphemes(line).slice(0, SHOWN_LENGTH).join('')}…"`;
}

const segmenter = new Intl.Segmenter();

/** The characters of a text as people count them: an emoji or a letter with accents is one. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), (each) => each.segment);
}

/** Names in a row: `a, b or c`. */
export function eitherOf(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}

export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** How an answer misses the text that was expected. `wrapped`: the text stands inside a longer answer. */
export type Miss = 'empty' | 'case' | 'whitespace' | 'markup' | 'wrapped' | 'cut-off' | 'different';

/** Names the smallest kind of edit that would have made the answer right. Outer whitespace is no miss. */
export function missOf(expected: string, output: string): Miss {
  const wanted = expected.trim();
  const given = output.trim();
  if (given === '') return 'empty';
  if (folded(given) === folded(wanted)) return 'case';
  if (folded(given).replace(/\s+/g, '') === folded(wanted).replace(/\s+/g, '')) return 'whitespace';
  if (folded(undecorated(given)) === folded(undecorated(wanted))) return 'markup';
  if (occursIn(wanted, given)) return 'wrapped';
  if (given.length >= CUT_OFF_LENGTH && folded(wanted).startsWith(folded(given))) return 'cut-off';
  return 'different';
}

/** A shorter answer that happens to begin like the expected one is not called cut off. */
const CUT_OFF_LENGTH = 10;

/** Whether a text stands in a longer one as whole words, whatever the case. */
export function occursIn(wanted: string, longer: string): boolean {
  if (wanted.trim() === '') return false;
  const escaped = wanted.trim().replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'iu').test(longer);
}

/** A text without code fence, Markdown emphasis, heading and list marks, outer quotation marks and end punctuation. */
export function undecorated(text: string): string {
  const inner = unfenced(text) ?? text;
  return inner
    .trim()
    .replace(/^(?:#{1,6}\s+|[-*+]\s+|>\s+)/, '')
    .replace(/^[\s"'`*_“”‘’«»([{]+|[\s"'`*_“”‘’«»)\]}.!,;:]+$/gu, '');
}

/** What stands in the one code fence of a text; undefined when the text is not one fence. */
function unfenced(text: string): string | undefined {
  return /^\s*```[^\n`]*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1];
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
