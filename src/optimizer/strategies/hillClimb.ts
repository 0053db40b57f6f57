import { seededRandom, shuffled } from '../../core/hash.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { readBest } from '../readings.js';
import { failingRowBlock, failingRows, ROWS_ARE_DATA } from '../rowBlocks.js';
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
 * The second control: one parent, some of its failing rows shown, and a new prompt that scores better takes its place.
 */
export const hillClimb: Strategy = {
  id: 'hill-climb',
  summary:
    'Shows failing rows of the best prompt, asks for better ones, and goes on from one that is: a control.',
  settings: [
    stepsSetting,
    numberSetting('candidates', 4, 'New prompts per step, from one request.', { min: 1, max: 100 }),
    numberSetting(
      'rowsRead',
      24,
      'Train rows that the parent is scored on, so that its failures can be read.',
      {
        min: 1,
      },
    ),
    numberSetting('rowsShown', 8, 'Failing rows shown, drawn anew for each step.', { min: 1 }),
    temperatureSetting(1),
  ],
  configure: (values) => ({
    selection: 'validation',
    steps: stepsFrom(values),
    patience: Infinity,
    perStep: wholeOf(values, 'candidates'),
    asksPerStep: 1,
    ...readBest(wholeOf(values, 'rowsRead')),
    selector: fullEvaluation,
    propose: (context) => propose(context, values),
  }),
};

async function propose(context: ProposalContext, values: SettingValues): Promise<Proposals> {
  const { state, step, parent, document, span } = context;
  const read = state.setup.splits.train.slice(0, wholeOf(values, 'rowsRead'));
  const failing = shuffled(
    failingRows(context, parent, read),
    seededRandom(`${state.setup.seed} ${step} failing`),
  ).slice(0, wholeOf(values, 'rowsShown'));
  const content = [
    'Below is a prompt that a language model is given for each row of a test set.',
    block('current_prompt', context.spanTextOf(parent)),
    howUsed(document, span),
    ...(failing.length > 0
      ? [
          `Rows on which it fails. ${ROWS_ARE_DATA}`,
          ...failing.map((row) => failingRowBlock(context, row)),
          'Write a better prompt, with which rows like these pass.',
        ]
      : ['No row that may be shown fails; write a better prompt all the same.']),
    [placeholderRule(expressionsOf(document, span.text)), answerFormat(context.room)]
      .filter(Boolean)
      .join('\n'),
  ].join('\n\n');
  const answer = await askOptimizer(context, content, {
    index: 0,
    perStep: 1,
    temperature: numberOf(values, 'temperature'),
  });
  requirePrompts(context, [answer]);
  const texts = distinctTexts(answer.prompts).slice(0, context.room);
  return { advice: [], proposals: texts.map((text) => proposalOf(context, 'edit', text)) };
}
