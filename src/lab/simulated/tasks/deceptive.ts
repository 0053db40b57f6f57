import type { Atom, Features, SimulatedTask } from '../task.js';

const BAIT: Atom = {
  id: 'readings',
  needs: ['every possible reading'],
  wordings: [
    'List every possible reading before you answer.',
    'First write down every possible reading of the text.',
    'Consider every possible reading, one after the other.',
    'Name every possible reading, then answer.',
  ],
  cue: 'ambiguous',
  hint: 'a second reading was missed',
  guess: 3,
  harmHint: 'lost among the readings',
};
const LAST: Atom = {
  id: 'last-clause',
  needs: ['last clause'],
  wordings: [
    'Decide by the last clause.',
    'The last clause has the final word.',
    'Take the last clause as what is meant.',
    'Give weight to the last clause only.',
  ],
  cue: 'long',
  hint: 'the last clause was ignored',
  guess: 0.1,
};
const FIRST: Atom = {
  id: 'first-clause',
  needs: ['first clause'],
  wordings: [
    'Then check it against the first clause.',
    'The first clause must not contradict the answer.',
    'Compare with the first clause before you answer.',
    'Use the first clause as a test of the answer.',
  ],
  cue: 'long',
  hint: 'the first clause contradicts the answer',
  guess: 0.1,
};

/** What the true structure brings: little by halves, nearly nothing beside the bait. */
function structure(features: Features): { readonly some: number; readonly whole: number } {
  const [last, first] = [features.of('last-clause'), features.of('first-clause')];
  const free = features.of('readings') > 0 ? 0.1 : 1;
  return { some: free * Math.max(last, first), whole: free * Math.min(last, first) };
}

/** An edit that lifts the score at once, and that the far better structure cannot stand beside. */
export const deceptive: SimulatedTask = {
  id: 'deceptive',
  summary:
    'A tempting first edit lifts the score by 18 points, and blocks two rules that are worth 52 points together without it.',
  start: ['You judge what a sentence means.', 'Answer with yes or no.', 'Do not explain.'].join('\n'),
  atoms: [BAIT, LAST, FIRST],
  kinds: [
    {
      id: 'ambiguous',
      share: 0.3,
      cue: 'ambiguous',
      expected: 'yes',
      wrong: 'no',
      quality: (features) => {
        const { some, whole } = structure(features);
        return Math.max(0.2 + 0.6 * features.of('readings'), 0.2 + 0.1 * some + 0.62 * whole);
      },
      feedback: () => ({
        cause: 'second-reading',
        text: 'a second reading was missed',
        direction: 'Look for other readings: a second reading was missed.',
      }),
    },
    {
      id: 'long',
      share: 0.4,
      cue: 'long',
      expected: 'yes',
      wrong: 'no',
      quality: (features) => {
        const { some, whole } = structure(features);
        return 0.25 + 0.15 * some + 0.52 * whole;
      },
      feedback: (features) =>
        features.of('readings') > 0
          ? {
              cause: 'lost',
              text: 'the answer got lost among the readings',
              direction: 'Come to a decision: the answer got lost among the readings.',
            }
          : {
              cause: 'clause',
              text: features.of('last-clause') > 0 ? FIRST.hint : LAST.hint,
              direction: `Mind the clauses: ${features.of('last-clause') > 0 ? FIRST.hint : LAST.hint}.`,
            },
    },
    {
      id: 'short',
      share: 0.3,
      cue: 'short',
      expected: 'no',
      wrong: 'yes',
      quality: (features) => 0.8 + 0.12 * structure(features).whole,
      feedback: () => ({ cause: 'wrong', text: 'the answer is wrong' }),
    },
  ],
  ideal: { atoms: ['last-clause', 'first-clause'], words: 30 },
  draws: 1,
  sensitivity: 0.1,
  isStochastic: false,
};
