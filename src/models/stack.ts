import type { ModelRole } from '../core/run.js';
import { withStore, type AnswerStore } from './cache.js';
import { isPrivateEndpoint, withHedge } from './hedge.js';
import { withLimiter, type Limiter } from './limiter.js';
import { withMeter, type MeterOptions } from './meter.js';
import type { Model } from './model.js';
import { withRetry, type RetryOptions } from './retry.js';

export interface StackOptions extends MeterOptions {
  readonly role: ModelRole;
  readonly store: AnswerStore;
  readonly limiter: Limiter;
  readonly retry?: RetryOptions;
  /** Whether stragglers may get a second try where requests cost nothing, see withHedge. Default true. */
  readonly hedge?: boolean;
}

/**
 * A model as a run uses it: store(retry(limiter(meter(model)))). A stored answer passes nothing else; a waiting retry
 * holds no place in the limiter; the budget is taken when a request goes out, not while it waits for its turn. A model
 * that takes all requests at once has no limiter.
 * @throws HoneError `bad-config` when a cost limit is set and the model's price is unknown.
 */
export function stackModel(model: Model, options: StackOptions): Model {
  const { role, store, onCall, retry } = options;
  const retried = withRetry(limited(withMeter(model, options), options), retry);
  return withStore(retried, { store, role, ...(onCall && { onCached: onCall }) });
}

function limited(model: Model, { limiter, budget, hedge = true }: StackOptions): Model {
  if (model.maxOutstanding === Infinity) return model;
  const price = budget.priceOf(model);
  const isFree = price ? price.prompt + price.completion === 0 : isPrivateEndpoint(model.baseUrl);
  if (!hedge || !isFree) return withLimiter(model, { limiter });
  // What is already asked for comes first.
  const maySpend = () => budget.callsLeft > limiter.waiting + limiter.inFlight;
  return withHedge(model, { limiter, maySpend });
}
