import { BASELINE_ID } from '../core/candidate.js';
import { HoneError } from '../core/errors.js';
import { encodeText, type PromptDocument } from '../core/prompt.js';
import {
  callsMade,
  reduce,
  type CaseOutcome,
  type ModelDescription,
  type ModelRole,
  type RunEvent,
  type RunSetup,
  type RunState,
  type Stop,
} from '../core/run.js';
import { splitTestSet, type Splits, type TestCase } from '../core/testset.js';
import { readPrompt } from '../formats/index.js';
import type { Model, ModelAnswer } from '../models/model.js';
import { requestKey } from '../models/requestKey.js';
import { optimize } from '../optimizer/loop.js';
import { selectionFor } from '../optimizer/selection.js';
import { configureStrategy } from '../optimizer/strategies/index.js';
import type { ConfiguredStrategy, SettingValues, Strategy } from '../optimizer/strategy.js';

/** A prompt with a test set and a way to score texts without any model. */
export interface MemoryTask {
  readonly id: string;
  readonly start: string;
  readonly cases: readonly TestCase[];
  readonly splits: Splits;
  /** What came of a text on a row; the same for the same repeat. */
  outcome(text: string, caseId: string, repeat: number): CaseOutcome | Promise<CaseOutcome>;
}

export interface MemoryRunOptions {
  readonly strategy: Strategy;
  readonly settings?: SettingValues;
  /** Is asked over a meter and a store in memory, as a real run's optimizer is. */
  readonly optimizer: Model;
  /** Calls of task and optimizer model together, the exam included. */
  readonly maxCalls: number;
  /** Steps at the most; without it only the calls end the run. Wasted steps count, and nothing else ends it before. */
  readonly maxSteps?: number;
  readonly seed: number;
  /** Told of every event after it is folded. */
  readonly onEvent?: (event: RunEvent, state: RunState) => void;
}

export interface MemoryRun {
  readonly state: RunState;
  readonly stop: Stop;
}

const PATH = 'prompts/task.txt';
const INPUT = 'input';
const NO_TOKENS = { prompt: 0, completion: 0 };
/** A user resumes a run that a badly formed answer broke off; not for ever. */
const RESUMES = 20;

const TASK_MODEL: ModelDescription = {
  id: 'simulated:task',
  label: 'Simulated task',
  destination: 'this machine',
};

/**
 * One run of the loop with its state in memory: no journal, no store, no disk. Calls are counted as in any run: each row
 * that is scored is one, each question to the optimizer that was not asked before is one. The steps of the strategy end
 * with the calls, not by its own count, and it never gives up, so that runs of equal budgets can be compared.
 */
export async function runInMemory(task: MemoryTask, options: MemoryRunOptions): Promise<MemoryRun> {
  const settings = { ...longest(options.strategy), ...options.settings };
  const configured = untilAllIsSpent(configureStrategy(options.strategy, settings), options);
  const document = readPrompt(PATH, encodeText(task.start), { named: true });
  const span = document.spans[0]!;
  const state = begin(setupOf(task, configured, document, options));
  const record = (event: RunEvent) => {
    reduce(state, event);
    options.onEvent?.(event, state);
  };
  const spend = (role: ModelRole) => {
    if (callsOf(state) >= options.maxCalls) throw allSpent(options.maxCalls);
    const key = `${role} ${state.paidKeys.size}`;
    record({ type: 'called', call: { role, key, cached: false, tokens: NO_TOKENS, cost: 0 } });
  };
  const run = {
    state,
    record,
    strategy: configured,
    document,
    span,
    evaluator: evaluatorOf(task, spend, span.id),
    optimizer: withAnswersKept(options.optimizer, spend),
  };
  for (let resumes = 0; ; resumes++) {
    const stop = await optimize(run).catch((thrown: unknown) => stopOf(thrown));
    record({ type: 'stopped', at: 0, stop });
    if (stop.error !== 'missing-tags' || resumes >= RESUMES) return { state, stop };
    record({ type: 'resumed', at: 0 });
  }
}

/** The rows of a test set divided as a run divides them. */
export function splitsOf(cases: readonly TestCase[], seed: number): Splits {
  return splitTestSet(cases, { seed });
}

/** Steps without a usable proposal after which a method can only be stuck. */
const STUCK = 25;
/** Steps for each call of the budget: a step may cost nothing, and a method that has nothing to do would never end. */
const STEPS_PER_CALL = 2;

