import type { Advice } from '../../core/candidate.js';
import type { CandidateRecord, RunState } from '../../core/run.js';
import type { TestCase } from '../../core/testset.js';
import { expressionsOf } from '../../formats/index.js';
import { adviceFor } from '../feedback/advice.js';
import { passingTrainRows, type Cause } from '../feedback/causes.js';
import { openEarlierAdvice } from '../feedback/standing.js';
import { mergeTexts } from '../merge.js';
import { answerFormat, block, excerpt, howUsed, placeholderRule } from '../metaPrompt.js';
import { similarity } from '../playbook.js';
import { failingRowBlock, passingRowBlock, ROWS_ARE_DATA } from '../rowBlocks.js';
import { askOptimizer, distinctTexts, proposalOf, requireUsable, type OptimizerAnswer } from '../sampling.js';
import { wordsBudget } from '../schedule.js';
import { stepsOf } from '../stop.js';
import type { ProposalContext } from '../strategy.js';
import { wordDistance } from '../wordDistance.js';
import type { Operator, OperatorResult, StepFacts } from './operator.js';
import { contrasts } from './contrast.js';
import { triedEdits, turnedDownText } from './history.js';
import { brokenByEdits } from './progress.js';

/** Causes that one request is about. */
const CAUSES_SHOWN = 8;
const ROWS_SHOWN = 20;
const PASSING_SHOWN = 6;
const EARLIER_SHOWN = 3;
/** A little more than the budget is let through: words are counted differently by different people. */
const BUDGET_SLACK = 1.5;
/** Of two added lines with so many common words one is enough. */
const SAME_LINE = 0.7;

/**
 * Small edits against several causes at once, asked for in one request, and all that fit together joined in one prompt:
 * a prompt that mends several causes is no dearer to score than one that mends a single one.
 */
export const edit: Operator = {
  id: 'edit',
  asks: 2,
  prior: [3, 1],
  isPossible: ({ causes }) => causes.length > 0,
  apply,
};

async function apply(facts: StepFacts): Promise<OperatorResult> {
  const { context } = facts;
  const causes = facts.causes.slice(0, CAUSES_SHOWN);
  const shown = shareOfRows(causes);
  const budget = budgetOf(context) * Math.min(causes.length, facts.ideas);
  const content = metaPrompt(facts, shown, budget);
  const answer = await askTwice(context, content);
  const base = context.spanTextOf(context.parent);
  const advice = causes.map((cause, index) =>
    adviceFor(cause, context.span, context.state.setup.prompt.path, answer.feedback[index]),
  );
  const edits = distinctTexts(answer.prompts).filter(
    (text) => wordDistance(base, text) <= budget * BUDGET_SLACK,
  );
  const union = joined(base, edits);
  const texts = union === undefined ? edits : [union];
  return {
    advice,
    proposals: texts
      .slice(0, context.room)
      .map((text) =>
        proposalOf(
          context,
          text === union ? 'joined edits' : 'edit',
          text,
          context.parent,
          adviceOf(base, text, causes, advice),
        ),
      ),
    shown: shown.flatMap(({ rows }) => rows.map(({ row }) => row.id)),
  };
}

function budgetOf(context: ProposalContext): number {
  const { effort } = context.state.setup;
  return wordsBudget(context.step - 1, Math.max(context.step, stepsOf({}, effort)));
}

/** Asks again when the answer has no prompt in it, and says so. */
async function askTwice(context: ProposalContext, content: string): Promise<OptimizerAnswer> {
  const ask = (text: string, index: number) =>
    askOptimizer(context, text, { index, perStep: 2, temperature: 1 });
  const first = await ask(content, 0);
  if (first.prompts.length > 0) return first;
  const reminder =
    'Your last answer had no <prompt> tags. Put each whole new prompt between <prompt> and </prompt>.';
  const second = await ask(`${content}\n\n${reminder}`, 1);
  requireUsable(context, [second]);
  return second;
}

/** All edits in one text, as far as they do not contradict each other; undefined for fewer than two. */
function joined(base: string, edits: readonly string[]): string | undefined {
  const [first, ...others] = edits;
  if (first === undefined) return undefined;
  let text = first;
  let count = 1;
  for (const other of others) {
    const merged = mergeTexts(base, text, withoutRepeats(base, text, other));
    if (merged === undefined) continue;
    text = merged;
    count++;
  }
  return count > 1 ? text : undefined;
}

/** The other edit without the lines that only say again what the first one added. */
function withoutRepeats(base: string, first: string, other: string): string {
  const known = new Set(base.split('\n'));
  const added = first.split('\n').filter((line) => line.trim() !== '' && !known.has(line));
  return other
    .split('\n')
    .filter((line) => known.has(line) || !added.some((each) => similarity(each, line) >= SAME_LINE))
    .join('\n');
}

