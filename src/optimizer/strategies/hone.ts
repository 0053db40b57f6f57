import { BASELINE_ID } from '../../core/candidate.js';
import { recordOf, type CandidateRecord, type RunState } from '../../core/run.js';
import { expressionsOf } from '../../formats/index.js';
import { adviceFor } from '../feedback/advice.js';
import { causesOf, passingTrainRows, type Cause } from '../feedback/causes.js';
import { mergeTexts } from '../merge.js';
import {
  answerFormat,
  block,
  excerpt,
  howUsed,
  missingTags,
  placeholderRule,
  taggedBlocks,
} from '../metaPrompt.js';
import { answeredRow, passingRow, ROWS_ARE_DATA } from '../rowBlocks.js';
import { race } from '../../evaluation/race.js';
import { readBest } from '../readings.js';
import { wordsBudget } from '../schedule.js';
import { STEPS } from '../stop.js';
import { summaryOf } from '../summary.js';
import type { Proposal, ProposalContext, Proposals, Strategy } from '../strategy.js';
import { scoredCandidates } from '../trajectory.js';

/** Train rows that the parent of a step is scored on, so that its failures can be read. */
const ROWS_READ = 24;
/** Causes worked on in one step, each with a request of its own. */
const CAUSES_PER_STEP = 3;
const CANDIDATES_PER_CAUSE = 2;
const ROWS_SHOWN = 8;
const PASSING_SHOWN = 3;
const TRIED_SHOWN = 4;
const TEXT_SHOWN = 600;

/**
 * Hone's own strategy, first version: causes are named from the failing train rows, each with the direction that the
 * scorers give; one request per cause asks for small edits, with rows shown that must keep passing; complementary
 * winners are merged without a request.
 */
export const hone: Strategy = {
  id: 'hone',
  summary:
    'Names the causes of failing rows, makes small edits in the direction that the scorers give, and races them.',
  settings: [],
  configure: () => ({
    selection: 'validation',
    perStep: CAUSES_PER_STEP * CANDIDATES_PER_CAUSE,
    asksPerStep: CAUSES_PER_STEP,
    ...readBest(ROWS_READ),
    selector: race,
    propose,
  }),
};

async function propose(context: ProposalContext): Promise<Proposals> {
  const parent = recordOf(context.state, context.parent);
  const causes = causesOf(context.state, parent).slice(0, CAUSES_PER_STEP);
  const merged = mergeProposal(context, parent);
  const room = context.room - merged.length;
  const counts = shareOut(room, causes.length);
  const answers = await Promise.all(
    causes.map(async (cause, index) => {
      const wanted = counts[index]!;
      return wanted === 0 ? undefined : askForEdits(context, parent, cause, wanted);
    }),
  );
  const asked = answers.filter((answer) => answer !== undefined);
  if (asked.length > 0 && asked.every((answer) => answer.prompts.length === 0)) {
    throw missingTags(
      context.state.setup.models.optimizer.label,
      context.state.setup.models.optimizer.destination,
    );
  }
  const advice = causes.map((cause, index) =>
    adviceFor(cause, context.span, context.state.setup.prompt.path, answers[index]?.feedback),
  );
  const proposals = answers.flatMap((answer, index) =>
    (answer?.prompts ?? []).slice(0, counts[index]).map((spanText): Proposal => ({
      parent: context.parent,
      operator: 'edit',
      spanText,
      summary: summaryOf(context.spanTextOf(context.parent), spanText),
      adviceIds: [advice[index]!.id],
    })),
  );
  return { advice, proposals: [...merged, ...proposals] };
}

/** How many candidates each cause gets, the first causes more. */
function shareOut(room: number, causes: number): number[] {
  return Array.from({ length: causes }, (_, index) =>
    Math.min(CANDIDATES_PER_CAUSE, Math.floor(room / causes) + (index < room % causes ? 1 : 0)),
  );
}

interface Edits {
  readonly feedback: string | undefined;
  readonly prompts: readonly string[];
}

async function askForEdits(
  context: ProposalContext,
  parent: CandidateRecord,
  cause: Cause,
  wanted: number,
): Promise<Edits> {
  const content = metaPrompt(context, parent, cause, wanted);
  const reminder =
    'Your last answer had no <prompt> tags. Put each whole new prompt between <prompt> and </prompt>.';
  for (const text of [content, `${content}\n\n${reminder}`]) {
    const answer = await context.ask([{ role: 'user', content: text }], { repeat: context.step - 1 });
    const prompts = taggedBlocks(answer, 'prompt');
    if (prompts.length > 0) return { feedback: taggedBlocks(answer, 'feedback')[0], prompts };
  }
  return { feedback: undefined, prompts: [] };
}

