import { HoneError, throwIfCancelled, type ErrorReason } from '../core/errors.js';
import type { Random } from '../core/hash.js';
import { sleep as realSleep } from './abort.js';
import type { Model } from './model.js';

/** A pause before the next try, for people and journals. */
export interface Waiting {
  readonly reason: ErrorReason;
  /** Names the host, what it said, and the pause. */
  readonly message: string;
  /** Milliseconds. */
  readonly waitMs: number;
  /** The try that comes after the pause, from 2 on. Absent when it is not one request that waits, but all. */
  readonly nextTry?: number;
}

export interface RetryOptions {
  /**
   * Tries in all, the first included. Default 8. Of these an endpoint may twice be out of reach, three times not answer in
   * time (it may have worked, and charged, for each), and six times refuse for the rate of requests.
   */
  readonly tries?: number;
  /** Spreads the pauses, so that requests that failed together do not come back together. */
  readonly random?: Random;
  /** Waits, and rejects when the signal is aborted. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly onWaiting?: (waiting: Waiting) => void;
}

const DEFAULT_TRIES = 8;
const MOST_TRIES: Partial<Record<ErrorReason, number>> = {
  unreachable: 2,
  'timed-out': 3,
  'rate-limited': 6,
};
/** First pause by reason, in milliseconds; it doubles with each try. */
const FIRST_PAUSE_MS: Partial<Record<ErrorReason, number>> = { 'rate-limited': 2000, unreachable: 300 };
const OTHER_FIRST_PAUSE_MS = 250;
/** A server's wish beyond this is not followed: the run would look dead. */
const LONGEST_PAUSE_MS = 60_000;
/** A pause that the server asked for is lengthened by up to this share of it. */
const SPREAD = 0.05;

/**
 * The model with transient faults tried again after a pause: what the server asked for when that is sane (0 to 60 s),
 * else exponential backoff with jitter. Nothing is held while it waits.
 */
export function withRetry(model: Model, options: RetryOptions = {}): Model {
  const { tries = DEFAULT_TRIES, random = Math.random, sleep = realSleep, onWaiting } = options;
  return {
    ...model,
    async complete(request, call = {}) {
      const failures: Partial<Record<ErrorReason, number>> = {};
      for (let attempt = 1; ; attempt++) {
        throwIfCancelled(call.signal);
        try {
          return await model.complete(request, attempt === 1 ? call : { ...call, attempt });
        } catch (error) {
          if (!HoneError.is(error) || !error.transient) throw error;
          const sameFault = (failures[error.reason] ?? 0) + 1;
          failures[error.reason] = sameFault;
          const allowed = Math.min(tries, attempt - sameFault + (MOST_TRIES[error.reason] ?? tries));
          if (attempt >= allowed) throw error;
          const waitMs = pauseBefore(error, attempt, random);
          onWaiting?.({
            reason: error.reason,
            message: `${error.message} Trying again in ${seconds(waitMs)} (try ${attempt + 1} of ${allowed}).`,
            waitMs,
            nextTry: attempt + 1,
          });
          await sleep(waitMs, call.signal);
        }
      }
    },
  };
}

/** A pause of half to one and a half times the nominal one; a server's own figure is only lengthened, a little. */
function pauseBefore(error: HoneError, attempt: number, random: Random): number {
  const asked = error.retryAfterMs;
  if (asked !== undefined && asked >= 0 && asked <= LONGEST_PAUSE_MS) {
    return Math.round(asked * (1 + SPREAD * random()));
  }
  const first = FIRST_PAUSE_MS[error.reason] ?? OTHER_FIRST_PAUSE_MS;
  return Math.round(Math.min(LONGEST_PAUSE_MS, first * 2 ** (attempt - 1) * (0.5 + random())));
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

/**
 * Passes on at most one pause per span: when many requests are refused, one of them tells enough.
 * @param now milliseconds
 */
export function fewer(
  tell: (waiting: Waiting) => void,
  spanMs = 1000,
  now: () => number = () => performance.now(),
): (waiting: Waiting) => void {
  let last = -Infinity;
  return (waiting) => {
    if (now() - last < spanMs) return;
    last = now();
    tell(waiting);
  };
}
