import { HoneError } from '../core/errors.js';
import { defaultSpan, type EditableSpan } from '../core/prompt.js';
import type { Effort, ModelDescription, ModelRole } from '../core/run.js';
import {
  oncePerInput,
  rowsOfSelection,
  splitTestSet,
  type SelectionPart,
  type Splits,
  type TestCase,
} from '../core/testset.js';
import { countWords, type Wishes } from '../core/wishes.js';
import { isCountedInRequests, priceOfUse } from '../models/index.js';
import { callBounds, type CallBounds } from '../optimizer/callBounds.js';
import { whatCanBeShown } from '../optimizer/exam.js';
import type { SettingValues, Strategy } from '../optimizer/strategy.js';
import { selectionFor } from '../optimizer/selection.js';
import { configureStrategy, strategyOf } from '../optimizer/strategies/index.js';
import { missingPins } from '../optimizer/wishes.js';
import { judgeCallsPerAnswer } from '../scorers/index.js';
import type { PromptTask } from '../workspace/index.js';
import { checkPriced, type RunModels } from './connect.js';
import { planCost, type PlanCost } from './planCost.js';
import { leastRequests, measureRows } from './planRows.js';

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
  /** What the user wants of new prompts; goes before what hone.yaml says, and adds to its pinned passages. */
  readonly wishes?: Wishes;
  /** Characters of each text of a row that the optimizer sees, at least 20; default 600. */
  readonly traceCharacters?: number;
}

/** Requests of a run, without those that are sent again after faults. */
export interface PlanCalls {
  /** When the prompt as it stands leaves nothing to improve: its rows without a stored answer. */
  readonly least: number;
  /** When every step is done and every candidate is scored to the end; never above the limit. */
  readonly most: number;
  /** At the most, each. */
  readonly task: number;
  readonly optimizer: number;
  readonly judge: number;
}

/** What a run will do, before anything is sent. */
export interface RunPlan {
  readonly splits: { readonly train: number; readonly validation: number; readonly exam: number };
  /** Requests that may reach a model at the most: the limit, which holds whatever fails and is sent again. */
  readonly maxCalls: number;
  readonly calls: PlanCalls;
  readonly cost: PlanCost;
  /** Where what goes, a sentence each. */
  readonly destinations: readonly string[];
  /** What a test set of this size can and cannot show, and how things were paired. */
  readonly notes: readonly string[];
}

/** A run's options with all defaults filled in. */
export interface ResolvedOptions {
  readonly strategy: Strategy;
  readonly strategySettings: SettingValues;
  readonly wishes: Wishes;
  readonly traceCharacters: number | undefined;
  readonly effort: Effort;
  readonly seed: number;
  readonly splits: Splits;
  readonly selection: SelectionPart;
  readonly estimate: 'lineage' | undefined;
  readonly maxCalls: number;
  readonly span: EditableSpan;
  readonly bounds: CallBounds;
}

/** Fewer rows than this in all cannot be divided into a part to learn from and a part to judge by. */
const LEAST_ROWS = 2;
const DEFAULT_STRATEGY = 'hone';
/** Fewer characters of a text say nothing. */
export const LEAST_TRACE = 20;

/**
 * Fills in the defaults.
 * @throws HoneError `bad-usage` for an unknown strategy or span, or a limit that leaves no room for a single candidate;
 *   `bad-test-set` for rows that cannot be divided
 */
export function resolveOptions(
  task: PromptTask,
  options: RunOptions,
  targets: readonly ModelDescription[] = [],
): ResolvedOptions {
  const { defaults = {} } = task;
  const strategy = strategyOf(options.strategy ?? defaults.strategy ?? DEFAULT_STRATEGY);
  const strategySettings = {
    ...(strategy.id === (defaults.strategy ?? DEFAULT_STRATEGY) && defaults.settings),
    ...options.strategySettings,
  };
  const configured = configureStrategy(strategy, strategySettings);
  const wishes = wishesOf(task, options);
  const traceCharacters = options.traceCharacters ?? defaults.traceCharacters;
  if (traceCharacters !== undefined && traceCharacters < LEAST_TRACE) throw shortTrace(traceCharacters);
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
  const selection = selectionFor(configured, splits, options.maxCalls ?? Infinity);
  if (splits.train.length === 0) {
    throw new HoneError({
      reason: 'bad-test-set',
      message: `The ${cases.length} rows of ${path} have so nearly the same input that they cannot be divided.`,
      nextStep: 'Add rows that differ from these, about 30 for a useful verdict.',
      place: { file: path },
    });
  }
  const judgeCalls = judgeCallsPerAnswer(task.scorerConfigs, task.testset);
  const bounds = callBounds({
    strategy: configured,
    effort,
    splits,
    selection,
    judgeCalls,
    targets: targets.length,
    temperature: task.document.settings.temperature,
  });
  const maxCalls = options.maxCalls ?? bounds.task + bounds.optimizer + bounds.judge;
  if (maxCalls < bounds.least) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `A limit of ${maxCalls} calls does not reach to try one candidate on ${path}; ${bounds.least} calls do.`,
      nextStep: `Raise the limit to ${bounds.least} or more, or use a smaller test set.`,
    });
  }
  const span = spanOf(task, options.spanId);
  return {
    strategy,
    strategySettings,
    wishes,
    traceCharacters,
    effort,
    seed,
    splits,
    selection,
    estimate: configured.estimate,
    maxCalls,
    span,
    bounds,
  };
}

