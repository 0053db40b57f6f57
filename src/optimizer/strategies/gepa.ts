import { BASELINE_ID } from '../../core/candidate.js';
import { seededRandom, shuffled } from '../../core/hash.js';
import {
  pairsOf,
  recordOf,
  selectionRows,
  type CandidateRecord,
  type Effort,
  type RunState,
} from '../../core/run.js';
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

/** Rows on which a merge must equal the better of its parents before it is scored on all. */
const MERGE_ROWS = 5;
const SELECTIONS = ['pareto', 'top-k-pareto', 'current-best', 'epsilon-greedy'] as const;
const TIES = ['oldest', 'newest'] as const;
const BATCHES = ['epoch', 'random'] as const;
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
    numberSetting(
      'topK',
      5,
      'For top-k-pareto: prompts with the highest means among which the front is drawn.',
      {
        min: 1,
      },
    ),
    numberSetting('epsilon', 0.1, 'For epsilon-greedy: chance of any prompt of the pool.', { max: 1 }),
    choiceSetting('ties', 'oldest', TIES, 'Which of equal means counts as the current best.'),
    numberSetting('minibatch', 3, 'Train rows that one step reflects on.', { min: 1 }),
    choiceSetting('batches', 'epoch', BATCHES, 'Minibatches go through all train rows, or are drawn anew.'),
    switchSetting('skipPerfect', true, 'Makes no proposal from a minibatch that passes as a whole.'),
    switchSetting(
      'strictImprovement',
      true,
      'A candidate must beat its parent on the minibatch; else equal it.',
    ),
    switchSetting('merge', false, 'Joins members of the front after a candidate was accepted.'),
    numberSetting('maxMerges', 5, 'Merges that are accepted in a run at the most.'),
    temperatureSetting(1),
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
          caseIds: rowsOfStep(state, settings),
        },
      ],
      selector: minibatchGate({
        rowsOf: gateRows,
        size: minibatch,
        isStrict: ({ candidate }) => isStrict && candidate.operator !== 'merge',
        rivalsOf,
      }),
      propose: (context) => propose(context, settings),
    };
  },
};

/** The minibatch of the next step. */
function rowsOfStep(state: RunState, settings: SettingValues): string[] {
  const { seed, splits } = state.setup;
  const step = state.proposedStep + 1;
  const size = wholeOf(settings, 'minibatch');
  if (choiceOf(settings, 'batches', BATCHES) === 'epoch')
    return minibatchOf(state, step, size, { fill: true });
  return shuffled(splits.train, seededRandom(`${seed} ${step} minibatch`)).slice(0, size);
}

function parentOf(state: RunState, settings: SettingValues): string {
  const candidateSelection = choiceOf(settings, 'candidateSelection', SELECTIONS);
  const random = seededRandom(`${state.setup.seed} ${state.proposedStep + 1} parent`);
  const best = currentBest(state, settings);
  if (candidateSelection === 'pareto' || candidateSelection === 'top-k-pareto') {
    const most = candidateSelection === 'pareto' ? Infinity : wholeOf(settings, 'topK');
    return drawFromFront(paretoFront(state, most), random)?.record.candidate.id ?? best;
  }
  if (candidateSelection === 'current-best' || random() >= numberOf(settings, 'epsilon')) return best;
  const pool = scoredCandidates(state);
  return pool[Math.floor(random() * pool.length)]?.record.candidate.id ?? best;
}

/** Means that differ by less are equal. */
const SAME_MEAN = 1e-9;

function currentBest(state: RunState, settings: SettingValues): string {
  const margin = choiceOf(settings, 'ties', TIES) === 'oldest' ? SAME_MEAN : -SAME_MEAN;
  const best = scoredCandidates(state).reduce<ScoredRecord | undefined>(
    (found, next) => (found === undefined || next.score > found.score + margin ? next : found),
    undefined,
  );
  return best?.record.candidate.id ?? BASELINE_ID;
}

function memoOf(state: RunState, { candidate }: CandidateRecord): GepaMemo | undefined {
  return state.memos.get(candidate.step) as GepaMemo | undefined;
}

function gateRows(state: RunState, record: CandidateRecord): readonly string[] {
  return memoOf(state, record)?.minibatch ?? [];
}

/** A merge has to do as well as both of its parents. */
function rivalsOf(state: RunState, record: CandidateRecord): readonly string[] {
  return memoOf(state, record)?.merged ?? [record.candidate.parent ?? BASELINE_ID];
}

