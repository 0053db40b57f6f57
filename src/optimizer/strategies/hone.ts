import { BASELINE_ID } from '../../core/candidate.js';
import { recordOf, type RunState } from '../../core/run.js';
import { race } from '../../evaluation/race.js';
import { failedTrainRows } from '../../evaluation/triage.js';
import { causesOf } from '../feedback/causes.js';
import { chooseOperator, type HoneMemo } from '../operators/choice.js';
import { dropLine } from '../operators/dropLine.js';
import { edit } from '../operators/edit.js';
import { joinWithSibling } from '../operators/join.js';
import type { Operator, StepFacts } from '../operators/operator.js';
import { halfWay } from '../operators/progress.js';
import { demonstrate, rewrite, shorten } from '../operators/rewrite.js';
import { numberSetting, wholeOf } from '../settings.js';
import type { ProposalContext, Proposals, Strategy } from '../strategy.js';
import { bestCandidate } from '../trajectory.js';

const OPERATORS: readonly Operator[] = [edit, rewrite, demonstrate, shorten, dropLine];
const PER_STEP = 3;

/**
 * Hone's own strategy: causes are named from failing rows, with the direction that the scorers give; one request mends
 * several of them, and the edits that fit together are tried as one prompt. Which operator comes next is learned from what
 * each has gained per call. Candidates race on rows that no proposer has read.
 */
export const hone: Strategy = {
  id: 'hone',
  summary:
    'Names the causes of failing rows, mends several at once in the direction that the scorers give, and races the edits.',
  settings: [
    numberSetting(
      'rowsRead',
      24,
      'Train rows that the prompt in the file is scored on before the first step.',
      {
        min: 1,
      },
    ),
    numberSetting('rowsReadAgain', 12, 'Train rows that a new best prompt is scored on.', { min: 1 }),
    numberSetting(
      'ideas',
      6,
      'New prompts that one request for edits asks for; those that fit together become one.',
      {
        min: 1,
        max: 20,
      },
    ),
  ],
  configure(values) {
    const [first, again] = [wholeOf(values, 'rowsRead'), wholeOf(values, 'rowsReadAgain')];
    return {
      selection: 'both',
      estimate: 'lineage',
      perStep: PER_STEP,
      asksPerStep: Math.max(...OPERATORS.map(({ asks }) => asks)),
      readsPerStep: Math.max(first, again),
      reads: (state) => readings(state, first, again),
      selector: race,
      propose: (context) => propose(context, wholeOf(values, 'ideas')),
    };
  },
};

/**
 * A new best prompt is read on rows that its parent failed, to see what is left of them, and then on rows that nobody has
 * read yet. When none of what was read fails, more is read.
 */
function readings(state: RunState, first: number, again: number) {
  const best = bestCandidate(state)?.record;
  if (!best) return [];
  const { train } = state.setup.splits;
  const { id, parent } = best.candidate;
  if (id === BASELINE_ID) return [{ candidateId: id, caseIds: train.slice(0, wanted(state, first)) }];
  const failed = parent === undefined ? [] : failedTrainRows(state, recordOf(state, parent));
  const unread = train.filter((row) => !recordOf(state, BASELINE_ID).outcomes.has(row));
  const order = [...new Set([...failed.slice(0, Math.ceil(again / 2)), ...unread, ...failed, ...train])];
  return [{ candidateId: id, caseIds: order.slice(0, wanted(state, again)) }];
}

/** Rows to read: half as many again for each step that the best prompt has outlived, since what was read did not help. */
function wanted(state: RunState, usual: number): number {
  const since = state.proposedStep - (bestCandidate(state)?.record.candidate.step ?? 0);
  return Math.round(usual * 1.5 ** since);
}

async function propose(context: ProposalContext, ideas: number): Promise<Proposals> {
  const { state } = context;
  const best = recordOf(state, context.parent);
  const halfway = halfWay(state, best);
  const parent = halfway ?? best;
  const own = new Set(context.span.text.split('\n'));
  const facts: StepFacts = {
    context: { ...context, parent: parent.candidate.id },
    parent,
    causes: causesOf(state, parent),
    ideas,
    addedLines: context
      .spanTextOf(parent.candidate.id)
      .split('\n')
      .filter((line) => line.trim() !== '' && !own.has(line)),
  };
  const possible = OPERATORS.filter((each) => each.isPossible(facts));
  const operator = halfway && possible.includes(edit) ? edit : chooseOperator(state, possible);
  if (!operator) return { advice: [], proposals: [] };
  const merged = joinWithSibling(context).slice(0, context.room - 1);
  const { advice, proposals, shown } = await operator.apply({
    ...facts,
    context: { ...facts.context, room: context.room - merged.length },
  });
  const memo: HoneMemo = { operator: operator.id, parent: parent.candidate.id, shown };
  return { advice, proposals: [...merged, ...proposals], memo };
}
