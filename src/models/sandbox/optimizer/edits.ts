import { restrictsAnswer } from '../reading.js';
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
const HAIKU = ['5', '7', '5'];
const CAREFUL = [
  'Work step by step, then write only the final number on the last line.',
  'Think it through step by step, showing each step, and end with just the number on its own line.',
];

/** Causes whose rows do not keep to a form that the prompt may well ask for already. */
const FORM_BROKEN = /wrapped|fenced|markup|text|too-many|not-last/;

/** Sentences about what may stand in an answer besides what is asked for. */
const FORM = /\b(only|just|nothing|alone|bare)\b/i;

/**
 * Sentences that a prompt could gain against one cause, the most fitting first. All follow from what the request shows:
 * its directions, feedback and rows.
 */
export function editsFor(cause: ShownCause, prompt: string): string[] {
  const about = [cause.name, cause.direction, ...cause.rows.flatMap((row) => row.feedback)].join('\n');
  const labels = areLabels(cause.rows) ? [...bareLabel(about, cause.rows), ...labelEdits(cause.rows)] : [];
  const all = [
    ...formEdits(about, cause.rows, prompt),
    ...jsonEdits(cause.rows, about),
    ...numberEdits(about, cause.rows),
    ...labels,
    ...(labels.length > 0 ? [] : directionEdit(cause.direction)),
  ];
  const formIsTold = restrictsAnswer(prompt) && !FORM_BROKEN.test(cause.name);
  return [...new Set(all)].filter(
    (edit) => !prompt.includes(edit) && !(formIsTold && FORM.test(edit) && !CAREFUL.includes(edit)),
  );
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

function formEdits(about: string, rows: readonly ShownRow[], prompt: string): string[] {
  if (!/\bsyllables?\b|\blines?\b/i.test(about) || rows.some((row) => /^[\d.,]+$|[{}]/.test(row.expected)))
    return [];
  const told = /\b(\d+)\s*[-–,/ ]\s*(\d+)\s*(?:[-–,/ ]|,? and)\s*(\d+)\b/.exec(about)?.slice(1);
  const counts = told ?? (/\bhaikus?\b/i.test(prompt) ? HAIKU : undefined);
  const form = counts
    ? [
        `Write exactly three lines of ${counts[0]}, ${counts[1]} and ${counts[2]} syllables.`,
        `The form is ${counts.join('-')}: count the syllables of each line and correct the line where the count is off.`,
      ]
    : ['Count the syllables of each line before you answer.'];
  const frame = [
    'Write only the poem: no title, no introduction, no comment.',
    'Answer with the lines of the poem and nothing else, without a title.',
  ];
  return /lines:too-many|\btitle\b/i.test(about) ? [...frame, ...form] : [...form, ...frame];
}

/** The scorers' direction is an order that fits every row of its cause, so it can stand in the prompt as it is. */
function directionEdit(direction: string): string[] {
  const text = direction.trim();
  if (text === '' || /\blike these\b/i.test(text)) return [];
  return [`${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.\s]+$/, '')}.`];
}
