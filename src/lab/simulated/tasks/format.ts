import type { Atom, Features, RowKind, SimulatedTask } from '../task.js';

const SHAPE: Atom = {
  id: 'shape',
  needs: ['json', 'total', 'vendor'],
  wordings: [
    'Return a JSON object with the keys total and vendor.',
    'Answer only with JSON that has the keys total and vendor.',
    'Write raw JSON, keys total and vendor, and nothing else.',
    'The answer is one JSON object: total, vendor.',
  ],
  cue: '',
  hint: 'no JSON object',
  guess: 0.3,
};

/** Small requirements on single values, each for rows of its own. */
const VALUES = [
  {
    id: 'date',
    cue: 'dated',
    share: 0.12,
    needs: ['date', 'yyyy'],
    hint: 'the date is not in the form YYYY-MM-DD',
    wordings: [
      'Write each date as YYYY-MM-DD.',
      'A date is always YYYY-MM-DD.',
      'Dates: the date in the form YYYY-MM-DD.',
      'Put the date in ISO order, YYYY-MM-DD.',
    ],
  },
  {
    id: 'amount',
    cue: 'euro',
    share: 0.1,
    needs: ['amount', 'plain number'],
    hint: 'the amount is no plain number',
    wordings: [
      'Write each amount as a plain number.',
      'An amount is a plain number without a sign of currency.',
      'Give the amount as plain number only.',
      'No currency: the amount is a plain number.',
    ],
  },
  {
    id: 'unknown',
    cue: 'unreadable',
    share: 0.08,
    needs: ['missing', 'null'],
    hint: 'a missing value must be null',
    wordings: [
      'A missing value is null.',
      'Write null for what is missing.',
      'Where something is missing, put null.',
      'Use null, never a guess, for a missing value.',
    ],
  },
];

function kind(id: string, cue: string, share: number, own: (features: Features) => number): RowKind {
  const value = VALUES.find((each) => each.id === id);
  return {
    id,
    share,
    cue,
    expected: '{"total": 12, "vendor": "Elm"}',
    wrong: 'The total is 12 and the vendor is Elm.',
    quality: (features) => (0.1 + 0.9 * features.of('shape')) * own(features),
    feedback: (features) =>
      features.of('shape') === 0 || !value
        ? {
            cause: 'no-json',
            text: 'the answer is no JSON object',
            direction: 'Answer with a JSON object, since there is no JSON object in these answers.',
          }
        : { cause: `value:${id}`, text: value.hint, direction: `Mend this: ${value.hint}.` },
  };
}

/** One requirement of form that decides nearly everything, and small ones behind it. */
export const format: SimulatedTask = {
  id: 'format',
  summary: 'One requirement of form that nearly all rows hang on, and three small ones behind it.',
  start: ['You read receipts.', 'Find the total and the vendor of the receipt.', 'Be exact.'].join('\n'),
  atoms: [
    SHAPE,
    ...VALUES.map(({ id, cue, needs, hint, wordings }): Atom => ({
      id,
      cue,
      needs,
      hint,
      wordings,
      guess: 0.2,
    })),
  ],
  kinds: [
    kind('plain', 'receipt', 0.7, () => 0.95),
    ...VALUES.map(({ id, cue, share }) => kind(id, cue, share, (features) => 0.25 + 0.7 * features.of(id))),
  ],
  ideal: { atoms: ['shape', ...VALUES.map(({ id }) => id)], words: 50 },
  draws: 1,
  sensitivity: 0.1,
  isStochastic: false,
};
