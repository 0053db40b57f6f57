import { Limiter } from './limiter.js';
import type { Model } from './model.js';
import { fewer, type Waiting } from './retry.js';

/** Requests in flight at once where the user sets no number: at most, and to begin with. */
const DEFAULT_MOST = 64;
const DEFAULT_START = 8;

export interface LimitersOptions {
  /**
   * Requests in flight at once at each model, at the very most, and to begin with. Default: at most 64, 8 to begin with.
   */
  readonly concurrency?: number | undefined;
  /** Told when requests wait, at most once per second. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined;
}

/** One limiter for each model at each endpoint, whichever roles it plays. */
export function limitersPerModel({ concurrency, onWaiting }: LimitersOptions): {
  readonly limiterOf: (model: Model) => Limiter;
  /** For the retries of these models: told of the same pauses at most once per second. */
  readonly onWaiting: ((waiting: Waiting) => void) | undefined;
} {
  const tell = onWaiting && fewer(onWaiting);
  const limiters = new Map<string, Limiter>();
  const limiterOf = (model: Model) => {
    const name = JSON.stringify([model.id, model.baseUrl]);
    const known = limiters.get(name);
    if (known) return known;
    const limiter = new Limiter(concurrency ?? DEFAULT_MOST, {
      ...(concurrency === undefined && { start: DEFAULT_START }),
      onHold: (waitMs) =>
        tell?.({
          reason: 'rate-limited',
          message: `${model.destination} takes no more requests for now. All wait ${(waitMs / 1000).toFixed(1)} s.`,
          waitMs,
        }),
    });
    limiters.set(name, limiter);
    return limiter;
  };
  return { limiterOf, onWaiting: tell };
}
