import { restrictsAnswer, says } from '../reading.js';
import { jsonEdits } from './jsonEdits.js';
import { areLabels, labelEdits } from './labelEdits.js';
import type { ShownCause, ShownRow } from './metaPrompt.js';

const BARE_LABEL = [
  'Answer with the label only, and no other words.',
  'Reply with exactly one of the labels and nothing else.',
  'Output just the label: no explanation, no formatting.',
];
const BARE_NUMBER = [
  'Write the final number alone on the last line, with nothing after it.',
  'Reply with only the number, without words or units.',
];
const BARE_TEXT = ['Answer with the text only, without title, introduction or comment.'];
const CAREFUL = [
  'Work step by step, then write only the final number on the last line.',
  'Think it through step by step, showing each step, and end with just the number on its own line.',
];

/**
 * Sentences that a prompt could gain against one cause, the most fitting first. All follow from what the request shows:
 * its directions, feedback and rows.
 */
export function editsFor(cause: ShownCause, prompt: string): string[] {
  const about = [cause.name, cause.direction, ...cause.rows.flatMap((row) => row.feedback)].join('\n');
  const all = [
    ...formEdits(about, cause.rows),
    ...jsonEdits(cause.rows, about),
    ...numberEdits(about, cause.rows),
    ...(areLabels(cause.rows) ? [...bareLabel(about, cause.rows), ...labelEdits(cause.rows)] : []),
    ...directionEdit(cause.direction),
  ];
  return [...new Set(all)].filter((edit) => !prompt.includes(edit) && !alreadySaid(edit, prompt));
}

/** An instruction that the prompt follows already would be a wasted candidate. */
function alreadySaid(edit: string, prompt: string): boolean {
  return [...BARE_LABEL, ...BARE_TEXT].includes(edit) && restrictsAnswer(prompt);
}

function bareLabel(about: string, rows: readonly ShownRow[]): string[] {
  const wrapped = rows.filter(
    (row) =>
      row.answer.length > row.expected.length + 3 &&
      row.answer.toLowerCase().includes(row.expected.toLowerCase()),
  );
  const told =
    /\bwrap\w*|\bonly\b|\bnothing (else|but|more)|\bextra\b|\baround\b|\bbare\b|\balone\b|\bother (text|words)/i.test(
      about,
    );
  return wrapped.length > rows.length / 2 || (told && wrapped.length > 0) ? BARE_LABEL : [];
}

function numberEdits(about: string, rows: readonly ShownRow[]): string[] {
  const wanted = rows.filter((row) => /^[-$€£]?[\d,]+(\.\d+)?%?$/.test(row.expected.trim()));
  if (wanted.length === 0 || wanted.length < rows.length / 2) return [];
  const numbers = (text: string) =>
    (text.match(/-?\d[\d,]*(?:\.\d+)?/g) ?? []).map((each) => Number(each.replaceAll(',', '')));
  const wrong = wanted.filter((row) => !numbers(row.answer).includes(numbers(row.expected)[0] ?? Number.NaN));
  const told = /\bwrap\w*|\bonly the\b|\bnothing else\b|\blast line\b|\balone\b|\bno number\b/i.test(about);
  return wrong.length > wanted.length / 2 && !told
    ? [...CAREFUL, ...BARE_NUMBER]
    : [...BARE_NUMBER, ...CAREFUL];
}

function formEdits(about: string, rows: readonly ShownRow[]): string[] {
  if (!/\bsyllables?\b|\blines?\b/i.test(about) || rows.some((row) => /^[\d.,]+$|[{}]/.test(row.expected)))
    return [];
  const counts = /\b(\d+)\s*[-–,/ ]\s*(\d+)\s*(?:[-–,/ ]|,? and)\s*(\d+)\b/.exec(about)?.slice(1);
  const form = counts
    ? [`Write exactly three lines of ${counts[0]}, ${counts[1]} and ${counts[2]} syllables.`]
    : [];
  const counting = says(about, /syllable/i) ? ['Count the syllables of each line before you answer.'] : [];
  const frame = 'Write only the poem: no title, no introduction, no comment.';
  const lines = /\b(extra|title|too many|more than|instead of \w+|\d+ lines)\b/i.test(about);
  return lines ? [frame, ...form, ...counting] : [...form, frame, ...counting];
}

/** The scorers' direction is an order that fits every row of its cause, so it can stand in the prompt as it is. */
function directionEdit(direction: string): string[] {
  const text = direction.trim();
  if (text === '') return [];
  return [`${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.\s]+$/, '')}.`];
}
