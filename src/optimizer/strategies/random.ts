import { BASELINE_ID } from '../../core/candidate.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { readBest } from '../readings.js';
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
 * The control that every method has to beat: rewrites of the prompt in the file, with no row, answer or score shown, the
 * best of them kept. What it gains is bought by evaluations alone.
 */
export const random: Strategy = {
  id: 'random',
  summary: 'Rewrites the prompt in the file without any evidence and keeps the best: a control.',
  settings: [
    stepsSetting,
    numberSetting('candidates', 8, 'Rewrites per step, a request each.', { min: 1, max: 1000 }),
    temperatureSetting(1),
  ],
  configure: (values) => ({
    selection: 'validation',
    steps: stepsFrom(values),
    patience: Infinity,
    perStep: wholeOf(values, 'candidates'),
    asksPerStep: wholeOf(values, 'candidates'),
    ...readBest(0),
    selector: fullEvaluation,
    propose: (context) => propose(context, values),
  }),
};

async function propose(context: ProposalContext, values: SettingValues): Promise<Proposals> {
  const { document, span } = context;
  const content = [
    'Below is a prompt that a language model is given. Rewrite it so that the model does the task better.',
    block('current_prompt', span.text),
    howUsed(document, span),
    [placeholderRule(expressionsOf(document, span.text)), answerFormat(1)].filter(Boolean).join('\n'),
  ].join('\n\n');
  const options = { perStep: wholeOf(values, 'candidates'), temperature: numberOf(values, 'temperature') };
  const answers = await Promise.all(
    Array.from({ length: context.room }, (_, index) => askOptimizer(context, content, { ...options, index })),
  );
  requirePrompts(context, answers);
  const texts = distinctTexts(answers.flatMap(({ prompts }) => prompts.slice(0, 1)));
  return { advice: [], proposals: texts.map((text) => proposalOf(context, 'rewrite', text, BASELINE_ID)) };
}
