import { HoneError } from '../core/errors.js';
import type { ModelRole } from '../core/run.js';
import type { Backend } from '../models/index.js';
import type { RunModels } from '../runs/index.js';
import type { SharedOptions } from './shell.js';

/** The options of commands that call models, as commander hands them over. */
export interface ModelOptions extends SharedOptions {
  readonly taskModel?: string;
  readonly optimizerModel?: string;
  readonly judgeModel?: string;
  /** Further models that the prompt is for, of commands that reach a verdict. */
  readonly targetModel?: readonly string[];
  readonly baseUrl?: string;
  readonly concurrency?: number;
  /** False under `--no-hedge`. */
  readonly hedge?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly backend?: Backend;
  /** False under `--no-cache`. */
  readonly cache?: boolean;
}

/** What stands in for options that were not given: the models of a run that is resumed. */
export interface ModelDefaults {
  /** `provider:name` by role. */
  readonly models?: Readonly<Record<ModelRole, string>>;
  readonly targets?: readonly string[];
  readonly baseUrl?: string;
  readonly backend?: Backend;
}

/** Models as the user chose them; nothing is built yet. */
export interface ModelPlan {
  /** `provider:name` by role. */
  readonly models: Readonly<Record<ModelRole, string>>;
  /** Further target models; absent for none. */
  readonly targets?: readonly string[];
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly concurrency?: number;
  /** Default true. */
  readonly hedge?: boolean;
  readonly timeoutMs?: number;
  /** Of the task model. Absent for live. */
  readonly backend?: Backend;
  readonly sharedCache: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the model options and the environment. The sandbox is never chosen by itself.
 * @throws HoneError `bad-config` when there is no model, or no key for the models that are named.
 */
export function planModels(options: ModelOptions, env: Env, defaults: ModelDefaults = {}): ModelPlan {
  const apiKey = [env.HONE_API_KEY, env.OPENAI_API_KEY].find(Boolean);
  const baseUrl = options.baseUrl ?? defaults.baseUrl;
  const backend = options.backend ?? defaults.backend;
  const task = options.taskModel ?? defaults.models?.task;
  if (task === undefined) throw nothingChosen(baseUrl !== undefined || apiKey !== undefined);
  const models = {
    task,
    optimizer: options.optimizerModel ?? defaults.models?.optimizer ?? task,
    judge: options.judgeModel ?? defaults.models?.judge ?? task,
  };
  const targets = options.targetModel ?? defaults.targets ?? [];
  const needsKey =
    baseUrl === undefined &&
    [...Object.values(models), ...targets].some((model) => model.startsWith('openai:'));
  if (needsKey && apiKey === undefined) throw noKey();
  return {
    models,
    ...(targets.length > 0 && { targets }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(apiKey !== undefined && { apiKey }),
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(options.timeout !== undefined && { timeoutMs: options.timeout * 1000 }),
    ...(backend !== undefined && { backend }),
    ...(options.hedge === false && { hedge: false }),
    sharedCache: options.cache !== false,
  };
}

/** Builds the models of a plan. Sends nothing. @throws HoneError `bad-config` for a model or address that cannot be. */
export async function buildModels(plan: ModelPlan): Promise<RunModels> {
  const { createBatchedModel, createModel } = await import('../engine.js');
  const { models, targets = [], baseUrl, apiKey, timeoutMs, concurrency, hedge, backend, sharedCache } = plan;
  const connection = {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(apiKey !== undefined && { apiKey }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  const task =
    backend === 'batch'
      ? createBatchedModel(models.task, connection)
      : { model: createModel(models.task, connection) };
  return {
    models: {
      task: task.model,
      optimizer: createModel(models.optimizer, connection),
      judge: createModel(models.judge, connection),
    },
    ...(targets.length > 0 && { targets: targets.map((name) => createModel(name, connection)) }),
    ...('batches' in task && { batches: task.batches }),
    ...(concurrency !== undefined && { concurrency }),
    ...(hedge !== undefined && { hedge }),
    sharedCache,
    ...(baseUrl !== undefined && { baseUrl }),
  };
}

function nothingChosen(reachable: boolean): HoneError {
  return new HoneError({
    reason: 'bad-config',
    message: reachable
      ? 'There is an endpoint or a key, but no model is named, so nothing was sent.'
      : 'No model is configured, so nothing was sent.',
    nextStep: reachable
      ? 'Name one with --task-model openai:NAME.'
      : 'Give --task-model openai:NAME with HONE_API_KEY set (and --base-url URL for an endpoint of your own), ' +
        'or --task-model sandbox to try Hone on its examples without a language model.',
  });
}

function noKey(): HoneError {
  const host = 'api.openai.com';
  return new HoneError({
    reason: 'bad-config',
    message: `There is no key for ${host}, so nothing was sent.`,
    nextStep:
      'Set HONE_API_KEY or OPENAI_API_KEY, or name an endpoint that needs no key with --base-url URL.',
    place: { host },
  });
}
