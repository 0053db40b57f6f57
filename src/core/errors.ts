/**
 * Why something could not be done. The list is closed: callers branch on the reason, never on message text.
 */
export type ErrorReason =
  | 'bad-usage'
  | 'bad-config'
  | 'bad-prompt-file'
  | 'bad-test-set'
  | 'empty-test-set'
  | 'no-test-set'
  | 'unfilled-placeholder'
  | 'not-found'
  | 'splice-refused'
  | 'stale-file'
  | 'unreachable'
  | 'unauthorized'
  | 'no-model'
  | 'rate-limited'
  | 'quota-exhausted'
  | 'overloaded'
  | 'timed-out'
  | 'bad-request'
  | 'bad-response'
  | 'missing-tags'
  | 'budget-spent'
  | 'scorer-failed'
  | 'cancelled'
  | 'internal';

/** Where the trouble is: a file with a 1-based line, or the host of an endpoint. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly host?: string;
}

export interface HoneErrorOptions {
  readonly reason: ErrorReason;
  /** One clear sentence that names the file and line, or the host. */
  readonly message: string;
  /** What the user can do next, as one sentence. */
  readonly nextStep: string;
  readonly place?: ErrorPlace;
  /** How long a server asked us to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** What the server did not accept will be left out from now on, so that the same request may succeed. */
  readonly adjusted?: boolean;
  /** The request is not to be counted: it was never sent, or it is under way still and is counted when its answer is fetched. */
  readonly uncounted?: boolean;
  readonly cause?: unknown;
}

const MARKER = Symbol.for('hone.error');

/** Faults of one request that may pass by themselves; everything else needs somebody to act. */
const TRANSIENT: ReadonlySet<ErrorReason> = new Set([
  'rate-limited',
  'overloaded',
  'timed-out',
  'unreachable',
]);

/** Faults after which no further request can succeed, so that a run has to end (and can be resumed). */
const SYSTEMIC: ReadonlySet<ErrorReason> = new Set([
  'unauthorized',
  'no-model',
  'unreachable',
  'quota-exhausted',
  'budget-spent',
  'cancelled',
  'bad-config',
]);

/** Whether the same request may succeed when it is sent again. */
export function isTransient(reason: ErrorReason): boolean {
  return TRANSIENT.has(reason);
}

/** The only error that Hone raises on purpose. */
export class HoneError extends Error {
  readonly reason: ErrorReason;
  readonly nextStep: string;
  readonly place: ErrorPlace;
  readonly retryAfterMs: number | undefined;
  private readonly adjusted: boolean;
  /** Whether the request that failed is not to be counted (now). */
  readonly uncounted: boolean;
  readonly [MARKER] = true;

  constructor(options: HoneErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HoneError';
    this.reason = options.reason;
    this.nextStep = options.nextStep;
    this.place = options.place ?? {};
    this.retryAfterMs = options.retryAfterMs;
    this.adjusted = options.adjusted ?? false;
    this.uncounted = options.uncounted ?? false;
  }

  /**
   * Tells whether a thrown value is a HoneError, of one of the given reasons when any are given.
   * Works across bundles, where `instanceof` does not.
   */
  static is(error: unknown, ...reasons: ErrorReason[]): error is HoneError {
    if (typeof error !== 'object' || error === null || !(MARKER in error)) return false;
    return reasons.length === 0 || reasons.includes((error as HoneError).reason);
  }

  /** Whether the same request may succeed when it is sent again. */
  get transient(): boolean {
    return this.adjusted || isTransient(this.reason);
  }

  /** Whether the run cannot go on, as opposed to one row having failed. */
  get systemic(): boolean {
    return SYSTEMIC.has(this.reason);
  }
}

/** Raises `cancelled` when the signal has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/** The error of an aborted run. What was done until then stays on disk. */
export function cancelled(): HoneError {
  return new HoneError({
    reason: 'cancelled',
    message: 'The run was cancelled.',
    nextStep: 'Resume it to go on from where it stopped.',
  });
}

/** Any thrown value as a HoneError; an unknown one becomes `internal`. */
export function toHoneError(error: unknown): HoneError {
  if (HoneError.is(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HoneError({
    reason: 'internal',
    message: `Something in Hone failed: ${message}`,
    nextStep: 'Please report it with the log; the run so far is kept.',
    cause: error,
  });
}
