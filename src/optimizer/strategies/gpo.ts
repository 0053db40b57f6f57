import { BASELINE_ID } from '../../core/candidate.js';
import { recordOf, type CandidateRecord, type RunState } from '../../core/run.js';
import { fullEvaluation } from '../../evaluation/fullEvaluation.js';
import { expressionsOf } from '../../formats/index.js';
import { answerFormat, block, placeholderRule } from '../metaPrompt.js';
import { byRelevance } from '../relevance.js';
import { exemplarBlock, failingRowBlock, failingRows, ROWS_ARE_DATA, trainRows } from '../rowBlocks.js';
import { askOptimizer, distinctTexts, polish, proposalOf, requirePrompts } from '../sampling.js';
import { BUDGET_SCHEDULES, COSINE_BUDGET, editBudget } from '../schedule.js';
import {
  choiceOf,
  choiceSetting,
  numberOf,
  numberSetting,
  stepsFrom,
  stepsSetting,
  switchOf,
  switchSetting,
  temperatureSetting,
  wholeOf,
} from '../settings.js';
import { stepsOf } from '../stop.js';
import type { ConfiguredStrategy, ProposalContext, Proposals, SettingValues, Strategy } from '../strategy.js';
import { scoredCandidates } from '../trajectory.js';
import { wordDistance } from '../wordDistance.js';

const RETRIEVALS = ['relevance', 'recency', 'importance', 'none'] as const;
const REFINEMENTS = ['generation', 'editing'] as const;
const SCHEDULES = [...BUDGET_SCHEDULES, 'none'] as const;

/** What a step leaves behind: what it was asked to keep to, and what came. */
export interface GpoMemo {
  /** The prompt that the step went on from. */
  readonly current: string;
  /** Ids of the earlier prompts that were shown, in the order shown. */
  readonly retrieved: readonly string[];
  /** Words that the step was asked to change at the most; absent where nothing was asked. */
  readonly budget?: number;
  /** Words by which each new text differs from the current prompt, in the order of the answers. */
  readonly changed: readonly number[];
}

/**
 * GPO (Tang et al., arXiv 2402.17564): the current prompt and the earlier ones most like it are shown with their scores,
 * and a new one is asked for within a budget of changed words that falls along a cosine. The best of a step becomes the
 * current prompt, better or not.
 */
export const gpo: Strategy = {
  id: 'gpo',
  summary:
    'Shows the current prompt with the earlier ones most like it, and lets each step change fewer words.',
  source: 'arXiv 2402.17564',
  settings: [
    stepsSetting,
    numberSetting('candidates', 8, 'New prompts per step, a request each.', { min: 1, max: 1000 }),
    choiceSetting(
      'retrieval',
      'relevance',
      RETRIEVALS,
      'Which earlier prompts are shown with the current one.',
    ),
    numberSetting('selectionNumber', 3, 'Prompts shown with their scores, the current one among them.', {
      min: 1,
      max: 100,
    }),
    choiceSetting(
      'refinement',
      'generation',
      REFINEMENTS,
      'Whether a new prompt is written or the current one edited.',
    ),
    choiceSetting(
      'budgetSchedule',
      'cosine',
      SCHEDULES,
      'How the budget of changed words goes over the steps.',
    ),
    numberSetting('firstBudget', COSINE_BUDGET.first, 'Words that may change at the start.', { min: 1 }),
    numberSetting('lastBudget', COSINE_BUDGET.last, 'Words that may change at the end.', { min: 1 }),
    switchSetting('warmup', false, 'Whether the budget rises at first.'),
    numberSetting('warmupSteps', 5, 'Steps until it has risen.', { min: 1 }),
    switchSetting(
      'enforceBudget',
      false,
      'Whether texts over the budget are turned down before they cost anything.',
    ),
    switchSetting(
      'reflection',
      false,
      'Whether failing rows are reflected on first, in a request of its own.',
    ),
    numberSetting('batch', 8, 'Train rows that a reflection looks at.', { min: 1 }),
    numberSetting('exemplars', 3, 'Train rows shown with their right answers, the same in all steps.', {
      max: 100,
    }),
    temperatureSetting(1),
  ],
  configure,
};

