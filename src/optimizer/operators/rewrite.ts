import { expressionsOf } from '../../formats/index.js';
import { passingTrainRows } from '../feedback/causes.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { failingRowBlock, passingRowBlock, ROWS_ARE_DATA } from '../rowBlocks.js';
import { askOptimizer, distinctTexts, proposalOf, requireUsable } from '../sampling.js';
import { turnedDownText } from './history.js';
import type { Operator, OperatorResult, StepFacts } from './operator.js';

const ROWS_SHOWN = 8;
const PASSING_SHOWN = 3;

interface Request {
  readonly id: string;
  readonly prior: Operator['prior'];
  readonly wanted: number;
  /** What is asked for, after the prompt and the rows. */
  readonly order: string;
  readonly isPossible: (facts: StepFacts) => boolean;
}

/** An operator that shows failing rows and asks for the whole prompt in another form. */
function wholePrompt({ id, prior, wanted, order, isPossible }: Request): Operator {
  return {
    id,
    asks: 1,
    prior,
    isPossible,
    async apply(facts): Promise<OperatorResult> {
      const { context, parent, causes } = facts;
      const failing = [
        ...new Map(causes.flatMap(({ rows }) => rows).map((each) => [each.row.id, each])).values(),
      ].slice(0, ROWS_SHOWN);
      const passing = passingTrainRows(context.state, parent).slice(0, PASSING_SHOWN);
      const content = [
        'You improve a prompt that a language model is given for each row of a test set.',
        block('current_prompt', context.spanTextOf(context.parent)),
        howUsed(context.document, context.span),
        ...(failing.length > 0
          ? [`Rows that fail. ${ROWS_ARE_DATA}`, ...failing.map((row) => failingRowBlock(context, row))]
          : []),
        ...(passing.length > 0
          ? [
              'Rows that pass now and must go on passing:',
              ...passing.map((row) => passingRowBlock(context, row)),
            ]
          : []),
        ...turnedDownText(context),
        [
          order,
          placeholderRule(expressionsOf(context.document, context.span.text)),
          answerFormat(Math.min(wanted, context.room)),
        ]
          .filter(Boolean)
          .join('\n'),
      ].join('\n\n');
      const answer = await askOptimizer(context, content, { index: 0, perStep: 2, temperature: 1 });
      requireUsable(context, [answer]);
      const texts = distinctTexts(answer.prompts).slice(0, Math.min(wanted, context.room));
      return {
        advice: [],
        proposals: texts.map((text) => proposalOf(context, id, text)),
        shown: failing.map(({ row }) => row.id),
      };
    },
  };
}

/** The whole prompt put anew, for troubles that no single line mends. */
export const rewrite = wholePrompt({
  id: 'rewrite',
  prior: [1, 2],
  wanted: 2,
  order:
    'Write the prompt anew: keep what it demands, and put it so that rows like the failing ones pass as well. Where its approach itself stands in the way, choose another one.',
  isPossible: ({ causes }) => causes.length > 0,
});

/**
 * Steps and a worked demonstration, for models that do not do what a sentence tells them (arXiv 2402.02101, section 6).
 * The demonstration's input is made up: a copied row would leak into the test.
 */
export const demonstrate = wholePrompt({
  id: 'demonstrate',
  prior: [1, 2],
  wanted: 1,
  order:
    'Add to the prompt the steps that lead from an input to its answer, and one worked demonstration that follows exactly these steps, on an input that you make up: one of the same kind as the rows, but none of them. Keep all that the prompt demands now.',
  isPossible: ({ causes }) => causes.length > 0,
});

/** Fewer words for the same answers. */
export const shorten = wholePrompt({
  id: 'shorten',
  prior: [1, 3],
  wanted: 2,
  order:
    'Shorten the prompt: drop lines that do nothing for the answers, say twice what is said once, or lead astray, and change nothing of what the others mean.',
  isPossible: ({ addedLines }) => addedLines.length > 1,
});