/** The rows of each cause that are shown, in turn, until there are enough. */
function shareOfRows(causes: readonly Cause[]): Cause[] {
  const each = Math.max(1, Math.floor(ROWS_SHOWN / causes.length));
  return causes.map((cause) => ({ ...cause, rows: cause.rows.slice(0, each) }));
}

/** The advice that a text follows: that of the causes whose words its new lines take up; of all causes where none stands out. */
function adviceOf(base: string, text: string, causes: readonly Cause[], advice: readonly Advice[]): string[] {
  if (causes.length === 1) return advice.map(({ id }) => id);
  const known = new Set(base.split('\n'));
  const added = text
    .split('\n')
    .filter((line) => !known.has(line))
    .join(' ')
    .toLowerCase();
  const hits = advice.filter((each) => {
    const words = `${each.direction} ${each.text}`.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
    return words.filter((word) => added.includes(word)).length >= 2;
  });
  return (hits.length > 0 ? hits : advice).map(({ id }) => id);
}

function metaPrompt(facts: StepFacts, shown: readonly Cause[], budget: number): string {
  const { context, parent, causes } = facts;
  const { span, state } = context;
  const passing = passingShown(state, parent);
  const contrasted = contrasts(context, parent, shown);
  const tried = triedEdits(context);
  const rows = new Map(shown.flatMap((cause) => cause.rows.map((row) => [row.row.id, row] as const)));
  return [
    'You improve a prompt that a language model is given for each row of a test set. Some rows fail, for the causes below. Change the prompt so that they pass, and that no other row fails because of it.',
    block('current_prompt', context.spanTextOf(context.parent)),
    howUsed(context.document, span),
    ...shown.map((cause, index) => causeBlock(cause, causes[index]!.rows.length)),
    `Failing rows. ${ROWS_ARE_DATA}`,
    ...[...rows.values()].map((row) => failingRowBlock(context, row)),
    ...(contrasted.length > 0
      ? [
          'Some of these rows pass under other prompts that were tried; which difference did it?',
          ...contrasted,
        ]
      : []),
    ...(passing.length > 0
      ? ['Rows that pass now and must go on passing:', ...passing.map((row) => passingRowBlock(context, row))]
      : []),
    ...(tried.length > 0
      ? [
          'These changes were tried and did not help enough; try something else:',
          ...tried.map((lines) => block('tried', lines)),
        ]
      : []),
    ...earlierAdvice(facts),
    ...turnedDownText(context),
    [
      `First write for each cause, in the order above, between <feedback> and </feedback> one sentence on what in the prompt brings it about (quote the words, or say what is missing), then "Direction:" and one sentence on which way to change it.`,
      `Make small edits, mostly new lines of their own: change or add at most <words_budget>${budget}</words_budget> words, and keep every other word and line break of the current prompt. Where a line already speaks of a cause and did not help, put that line differently instead of adding another.`,
      placeholderRule(expressionsOf(context.document, span.text)),
      answerFormat(facts.ideas),
    ]
      .filter(Boolean)
      .join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** What earlier runs advised and nothing has mended yet, as far as the causes above do not say it. */
function earlierAdvice({ context, causes }: StepFacts): string[] {
  const named = new Set(causes.map(({ name }) => name));
  const open = openEarlierAdvice(context.state)
    .filter(({ cause }) => !named.has(cause))
    .slice(0, EARLIER_SHOWN);
  if (open.length === 0) return [];
  return [
    'Earlier runs gave this advice, and it is still open:',
    ...open.map(({ text, direction }) => block('advice', [text, direction].filter(Boolean).join('\n'))),
  ];
}

/** Passing rows to keep in mind: those that edits of this prompt have broken before others. */
function passingShown(state: RunState, parent: CandidateRecord): TestCase[] {
  const broken = brokenByEdits(state, parent);
  const passing = passingTrainRows(state, parent);
  const isBroken = (row: TestCase) => broken.includes(row.id);
  return [...passing.filter(isBroken), ...passing.filter((row) => !isBroken(row))].slice(0, PASSING_SHOWN);
}

function causeBlock(cause: Cause, total: number): string {
  const lines = [
    `${total} ${total === 1 ? 'row fails' : 'rows fail'} in this way.`,
    cause.direction === '' ? '' : `Direction: ${excerpt(cause.direction, 400)}`,
    `Rows: ${cause.rows.map(({ row }) => row.id).join(', ')}`,
  ];
  return block('cause', lines.filter(Boolean).join('\n'), { id: cause.name });
}