/** What the run says goes before what hone.yaml says; pinned passages are those of both. */
function wishesOf({ document, defaults }: PromptTask, options: RunOptions): Wishes {
  const pinned = [...new Set([...(defaults?.wishes?.pinned ?? []), ...(options.wishes?.pinned ?? [])])];
  const wishes = {
    ...defaults?.wishes,
    ...options.wishes,
    ...(pinned.length > 0 && { pinned }),
  };
  const texts = [...document.spans, ...document.messages].map(({ text }) => text);
  const [missing] = missingPins(wishes, texts);
  if (missing === undefined) return wishes;
  throw new HoneError({
    reason: 'bad-usage',
    message: `The pinned passage "${missing}" does not stand in ${document.path}.`,
    nextStep: 'Copy it from the file as it stands there, white space and letter case included.',
    place: { file: document.path },
  });
}

function shortTrace(given: number): HoneError {
  return new HoneError({
    reason: 'bad-usage',
    message: `With ${given} characters of a row the optimizer sees nothing of it.`,
    nextStep: `Show it at least ${LEAST_TRACE} characters.`,
  });
}

function unusedSettings({ defaults }: PromptTask, { id }: Strategy): string[] {
  const named = defaults?.strategy ?? DEFAULT_STRATEGY;
  return defaults?.settings && named !== id
    ? [`The settings in hone.yaml are those of ${named}, so that this run, with ${id}, does not use them.`]
    : [];
}

function longAlready({ maxWords }: Wishes, { text }: EditableSpan): string[] {
  const words = countWords(text);
  return maxWords !== undefined && words > maxWords
    ? [
        `The prompt has ${words} words already, more than the limit of ${maxWords}: no new text may have more than it has.`,
      ]
    : [];
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

/**
 * What a run will do. Reads the stored answers; sends nothing.
 * @throws HoneError as resolveOptions does, and `bad-config` for a cost limit on a model without a known price
 */
export async function planRun(task: PromptTask, options: RunOptions, used: RunModels): Promise<RunPlan> {
  const { models, sharedCache = true } = used;
  const { targets = [] } = used;
  const { splits, selection, maxCalls, span, bounds, strategy, wishes } = resolveOptions(
    task,
    options,
    targets,
  );
  checkPriced([...Object.values(models), ...targets], options.maxCost, task.prices);
  const counts = {
    train: splits.train.length,
    validation: splits.validation.length,
    exam: splits.exam.length,
  };
  const rows = await measureRows(task, models.task, { sharedCache });
  const chosen = splits.crossFitted ? [...splits.train, ...splits.exam] : rowsOfSelection(splits, selection);
  const least = leastRequests(rows, chosen, splits.train, bounds.first - chosen.length);
  const all = bounds.task + bounds.optimizer + bounds.judge;
  const priced = (role: ModelRole) => priceOfUse(models[role], task.prices);
  const cost = planCost({
    bounds,
    least,
    share: Math.min(1, maxCalls / all),
    rows,
    spanText: span.text,
    targets: targets.map((model) => ({
      label: model.label,
      price: priceOfUse(model, task.prices),
      inRequests: isCountedInRequests(model),
    })),
    prices: { task: priced('task'), optimizer: priced('optimizer'), judge: priced('judge') },
    models,
    inRequests: (role) => isCountedInRequests(models[role]),
  });
  const { label, destination } = models.task;
  const { optimizer } = models;
  return {
    splits: counts,
    maxCalls,
    calls: {
      least,
      most: Math.min(maxCalls, all),
      task: Math.min(maxCalls, bounds.task),
      optimizer: Math.min(maxCalls, bounds.optimizer),
      judge: Math.min(maxCalls, bounds.judge),
    },
    cost,
    destinations: [
      `The prompt with each row's inputs goes to ${label} at ${destination}.`,
      `The prompt with train rows, their answers and expected answers${wishes.guidance === undefined ? '' : ', and your guidance,'} goes to ${optimizer.label} at ${optimizer.destination}.`,
      ...targets.map(
        (model) =>
          `The prompt and the best candidate with the inputs of the verdict's rows go to ${model.label} at ${model.destination}.`,
      ),
      ...(bounds.judge > 0
        ? [`Answers go to ${models.judge.label} at ${models.judge.destination}, which judges them.`]
        : []),
    ],
    notes: [
      ...task.notes,
      ...whatCanBeShown(distinctInputs(splits, task.testset.cases)),
      ...unusedSettings(task, strategy),
      ...longAlready(wishes, span),
    ],
  };
}

/** The parts without rows whose input an earlier one of the part has: they count once. */
function distinctInputs(splits: Splits, cases: readonly TestCase[]): Splits {
  return {
    ...splits,
    train: oncePerInput(splits.train, cases),
    validation: oncePerInput(splits.validation, cases),
    exam: oncePerInput(splits.exam, cases),
  };
}
