import { BASELINE_ID } from '../../core/candidate.js';
import { seededRandom, shuffled } from '../../core/hash.js';
import { banditSelector, beamAfter, type BanditOptions } from '../../evaluation/bandit.js';
import { expressionsOf } from '../../formats/index.js';
import { banditOptionsOf, banditSettings } from '../banditSettings.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { readBest } from '../readings.js';
import { exemplarBlock, ROWS_ARE_DATA, trainRows } from '../rowBlocks.js';
import { askOptimizer, distinctTexts, proposalOf, requirePrompts } from '../sampling.js';
import {
  numberOf,
  numberSetting,
  stepsFrom,
  stepsSetting,
  temperatureSetting,
  wholeOf,
} from '../settings.js';
import type { ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';

/**
 * Iterative APE (Zhou et al., arXiv 2211.01910, section 3.3): the first step guesses the prompt from demonstrations alone;
 * later ones keep the best and ask for variations of the same meaning. No scores and no failures are shown.
 */
export const ape: Strategy = {
  id: 'ape',
  summary: 'Guesses prompts from examples of the task, then varies the wording of the best ones.',
  source: 'arXiv 2211.01910',
  settings: [
    stepsSetting,
    numberSetting('candidates', 50, 'New prompts per step, a request each.', { min: 1, max: 1000 }),
    numberSetting('demonstrations', 5, 'Train rows shown with their right answers.', { min: 1, max: 100 }),
    numberSetting('demonstrationSets', 5, 'Different draws of these rows.', { min: 1, max: 1000 }),
    numberSetting('keep', 5, 'Best prompts that are varied.', { min: 1, max: 1000 }),
    temperatureSetting(0.9),
    ...banditSettings({ selector: 'full', rounds: 20, perRound: 17, samples: 5 }),
  ],
  configure: (values) => {
    const bandit = banditOptionsOf(values);
    return {
      selection: 'validation',
      steps: stepsFrom(values),
      patience: Infinity,
      perStep: wholeOf(values, 'candidates'),
      asksPerStep: wholeOf(values, 'candidates'),
      ...readBest(0),
      selector: banditSelector(wholeOf(values, 'keep'), bandit),
      propose: (context) => propose(context, values, bandit),
    };
  },
};

interface Question {
  readonly parent: string;
  readonly content: string;
}

async function propose(
  context: ProposalContext,
  values: SettingValues,
  bandit: BanditOptions,
): Promise<Proposals> {
  const keep = wholeOf(values, 'keep');
  const kept = beamAfter(context.state, context.step - 1, keep, bandit).map(({ candidate }) => candidate.id);
  const questions: readonly Question[] =
    context.step === 1
      ? demonstrationSets(context, values).map((content) => ({ parent: BASELINE_ID, content }))
      : kept.map((parent) => ({ parent, content: variationQuestion(context, parent) }));
  const options = { perStep: wholeOf(values, 'candidates'), temperature: numberOf(values, 'temperature') };
  const answers = await Promise.all(
    Array.from({ length: context.room }, async (_, index) => {
      const { parent, content } = questions[index % questions.length]!;
      return { parent, ...(await askOptimizer(context, content, { ...options, index })) };
    }),
  );
  requirePrompts(context, answers);
  const operator = context.step === 1 ? 'guess' : 'variation';
  const parents = new Map(
    answers.flatMap(({ parent, prompts }) => prompts.slice(0, 1).map((text) => [text, parent])),
  );
  return {
    advice: [],
    proposals: distinctTexts([...parents.keys()]).map((text) =>
      proposalOf(context, operator, text, parents.get(text)),
    ),
  };
}

function demonstrationSets(context: ProposalContext, values: SettingValues): string[] {
  const rows = trainRows(context);
  return Array.from({ length: wholeOf(values, 'demonstrationSets') }, (_, set) => {
    const random = seededRandom(`${context.state.setup.seed} ${context.step} demonstrations ${set}`);
    const shown = shuffled(rows, random).slice(0, wholeOf(values, 'demonstrations'));
    return [
      'A language model was given a prompt that you cannot see, and then inputs. It answered each of them as follows.',
      ROWS_ARE_DATA,
      ...shown.map((row) => exemplarBlock(context, row)),
      'What was the prompt? Write one that leads to such answers, also for other inputs of this kind.',
      howUsed(context.document, context.span),
      [wantedPlaceholders(context), answerFormat(1)].filter(Boolean).join('\n'),
    ].join('\n\n');
  });
}

/** The placeholders that the unseen prompt has, with how often each occurs; empty when it has none. */
function wantedPlaceholders({ document, span }: ProposalContext): string {
  const expressions = expressionsOf(document, span.text);
  if (expressions.length === 0) return '';
  const counts = [...new Set(expressions)].map((name) => {
    const times = expressions.filter((each) => each === name).length;
    return times === 1 ? name : `${name} (${times} times)`;
  });
  return `It holds these placeholders, each once where no number is given, and no others: ${counts.join(' ')}`;
}

function variationQuestion(context: ProposalContext, id: string): string {
  const { document, span } = context;
  return [
    'Write a variation of the following prompt: other words, the same meaning.',
    block('current_prompt', context.spanTextOf(id)),
    [placeholderRule(expressionsOf(document, span.text)), answerFormat(1)].filter(Boolean).join('\n'),
  ].join('\n\n');
}