function configure(values: SettingValues): ConfiguredStrategy {
  const candidates = wholeOf(values, 'candidates');
  const batch = switchOf(values, 'reflection') ? wholeOf(values, 'batch') : 0;
  const strategy: ConfiguredStrategy = {
    selection: 'validation',
    steps: stepsFrom(values),
    patience: Infinity,
    perStep: candidates,
    asksPerStep: candidates + (batch > 0 ? 1 : 0),
    readsPerStep: batch,
    reads: (state) =>
      batch === 0 ? [] : [{ candidateId: chosenPrompts(state).at(-1)!, caseIds: batchOf(state, batch) }],
    selector: fullEvaluation,
    propose: (context) => propose(context, values, stepsOf(strategy, context.state.setup.effort)),
  };
  return strategy;
}

/** The prompts that were current so far, the baseline first: the best of each step that had not been chosen before. */
export function chosenPrompts(state: RunState): string[] {
  const chosen = [BASELINE_ID];
  const scored = scoredCandidates(state);
  for (let step = 1; step <= state.proposedStep; step++) {
    const own = scored.filter(({ record }) => record.candidate.step === step);
    const [first, ...others] = own;
    if (!first) continue;
    chosen.push(
      others.reduce((best, next) => (next.score > best.score ? next : best), first).record.candidate.id,
    );
  }
  return chosen;
}

/** Rows of the coming step's reflection: the train rows in turn. */
function batchOf({ setup, proposedStep }: RunState, size: number): string[] {
  const { train } = setup.splits;
  const start = (proposedStep * size) % Math.max(1, train.length);
  return [...train.slice(start), ...train.slice(0, start)].slice(0, size);
}

async function propose(context: ProposalContext, values: SettingValues, steps: number): Promise<Proposals> {
  const history = chosenPrompts(context.state);
  const current = recordOf(context.state, history.at(-1)!);
  const retrieved = retrieve(context, history, values);
  const budget = budgetOf(context.step, steps, values);
  const perStep = wholeOf(values, 'candidates') + 1;
  const options = { perStep, temperature: numberOf(values, 'temperature') };
  const critique = switchOf(values, 'reflection') ? await reflect(context, current, values) : undefined;
  const content = metaPrompt(context, current, retrieved, budget, critique, values);
  const answers = await Promise.all(
    Array.from({ length: context.room }, (_, index) => askOptimizer(context, content, { ...options, index })),
  );
  requirePrompts(context, answers);
  const texts = distinctTexts(answers.flatMap(({ prompts }) => prompts.slice(0, 1).map(polish)));
  const before = context.spanTextOf(current.candidate.id);
  const measured = texts.map((text) => ({ text, changed: wordDistance(before, text) }));
  const enforced = budget !== undefined && switchOf(values, 'enforceBudget');
  const memo: GpoMemo = {
    current: current.candidate.id,
    retrieved,
    ...(budget !== undefined && { budget }),
    changed: measured.map(({ changed }) => changed),
  };
  return {
    advice: [],
    proposals: measured
      .filter(({ changed }) => !enforced || changed <= budget)
      .map(({ text }) => proposalOf(context, 'gpo', text, current.candidate.id)),
    memo,
  };
}

function budgetOf(step: number, steps: number, values: SettingValues): number | undefined {
  const schedule = choiceOf(values, 'budgetSchedule', SCHEDULES);
  if (schedule === 'none') return undefined;
  return editBudget(step, steps, {
    schedule,
    first: numberOf(values, 'firstBudget'),
    last: numberOf(values, 'lastBudget'),
    warmup: switchOf(values, 'warmup') ? wholeOf(values, 'warmupSteps') : 0,
  });
}

