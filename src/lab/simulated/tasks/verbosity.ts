import type { Atom, Features, RowKind, SimulatedTask } from '../task.js';

/** Lines of the starting text that lead answers astray on some rows. */
const DISTRACTIONS = [
  { id: 'history', cue: 'archive', line: 'Our firm has a long history, and answers should reflect it.' },
  { id: 'slogan', cue: 'branch', line: 'Repeat our slogan whenever it fits.' },
  { id: 'selling', cue: 'offer', line: 'Turn the talk to selling where you can.' },
] as const;
const RULES = [
  { cue: 'holiday', topic: 'closed days', share: 0.12 },
  { cue: 'discount', topic: 'price list', share: 0.1 },
  { cue: 'pickup', topic: 'opening hours', share: 0.08 },
] as const;

/** Lines that do nothing but make the text longer. */
const BALLAST = [
  'Please keep in mind that quality is of great importance to everybody who works here.',
  'It goes without saying that each request should be given the attention that it deserves.',
  'As a matter of principle, always try to do your very best in every single case.',
  'We would like to underline once again that careful work is what sets us apart.',
  'Should there be any doubt, do remember that doubts are a normal part of the work.',
  'All of the above and below is meant to help you to be as helpful as you can be.',
];

function distraction({ id, line }: (typeof DISTRACTIONS)[number]): Atom {
  return {
    id,
    needs: [id],
    wordings: [line],
    hint: `the ${id} is missing`,
    guess: 0.05,
    harmHint: `spoke of the ${id}`,
  };
}

function rule({ cue, topic }: (typeof RULES)[number]): Atom {
  return {
    id: topic,
    needs: [topic, cue],
    wordings: [
      `For a ${cue}, go by the ${topic}.`,
      `A ${cue} depends on the ${topic}.`,
      `Look at the ${topic} when asked about a ${cue}.`,
      `Use the ${topic}: it settles any ${cue}.`,
    ],
    cue,
    hint: `nothing of the ${topic}`,
    guess: 0.1,
  };
}

/** Words up to which length costs nothing, and what a hundred more cost. */
const FREE_WORDS = 50;
const COST_PER_100_WORDS = 0.25;

function short(features: Features, quality: number): number {
  return Math.max(0, quality - (COST_PER_100_WORDS * Math.max(0, features.words - FREE_WORDS)) / 100);
}

function kind(
  cue: string,
  share: number,
  own: (features: Features) => number,
  feedback: RowKind['feedback'],
): RowKind {
  return {
    id: cue,
    share,
    cue,
    expected: 'a short answer',
    wrong: 'a long answer about other things',
    quality: (features) => short(features, own(features)),
    feedback,
  };
}

/** A prompt that has grown too long: most of what helps is taking lines out. */
export const verbosity: SimulatedTask = {
  id: 'verbosity',
  summary: 'A bloated start: every hundred words beyond fifty cost 25 points, and three lines mislead.',
  start: [
    'You answer questions about the shop.',
    ...BALLAST.slice(0, 3),
    ...DISTRACTIONS.map(({ line }) => line),
    ...BALLAST.slice(3),
    'Answer in one sentence.',
  ].join('\n'),
  atoms: [...DISTRACTIONS.map(distraction), ...RULES.map(rule)],
  kinds: [
    kind(
      'question',
      0.4,
      () => 0.9,
      () => ({
        cause: 'too-long',
        text: 'the answer is much too long: shorten the prompt',
        direction: 'Shorten the prompt.',
      }),
    ),
    ...DISTRACTIONS.map(({ id, cue }) =>
      kind(
        cue,
        0.1,
        (features) => (features.of(id) > 0 ? 0.4 : 0.9),
        () => ({
          cause: `spoke-of:${id}`,
          text: `the answer spoke of the ${id}`,
          direction: `Leave it out: the answer spoke of the ${id}.`,
        }),
      ),
    ),
    ...RULES.map(({ cue, topic, share }) =>
      kind(
        cue,
        share,
        (features) => 0.3 + 0.6 * features.of(topic),
        () => ({
          cause: `missing:${topic}`,
          text: `nothing of the ${topic}`,
          direction: `Say something of the ${topic}; there is nothing of the ${topic} in the answer.`,
        }),
      ),
    ),
  ],
  ideal: { atoms: RULES.map(({ topic }) => topic), words: 35 },
  draws: 1,
  sensitivity: 0.1,
  isStochastic: false,
};
