import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BASELINE_ID, type Candidate } from '../core/candidate.js';
import { HoneError, toHoneError } from '../core/errors.js';
import { decodeText, encodeText } from '../core/prompt.js';
import {
  callsMade,
  reduce,
  replay,
  type ModelDescription,
  type PriceTable,
  type RunEvent,
  type RunSetup,
  type RunState,
  type SetupChanges,
  type Stop,
} from '../core/run.js';
import type { TestSet } from '../core/testset.js';
import { Evaluator } from '../evaluation/evaluator.js';
import { readPrompt } from '../formats/index.js';
import { optimize } from '../optimizer/loop.js';
import { configureStrategy, strategyOf } from '../optimizer/strategies/index.js';
import { createScorers, type ScorerConfig } from '../scorers/index.js';
import { readConfig, type PromptTask } from '../workspace/index.js';
import {
  checkPriced,
  connectModels,
  scorerContext,
  type ConnectedModels,
  type RunModels,
} from './connect.js';
import { recallAdvice, rememberAdvice } from './advice.js';
import { openExam } from './exams.js';
import { Journal } from './journal.js';
import { prepareStorage } from './paths.js';
import { resolveOptions, type RunOptions } from './plan.js';

export type RunListener = (event: RunEvent, state: RunState) => void;

export interface RunControl {
  /** Told of every event after it is stored. */
  readonly onEvent?: RunListener;
  readonly signal?: AbortSignal;
}

/**
 * Starts a run and journals it. Resolves with its final state, also when it was cancelled or a model failed for good:
 * `state.stop` says so, and the run can be resumed.
 * @throws HoneError before anything is sent, when the options do not fit
 */
export async function startRun(
  task: PromptTask,
  options: RunOptions,
  models: RunModels,
  control: RunControl = {},
): Promise<RunState> {
  const setup = setupOf(task, options, models);
  await prepareStorage(task.root);
  const span = task.document.spans.find(({ id }) => id === setup.prompt.spanId)!;
  const advice = await recallAdvice(task.root, setup, span);
  const journal = await Journal.create(task.root, setup.runId);
  const recorder = new Recorder(journal, undefined, control.onEvent);
  recorder.record({ type: 'started', at: Date.now(), setup });
  const baseline: Candidate = {
    id: BASELINE_ID,
    operator: 'baseline',
    step: 0,
    spans: {},
    text: setup.prompt.text,
    summary: 'The prompt as it stands in the file.',
    adviceIds: [],
  };
  if (advice.length > 0) recorder.record({ type: 'recalled', advice });
  recorder.record({ type: 'proposed', step: 0, advice: [], candidates: [baseline], rejected: [] });
  return runToEnd(task.root, recorder, models, control, task.prices);
}

/** Limits of a whole run that replace those it was started with. */
export interface NewLimits {
  readonly maxCalls?: number;
  /** US dollars. */
  readonly maxCost?: number;
}

/**
 * Goes on with a stored run from where it stopped. A run that has ended with a verdict is returned as it is. The
 * optimizer may be another model than before: no score depends on it.
 * @throws HoneError `not-found`; `bad-usage` when another process is running it, or when the models that scores depend on
 *   are not the run's own; `bad-config` for a cost limit that cannot be kept
 */
export async function resumeRun(
  root: string,
  runId: string,
  models: RunModels,
  control: RunControl = {},
  limits: NewLimits = {},
): Promise<RunState> {
  const { journal, events } = Journal.reopen(root, runId);
  const state = replay(events);
  if (!state?.candidates.has(BASELINE_ID)) {
    journal.close();
    throw new HoneError({
      reason: 'not-found',
      message: `The run ${runId} was stopped before anything was stored.`,
      nextStep: 'Start it anew.',
    });
  }
  if (state.verdict && state.stop) {
    journal.close();
    return state;
  }
  let prices: PriceTable | undefined;
  try {
    requireSameModels(state.setup, models);
    ({ prices } = await readConfig(root));
    checkPriced([...Object.values(models.models), ...(models.targets ?? [])], limits.maxCost, prices);
  } catch (error) {
    journal.close();
    throw error;
  }
  const recorder = new Recorder(journal, state, control.onEvent);
  const optimizer = describe(models.models.optimizer);
  const changes: SetupChanges = {
    ...limits,
    ...(optimizer.id !== state.setup.models.optimizer.id && { optimizer }),
  };
  recorder.record({ type: 'resumed', at: Date.now(), ...(Object.keys(changes).length > 0 && { changes }) });
  return runToEnd(root, recorder, models, control, prices);
}

/** Stores events before they take effect, and folds them. */
class Recorder {
  private closed = false;

