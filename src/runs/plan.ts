import { HoneError } from '../core/errors.js';
import { defaultSpan, type EditableSpan } from '../core/prompt.js';
import type { Effort, ModelDescription, ModelRole } from '../core/run.js';
import { rowsToSettle } from '../core/statistics.js';
import { splitTestSet, type Splits } from '../core/testset.js';
import { stepsOf } from '../optimizer/stop.js';
import type { ConfiguredStrategy, SettingValues, Strategy } from '../optimizer/strategy.js';
import { configureStrategy, strategyOf } from '../optimizer/strategies/index.js';
import { judgeCallsPerAnswer } from '../scorers/index.js';
import type { PromptTask } from '../workspace/index.js';
import { checkPriced } from './connect.js';

export interface RunOptions {
  /** Default `hone`. */
  readonly strategy?: string;
  /** Settings of the strategy; default what its authors published. */
  readonly strategySettings?: SettingValues;
  /** Default `normal`. */
  readonly effort?: Effort;
  /** Requests that may reach a model, all roles together; default what the effort can use at the most. */
  readonly maxCalls?: number;
  /** US dollars. */
  readonly maxCost?: number;
  /** Default the seed in hone.yaml, else 0. */
  readonly seed?: number;
  /** Span to edit; default the first system span. */
  readonly spanId?: string;
}

/** What a run will do, before anything is sent. */
export interface RunPlan {
  readonly splits: { readonly train: number; readonly validation: number; readonly exam: number };
  /** Requests that may reach a model at the most. */
  readonly maxCalls: number;
  /** Where what goes, a sentence each. */
  readonly destinations: readonly string[];
  /** What a test set of this size can and cannot show, and how things were paired. */
  readonly notes: readonly string[];
}

/** A run's options with all defaults filled in. */
export interface ResolvedOptions {
  readonly strategy: Strategy;
  readonly effort: Effort;
  readonly seed: number;
  readonly splits: Splits;
  readonly selection: 'train' | 'validation';
  readonly maxCalls: number;
  readonly span: EditableSpan;
}

/** Fewer rows than this in all cannot be divided into a part to learn from and a part to judge by. */
const LEAST_ROWS = 2;

/**
 * Fills in the defaults.
 * @throws HoneError `bad-usage` for an unknown strategy or span, or a limit that leaves no room for a single candidate;
 *   `bad-test-set` for rows that cannot be divided
 */
export function resolveOptions(task: PromptTask, options: RunOptions): ResolvedOptions {
  const strategy = strategyOf(options.strategy ?? 'hone');
  const configured = configureStrategy(strategy, options.strategySettings);
  const effort = options.effort ?? 'normal';
  const { train, validation, seed: repositorySeed } = task.splits ?? {};
  const seed = options.seed ?? repositorySeed ?? 0;
  const { cases, path } = task.testset;
  if (cases.length < LEAST_ROWS) {
    throw new HoneError({
      reason: 'bad-test-set',
      message: `${path} has ${cases.length} row; a run needs at least ${LEAST_ROWS}, and about 30 for a useful verdict.`,
      nextStep: 'Add rows to the test set.',
      place: { file: path },
    });
  }
  const splits = splitTestSet(cases, {
    seed,
    ...(train !== undefined && { train }),
    ...(validation !== undefined && { validation }),
  });
  const selection = splits.validation.length > 0 ? configured.selection : 'train';
  if (splits.train.length === 0) {
    throw new HoneError({
      reason: 'bad-test-set',
      message: `The ${cases.length} rows of ${path} have so nearly the same input that they cannot be divided.`,
      nextStep: 'Add rows that differ from these, about 30 for a useful verdict.',
      place: { file: path },
    });
  }
  const perAnswer = 1 + judgeCallsPerAnswer(task.scorerConfigs, task.testset);
  const usable = callsOf(configured, effort, splits, selection, perAnswer);
  const maxCalls = options.maxCalls ?? usable.all;
  if (maxCalls < usable.least) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `A limit of ${maxCalls} calls does not reach to try one candidate on ${path}; ${usable.least} calls do.`,
      nextStep: `Raise the limit to ${usable.least} or more, or use a smaller test set.`,
    });
  }
  return { strategy, effort, seed, splits, selection, maxCalls, span: spanOf(task, options.spanId) };
}