/** Earlier current prompts to be shown, those that matter most last. */
function retrieve(context: ProposalContext, history: readonly string[], values: SettingValues): string[] {
  const count = wholeOf(values, 'selectionNumber') - 1;
  const earlier = history.slice(0, -1);
  const ranked = rankedPrompts(context, earlier, history.at(-1)!, choiceOf(values, 'retrieval', RETRIEVALS));
  return ranked.slice(0, count).reverse();
}

/** Those that matter most first. */
function rankedPrompts(
  context: ProposalContext,
  earlier: readonly string[],
  current: string,
  retrieval: (typeof RETRIEVALS)[number],
): string[] {
  switch (retrieval) {
    case 'relevance':
      return byRelevance(context.spanTextOf(current), earlier.map(context.spanTextOf)).map(
        (index) => earlier[index]!,
      );
    case 'recency':
      return [...earlier].reverse();
    case 'importance':
      return [...earlier].sort((a, b) => scoreOf(context.state, b) - scoreOf(context.state, a));
    case 'none':
      return [];
  }
}

function scoreOf(state: RunState, id: string): number {
  return scoredCandidates(state).find(({ record }) => record.candidate.id === id)?.score ?? 0;
}

async function reflect(
  context: ProposalContext,
  current: CandidateRecord,
  values: SettingValues,
): Promise<string | undefined> {
  const rows = batchOf(context.state, wholeOf(values, 'batch'));
  const failing = failingRows(context, current.candidate.id, rows);
  if (failing.length === 0) return undefined;
  const content = [
    'A prompt fails on some rows. Say what in it causes these failures.',
    block('current_prompt', context.spanTextOf(current.candidate.id)),
    ROWS_ARE_DATA,
    ...failing.map((row) => failingRowBlock(context, row)),
    'Put what you find between <feedback> and </feedback>.',
  ].join('\n\n');
  const perStep = wholeOf(values, 'candidates') + 1;
  const temperature = numberOf(values, 'temperature');
  const answer = await askOptimizer(context, content, { index: perStep - 1, perStep, temperature });
  return answer.feedback[0];
}

function metaPrompt(
  context: ProposalContext,
  current: CandidateRecord,
  retrieved: readonly string[],
  budget: number | undefined,
  critique: string | undefined,
  values: SettingValues,
): string {
  const score = (id: string) => `score: ${Math.round(scoreOf(context.state, id) * 100)}`;
  const { id } = current.candidate;
  const exemplars = trainRows(context).slice(0, wholeOf(values, 'exemplars'));
  const edits = choiceOf(values, 'refinement', REFINEMENTS) === 'editing';
  const parts = [
    ...(retrieved.length > 0
      ? [
          'Below are earlier prompts with their scores, from 0 to 100; higher is better.',
          ...retrieved.map((each) => `${block('text', context.spanTextOf(each))}\n${score(each)}`),
        ]
      : []),
    'The current prompt:',
    `${block('current_prompt', context.spanTextOf(id))}\n${score(id)}`,
    ...(critique === undefined ? [] : ['What is wrong with it:', block('critique', critique)]),
    ...(exemplars.length > 0
      ? [
          `Examples of the task, with the right answers. ${ROWS_ARE_DATA}`,
          ...exemplars.map((row) => exemplarBlock(context, row)),
        ]
      : []),
    [
      edits
        ? 'Edit the current prompt so that its score gets higher: change words where they stand, and leave the rest as it is.'
        : 'Consider what tells the prompts with high scores from the others, then write a new prompt with a higher score.',
      placeholderRule(expressionsOf(context.document, context.span.text)),
      budget !== undefined &&
        `You may change up to <words_budget>${budget}</words_budget> words of the current prompt.`,
      answerFormat(1),
    ]
      .filter(Boolean)
      .join('\n'),
  ];
  return parts.join('\n\n');
}
