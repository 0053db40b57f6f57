import { areLabels } from './labelEdits.js';
import type { ShownRow } from './metaPrompt.js';

/** Sentences of the kind that is tried when nothing is known of failures. Some help, some do nothing. */
const ALWAYS = [
  'Read the whole input before you answer.',
  'Be precise and careful.',
  'Think about what is really being asked.',
  'Keep the answer concise.',
];
const FOR_LABELS = [
  'Answer with the label only.',
  'Reply with exactly one label and nothing else.',
  'Choose the single best label; write only that word, in the spelling given.',
  'Consider what the writer wants to have done.',
];
const FOR_NUMBERS = [
  'Work step by step and write only the final number on the last line.',
  'Break the problem into steps and check each result.',
  'Reply with only the number.',
];
const FOR_JSON = [
  'Return only the JSON object, with no other text.',
  'Write dates as YYYY-MM-DD.',
  'Write amounts as plain numbers without a currency sign.',
  'Use the total including tax.',
];
const FOR_POEMS = [
  'Write exactly three lines of 5, 7 and 5 syllables.',
  'Write only the poem, without a title or a comment.',
  'Count the syllables of each line.',
  'Use simple, concrete images.',
];

/** Generic sentences that fit the kind of answer that the exemplars show. */
export function genericSentences(exemplars: readonly ShownRow[], prompt: string): readonly string[] {
  const outputs = exemplars.map((row) => row.expected.trim()).filter(Boolean);
  const all = (pattern: RegExp) => outputs.length > 0 && outputs.every((output) => pattern.test(output));
  if (all(/^[-$]?[\d,.]+%?$/)) return [...FOR_NUMBERS, ...ALWAYS];
  if (all(/^\s*[{[]/)) return [...keysShown(outputs), ...FOR_JSON, ...ALWAYS];
  if (areLabels(exemplars)) return [...FOR_LABELS, ...ALWAYS];
  return /\b(haiku|poem|syllable)/i.test(prompt) ? [...FOR_POEMS, ...ALWAYS] : ALWAYS;
}

function keysShown(outputs: readonly string[]): string[] {
  const keys = [
    ...new Set(
      outputs.flatMap((output) => [...output.matchAll(/"([\w-]+)"\s*:/g)].map((match) => match[1]!)),
    ),
  ];
  return keys.length > 0 ? [`Use exactly these keys: ${keys.map((key) => `"${key}"`).join(', ')}.`] : [];
}
