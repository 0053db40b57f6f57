import type { ModelRole } from '../core/run.js';
import { withStore, type AnswerStore } from './cache.js';
import { withLimiter, type Limiter } from './limiter.js';
import { withMeter, type MeterOptions } from './meter.js';
import type { Model } from './model.js';
import { withRetry, type RetryOptions } from './retry.js';

export interface StackOptions extends MeterOptions {
  readonly role: ModelRole;
  readonly store: AnswerStore;
  readonly limiter: Limiter;
  readonly retry?: RetryOptions;
}

/**
 * A model as a run uses it: store(retry(limiter(meter(model)))). A stored answer passes nothing else; a waiting retry
 * holds no place in the limiter; the budget is taken when a request goes out, not while it waits for its turn.
 * @throws HoneError `bad-config` when a cost limit is set and the model's price is unknown.
 */
export function stackModel(model: Model, options: StackOptions): Model {
  const { role, store, limiter, onCall, retry } = options;
  const metered = withMeter(model, options);
  const retried = withRetry(withLimiter(metered, { limiter }), retry);
  return withStore(retried, { store, role, ...(onCall && { onCached: onCall }) });
}
