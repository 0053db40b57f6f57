import { BASELINE_ID } from '../../core/candidate.js';
import { seededRandom, shuffled } from '../../core/hash.js';
import { recordOf, selectionRows, type CandidateRecord, type Effort, type RunState } from '../../core/run.js';
import { minibatchGate } from '../../evaluation/minibatchGate.js';
import { expressionsOf } from '../../formats/index.js';
import { mergeTexts } from '../merge.js';
import { answerFormat, block, howUsed, placeholderRule } from '../metaPrompt.js';
import { minibatchOf } from '../minibatch.js';
import { drawFromFront, paretoFront } from '../pareto.js';
import { answeredRowBlock, ROWS_ARE_DATA, rowsById } from '../rowBlocks.js';
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
import { bestCandidate, scoredCandidates } from '../trajectory.js';

/** Rows on which a merge must equal the better of its parents before it is scored on all. */
const MERGE_ROWS = 5;
const SELECTIONS = ['pareto', 'current-best', 'epsilon-greedy'] as const;
const ITERATIONS: Readonly<Record<Effort, number>> = { quick: 8, normal: 25, thorough: 80 };

interface GepaMemo {
  readonly minibatch: readonly string[];
  /** Set for a step that joined two members of the front. */
  readonly merged?: readonly [string, string];
}

/**
 * GEPA (Agrawal et al., arXiv 2507.19457): a parent is drawn from the candidates that are best on some row, its answers
 * on three train rows are reflected on, and the new prompt joins the pool when it beats its parent on these three.
 */
export const gepa: Strategy = {
  id: 'gepa',
  summary:
    'Reflects on the answers to three rows, and keeps a pool of prompts that are each best on some row.',
  source: 'arXiv 2507.19457',
  settings: [
    choiceSetting('candidateSelection', 'pareto', SELECTIONS, 'How the parent of a step is chosen.'),
    numberSetting('minibatch', 3, 'Train rows that one step reflects on.', { min: 1 }),
    switchSetting('skipPerfect', true, 'Makes no proposal from a minibatch that passes as a whole.'),
    switchSetting(
      'strictImprovement',
      true,
      'A candidate must beat its parent on the minibatch; else equal it.',
    ),
    switchSetting('merge', false, 'Joins members of the front after a candidate was accepted.'),
    numberSetting('maxMerges', 5, 'Merges of a run at the most.'),
    stepsSetting,
  ],
  configure(settings) {
    const minibatch = wholeOf(settings, 'minibatch');
    const isStrict = switchOf(settings, 'strictImprovement');
    return {
      selection: 'validation',
      steps: (effort) => wholeOf(settings, stepsSetting.id) || ITERATIONS[effort],
      patience: Infinity,
      emptySteps: Infinity,
      perStep: 1,
      asksPerStep: 1,
      readsPerStep: minibatch,
      reads: (state) => [
        {
          candidateId: parentOf(state, settings),
          caseIds: minibatchOf(state, state.proposedStep + 1, minibatch, { fill: true }),
        },
      ],
      selector: minibatchGate({
        rowsOf: gateRows,
        size: Math.max(minibatch, MERGE_ROWS),
        isStrict: ({ candidate }) => isStrict && candidate.operator !== 'merge',
      }),
      propose: (context) => propose(context, settings),
    };
  },
};

/** Chance of a parent that is not the best, for `epsilon-greedy`. */
const EPSILON = 0.1;

function parentOf(state: RunState, settings: SettingValues): string {
  const candidateSelection = choiceOf(settings, 'candidateSelection', SELECTIONS);
  const random = seededRandom(`${state.setup.seed} ${state.proposedStep + 1} parent`);
  const best = bestCandidate(state)?.record.candidate.id ?? BASELINE_ID;
  if (candidateSelection === 'pareto') {
    return drawFromFront(paretoFront(state), random)?.record.candidate.id ?? best;
  }
  if (candidateSelection === 'current-best' || random() >= EPSILON) return best;
  const pool = scoredCandidates(state);
  return pool[Math.floor(random() * pool.length)]?.record.candidate.id ?? best;
}

function gateRows(state: RunState, record: CandidateRecord): readonly string[] {
  const memo = state.memos.get(record.candidate.step) as GepaMemo | undefined;
  return memo?.minibatch ?? [];
}