  constructor(
    private readonly journal: Journal,
    private folded: RunState | undefined,
    private readonly onEvent: RunListener | undefined,
  ) {}

  get state(): RunState {
    if (!this.folded) throw new Error('The run has not begun.');
    return this.folded;
  }

  /** An event that comes after the run has ended, from a request that was under way, is not a part of it. */
  readonly record = (event: RunEvent): void => {
    if (this.closed) return;
    this.journal.append(event);
    this.folded = reduce(this.folded, event);
    this.onEvent?.(event, this.folded);
  };

  close(): void {
    this.closed = true;
    this.journal.close();
  }
}

async function runToEnd(
  root: string,
  recorder: Recorder,
  models: RunModels,
  control: RunControl,
  prices: PriceTable | undefined,
): Promise<RunState> {
  const { state } = recorder;
  const { setup } = state;
  let goesOn: string | undefined;
  // Every request under way listens to it.
  if (control.signal) setMaxListeners(0, control.signal);
  try {
    const connected = await connectModels(root, models, {
      name: setup.runId,
      maxCalls: setup.maxCalls,
      maxCost: setup.maxCost,
      prices,
      spent: { calls: callsMade(state.usage), cost: state.usage.costAtMost },
      underWay: { ...state.underWay },
      dearestSent: state.dearestSent,
      wasCounted: (key) => state.paidKeys.has(key),
      onSent: (role, costAtMost) =>
        recorder.record({ type: 'sent', role, ...(costAtMost > 0 && { costAtMost }) }),
      onUnsent: (role) => recorder.record({ type: 'unsent', role }),
      onCall: (call) => recorder.record({ type: 'called', call }),
      onWaiting: ({ reason, message }) =>
        recorder.record({ type: 'waiting', at: Date.now(), reason, message }),
      onBatch: (message) =>
        recorder.record({ type: 'waiting', at: Date.now(), reason: 'overloaded', message }),
    });
    try {
      const stop = await search(root, recorder, connected, control.signal);
      const nextStep = await noteAdvice(root, recorder.state, stop.nextStep);
      recorder.record({ type: 'stopped', at: Date.now(), stop: { ...stop, nextStep } });
    } finally {
      await connected.close();
      goesOn = connected.goesOn();
    }
  } catch (thrown) {
    const stop = stopOf(toHoneError(thrown), state);
    const said = [stop.nextStep, goesOn].filter(Boolean).join(' ');
    const nextStep = await noteAdvice(root, state, said);
    recorder.record({ type: 'stopped', at: Date.now(), stop: { ...stop, nextStep } });
  } finally {
    recorder.close();
  }
  return recorder.state;
}

/** Notes the advice of a run; what was found is worth more than the note, so that a failure is said and ends nothing. */
async function noteAdvice(root: string, state: RunState, nextStep: string): Promise<string> {
  try {
    await rememberAdvice(root, state);
    return nextStep;
  } catch (error) {
    return `${nextStep} The advice could not be kept for later runs: ${toHoneError(error).message}`;
  }
}

async function search(
  root: string,
  recorder: Recorder,
  { models, targets }: Pick<ConnectedModels, 'models' | 'targets'>,
  signal: AbortSignal | undefined,
): Promise<Stop> {
  const { setup } = recorder.state;
  const document = readPrompt(setup.prompt.path, encodeText(setup.prompt.text), {
    named: true,
    format: setup.prompt.format,
    span: setup.prompt.spanId,
  });
  const span = document.spans.find(({ id }) => id === setup.prompt.spanId);
  if (!span) throw new Error(`${setup.prompt.path} has no span ${setup.prompt.spanId}.`);
  const testset = testsetOf(setup);
  const scorers = await createScorers(
    setup.scorers as readonly ScorerConfig[],
    testset,
    scorerContext(root, models.judge),
  );
  return optimize({
    state: recorder.state,
    record: recorder.record,
    strategy: configureStrategy(strategyOf(setup.strategy), setup.strategySettings),
    document,
    span,
    evaluator: new Evaluator({ model: models.task, testset, scorers, hasScored: hasScored(recorder.state) }),
    targets: new Map([...targets].map(([id, model]) => [id, new Evaluator({ model, testset, scorers })])),
    optimizer: models.optimizer,
    openExam: (examination) => openExam(root, setup.runId, examination),
    ...(signal && { signal }),
  });
}

/** Whether an earlier part of the run has scored a row. */
function hasScored(state: RunState): boolean {
  return [...state.candidates.values()].some(({ outcomes }) =>
    [...outcomes.values()].some(({ status }) => status === 'scored'),
  );
}

