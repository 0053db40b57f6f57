import {
  costOf,
  MODEL_ROLES,
  type ModelCall,
  type ModelDescription,
  type ModelRole,
  type Price,
  type PriceTable,
} from '../core/run.js';
import { MOST_UNDER_WAY } from '../evaluation/evaluator.js';
import {
  abandonedCall,
  AnswerStore,
  BatchRecords,
  CallBudget,
  limitersPerModel,
  priceOfUse,
  stackModel,
  withBatches,
  type BatchEndpoint,
  type MeterOptions,
  type Model,
  type Waiting,
} from '../models/index.js';
import type { ScorerContext } from '../scorers/index.js';
import { answersFolder, batchesFolder } from './paths.js';

/** The models of a run, and how they may be used. */
export interface RunModels {
  readonly models: Readonly<Record<ModelRole, Model>>;
  /** Requests in flight at once at each model, at most and to begin with. Default: 8 to begin with, as many as it takes up to 64. */
  readonly concurrency?: number;
  /** Whether stragglers may get a second try where requests cost nothing. Default true. */
  readonly hedge?: boolean;
  /** Serve answers of earlier runs from the workspace's store. Default true. */
  readonly sharedCache?: boolean;
  /** Further models that the prompt is for; the verdict is held with each of them. */
  readonly targets?: readonly Model[];
  /** Send the task model's requests through the Batch API of its endpoint; absent for one by one. */
  readonly batches?: BatchEndpoint;
  /** The endpoint of openai models, noted in the run so that it can be resumed. */
  readonly baseUrl?: string;
}

export interface ConnectOptions extends Pick<MeterOptions, 'onSent' | 'onUnsent'> {
  /** Names the answers of this run in the store; a resumed run finds its own by it. */
  readonly name: string;
  readonly maxCalls: number;
  readonly maxCost?: number | undefined;
  /** Prices that the user wrote down. */
  readonly prices?: PriceTable | undefined;
  readonly spent?: { readonly calls: number; readonly cost: number };
  /** Requests of an earlier part of the run of which it does not know what came. */
  readonly underWay?: Readonly<Record<ModelRole, number>>;
  /** US dollars that one of these can have cost at the most. */
  readonly dearestSent?: number;
  /** Whether the run knows that it paid for an answer. */
  readonly wasCounted?: (key: string) => boolean;
  readonly onCall: (call: ModelCall) => void;
  readonly onWaiting?: (waiting: Waiting) => void;
  /** Told how batches stand, a sentence each. */
  readonly onBatch?: (message: string) => void;
}

export interface ConnectedModels {
  readonly models: Readonly<Record<ModelRole, Model>>;
  /** Further target models, by id. */
  readonly targets: ReadonlyMap<string, Model>;
  /** After closing: what goes on at the endpoint, as a sentence; undefined when nothing does. */
  goesOn(): string | undefined;
  close(): Promise<void>;
}

/** What scorers of a run may use. Runs are refused before this where the workspace is not trusted. */
export function scorerContext(root: string, judge: Model): ScorerContext {
  return {
    root,
    trusted: true,
    judge: async (messages, { signal }) => {
      const request = { messages, temperature: 0, repeat: 0 };
      return (await judge.complete(request, signal ? { signal } : {})).text;
    },
  };
}

/**
 * Checks that a cost limit can be kept.
 * @throws HoneError `bad-config` when the price of a model is not known
 */
export function checkPriced(
  models: Iterable<ModelDescription>,
  maxCost: number | undefined,
  prices: PriceTable = {},
): void {
  if (maxCost === undefined) return;
  const budget = new CallBudget({ maxCalls: Infinity, maxCost, prices });
  for (const model of models) budget.checkPriced(model);
}

/**
 * Puts store, retry, limiter and meter around a run's models. What this run sent but did not come to count, because it
 * was killed in between, is counted first: answers that are in the store, and requests whose answers nobody has seen.
 * @throws HoneError `bad-config` when a cost limit cannot be kept, or the store cannot be read
 */
