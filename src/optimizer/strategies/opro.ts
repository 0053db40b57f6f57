import { seededRandom, shuffled } from '../../core/hash.js';
import type { TestCase } from '../../core/testset.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { readBest } from '../readings.js';
import { block, excerpt, missingTags, placeholderRule, taggedBlocks } from '../metaPrompt.js';
import { duplicateKey } from '../guards.js';
import { expectedText, inputsOf } from '../rows.js';
import { summaryOf } from '../summary.js';
import type { ProposalContext, Proposals, Strategy } from '../strategy.js';
import { ascendingTrajectory } from '../trajectory.js';

/** Defaults of the published code; see arXiv 2309.03409, sections 4.2 and 5.1. */
const TRAJECTORY = 20;
const EXEMPLARS = 3;
const PER_STEP = 8;
const TEMPERATURE = 1;
/** Texts below this score are not shown to the optimizer, unless all are. */
const LEAST_SHOWN_SCORE = 0.3;
/** Longest text that is scored; longer prompts than the authors' get twice their own length. */
const MAX_CHARACTERS = 500;
/** The mark that shows where the text stands in an exemplar. */
const SLOT = '<INS>';
const TEXT_SHOWN = 800;

/**
 * OPRO (Yang et al., arXiv 2309.03409): the optimizer sees the best texts so far in ascending order with their scores as
 * whole numbers and three exemplars, and writes a new one; eight samples a step at temperature 1, each scored on the whole
 * train part. It sees no failures.
 */
export const opro: Strategy = {
  id: 'opro',
  summary: 'Shows the optimizer the best prompts so far with their scores, and asks for a better one.',
  source: 'arXiv 2309.03409',
  settings: [],
  configure: () => ({
    selection: 'train',
    perStep: PER_STEP,
    asksPerStep: PER_STEP,
    ...readBest(0),
    selector: fullEvaluation,
    propose,
  }),
};

async function propose(context: ProposalContext): Promise<Proposals> {
  const content = metaPrompt(context);
  const samples = await Promise.all(
    Array.from({ length: context.room }, (_, sample) =>
      context.ask([{ role: 'user', content }], {
        temperature: TEMPERATURE,
        repeat: (context.step - 1) * PER_STEP + sample,
      }),
    ),
  );
  const texts = samples.flatMap((answer) => taggedBlocks(answer, 'prompt').slice(0, 1).map(polish));
  const { optimizer } = context.state.setup.models;
  if (texts.length === 0) throw missingTags(optimizer.label, optimizer.destination);
  const limit = Math.max(MAX_CHARACTERS, 2 * context.span.text.length);
  const isSlot = (text: string) => text.includes('INS') && !context.span.text.includes('INS');
  const valid = texts.filter((text) => text.length <= limit && !isSlot(text));
  const unique = [...new Map(valid.map((text) => [duplicateKey(text), text])).values()];
  return {
    advice: [],
    proposals: unique.map((spanText) => ({
      parent: context.parent,
      operator: 'opro',
      spanText,
      summary: summaryOf(context.spanTextOf(context.parent), spanText),
      adviceIds: [],
    })),
  };
}

/** The published clean-up: outer white space and double asterisks away, first letter upper case. */
export function polish(text: string): string {
  const clean = text.replaceAll('**', '').trim();
  return clean.charAt(0).toUpperCase() + clean.slice(1);
}

function metaPrompt(context: ProposalContext): string {
  const { state } = context;
  const shown = ascendingTrajectory(state, TRAJECTORY, LEAST_SHOWN_SCORE);
  const trajectory = shown.length > 0 ? shown : ascendingTrajectory(state, TRAJECTORY, 0);
  const parts = [
    'Below are some prompts with their scores. The prompts stand in ascending order of score; scores range from 0 to 100 and higher is better.',
    ...trajectory.map(
      ({ record, score }) =>
        `${block('text', context.spanTextOf(record.candidate.id))}\nscore: ${Math.round(score * 100)}`,
    ),
    `The following exemplars show how a prompt is applied: ${SLOT} is replaced by the prompt, the model reads the input and answers, and the answer counts as right when it agrees with the given output.`,
    ...exemplars(context).map((row) => block('exemplar', exemplarText(context, row))),
    [
      'Write a new prompt that is different from the old ones and has a score as high as possible.',
      'It should be concise, effective, and apply to all inputs of this kind.',
      placeholderRule(expressionsOf(context.document, context.span.text)),
      'Put the whole new prompt between <prompt> and </prompt>.',
    ]
      .filter(Boolean)
      .join('\n'),
  ];
  return parts.join('\n\n');
}

/** Drawn anew for each step with the step as the seed; the eight samples of a step share them. */
function exemplars({ state, step }: ProposalContext): TestCase[] {
  const train = new Set(state.setup.splits.train);
  const rows = state.setup.testset.cases.filter((row) => train.has(row.id));
  return shuffled(rows, seededRandom(`${state.setup.seed} ${step}`)).slice(0, EXEMPLARS);
}

function exemplarText(context: ProposalContext, row: TestCase): string {
  const inputs = Object.entries(inputsOf(context, row)).map(
    ([name, value]) => `${name}: ${excerpt(value, TEXT_SHOWN)}`,
  );
  return [SLOT, ...inputs, `output: ${expectedText(row)}`].join('\n');
}
