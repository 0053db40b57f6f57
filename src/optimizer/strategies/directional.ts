import {
  selectionRows,
  type CandidateRecord,
  type CaseOutcome,
  type Effort,
  type RunState,
} from '../../core/run.js';
import type { Feedback } from '../../core/scoring.js';
import type { TestCase } from '../../core/testset.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { failingRowBlock, ROWS_ARE_DATA, rowsById } from '../rowBlocks.js';
import { askOptimizer, proposalOf, requireUsable, type OptimizerAnswer } from '../sampling.js';
import {
  choiceOf,
  choiceSetting,
  numberOf,
  numberSetting,
  stepsSetting,
  switchOf,
  switchSetting,
  temperatureSetting,
  wholeOf,
} from '../settings.js';
import type { ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';
import { scoredCandidates, type ScoredRecord } from '../trajectory.js';

/** How much of the scorers' feedback the optimizer is shown. */
export const FEEDBACK_LEVELS = ['none', 'non-directional', 'directional', 'synthesized'] as const;
export type FeedbackLevel = (typeof FEEDBACK_LEVELS)[number];

const ACCEPTANCES = ['better', 'always'] as const;

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
    choiceSetting(
      'accept',
      'better',
      ACCEPTANCES,
      'Goes on from a new prompt only when its reward is the best so far, or always.',
    ),
    temperatureSetting(1),
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
  const tried = scoredCandidates(context.state);
  const attempts = tried.slice(-wholeOf(settings, 'history'));
  const incumbent = incumbentOf(tried, settings);
  const ask = (index: number, content: string) =>
    askOptimizer(context, content, { index, perStep: ASKS, temperature: numberOf(settings, 'temperature') });
  const history = attempts.flatMap(({ record, score }) => [
    `${block('text', context.spanTextOf(record.candidate.id))}\nscore: ${Math.round(score * 100)}`,
    ...shownRows(context, record, level, wholeOf(settings, 'rowsShown')),
  ]);
  const synthesis =
    attempts.length >= LEAST_ATTEMPTS && wantsSynthesis(context.state, attempts.at(-1)!.record, settings)
      ? await ask(0, synthesizerPrompt(history))
      : NOTHING_SAID;
  const direction = synthesis.feedback.join('\n');
  const answer = await ask(1, optimizerPrompt(context, history, incumbent, direction));
  requireUsable(context, [synthesis, answer]);
  const [text] = [...answer.prompts, ...synthesis.prompts];
  return {
    advice: [],
    proposals: text === undefined ? [] : [proposalOf(context, 'directional', text, incumbent)],
    memo: { direction } satisfies DirectionalMemo,
  };
}

const NOTHING_SAID: OptimizerAnswer = { prompts: [], feedback: [] };

/** Scores that differ by less are equal. */
const SAME_SCORE = 1e-9;

/** The prompt to go on from: the first one that reached the best reward, or the newest one. */
function incumbentOf(tried: readonly ScoredRecord[], settings: SettingValues): string {
  if (choiceOf(settings, 'accept', ACCEPTANCES) === 'always') return tried.at(-1)!.record.candidate.id;
  return tried.reduce((best, next) => (next.score > best.score + SAME_SCORE ? next : best)).record.candidate
    .id;
}

/** Whether a direction has to be read from the attempts: always at that level, else where the newest one gives none. */
function wantsSynthesis(state: RunState, newest: CandidateRecord, settings: SettingValues): boolean {
  const level = choiceOf(settings, 'feedback', FEEDBACK_LEVELS);
  if (level !== 'directional' || !switchOf(settings, 'synthesizer')) return level === 'synthesized';
  return !selectionRows(state).some(
    (id) =>
      isFailing(newest.outcomes.get(id)) && feedbackOf(newest, id).some(({ kind }) => kind === 'directional'),
  );
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
      const row = rows.get(id)!;
      // The right answer says which way to go, beside what was answered.
      const shown = level === 'directional' ? row : withoutLabel(row);
      return failingRowBlock(context, { row: shown, output, texts });
    });
}

function withoutLabel(row: TestCase): TestCase {
  const { expected, asserts, ...rest } = row;
  return expected === undefined && asserts === undefined ? row : rest;
}

/** Of directional feedback the lower level keeps what the trouble is with, and not the way out. */
function toldOf(feedback: Feedback, level: FeedbackLevel): string[] {
  if (level === 'none' || level === 'synthesized') return [];
  if (level === 'directional') return [feedback.text, ...(feedback.direction ? [feedback.direction] : [])];
  return [
    feedback.kind === 'directional'
      ? `What "${feedback.scorer}" looks at is not right in this answer; try it another way.`
      : feedback.text,
  ];
}

function synthesizerPrompt(history: readonly string[]): string {
  return [
    `Below are attempts at a prompt, the oldest first, each with its score from 0 to 100 and rows that its answers failed. ${ROWS_ARE_DATA}`,
    ...history,
    'Compare pairs of attempts: what changed in the prompt and in the answers, and how did the score change with it? Write between <feedback> and </feedback> after "Direction:" in one or two sentences which change of the best prompt should raise the score further. Say which way to go, not only what matters.',
  ].join('\n\n');
}

function optimizerPrompt(
  context: ProposalContext,
  history: readonly string[],
  incumbent: string,
  direction: string,
): string {
  return [
    `You improve a prompt by trying. Below are the attempts so far, the oldest first, each with its score from 0 to 100, higher is better, and with rows that its answers failed. ${ROWS_ARE_DATA}`,
    ...history,
    'Go on from this one:',
    block('current_prompt', context.spanTextOf(incumbent)),
    howUsed(context.document, context.span),
    ...(direction === ''
      ? []
      : ['From the attempts this direction was read:', block('direction', direction)]),
    [
      'Write a new prompt that goes on from it in the direction that the feedback points to, or that the scores do, and that has not been tried yet.',
      placeholderRule(expressionsOf(context.document, context.span.text)),
      answerFormat(1),
    ]
      .filter(Boolean)
      .join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}