async function propose(context: ProposalContext, settings: SettingValues): Promise<Proposals> {
  const merge = switchOf(settings, 'merge') ? mergeOf(context, wholeOf(settings, 'maxMerges')) : undefined;
  if (merge) return merge;
  const { state } = context;
  const parent = recordOf(state, parentOf(state, settings));
  const minibatch = rowsOfStep(state, settings);
  const memo: GepaMemo = { minibatch };
  if (switchOf(settings, 'skipPerfect') && minibatch.every((id) => isPerfect(parent, id))) {
    return { advice: [], proposals: [], memo };
  }
  const answer = await askOptimizer(context, metaPrompt(context, parent, minibatch), {
    index: 0,
    perStep: 1,
    temperature: numberOf(settings, 'temperature'),
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
 * Joins the line edits that two members of the front made to their nearest common ancestor that is no better than either.
 * Published for programs of several prompts, where each prompt is taken from the side that changed it; here the pieces
 * are lines.
 */
function mergeOf(context: ProposalContext, most: number): Proposals | undefined {
  const { state } = context;
  const records = [...state.candidates.values()].filter(({ status }) => status === 'kept');
  const accepted = records.filter(({ candidate }) => candidate.operator === 'merge');
  const isAfterAccepted = records.some(
    ({ candidate }) => candidate.step === context.step - 1 && candidate.operator === 'reflect',
  );
  if (!isAfterAccepted || accepted.length >= most) return undefined;
  const memos = [...state.memos.values()] as GepaMemo[];
  const done = new Set(memos.flatMap(({ merged }) => (merged ? [merged.join(' ')] : [])));
  const random = seededRandom(`${state.setup.seed} ${context.step} merge`);
  const front = paretoFront(state);
  const scores = new Map(scoredCandidates(state).map(({ record, score }) => [record.candidate.id, score]));
  const pairs = front.flatMap((first, index) =>
    front.slice(index + 1).map((second) => [first.record.candidate.id, second.record.candidate.id] as const),
  );
  for (const pair of shuffled(pairs, random)) {
    const least = Math.min(...pair.map((id) => scores.get(id)!));
    const ancestor = commonAncestors(state, ...pair).find((id) => (scores.get(id) ?? Infinity) <= least);
    if (ancestor === undefined || done.has(pair.join(' '))) continue;
    const texts = [ancestor, ...pair].map((id) => context.spanTextOf(id)) as [string, string, string];
    const spanText = mergeTexts(...texts);
    if (spanText === undefined) continue;
    const better = scores.get(pair[0])! >= scores.get(pair[1])! ? pair[0] : pair[1];
    return {
      advice: [],
      proposals: [proposalOf(context, 'merge', spanText, better)],
      memo: { minibatch: contestedRows(state, pair, random), merged: pair } satisfies GepaMemo,
    };
  }
  return undefined;
}

/** Selection rows that the first does better on, the second, and neither: a third of each, then whatever is left. */
function contestedRows(
  state: RunState,
  [first, second]: readonly [string, string],
  random: () => number,
): string[] {
  const differences = new Map(
    pairsOf(recordOf(state, first), recordOf(state, second), selectionRows(state)).map((pair) => [
      pair.caseId,
      Math.sign(pair.after.value - pair.before.value),
    ]),
  );
  const rows = shuffled([...differences.keys()], random);
  const third = Math.ceil(MERGE_ROWS / 3);
  const chosen = [-1, 1, 0].flatMap((sign) =>
    rows.filter((row) => differences.get(row) === sign).slice(0, third),
  );
  const few = chosen.slice(0, MERGE_ROWS);
  return [...few, ...rows.filter((row) => !few.includes(row))].slice(0, MERGE_ROWS);
}

/** Ancestors of both, the nearest first; none when one comes from the other. */
function commonAncestors(state: RunState, first: string, second: string): string[] {
  const [one, other] = [ancestry(state, first), ancestry(state, second)];
  if (one.includes(second) || other.includes(first)) return [];
  return one.filter((id) => other.includes(id));
}

/** A candidate and its ancestors, nearest first. */
function ancestry(state: RunState, id: string): string[] {
  const line: string[] = [];
  for (let at: string | undefined = id; at !== undefined; at = recordOf(state, at).candidate.parent)
    line.push(at);
  return line;
}
