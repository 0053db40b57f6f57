import type { ModelCall, ModelDescription, ModelRole } from '../core/run.js';
import {
  abandonedCall,
  AnswerStore,
  CallBudget,
  Limiter,
  stackModel,
  type MeterOptions,
  type Model,
  type Waiting,
} from '../models/index.js';
import type { ScorerContext } from '../scorers/index.js';
import { answersFolder } from './paths.js';

/** The models of a run, and how they may be used. */
export interface RunModels {
  readonly models: Readonly<Record<ModelRole, Model>>;
  /** Requests in flight at once, all roles together. Default 8. */
  readonly concurrency?: number;
  /** Serve answers of earlier runs from the workspace's store. Default true. */
  readonly sharedCache?: boolean;
  /** The endpoint of openai models, noted in the run so that it can be resumed. */
  readonly baseUrl?: string;
}

export interface ConnectOptions extends Pick<MeterOptions, 'onSent' | 'onUnsent'> {
  /** Names the answers of this run in the store; a resumed run finds its own by it. */
  readonly name: string;
  readonly maxCalls: number;
  readonly maxCost?: number | undefined;
  readonly spent?: { readonly calls: number; readonly cost: number };
  /** Requests of an earlier part of the run of which it does not know what came. */
  readonly underWay?: Readonly<Record<ModelRole, number>>;
  /** Whether the run knows that it paid for an answer. */
  readonly wasCounted?: (key: string) => boolean;
  readonly onCall: (call: ModelCall) => void;
  readonly onWaiting?: (waiting: Waiting) => void;
}

export interface ConnectedModels {
  readonly models: Readonly<Record<ModelRole, Model>>;
  close(): Promise<void>;
}

const DEFAULT_CONCURRENCY = 8;

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
  models: Readonly<Record<ModelRole, ModelDescription>>,
  maxCost: number | undefined,
): void {
  if (maxCost === undefined) return;
  const budget = new CallBudget({ maxCalls: Infinity, maxCost });
  for (const model of Object.values(models)) budget.checkPriced(model);
}

const ROLES: readonly ModelRole[] = ['task', 'optimizer', 'judge'];

/**
 * Puts store, retry, limiter and meter around a run's models. What this run sent but did not come to count, because it
 * was killed in between, is counted first: answers that are in the store, and requests whose answers nobody has seen.
 * @throws HoneError `bad-config` when a cost limit cannot be kept, or the store cannot be read
 */
export async function connectModels(
  root: string,
  { models, concurrency = DEFAULT_CONCURRENCY, sharedCache = true }: RunModels,
  options: ConnectOptions,
): Promise<ConnectedModels> {
  const { name, maxCalls, maxCost, spent, wasCounted, onSent, onUnsent, onCall, onWaiting } = options;
  const store = await AnswerStore.open(answersFolder(root), { name, shared: sharedCache });
  const uncounted = [...store.own()].filter(({ key }) => !wasCounted?.(key));
  const lost = { task: 0, optimizer: 0, judge: 0, ...options.underWay };
  for (const { role } of uncounted) lost[role] = Math.max(0, lost[role] - 1);
  const lostRoles = ROLES.flatMap((role) => Array.from({ length: lost[role] }, () => role));
  const budget = new CallBudget({
    maxCalls,
    ...(maxCost !== undefined && { maxCost }),
    spent: {
      calls: (spent?.calls ?? 0) + uncounted.length + lostRoles.length,
      cost: spent?.cost ?? 0,
    },
  });
  for (const { key, role, answer } of uncounted) {
    const free = budget.priceOf(models[role].id)?.prompt === 0;
    onCall({
      role,
      key,
      cached: false,
      ...(answer.tokens && { tokens: answer.tokens }),
      ...(free && { cost: 0 }),
    });
  }
  for (const role of lostRoles) onCall(abandonedCall(role, budget.priceOf(models[role].id)));
  const limiter = new Limiter(concurrency);
  const stack = (role: ModelRole) =>
    stackModel(models[role], {
      role,
      store,
      limiter,
      budget,
      onCall,
      ...(onSent && { onSent }),
      ...(onUnsent && { onUnsent }),
      ...(onWaiting && { retry: { onWaiting } }),
    });
  return {
    models: { task: stack('task'), optimizer: stack('optimizer'), judge: stack('judge') },
    close: () => store.close(),
  };
}
