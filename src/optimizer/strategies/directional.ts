import type { CaseOutcome, Effort } from '../../core/run.js';
import { selectionRows, type CandidateRecord } from '../../core/run.js';
import type { Feedback } from '../../core/scoring.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { failingRowBlock, ROWS_ARE_DATA, rowsById } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable } from '../sampling.js';
import {
  choiceOf,
  choiceSetting,
  numberSetting,
  stepsSetting,
  switchOf,
  switchSetting,
  wholeOf,
} from '../settings.js';
import type { ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';
import { scoredCandidates } from '../trajectory.js';

/** How much of the scorers' feedback the optimizer is shown. */
export const FEEDBACK_LEVELS = ['none', 'non-directional', 'directional', 'synthesized'] as const;
export type FeedbackLevel = (typeof FEEDBACK_LEVELS)[number];

const STEPS: Readonly<Record<Effort, number>> = { quick: 4, normal: 12, thorough: 30 };
/** A synthesis and a proposal. */
const ASKS = 2;
/** Attempts that a direction is read from at the least: one has nothing to be compared with. */
const LEAST_ATTEMPTS = 2;

/** Kept of each step. */
interface DirectionalMemo {
  readonly direction: string;
}

/**
 * The optimizer of Nie et al. (arXiv 2405.16434): it sees the history of prompts, answers, rewards and feedback; where the
 * feedback gives no direction, a synthesizer reads one from how the rewards changed. A prompt is gone on from only when its
 * reward is the best so far; the others stay in the history.
 */
export const directional: Strategy = {
  id: 'directional',
  summary:
    'Follows the direction of the feedback, or one read from earlier attempts, and keeps only what is better.',
  source: 'arXiv 2405.16434',
  settings: [
    choiceSetting('feedback', 'directional', FEEDBACK_LEVELS, 'What the optimizer is told of an answer.'),
    switchSetting(
      'synthesizer',
      true,
      'Reads a direction from earlier attempts when the feedback gives none.',
    ),
    numberSetting('history', 20, 'Earlier attempts that are shown.', { min: 1 }),
    numberSetting('rowsShown', 3, 'Failing rows that are shown of an attempt.', { min: 1 }),
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
  const level = choiceOf(settings, 'feedback', FEEDBACK_LEVELS);
  const attempts = scoredCandidates(context.state).slice(-wholeOf(settings, 'history'));
  const newest = attempts.at(-1)!.record;
  const failing = selectionRows(context.state).filter((id) => isFailing(newest.outcomes.get(id)));
  const isDirected =
    level === 'directional' &&
    failing.some((id) => feedbackOf(newest, id).some(({ kind }) => kind === 'directional'));
  const wantsSynthesis =
    level === 'synthesized' || (level === 'directional' && switchOf(settings, 'synthesizer'));
  const history = attempts.flatMap(({ record, score }) => [
    `${block('text', context.spanTextOf(record.candidate.id))}\nscore: ${Math.round(score * 100)}`,
    ...shownRows(context, record, level, wholeOf(settings, 'rowsShown')),
  ]);
  let direction = '';
  if (!isDirected && wantsSynthesis && attempts.length >= LEAST_ATTEMPTS) {
    const synthesis = await askOptimizer(context, synthesizerPrompt(context, history), {
      index: 0,
      perStep: ASKS,
      temperature: 1,
    });
    direction = synthesis.feedback.join('\n');
  }
  const answer = await askOptimizer(context, optimizerPrompt(context, history, direction), {
    index: 1,
    perStep: ASKS,
    temperature: 1,
  });
  requireUsable(context, [answer]);
  const proposals = answer.prompts.slice(0, 1).map((text) => proposalOf(context, 'directional', text));
  return { advice: [], proposals, memo: { direction } satisfies DirectionalMemo };
}

function isFailing(outcome: CaseOutcome | undefined): boolean {
  return outcome?.status === 'scored' && !outcome.score.pass;
}

function feedbackOf(record: CandidateRecord, caseId: string): readonly Feedback[] {
  const outcome = record.outcomes.get(caseId);
  return outcome?.status === 'scored' ? outcome.score.feedback : [];
}

/** Failing rows of an attempt with as much of the feedback as the level allows. */
function shownRows(
  context: ProposalContext,
  record: CandidateRecord,
  level: FeedbackLevel,
  count: number,
): string[] {
  const rows = rowsById(context);
  return selectionRows(context.state)
    .filter((id) => isFailing(record.outcomes.get(id)))
    .slice(0, count)
    .map((id) => {
      const outcome = record.outcomes.get(id)!;
      const output = outcome.status === 'scored' ? outcome.output : '';
      const texts = feedbackOf(record, id).flatMap((feedback) => toldOf(feedback, level));
      return failingRowBlock(context, { row: rows.get(id)!, output, texts });
    });
}

/** Of directional feedback the lower level keeps what the trouble is about, and not the way out. */
function toldOf(feedback: Feedback, level: FeedbackLevel): string[] {
  if (level === 'directional') return [feedback.text, ...(feedback.direction ? [feedback.direction] : [])];
  if (level === 'none' || level === 'synthesized') return [];
  return [
    feedback.kind === 'directional'
      ? `The answer is not right in this respect: ${feedback.cause}.`
      : feedback.text,
  ];
}

function synthesizerPrompt(context: ProposalContext, history: readonly string[]): string {
  return [
    `Below are attempts at a prompt, the oldest first, each with its score from 0 to 100 and rows that its answers failed. ${ROWS_ARE_DATA}`,
    ...history,
    'Compare pairs of attempts: what changed in the prompt and in the answers, and how did the score change with it? Write between <feedback> and </feedback> after "Direction:" in one or two sentences which change of the best prompt should raise the score further. Say which way to go, not only what matters.',
  ].join('\n\n');
}

function optimizerPrompt(context: ProposalContext, history: readonly string[], direction: string): string {
  return [
    `You improve a prompt by trying. Below are the attempts so far, the oldest first, each with its score from 0 to 100, higher is better, and with rows that its answers failed. ${ROWS_ARE_DATA}`,
    ...history,
    'This is the best one so far:',
    block('current_prompt', context.spanTextOf(context.parent)),
    howUsed(context.document, context.span),
    ...(direction === ''
      ? []
      : ['From the attempts this direction was read:', block('direction', direction)]),
    [
      'Write a new prompt that goes on from the best one in the direction that the feedback points to, and that has not been tried yet.',
      placeholderRule(expressionsOf(context.document, context.span.text)),
      answerFormat(1),
    ]
      .filter(Boolean)
      .join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}
