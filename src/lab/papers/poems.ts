import { loadDictionary, SyllableCounter } from '../../scorers/syllables.js';
import { guessing, type Draw, type Problem, type ProblemKind } from './problem.js';
import { assignment, judgePoem, patternOf, POEM_FORMS, type PoemForm } from './poemRules.js';
import { poemAgent, poemOptimizer } from './poemWriters.js';
import { FILLERS } from '../simulated/fillers.js';

/** What poems are about: a row each, since a prompt is for more than one poem. */
const SUBJECTS = ['rain', 'an old bridge', 'the night train', 'bread'];

/** The poem tasks of arXiv 2405.16434. */
export const POEM_KINDS: readonly ProblemKind[] = (Object.keys(POEM_FORMS) as PoemForm[]).map((form) => ({
  id: form,
  summary: `A prompt that makes a model keep to syllables. ${POEM_FORMS[form]}`,
  unit: 'reward',
  lowerIsBetter: false,
  strategy: 'directional',
  steps: 20,
  feedbacks: ['none', 'non-directional', 'directional', 'synthesized'],
  settings: {},
  hasAgent: true,
  draw: (draw) => poemProblem(form, draw),
}));

async function poemProblem(form: PoemForm, { seed, feedback, agent, signal }: Draw): Promise<Problem> {
  const counter = new SyllableCounter(await loadDictionary());
  const pattern = patternOf(form, seed);
  const start = assignment(form, pattern);
  const poet = agent ?? poemAgent(start, pattern, seed);
  const rows = SUBJECTS.map((subject, index) => ({ id: `poem-${index + 1}`, subject }));
  return {
    task: {
      id: form,
      start,
      cases: rows.map(({ id, subject }, index) => ({
        id,
        vars: { input: `Subject: ${subject}` },
        guard: false,
        line: index + 2,
      })),
      splits: { train: rows.map(({ id }) => id), validation: [], exam: [] },
      async outcome(text, caseId, repeat) {
        const { subject } = rows.find(({ id }) => id === caseId)!;
        const { text: poem, finishReason } = await poet.complete(
          {
            messages: [
              { role: 'system', content: text },
              { role: 'user', content: `Subject: ${subject}` },
            ],
            temperature: 0,
            repeat,
          },
          signal ? { signal } : {},
        );
        const { reward, feedback: said } = judgePoem(poem, pattern, counter, feedback);
        return {
          status: 'scored' as const,
          output: poem,
          finishReason,
          score: { value: reward, pass: reward === 1, parts: [], feedback: said },
        };
      },
    },
    introduction:
      'The prompts make a language model write poems. The score is the share of lines that have the right number of syllables; with a wrong number of lines it is 0.',
    references: {},
    simulated: poemOptimizer(pattern.length, seed),
    guesser: guessing(seed, (random) => {
      const filler = FILLERS[Math.floor(random() * FILLERS.length)]!;
      return `${start}\n${filler}`;
    }),
  };
}
