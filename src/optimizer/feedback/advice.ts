import type { Advice } from '../../core/candidate.js';
import { shortHash } from '../../core/hash.js';
import type { EditableSpan } from '../../core/prompt.js';
import type { Cause } from './causes.js';

/**
 * Advice for a cause. Its id follows from the prompt's path and the cause, so that the same trouble keeps its name from
 * run to run.
 * @param words what the optimizer model says of the cause, with a part after `Direction:`; without it the scorers' own
 *   words stand, and their direction goes before the model's
 */
export function adviceFor(
  cause: Cause,
  span: EditableSpan,
  promptPath: string,
  words: string | undefined,
): Advice {
  const [sample] = cause.rows;
  const [, said = words, way = ''] = /^([\s\S]*?)\s*\bdirection:\s*([\s\S]*)$/i.exec(words ?? '') ?? [];
  const count = cause.rows.length === 1 ? '1 row' : `${cause.rows.length} rows`;
  return {
    id: `a-${shortHash(`${promptPath}\u0000${span.id}\u0000${cause.name}`).slice(0, 8)}`,
    cause: cause.name,
    text: said === undefined ? `${count}: ${sample?.texts[0] ?? cause.name}` : said.trim(),
    direction: cause.direction || way.trim(),
    rows: cause.rows.map(({ row }) => row.id),
    lines: linesConcerned(span, [cause.direction, ...cause.rows.flatMap(({ texts }) => texts)].join(' ')),
  };
}

/** Words too common to tell one line of a prompt from another. */
const COMMON = new Set(
  'about after again also and answer any are but can does each else expected for from has have into its like more must not only other out row said should than that the then there they this too was were what when where which will with words write you your'.split(
    ' ',
  ),
);

/**
 * The lines of the prompt file that speak of the same things as a feedback, 1-based; the span's last line, where a rule
 * would be added, when none does.
 */
export function linesConcerned(span: EditableSpan, feedback: string): number[] {
  const wanted = contentWords(feedback);
  const scored = span.text.split('\n').map((line, index) => ({
    line: span.firstLine + index,
    hits: [...contentWords(line)].filter((word) => wanted.has(word)).length,
  }));
  const most = Math.max(0, ...scored.map(({ hits }) => hits));
  if (most === 0) {
    const lastWithText = scored.filter((_, index) => span.text.split('\n')[index]!.trim() !== '').at(-1);
    return [lastWithText?.line ?? span.firstLine];
  }
  return scored.filter(({ hits }) => hits === most).map(({ line }) => line);
}

function contentWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return new Set(words.filter((word) => !COMMON.has(word)));
}