function untilAllIsSpent(
  strategy: ConfiguredStrategy,
  { maxCalls, maxSteps }: MemoryRunOptions,
): ConfiguredStrategy {
  return {
    ...strategy,
    steps: () => maxSteps ?? STEPS_PER_CALL * maxCalls,
    patience: Infinity,
    emptySteps: maxSteps === undefined ? Math.max(STUCK, strategy.emptySteps ?? 0) : Infinity,
  };
}

/** A setting of this name counts how often a method goes round before it is done. */
const ROUNDS = 'iterations';
const MANY_ROUNDS = 1000;

/** Settings under which a method does not come to its end by its own count. */
function longest(strategy: Strategy): SettingValues {
  const rounds = strategy.settings.find(({ id }) => id === ROUNDS);
  return rounds ? { [ROUNDS]: Math.min(rounds.max ?? MANY_ROUNDS, MANY_ROUNDS) } : {};
}

function begin(setup: RunSetup): RunState {
  const state = reduce(undefined, { type: 'started', at: 0, setup });
  const baseline = {
    id: BASELINE_ID,
    operator: 'baseline',
    step: 0,
    spans: {},
    text: setup.prompt.text,
    summary: 'The prompt as it stands in the file.',
    adviceIds: [],
  };
  return reduce(state, { type: 'proposed', step: 0, advice: [], candidates: [baseline], rejected: [] });
}

function setupOf(
  task: MemoryTask,
  configured: ConfiguredStrategy,
  document: PromptDocument,
  { strategy, settings, optimizer, maxCalls, seed }: MemoryRunOptions,
): RunSetup {
  const { id, label, destination } = optimizer;
  return {
    runId: `${task.id}-${strategy.id}-${seed}`,
    prompt: { path: PATH, format: document.format, text: task.start, spanId: document.spans[0]!.id },
    testset: { path: 'prompts/task.csv', inputColumn: INPUT, expectedColumn: 'expected', cases: task.cases },
    scorers: [],
    splits: task.splits,
    strategy: strategy.id,
    ...(settings && { strategySettings: settings }),
    selection: selectionFor(configured, task.splits, maxCalls),
    ...(configured.estimate && { estimate: configured.estimate }),
    effort: 'thorough',
    seed,
    maxCalls,
    models: { task: TASK_MODEL, optimizer: { id, label, destination }, judge: TASK_MODEL },
  };
}

/** Scores the span's text on rows at once; each row is one call. */
function evaluatorOf(
  task: MemoryTask,
  spend: (role: ModelRole) => void,
  spanId: string,
): Parameters<typeof optimize>[0]['evaluator'] {
  return {
    async evaluate(document, caseIds, { onOutcome, repeat = 0 }) {
      const text = document.spans.find(({ id }) => id === spanId)!.text;
      for (const caseId of caseIds) {
        spend('task');
        const outcome = task.outcome(text, caseId, repeat);
        onOutcome(caseId, outcome instanceof Promise ? await outcome : outcome);
      }
    },
  };
}

/** Equal questions are asked once, as with the store of a real run. */
function withAnswersKept(model: Model, spend: (role: ModelRole) => void): Model {
  const kept = new Map<string, Promise<ModelAnswer>>();
  return {
    ...model,
    complete(request, call) {
      const key = requestKey(model, request);
      const known = kept.get(key);
      if (known) return known;
      spend('optimizer');
      const asked = model.complete(request, call);
      kept.set(key, asked);
      return asked;
    },
  };
}

function allSpent(maxCalls: number): HoneError {
  return new HoneError({
    reason: 'budget-spent',
    message: `All ${maxCalls} calls of this run are spent.`,
    nextStep: 'Compare with larger budgets.',
  });
}

/** Ends that a run has by itself; any other fault is one of the lab or of the strategy, and is thrown. */
function stopOf(thrown: unknown): Stop {
  if (HoneError.is(thrown, 'budget-spent')) {
    return { reason: 'calls-spent', nextStep: thrown.nextStep, error: thrown.reason };
  }
  if (HoneError.is(thrown, 'missing-tags')) {
    return { reason: 'model-failed', nextStep: thrown.nextStep, error: thrown.reason };
  }
  throw thrown;
}

/** Calls that a run has made so far. */
export function callsOf(state: RunState): number {
  return callsMade(state.usage);
}