function metaPrompt(context: ProposalContext, parent: CandidateRecord, cause: Cause, wanted: number): string {
  const { state, span } = context;
  const shown = cause.rows.slice(0, ROWS_SHOWN);
  const budget = wordsBudget(context.step - 1, STEPS[state.setup.effort]);
  const kept = passingTrainRows(state, parent).slice(0, PASSING_SHOWN);
  const turnedDown = rejectionsOf(context);
  const tried = triedEdits(context, cause);
  const parts = [
    'You improve a prompt that a language model is given for each row of a test set. Some rows fail for the same cause. Change the prompt so that they pass, and that no other row fails because of it.',
    block('current_prompt', context.spanTextOf(context.parent)),
    howUsed(context.document, span),
    block(
      'cause',
      [
        `${cause.rows.length} of ${readTrainRows(state, parent)} rows fail in this way.`,
        cause.direction && `Direction: ${cause.direction}`,
        `Rows: ${shown.map(({ row }) => row.id).join(', ')}`,
      ]
        .filter(Boolean)
        .join('\n'),
      { id: cause.name },
    ),
    `Failing rows${cause.rows.length > shown.length ? `, ${shown.length} of them` : ''}. ${ROWS_ARE_DATA}`,
    ...shown.map(({ row }) => answeredRow(context, parent, row) ?? ''),
    ...(kept.length > 0
      ? ['Rows that pass now and must go on passing:', ...kept.map((row) => passingRow(context, row))]
      : []),
    ...(tried.length > 0
      ? [
          'These changes were tried for this cause and did not help enough; try something else:',
          ...tried.map((lines) => block('tried', lines)),
        ]
      : []),
    ...(turnedDown.length > 0 ? [`Earlier proposals were turned down:\n${turnedDown.join('\n')}`] : []),
    [
      'First write between <feedback> and </feedback> one sentence on what in the prompt causes these failures (quote the words, or say what is missing), then "Direction:" and one sentence on which way to change it.',
      `Make small edits: change or add at most <words_budget>${budget}</words_budget> words, and keep every other word and line break of the current prompt.`,
      placeholderRule(expressionsOf(context.document, span.text)),
      answerFormat(wanted),
    ]
      .filter(Boolean)
      .join('\n'),
  ];
  return parts.join('\n\n');
}

/** Train rows of which the proposer may see how they went. */
function readTrainRows({ setup }: RunState, parent: CandidateRecord): number {
  return setup.splits.train.filter((id) => parent.outcomes.get(id)?.status === 'scored').length;
}

/** Why proposals of the last step broke a rule, each reason once. */
function rejectionsOf(context: ProposalContext): string[] {
  const reasons = [...context.state.candidates.values()]
    .filter(({ status, candidate }) => status === 'rejected' && candidate.step === context.step - 1)
    .flatMap((record) => record.reasons);
  return [...new Set(reasons)].slice(0, 4);
}

/** Lines that earlier candidates from the same parent and for the same cause added, without becoming the best. */
function triedEdits(context: ProposalContext, cause: Cause): string[] {
  const { id } = adviceFor(cause, context.span, context.state.setup.prompt.path, undefined);
  const before = new Set(context.spanTextOf(context.parent).split('\n'));
  const added = [...context.state.candidates.values()]
    .filter(
      ({ candidate, status }) =>
        status !== 'rejected' && candidate.parent === context.parent && candidate.adviceIds.includes(id),
    )
    .map(({ candidate }) =>
      context
        .spanTextOf(candidate.id)
        .split('\n')
        .filter((line) => line.trim() !== '' && !before.has(line))
        .join('\n'),
    );
  return [...new Set(added.filter((lines) => lines !== '').map((lines) => excerpt(lines, TEXT_SHOWN)))].slice(
    -TRIED_SHOWN,
  );
}

/** The parent's edit together with the edit of the best candidate that does not descend from it, if both beat the baseline. */
function mergeProposal(context: ProposalContext, parent: CandidateRecord): Proposal[] {
  if (parent.candidate.id === BASELINE_ID) return [];
  const scored = scoredCandidates(context.state);
  const baselineScore = scored.find(({ record }) => record.candidate.id === BASELINE_ID)?.score ?? 0;
  const mates = scored
    .filter(({ record, score }) => {
      const { id, parent: grandparent, adviceIds } = record.candidate;
      return (
        score > baselineScore &&
        id !== parent.candidate.id &&
        grandparent === parent.candidate.parent &&
        adviceIds.some((advice) => !parent.candidate.adviceIds.includes(advice))
      );
    })
    .sort((a, b) => b.score - a.score);
  for (const { record } of mates) {
    const spanText = mergeTexts(
      context.spanTextOf(parent.candidate.parent ?? BASELINE_ID),
      context.spanTextOf(parent.candidate.id),
      context.spanTextOf(record.candidate.id),
    );
    if (spanText === undefined) continue;
    return [
      {
        parent: parent.candidate.id,
        operator: 'merge',
        spanText,
        summary: `Joins in another edit: ${summaryOf(context.spanTextOf(parent.candidate.id), spanText)}`,
        adviceIds: [...new Set([...parent.candidate.adviceIds, ...record.candidate.adviceIds])],
      },
    ];
  }
  return [];
}