function testsetOf(setup: RunSetup): TestSet {
  const { path: file, inputColumn, expectedColumn, cases } = setup.testset;
  return {
    path: file,
    format: 'journal',
    columns: [],
    ...(inputColumn !== undefined && { inputColumn }),
    ...(expectedColumn !== undefined && { expectedColumn }),
    cases,
    problems: [],
  };
}

function setupOf(task: PromptTask, options: RunOptions, models: RunModels): RunSetup {
  const { targets = [] } = models;
  requireDifferent([models.models.task, ...targets]);
  const resolved = resolveOptions(task, options, targets);
  const { strategy, strategySettings, wishes, traceCharacters } = resolved;
  const { effort, seed, splits, selection, maxCalls, span } = resolved;
  checkPriced([...Object.values(models.models), ...targets], options.maxCost, task.prices);
  const { document, testset } = task;
  return {
    runId: newRunId(),
    prompt: {
      path: document.path,
      format: document.format,
      text: decodeText(document.bytes),
      spanId: span.id,
    },
    testset: {
      path: testset.path,
      ...(testset.inputColumn !== undefined && { inputColumn: testset.inputColumn }),
      ...(testset.expectedColumn !== undefined && { expectedColumn: testset.expectedColumn }),
      cases: testset.cases,
    },
    scorers: task.scorerConfigs,
    splits,
    strategy: strategy.id,
    ...(Object.keys(strategySettings).length > 0 && { strategySettings }),
    selection,
    ...(resolved.estimate && { estimate: resolved.estimate }),
    effort,
    seed,
    maxCalls,
    ...(options.maxCost !== undefined && { maxCost: options.maxCost }),
    models: {
      task: describe(models.models.task),
      optimizer: describe(models.models.optimizer),
      judge: describe(models.models.judge),
    },
    ...(models.baseUrl !== undefined && { baseUrl: models.baseUrl }),
    ...(models.batches && { backend: 'batch' }),
    ...(Object.keys(wishes).length > 0 && { wishes }),
    ...(traceCharacters !== undefined && { traceCharacters }),
    ...(targets.length > 0 && { targets: targets.map(describe) }),
  };
}

function describe({ id, label, destination }: ModelDescription): ModelDescription {
  return { id, label, destination };
}

/** Sortable by time, and unique among processes that start in the same second. */
function newRunId(): string {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** @throws HoneError `bad-usage` for a target model that is named twice */
function requireDifferent(models: readonly ModelDescription[]): void {
  const twice = models.find(({ id }, index) => models.findIndex((each) => each.id === id) < index);
  if (!twice) return;
  throw new HoneError({
    reason: 'bad-usage',
    message: `The model ${twice.id} is named twice as one that the prompt is for.`,
    nextStep: 'Name each model once: the task model is one of them already.',
  });
}

function requireSameModels(setup: RunSetup, models: RunModels): void {
  const [stored, named] = [namesOf(setup.targets), namesOf(models.targets)];
  if (stored !== named) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `The run ${setup.runId} is for ${stored} besides its task model, not for ${named}.`,
      nextStep: 'Resume it with the same models, so that its verdict stays comparable.',
    });
  }
  for (const role of ['task', 'judge'] as const) {
    const [wanted, given] = [setup.models[role], models.models[role]];
    if (wanted.id === given.id) continue;
    throw new HoneError({
      reason: 'bad-usage',
      message: `The run ${setup.runId} uses ${wanted.id} as ${role} model, not ${given.id}.`,
      nextStep: 'Resume it with the same models, so that its scores stay comparable.',
    });
  }
}

function namesOf(models: readonly ModelDescription[] = []): string {
  const names = models.map(({ id }) => id).sort();
  return names.length === 0 ? 'no other model' : names.join(', ');
}

function stopOf(error: HoneError, { setup, usage }: RunState): Stop {
  if (error.reason === 'cancelled') {
    return {
      reason: 'cancelled',
      nextStep: 'The run was cancelled; what was scored is kept. Resume it to go on.',
    };
  }
  const spent = callsMade(usage) >= setup.maxCalls ? 'calls-spent' : 'cost-spent';
  return {
    reason: error.reason === 'budget-spent' ? spent : 'model-failed',
    nextStep: `${error.message} ${error.nextStep}`,
    error: error.reason,
  };
}

/** The file that a run is about, as it is on disk now. @throws HoneError `not-found` when it is gone. */
export async function currentBytes(root: string, setup: RunSetup): Promise<Uint8Array> {
  return readFile(path.join(root, setup.prompt.path)).catch((cause: unknown) => {
    throw new HoneError({
      reason: 'not-found',
      message: `${setup.prompt.path} is no longer there.`,
      nextStep: 'Restore the file, then accept again.',
      place: { file: setup.prompt.path },
      cause,
    });
  });
}