function spanOf(task: PromptTask, spanId: string | undefined): EditableSpan {
  const { document } = task;
  const sent = document.spans.filter(({ id }) => document.messages.some((message) => message.spanId === id));
  const span =
    spanId === undefined ? defaultSpan({ ...document, spans: sent }) : sent.find(({ id }) => id === spanId);
  if (span) return span;
  const isUnsent = document.spans.some(({ id }) => id === spanId);
  throw new HoneError({
    reason: 'bad-usage',
    message: isUnsent
      ? `No answer depends on the span "${spanId}" of ${document.path}, so that no score could tell a better text.`
      : `${document.path} has no editable span${spanId === undefined ? '' : ` "${spanId}"`}.`,
    nextStep: `Spans that can be optimized: ${sent.map(({ id }) => id).join(', ') || 'none'}.`,
    place: { file: document.path },
  });
}

function callsOf(
  strategy: ConfiguredStrategy,
  effort: Effort,
  splits: Splits,
  selection: 'train' | 'validation',
  perAnswer: number,
) {
  const selectionCount = splits[selection].length;
  const selectsOnTrain = selection === 'train';
  const read = selectsOnTrain ? 0 : Math.min(strategy.readsPerStep, splits.train.length);
  const perCandidate = strategy.selector.rowsAtMost({
    train: splits.train.length,
    selection: selectionCount,
    selectsOnTrain,
  });
  const fixed = perAnswer * (read + selectionCount + 2 * splits.exam.length);
  const step = (candidates: number) => strategy.asksPerStep + perAnswer * candidates * perCandidate;
  const steps = stepsOf(strategy, effort);
  return {
    least: fixed + step(1),
    all: fixed + steps * step(strategy.perStep) + (steps - 1) * perAnswer * read,
  };
}

/**
 * What a run will do. Reads and sends nothing.
 * @throws HoneError as resolveOptions does, and `bad-config` for a cost limit on a model without a known price
 */
export function planRun(
  task: PromptTask,
  options: RunOptions,
  models: { readonly models: Readonly<Record<ModelRole, ModelDescription>> },
): RunPlan {
  const { splits, maxCalls } = resolveOptions(task, options);
  checkPriced(models.models, options.maxCost);
  const counts = {
    train: splits.train.length,
    validation: splits.validation.length,
    exam: splits.exam.length,
  };
  const { task: taskModel, optimizer } = models.models;
  return {
    splits: counts,
    maxCalls,
    destinations: [
      `The prompt with each row's inputs goes to ${taskModel.label} at ${taskModel.destination}.`,
      `The prompt with train rows, their answers and expected answers goes to ${optimizer.label} at ${optimizer.destination}.`,
    ],
    notes: [...task.notes, ...powerNotes(counts)],
  };
}

/** Share of rows on which a small edit changes the outcome, as published comparisons have it: 10 to 40%. */
const USUAL_DISAGREEMENT = 0.2;

function powerNotes({ validation, exam }: RunPlan['splits']): string[] {
  const notes: string[] = [];
  if (validation === 0) {
    notes.push(
      'Fewer than 30 rows: candidates are chosen on the rows that the proposer reads; only the exam is unseen.',
    );
  }
  const visible = [0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05]
    .filter((delta) => rowsToSettle(Math.max(USUAL_DISAGREEMENT, delta), delta) <= exam)
    .at(-1);
  notes.push(
    visible === undefined
      ? `${exam} exam rows show only very large gains; about ${rowsToSettle(USUAL_DISAGREEMENT, 0.15)} would show a gain of 15 points.`
      : `${exam} exam rows can show a gain of about ${Math.round(visible * 100)} points or more.`,
  );
  return notes;
}
