import type { Atom, RowKind, SimulatedTask } from '../task.js';

/** Two rules that help together only. */
const PAIRS = [
  { cue: 'claim', first: 'policy number', second: 'cover table', share: 0.18 },
  { cue: 'transfer', first: 'sending bank', second: 'exchange rate', share: 0.16 },
  { cue: 'booking', first: 'arrival day', second: 'season list', share: 0.14 },
  { cue: 'tariff', first: 'customer class', second: 'price sheet', share: 0.12 },
] as const;
const SINGLES = [
  { cue: 'return', topic: 'return window', share: 0.1 },
  { cue: 'warranty', topic: 'serial number', share: 0.08 },
] as const;

function rule(topic: string, cue: string): Atom {
  return {
    id: topic,
    needs: [topic, cue],
    wordings: [
      `For a ${cue}, look up the ${topic}.`,
      `Use the ${topic} when it is a ${cue}.`,
      `Every ${cue} needs the ${topic}.`,
      `In case of a ${cue}: take the ${topic} into account.`,
      `The ${topic} decides about a ${cue}.`,
      `Check the ${topic} of the ${cue} before you answer.`,
    ],
    cue,
    hint: `nothing is said of the ${topic}`,
    guess: 0.05,
  };
}

function missing(topic: string) {
  return {
    cause: `missing:${topic}`,
    text: `nothing is said of the ${topic}`,
    direction: `Use the ${topic}.`,
  };
}

function kindOf(
  cue: string,
  share: number,
  quality: RowKind['quality'],
  feedback: RowKind['feedback'],
): RowKind {
  return { id: cue, share, cue, expected: 'granted', wrong: 'it depends', quality, feedback };
}

/** Rules of which the one does nothing without the other, so that a step of one rule shows no gain. */
export const interacting: SimulatedTask = {
  id: 'interacting',
  summary: 'Four pairs of rules that help together only, and two rules that help alone.',
  start: ['You decide on requests.', 'Answer granted or refused.', 'Give no reasons.'].join('\n'),
  atoms: [
    ...PAIRS.flatMap(({ cue, first, second }) => [rule(first, cue), rule(second, cue)]),
    ...SINGLES.map(({ cue, topic }) => rule(topic, cue)),
  ],
  kinds: [
    kindOf(
      'enquiry',
      0.22,
      () => 0.9,
      () => ({ cause: 'wrong', text: 'the answer is wrong' }),
    ),
    ...PAIRS.map(({ cue, first, second, share }) =>
      kindOf(
        cue,
        share,
        (features) => 0.15 + 0.8 * Math.min(features.of(first), features.of(second)),
        (features) => missing(features.of(first) === 0 ? first : second),
      ),
    ),
    ...SINGLES.map(({ cue, topic, share }) =>
      kindOf(
        cue,
        share,
        (features) => 0.15 + 0.8 * features.of(topic),
        () => missing(topic),
      ),
    ),
  ],
  ideal: {
    atoms: [...PAIRS.flatMap(({ first, second }) => [first, second]), ...SINGLES.map(({ topic }) => topic)],
    words: 90,
  },
  draws: 1,
  sensitivity: 0.12,
  isStochastic: false,
};
