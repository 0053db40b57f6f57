import type { Atom, Features, SimulatedTask } from '../task.js';

const STEPS: Atom = {
  id: 'steps',
  needs: ['step'],
  wordings: [
    'Work in steps: list the things, count each kind, add up.',
    'Go step by step: write each thing down, count it, then add.',
    'Step 1: list the things. Step 2: count them. Step 3: add up.',
    'Take one step at a time and write every step down.',
  ],
  cue: 'count',
  hint: 'no working is shown',
  guess: 1.5,
  onRequest: /\bstep[- ]by[- ]step\b/i,
};
const DEMONSTRATION: Atom = {
  id: 'demonstration',
  needs: [],
  // An example that shows its steps: a bare pair of input and answer teaches no procedure.
  pattern: /\b(?:example|demonstration)\b[\s\S]{0,400}\bstep[\s\S]{0,400}\banswer\b/i,
  wordings: [
    'Example: two drums, one harp. Step 1: drums, harp. Step 2: two and one. Step 3: three. Answer: 3',
    'Demonstration: four cups, two jugs. Step 1: cups, jugs. Step 2: four and two. Step 3: six. Answer: 6',
    'Example: one lamp, one rug, one chair. Step 1: lamp, rug, chair. Step 2: one each. Step 3: three. Answer: 3',
  ],
  // Critique of failing rows does not lead to it (arXiv 2402.02101): it must be thought of, or asked for.
  hint: 'an example is missing',
  guess: 0.15,
  onRequest: /\bworked (?:demonstration|example)\b/i,
};

function procedure(features: Features): number {
  return Math.min(features.of('steps'), features.of('demonstration'));
}

/** A weak target that follows a procedure only when it has seen it done once (arXiv 2402.02101, section 6). */
export const demonstration: SimulatedTask = {
  id: 'demonstration',
  summary: 'Steps help only together with a worked demonstration that follows them.',
  start: ['You count things.', 'Answer with the number alone.', 'Do not guess.'].join('\n'),
  atoms: [STEPS, DEMONSTRATION],
  kinds: [
    {
      id: 'count',
      share: 0.75,
      cue: 'count',
      expected: '7',
      wrong: '5',
      quality: (features) =>
        0.42 +
        0.47 * procedure(features) -
        // Steps without a demonstration: .385 where .425 was before.
        (features.of('demonstration') === 0 ? 0.04 * features.of('steps') : 0),
      feedback: (features) =>
        features.of('steps') === 0
          ? { cause: 'wrong-number', text: 'said 5 where 7 was expected' }
          : { cause: 'steps-left', text: 'the steps are not followed' },
    },
    {
      id: 'plain',
      share: 0.25,
      cue: 'single',
      expected: '1',
      wrong: '2',
      quality: (features) => 0.8 + 0.1 * procedure(features),
      feedback: () => ({ cause: 'wrong-number', text: 'said 2 where 1 was expected' }),
    },
  ],
  ideal: { atoms: ['steps', 'demonstration'], words: 60 },
  draws: 1,
  sensitivity: 0.1,
  isStochastic: false,
};
