import { BASELINE_ID } from '../../core/candidate.js';
import { seededRandom, shuffled } from '../../core/hash.js';
import { selectionRows } from '../../core/run.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { exemplarBlock, failingRowBlock, failingRows, ROWS_ARE_DATA, trainRows } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable } from '../sampling.js';
import {
  numberOf,
  numberSetting,
  switchOf,
  switchSetting,
  temperatureSetting,
  wholeOf,
} from '../settings.js';
import type { ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';
import { scoredCandidates, type ScoredRecord } from '../trajectory.js';

/** Instruction and demonstration, or deviation and refinement. */
const ASKS = 2;

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
    numberSetting('refinements', 2, 'Rounds of refinement after the instruction was written.', { max: 1000 }),
    temperatureSetting(1),
  ],
  configure: (settings) => ({
    selection: 'train',
    steps: () => 1 + wholeOf(settings, 'refinements'),
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
  const instruction = bestInstruction(context);
  return instruction === undefined ? instruct(context, settings) : refine(context, settings, instruction);
}

/** The best instruction that the method has written, the first of equals; never the prompt in the file, which has no steps. */
function bestInstruction({ state }: ProposalContext): string | undefined {
  return scoredCandidates(state)
    .filter(({ record }) => record.candidate.id !== BASELINE_ID)
    .reduce<ScoredRecord | undefined>(
      (best, each) => (best === undefined || each.score > best.score ? each : best),
      undefined,
    )?.record.candidate.id;
}

function asker(context: ProposalContext, settings: SettingValues) {
  const temperature = numberOf(settings, 'temperature');
  return (index: number, content: string) =>
    askOptimizer(context, content, { index, perStep: ASKS, temperature });
}

async function instruct(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const ask = asker(context, settings);
  const random = seededRandom(`${context.state.setup.seed} examples`);
  const examples = shuffled(trainRows(context), random)
    .slice(0, wholeOf(settings, 'examples'))
    .map((row) => exemplarBlock(context, row));
  const instruction = await ask(0, instructionPrompt(context, examples));
  requireUsable(context, [instruction]);
  const [instructed] = instruction.prompts;
  if (instructed === undefined) return { advice: [], proposals: [] };
  const demonstrated = switchOf(settings, 'demonstration')
    ? await ask(1, demonstrationPrompt(context, instructed, examples))
    : undefined;
  const text = demonstrated?.prompts[0] ?? instructed;
  return { advice: [], proposals: [proposalOf(context, 'instruct', text, BASELINE_ID)] };
}

async function refine(
  context: ProposalContext,
  settings: SettingValues,
  instruction: string,
): Promise<Proposals> {
  const ask = asker(context, settings);
  const random = seededRandom(`${context.state.setup.seed} ${context.step} errors`);
  const rows = shuffled(selectionRows(context.state), random);
  const errors = failingRows(context, instruction, rows)
    .slice(0, wholeOf(settings, 'errors'))
    .map((row) => failingRowBlock(context, row));
  if (errors.length === 0) return { advice: [], proposals: [] };
  const text = context.spanTextOf(instruction);
  const deviation = await ask(0, deviationPrompt(context, text, errors));
  const refined = await ask(1, refinementPrompt(context, settings, text, errors, deviation.feedback));
  requireUsable(context, [deviation, refined]);
  const [better] = [...refined.prompts, ...deviation.prompts];
  return {
    advice: [],
    proposals: better === undefined ? [] : [proposalOf(context, 'refine', better, instruction)],
  };
}

function closing(context: ProposalContext): string {
  return [placeholderRule(expressionsOf(context.document, context.span.text)), answerFormat(1)]
    .filter(Boolean)
    .join('\n');
}

function instructionPrompt(context: ProposalContext, examples: readonly string[]): string {
  return [
    'A language model works on a task with this prompt:',
    block('current_prompt', context.span.text),
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

function deviationPrompt(context: ProposalContext, text: string, errors: readonly string[]): string {
  return [
    'A language model was given this step-by-step instruction:',
    block('current_prompt', text),
    howUsed(context.document, context.span),
    `It got these rows wrong. ${ROWS_ARE_DATA}`,
    ...errors,
    'Find out for each of them at which step the answer left the instruction, or which step led it astray. Speak of what was done at that step, not of the task in general. Write between <feedback> and </feedback> the number of the step, what was done there instead, and after "Direction:" how the step has to be put.',
  ].join('\n\n');
}

function refinementPrompt(
  context: ProposalContext,
  settings: SettingValues,
  text: string,
  errors: readonly string[],
  deviations: readonly string[],
): string {
  const piece = switchOf(settings, 'demonstration')
    ? ', and the piece of the demonstration that shows it'
    : '';
  return [
    'A language model is given this step-by-step instruction:',
    block('current_prompt', text),
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
