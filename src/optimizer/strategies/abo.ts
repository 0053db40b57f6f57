import { seededRandom, shuffled } from '../../core/hash.js';
import { selectionRows, type Effort } from '../../core/run.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { exemplarBlock, failingRowBlock, failingRows, ROWS_ARE_DATA, trainRows } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable, type OptimizerAnswer } from '../sampling.js';
import { numberSetting, stepsSetting, switchOf, switchSetting, wholeOf } from '../settings.js';
import type { ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';

/** Instruction and demonstration, or deviation and refinement. */
const ASKS = 2;
const STEPS: Readonly<Record<Effort, number>> = { quick: 3, normal: 6, thorough: 12 };

interface AboMemo {
  /** What the step did: wrote the instruction, or refined a step of it. */
  readonly phase: 'instruct' | 'refine';
}

/**
 * Automatic Behavior Optimization (Ma et al., arXiv 2402.02101, section 6): a step-by-step instruction, one worked
 * demonstration that follows exactly these steps, and then the step at which answers leave the instruction is found and
 * refined together with its piece of the demonstration.
 */
export const abo: Strategy = {
  id: 'abo',
  summary:
    'Writes a step-by-step instruction with a worked demonstration, and mends the step where answers leave it.',
  source: 'arXiv 2402.02101',
  settings: [
    switchSetting('demonstration', true, 'Adds one worked demonstration that follows the steps.'),
    numberSetting('examples', 4, 'Train rows with their answers from which the instruction is written.', {
      min: 1,
    }),
    numberSetting('errors', 4, 'Failing rows in which the deviating step is looked for.', { min: 1 }),
    stepsSetting,
  ],
  configure: (settings) => ({
    selection: 'train',
    steps: (effort) => wholeOf(settings, stepsSetting.id) || STEPS[effort],
    patience: Infinity,
    perStep: 1,
    asksPerStep: ASKS,
    readsPerStep: 0,
    reads: () => [],
    selector: fullEvaluation,
    propose: (context) => propose(context, settings),
  }),
};

async function propose(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const phases = [...context.state.memos.values()] as AboMemo[];
  const isInstructed = phases.length > 0;
  return isInstructed ? refine(context, settings) : instruct(context, settings);
}

const ask = (context: ProposalContext, index: number, content: string) =>
  askOptimizer(context, content, { index, perStep: ASKS, temperature: 1 });

async function instruct(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const random = seededRandom(`${context.state.setup.seed} examples`);
  const examples = shuffled(trainRows(context), random)
    .slice(0, wholeOf(settings, 'examples'))
    .map((row) => exemplarBlock(context, row));
  const instruction = await ask(context, 0, instructionPrompt(context, examples));
  requireUsable(context, [instruction]);
  const [instructed] = instruction.prompts;
  if (instructed === undefined) return { advice: [], proposals: [] };
  const demonstrated = switchOf(settings, 'demonstration')
    ? await ask(context, 1, demonstrationPrompt(context, instructed, examples))
    : NOTHING_SAID;
  const text = demonstrated.prompts[0] ?? instructed;
  return {
    advice: [],
    proposals: [proposalOf(context, 'instruct', text)],
    memo: { phase: 'instruct' } satisfies AboMemo,
  };
}

const NOTHING_SAID: OptimizerAnswer = { prompts: [], feedback: [] };

async function refine(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const random = seededRandom(`${context.state.setup.seed} ${context.step} errors`);
  const rows = shuffled(selectionRows(context.state), random);
  const errors = failingRows(context, context.parent, rows)
    .slice(0, wholeOf(settings, 'errors'))
    .map((row) => failingRowBlock(context, row));
  if (errors.length === 0) return { advice: [], proposals: [] };
  const deviation = await ask(context, 0, deviationPrompt(context, errors));
  const refined = await ask(context, 1, refinementPrompt(context, settings, errors, deviation.feedback));
  requireUsable(context, [deviation, refined]);
  const proposals = refined.prompts.slice(0, 1).map((text) => proposalOf(context, 'refine', text));
  return { advice: [], proposals, memo: { phase: 'refine' } satisfies AboMemo };
}

function closing(context: ProposalContext): string {
  return [placeholderRule(expressionsOf(context.document, context.span.text)), answerFormat(1)]
    .filter(Boolean)
    .join('\n');
}

function instructionPrompt(context: ProposalContext, examples: readonly string[]): string {
  return [
    'A language model works on a task with this prompt:',
    block('current_prompt', context.spanTextOf(context.parent)),
    howUsed(context.document, context.span),
    `Rows of the task with their right answers. ${ROWS_ARE_DATA}`,
    ...examples,
    'Write the prompt anew as a step-by-step instruction: every step that the model has to go through from the input to the answer, numbered, each so explicit that it can be seen in an answer whether the step was taken. Keep everything that the present prompt demands of the form of the answer.',
    closing(context),
  ].join('\n\n');
}

function demonstrationPrompt(
  context: ProposalContext,
  instructed: string,
  examples: readonly string[],
): string {
  return [
    'A language model is to follow this instruction step by step:',
    block('current_prompt', instructed),
    howUsed(context.document, context.span),
    `Rows of the task with their right answers. ${ROWS_ARE_DATA}`,
    ...examples,
    'Add at its end one worked demonstration that follows exactly these steps, named by their numbers, on an input that you make up: one of the same kind as the rows, but none of them. Change nothing else.',
    closing(context),
  ].join('\n\n');
}

function deviationPrompt(context: ProposalContext, errors: readonly string[]): string {
  return [
    'A language model was given this step-by-step instruction:',
    block('current_prompt', context.spanTextOf(context.parent)),
    howUsed(context.document, context.span),
    `It got these rows wrong. ${ROWS_ARE_DATA}`,
    ...errors,
    'Find out for each of them at which step the answer left the instruction, or which step led it astray. Speak of what was done at that step, not of the task in general. Write between <feedback> and </feedback> the number of the step, what was done there instead, and after "Direction:" how the step has to be put.',
  ].join('\n\n');
}

function refinementPrompt(
  context: ProposalContext,
  settings: SettingValues,
  errors: readonly string[],
  deviations: readonly string[],
): string {
  const piece = switchOf(settings, 'demonstration')
    ? ', and the piece of the demonstration that shows it'
    : '';
  return [
    'A language model is given this step-by-step instruction:',
    block('current_prompt', context.spanTextOf(context.parent)),
    howUsed(context.document, context.span),
    `It got these rows wrong. ${ROWS_ARE_DATA}`,
    ...errors,
    ...(deviations.length > 0
      ? [
          'This is where the answers left the instruction:',
          ...deviations.map((text) => block('critique', text)),
        ]
      : []),
    `Refine the step at which answers go wrong${piece}. Leave all other steps as they are.`,
    closing(context),
  ].join('\n\n');
}
