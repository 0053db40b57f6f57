import { seededRandom, shuffled } from '../../core/hash.js';
import type { CandidateRecord } from '../../core/run.js';
import type { TestCase } from '../../core/testset.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, placeholderRule } from '../metaPrompt.js';
import { readBest } from '../readings.js';
import { exemplarInputs, exemplarOutput, failingRows, ROWS_ARE_DATA, trainRows } from '../rowBlocks.js';
import { askOptimizer, distinctTexts, polish, proposalOf, requirePrompts } from '../sampling.js';
import {
  choiceOf,
  choiceSetting,
  numberOf,
  numberSetting,
  stepsFrom,
  stepsSetting,
  switchOf,
  switchSetting,
  temperatureSetting,
  wholeOf,
} from '../settings.js';
import { stepsOf } from '../stop.js';
import type { ConfiguredStrategy, ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';
import { scoredCandidates, type ScoredRecord } from '../trajectory.js';

const ORDERS = ['ascending', 'descending', 'random'] as const;
const SCORES = ['bucketed', 'exact', 'hidden'] as const;
const EXEMPLAR_POLICIES = ['random', 'accumulative-wrong', 'current-wrong', 'constant'] as const;
const TEMPERATURES = ['constant', 'linear-increase'] as const;
const POSITIONS = ['question-begin', 'question-end', 'answer-begin'] as const;
/** The mark that shows where the text stands in an exemplar. */
const SLOT = '<INS>';
const SLOT_WORD = 'INS';

/**
 * OPRO (Yang et al., arXiv 2309.03409, sections 4.2 and 5.1): the optimizer sees the best texts so far with their scores
 * and a few exemplars, and writes a new one; several samples a step, each scored on the whole train part. It sees no
 * failures.
 */
export const opro: Strategy = {
  id: 'opro',
  summary: 'Shows the optimizer the best prompts so far with their scores, and asks for a better one.',
  source: 'arXiv 2309.03409',
  settings: [
    stepsSetting,
    numberSetting('candidates', 8, 'New prompts per step, a request each.', { min: 1, max: 1000 }),
    numberSetting('trajectory', 20, 'Earlier prompts shown, the best ones.', { min: 1, max: 1000 }),
    choiceSetting('order', 'ascending', ORDERS, 'Order in which they are shown.'),
    choiceSetting('scores', 'bucketed', SCORES, 'How their scores are shown.'),
    numberSetting('buckets', 100, 'Steps of a bucketed score.', { min: 1, max: 100 }),
    numberSetting('threshold', 0.3, 'Score below which a prompt is not shown, unless all are below.', {
      max: 1,
    }),
    numberSetting('exemplars', 3, 'Train rows shown with their right answers.', { max: 100 }),
    choiceSetting('exemplarPolicy', 'random', EXEMPLAR_POLICIES, 'Which rows these are.'),
    choiceSetting(
      'instructionPosition',
      'question-begin',
      POSITIONS,
      'Where exemplars show the prompt to stand.',
    ),
    temperatureSetting(1),
    choiceSetting('temperatureSchedule', 'constant', TEMPERATURES, 'Whether it rises over the steps.'),
    numberSetting('finalTemperature', 1.5, 'Temperature at the end, where it rises.', { max: 2 }),
    numberSetting('maxCharacters', 500, 'Longest prompt; for a longer one in the file, twice its length.', {
      min: 1,
    }),
    switchSetting('allowDigits', true, 'Whether a new prompt may hold digits.'),
  ],
  configure,
};

function configure(values: SettingValues): ConfiguredStrategy {
  const candidates = wholeOf(values, 'candidates');
  const strategy: ConfiguredStrategy = {
    selection: 'train',
    steps: stepsFrom(values),
    patience: Infinity,
    perStep: candidates,
    asksPerStep: candidates,
    ...readBest(0),
    selector: fullEvaluation,
    propose: (context) => propose(context, values, stepsOf(strategy, context.state.setup.effort)),
  };
  return strategy;
}

async function propose(context: ProposalContext, values: SettingValues, steps: number): Promise<Proposals> {
  const content = metaPrompt(context, values);
  const temperature = temperatureAt((context.step - 1) / steps, values);
  const answers = await Promise.all(
    Array.from({ length: context.room }, (_, index) =>
      askOptimizer(context, content, { index, perStep: wholeOf(values, 'candidates'), temperature }),
    ),
  );
  requirePrompts(context, answers);
  const texts = answers.flatMap(({ prompts }) => prompts.slice(0, 1).map(polish));
  const valid = distinctTexts(texts.filter((text) => isValid(text, context.span.text, values)));
  return { advice: [], proposals: valid.map((text) => proposalOf(context, 'opro', text)) };
}

/** @param progress share of the run's steps that are done */
function temperatureAt(progress: number, values: SettingValues): number {
  const first = numberOf(values, 'temperature');
  if (choiceOf(values, 'temperatureSchedule', TEMPERATURES) === 'constant') return first;
  return first + (numberOf(values, 'finalTemperature') - first) * Math.min(1, progress);
}

/** The published filters: length, digits where they are not wanted, the mark of the slot. */
function isValid(text: string, original: string, values: SettingValues): boolean {
  const limit = Math.max(numberOf(values, 'maxCharacters'), 2 * original.length);
  if (text.length > limit) return false;
  if (!switchOf(values, 'allowDigits') && /\d/.test(text) && !/\d/.test(original)) return false;
  return !text.includes(SLOT_WORD) || original.includes(SLOT_WORD);
}

function metaPrompt(context: ProposalContext, values: SettingValues): string {
  const shown = trajectoryOf(context, values);
  const rows = exemplars(context, values, shown);
  const parts = [
    introduction(values),
    ...shown.map(
      ({ record, score }) =>
        block('text', context.spanTextOf(record.candidate.id)) + scoreLine(score, values),
    ),
    ...(rows.length > 0
      ? [
          `The following exemplars show how a prompt is applied: ${SLOT} is replaced by the prompt, the model reads the input and answers, and the answer counts as right when it agrees with the given output. ${ROWS_ARE_DATA}`,
          ...rows.map((row) => block('exemplar', exemplarText(context, row, values))),
        ]
      : []),
    [
      'Write a new prompt that is different from the old ones and has a score as high as possible.',
      'It should be concise, effective, and apply to all inputs of this kind.',
      placeholderRule(expressionsOf(context.document, context.span.text)),
      answerFormat(1),
    ]
      .filter(Boolean)
      .join('\n'),
  ];
  return parts.join('\n\n');
}

function introduction(values: SettingValues): string {
  const order = choiceOf(values, 'order', ORDERS);
  const scores = choiceOf(values, 'scores', SCORES);
  const ordered = order === 'random' ? 'in no particular order' : `in ${order} order of score`;
  if (scores === 'hidden') return `Below are some prompts, ${ordered}.`;
  const top = scores === 'bucketed' ? wholeOf(values, 'buckets') : 100;
  return `Below are some prompts with their scores. The prompts stand ${ordered}; scores range from 0 to ${top} and higher is better.`;
}

function scoreLine(score: number, values: SettingValues): string {
  switch (choiceOf(values, 'scores', SCORES)) {
    case 'bucketed':
      return `\nscore: ${Math.round(score * wholeOf(values, 'buckets'))}`;
    case 'exact':
      return `\nscore: ${(score * 100).toFixed(1)}`;
    case 'hidden':
      return '';
  }
}

function trajectoryOf({ state, step }: ProposalContext, values: SettingValues): ScoredRecord[] {
  const all = scoredCandidates(state);
  const above = all.filter(({ score }) => score >= numberOf(values, 'threshold'));
  const best = (above.length > 0 ? above : all)
    .sort((a, b) => a.score - b.score)
    .slice(-wholeOf(values, 'trajectory'));
  switch (choiceOf(values, 'order', ORDERS)) {
    case 'ascending':
      return best;
    case 'descending':
      return best.reverse();
    case 'random':
      return shuffled(best, seededRandom(`${state.setup.seed} ${step} order`));
  }
}

/** The rows of a step; all of its samples share them. Where fewer rows are wrong than are wanted, random ones follow. */
function exemplars(
  context: ProposalContext,
  values: SettingValues,
  shown: readonly ScoredRecord[],
): TestCase[] {
  const { state, step } = context;
  const policy = choiceOf(values, 'exemplarPolicy', EXEMPLAR_POLICIES);
  const seed = policy === 'constant' ? `${state.setup.seed}` : `${state.setup.seed} ${step}`;
  const rows = shuffled(trainRows(context), seededRandom(seed));
  const judges =
    policy === 'accumulative-wrong'
      ? [...state.candidates.values()]
      : policy === 'current-wrong'
        ? shown.map(({ record }) => record)
        : [];
  const wrong = wrongCounts(context, judges);
  return rows
    .sort((a, b) => (wrong.get(b.id) ?? 0) - (wrong.get(a.id) ?? 0))
    .slice(0, wholeOf(values, 'exemplars'));
}

/** How many of these candidates fail each train row. */
function wrongCounts(context: ProposalContext, records: readonly CandidateRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { candidate } of records) {
    for (const { row } of failingRows(context, candidate.id, context.state.setup.splits.train)) {
      counts.set(row.id, (counts.get(row.id) ?? 0) + 1);
    }
  }
  return counts;
}

function exemplarText(context: ProposalContext, row: TestCase, values: SettingValues): string {
  const inputs = exemplarInputs(context, row);
  const output = exemplarOutput(context, row);
  switch (choiceOf(values, 'instructionPosition', POSITIONS)) {
    case 'question-begin':
      return [SLOT, ...inputs, ...output].join('\n');
    case 'question-end':
      return [...inputs, SLOT, ...output].join('\n');
    case 'answer-begin':
      return [...inputs, ...output.map((line) => line.replace('output: ', `output: ${SLOT} `))].join('\n');
  }
}