async function propose(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const merge = switchOf(settings, 'merge') ? mergeOf(context, wholeOf(settings, 'maxMerges')) : undefined;
  if (merge) return merge;
  const { state } = context;
  const parent = recordOf(state, parentOf(state, settings));
  const minibatch = minibatchOf(state, context.step, wholeOf(settings, 'minibatch'), { fill: true });
  const memo: GepaMemo = { minibatch };
  if (switchOf(settings, 'skipPerfect') && minibatch.every((id) => isPerfect(parent, id))) {
    return { advice: [], proposals: [], memo };
  }
  const answer = await askOptimizer(context, metaPrompt(context, parent, minibatch), {
    index: 0,
    perStep: 1,
    temperature: 1,
  });
  requireUsable(context, [answer]);
  const proposals = answer.prompts
    .slice(0, 1)
    .map((spanText) => proposalOf(context, 'reflect', spanText, parent.candidate.id));
  return { advice: [], proposals, memo };
}

function isPerfect(record: CandidateRecord, caseId: string): boolean {
  const outcome = record.outcomes.get(caseId);
  return outcome?.status === 'scored' && outcome.score.value === 1;
}

/** No scores and no history, as published. */
function metaPrompt(context: ProposalContext, parent: CandidateRecord, minibatch: readonly string[]): string {
  const rows = rowsById(context);
  const expressions = expressionsOf(context.document, context.span.text);
  return [
    'A language model was given this prompt for each row of a task:',
    block('current_prompt', context.spanTextOf(parent.candidate.id)),
    howUsed(context.document, context.span),
    `Here are rows with the answers that it gave and with feedback on how they could be better. ${ROWS_ARE_DATA}`,
    ...minibatch.map((id) => answeredRowBlock(context, parent, rows.get(id)!) ?? ''),
    [
      'Read all inputs carefully and find out what form they have and what the task is in detail. Read all answers and the feedback. Note every fact about the task that a model could not know by itself, and every strategy that works for rows in general, and write them into the new prompt.',
      placeholderRule(expressions),
      answerFormat(1),
    ]
      .filter(Boolean)
      .join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/**
 * Joins the line edits that two members of the front made to their nearest common ancestor. Published for programs of
 * several prompts, where each prompt is taken from the side that changed it; here the pieces are lines.
 */
function mergeOf(context: ProposalContext, most: number): Proposals | undefined {
  const { state } = context;
  const memos = [...state.memos.values()] as GepaMemo[];
  const done = memos.flatMap(({ merged }) => (merged ? [merged.join(' ')] : []));
  const last = [...state.candidates.values()].at(-1);
  const wasAccepted =
    last?.status === 'kept' && last.candidate.id !== BASELINE_ID && last.candidate.operator !== 'merge';
  if (!wasAccepted || done.length >= most) return undefined;
  const random = seededRandom(`${state.setup.seed} ${context.step} merge`);
  const front = shuffled(paretoFront(state), random);
  for (const { record: first } of front) {
    for (const { record: second } of front) {
      const pair = [first.candidate.id, second.candidate.id] as const;
      const ancestor = commonAncestor(state, ...pair);
      if (ancestor === undefined || pair.includes(ancestor) || done.includes(pair.join(' '))) continue;
      const texts = [ancestor, ...pair].map((id) => context.spanTextOf(id)) as [string, string, string];
      const spanText = mergeTexts(...texts);
      if (spanText === undefined) continue;
      const better = meanOf(state, pair[0]) >= meanOf(state, pair[1]) ? pair[0] : pair[1];
      return {
        advice: [],
        proposals: [proposalOf(context, 'merge', spanText, better)],
        memo: { minibatch: contestedRows(state, pair, random), merged: pair } satisfies GepaMemo,
      };
    }
  }
  return undefined;
}

function meanOf(state: RunState, id: string): number {
  return scoredCandidates(state).find(({ record }) => record.candidate.id === id)?.score ?? 0;
}

/** Selection rows on which the two differ first, then others, in random order. */
function contestedRows(
  state: RunState,
  [first, second]: readonly [string, string],
  random: () => number,
): string[] {
  const rows = shuffled(selectionRows(state), random);
  const valueOf = (id: string, row: string) => {
    const outcome = recordOf(state, id).outcomes.get(row);
    return outcome?.status === 'scored' ? outcome.score.value : undefined;
  };
  const differs = (row: string) => valueOf(first, row) !== valueOf(second, row);
  return [...rows.filter(differs), ...rows.filter((row) => !differs(row))].slice(0, MERGE_ROWS);
}

function commonAncestor(state: RunState, first: string, second: string): string | undefined {
  const line = new Set(ancestry(state, first));
  return ancestry(state, second).find((id) => line.has(id));
}

/** A candidate and its ancestors, nearest first. */
function ancestry(state: RunState, id: string): string[] {
  const line: string[] = [];
  for (let at: string | undefined = id; at !== undefined; at = recordOf(state, at).candidate.parent)
    line.push(at);
  return line;
}