export async function connectModels(
  root: string,
  { models: given, targets = [], batches, concurrency, hedge = true, sharedCache = true }: RunModels,
  options: ConnectOptions,
): Promise<ConnectedModels> {
  const { name, maxCalls, maxCost, spent, wasCounted, onSent, onUnsent, onCall, onWaiting } = options;
  const store = await AnswerStore.open(answersFolder(root), { name, shared: sharedCache });
  const batched =
    batches &&
    withBatches(given.task, {
      endpoint: batches,
      records: await BatchRecords.open(batchesFolder(root), { owner: name, shared: sharedCache }),
      ...(options.onBatch && { onProgress: options.onBatch }),
    });
  const models = { ...given, ...(batched && { task: batched.model }) };
  const uncounted = [...store.own()].filter(({ key }) => !wasCounted?.(key));
  const lost = { task: 0, optimizer: 0, judge: 0, ...options.underWay };
  for (const { role } of uncounted) lost[role] = Math.max(0, lost[role] - 1);
  // What a batch holds is counted when its answer is fetched.
  const held = batched?.underWay().filter((key) => !store.has(key)).length ?? 0;
  for (let fetched = Math.min(lost.task, held); fetched > 0; fetched--) {
    lost.task--;
    onUnsent?.('task');
  }
  const lostRoles = MODEL_ROLES.flatMap((role) => Array.from({ length: lost[role] }, () => role));
  const priceFor = (role: ModelRole) => priceOfUse(models[role], options.prices);
  const missed: ModelCall[] = [
    ...uncounted.map(({ key, role, answer: { tokens } }): ModelCall => {
      const price = priceFor(role);
      const cost = price && tokens && costOf(price, tokens);
      return { role, key, cached: false, ...(tokens && { tokens }), ...(cost !== undefined && { cost }) };
    }),
    ...lostRoles.map((role) => abandonedCall(role, priceFor(role), options.dearestSent)),
  ];
  missed.forEach(onCall);
  const budget = new CallBudget({
    maxCalls,
    ...(maxCost !== undefined && { maxCost }),
    ...(options.prices && { prices: options.prices }),
    spent: {
      calls: (spent?.calls ?? 0) + missed.length,
      cost: missed.reduce((sum, { cost, costAtMost }) => sum + (cost ?? costAtMost ?? 0), spent?.cost ?? 0),
    },
  });
  const limiters = limitersPerModel({ concurrency, onWaiting });
  const stack = (role: ModelRole, model: Model = models[role]) =>
    stackModel(withEnoughAtHand(model, concurrency), {
      role,
      store,
      limiter: limiters.limiterOf(model),
      budget,
      hedge,
      onCall: (call) => onCall(call.cached ? withSaving(call, priceOfUse(model, options.prices)) : call),
      ...(onSent && { onSent }),
      ...(onUnsent && { onUnsent }),
      ...(limiters.onWaiting && { retry: { onWaiting: limiters.onWaiting } }),
    });
  return {
    models: { task: stack('task'), optimizer: stack('optimizer'), judge: stack('judge') },
    targets: new Map(targets.map((model) => [model.id, stack('task', model)])),
    goesOn: () => batched?.goesOn(),
    close: async () => {
      await store.close();
      await batched?.close((key) => store.has(key));
    },
  };
}

/** So many that the limiter always finds one that is ready to be sent. */
function withEnoughAtHand(model: Model, concurrency = 0): Model {
  const maxOutstanding = model.maxOutstanding ?? 2 * concurrency;
  return maxOutstanding > MOST_UNDER_WAY ? { ...model, maxOutstanding } : model;
}

/** A cached answer with what it would have cost. */
function withSaving(call: ModelCall, price: Price | undefined): ModelCall {
  const saved = price && call.tokens && costOf(price, call.tokens);
  return saved === undefined ? call : { ...call, saved };
}
