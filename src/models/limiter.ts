import { cancelled, HoneError, throwIfCancelled } from '../core/errors.js';
import type { CallOptions, EndpointSign, Model, ModelAnswer, ModelRequest } from './model.js';
import { ConcurrencyWindow, type Ending, type Place } from './window.js';

export interface LimiterOptions {
  /** Requests in flight at once to begin with. Default: as many as allowed at most. */
  readonly start?: number;
  /** Milliseconds, never going back. */
  readonly now?: () => number;
  /** Runs something later. */
  readonly later?: (task: () => void, milliseconds: number) => void;
  /** Told when nothing is sent for a time, because the endpoint is overloaded or its limits are used up. */
  readonly onHold?: (milliseconds: number) => void;
}

export interface Turn {
  readonly signal?: AbortSignal | undefined;
  /** Comes before those who have not been sent yet: a request that is tried again. */
  readonly again?: boolean;
}

/** Requests that ended without the server. One that does not answer in time may have too much to do. */
type GivenUp = 'given-up' | 'timed-out';

/** A server takes a moment to see that a request was given up; until then it counts the request as in flight. */
const GIVEN_UP_MS = 20;
/** Statuses of an endpoint that has more to do than it can. */
const OVERLOAD_STATUSES = new Set([429, 503, 529]);

/**
 * Lets as many requests be in flight at one model of one endpoint as it takes, see ConcurrencyWindow. First come, first
 * served, and what is tried again first of all. One limiter may serve several roles.
 */
export class Limiter {
  private readonly window: ConcurrencyWindow;
  private readonly now: () => number;
  private readonly later: (task: () => void, milliseconds: number) => void;
  private readonly onHold: ((milliseconds: number) => void) | undefined;
  private readonly again = new Queue();
  private readonly fresh = new Queue();
  /** Until when the queue sleeps, by the clock. */
  private wakesAt = 0;

  /** @param most requests in flight at once, at the very most; a whole number of at least 1 */
  constructor(most: number, options: LimiterOptions = {}) {
    this.now = options.now ?? (() => performance.now());
    this.later = options.later ?? ((task, milliseconds) => void setTimeout(task, milliseconds));
    this.onHold = options.onHold;
    this.window = new ConcurrencyWindow({
      most,
      now: this.now,
      ...(options.start !== undefined && { start: options.start }),
    });
  }

  /** Requests that may be in flight at once now. */
  get limit(): number {
    return this.window.limit;
  }

  get inFlight(): number {
    return this.window.inFlight;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.again.size + this.fresh.size;
  }

  /** See ConcurrencyWindow. */
  get stragglerAfterMs(): number | undefined {
    return this.window.stragglerAfterMs;
  }

  /**
   * Waits for a place.
   * @throws HoneError `cancelled` when the signal is aborted before the turn came
   */
  enter({ signal, again = false }: Turn = {}): Promise<Place> {
    if (signal?.aborted) return Promise.reject(cancelled());
    if (this.waiting === 0 && this.window.hasRoom) return Promise.resolve(this.window.open());
    return new Promise((resolve, reject) => {
      const queue = again ? this.again : this.fresh;
      const start = () => {
        signal?.removeEventListener('abort', stop);
        resolve(this.window.open());
      };
      const stop = () => {
        queue.remove(start);
        reject(cancelled());
      };
      signal?.addEventListener('abort', stop, { once: true });
      queue.push(start);
      this.startNext();
    });
  }

  /** Gives a place back, and tells the limiter how the request ended. */
  leave(place: Place, ending: Ending | GivenUp, retryAfterMs?: number): void {
    if (ending === 'given-up' || ending === 'timed-out') {
      this.later(() => this.leave(place, ending === 'timed-out' ? 'refused' : 'failed'), GIVEN_UP_MS);
      return;
    }
    const { heldUntil } = this.window;
    this.window.close(place, ending, retryAfterMs);
    this.tellOfHold(heldUntil);
    this.startNext();
  }

  /** Sends nothing for a time (at most 60 s): the endpoint said that nothing is left until then. */
  hold(milliseconds: number): void {
    const { heldUntil } = this.window;
    this.window.hold(milliseconds);
    this.tellOfHold(heldUntil);
  }

  private tellOfHold(before: number): void {
    const { heldUntil } = this.window;
    if (heldUntil > before) this.onHold?.(heldUntil - this.now());
  }

  private startNext(): void {
    while (this.waiting > 0 && this.window.hasRoom) (this.again.shift() ?? this.fresh.shift())?.();
    const { heldUntil } = this.window;
    const now = this.now();
    if (this.waiting === 0 || heldUntil <= now || this.wakesAt >= heldUntil) return;
    this.wakesAt = heldUntil;
    this.later(() => this.startNext(), heldUntil - now);
  }
}

/** First in, first out, without moving what stands behind. */
class Queue {
  private entries: ((() => void) | undefined)[] = [];
  private head = 0;
  private readonly gone = new Set<() => void>();

  get size(): number {
    return this.entries.length - this.head - this.gone.size;
  }

  push(entry: () => void): void {
    this.entries.push(entry);
  }

  remove(entry: () => void): void {
    this.gone.add(entry);
    if (this.size > 0) return;
    this.entries = [];
    this.head = 0;
    this.gone.clear();
  }

  shift(): (() => void) | undefined {
    while (this.head < this.entries.length) {
      const entry = this.entries[this.head];
      this.entries[this.head++] = undefined;
      if (this.head > 1024 && 2 * this.head > this.entries.length) {
        this.entries = this.entries.slice(this.head);
        this.head = 0;
      }
      if (entry && !this.gone.delete(entry)) return entry;
    }
    return undefined;
  }
}

/** Sends a request in a place, and gives the place back with what the endpoint let on about its load. */
export async function sendInPlace(
  model: Model,
  limiter: Limiter,
  place: Place,
  request: ModelRequest,
  call: CallOptions,
): Promise<ModelAnswer> {
  let status: number | undefined;
  const onSign = (sign: EndpointSign) => {
    status = sign.status;
    if (sign.nothingLeftForMs !== undefined) limiter.hold(sign.nothingLeftForMs);
    call.onSign?.(sign);
  };
  try {
    throwIfCancelled(call.signal);
    const answer = await model.complete(request, { ...call, onSign });
    limiter.leave(place, 'answered');
    return answer;
  } catch (error) {
    limiter.leave(place, endingOf(error, status), HoneError.is(error) ? error.retryAfterMs : undefined);
    throw error;
  }
}

function endingOf(error: unknown, status: number | undefined): Ending | GivenUp {
  if (HoneError.is(error, 'cancelled')) return 'given-up';
  if (HoneError.is(error, 'timed-out')) return 'timed-out';
  if (HoneError.is(error, 'rate-limited')) return 'refused';
  return HoneError.is(error, 'overloaded') && status !== undefined && OVERLOAD_STATUSES.has(status)
    ? 'refused'
    : 'failed';
}

/** The model with no more requests in flight than its limiter allows. */
export function withLimiter(model: Model, { limiter }: { readonly limiter: Limiter }): Model {
  return {
    ...model,
    complete: async (request, call = {}) => {
      const place = await limiter.enter({ signal: call.signal, again: (call.attempt ?? 1) > 1 });
      return sendInPlace(model, limiter, place, request, call);
    },
  };
}
