import { isIP } from 'node:net';
import { HoneError } from '../core/errors.js';
import { sendInPlace, type Limiter } from './limiter.js';
import type { CallOptions, Model, ModelAnswer, ModelRequest } from './model.js';
import type { Place } from './window.js';

export interface HedgeOptions {
  readonly limiter: Limiter;
  /** Whether one more request than needed may be sent now. */
  readonly maySpend: () => boolean;
}

/** How often a request is looked at that may be a straggler, while it cannot be told yet or must not be sent again. */
const LOOK_AGAIN_MS = 100;
const MOST_TRIES = 3;

/**
 * The model behind its limiter, with another try for a request that takes far longer than nearly all others did. It is the
 * same request with the same idempotency key, and waits for a place like one that is tried again. The first answer wins,
 * and the other tries are given up. Each passes the meter below. After Dean and Barroso, "The Tail at Scale" (2013),
 * hedged requests.
 */
export function withHedge(model: Model, { limiter, maySpend }: HedgeOptions): Model {
  return {
    ...model,
    complete: async (request, call = {}) => {
      const place = await limiter.enter({ signal: call.signal, again: (call.attempt ?? 1) > 1 });
      return new Hedged(model, limiter, request, call, maySpend).answer(place);
    },
  };
}

class Hedged {
  private readonly tries = new Set<AbortController>();
  private isOver = false;
  /** Another try that waits for its place. */
  private queued: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;
  private lastSentAt = 0;
  private resolve!: (answer: ModelAnswer) => void;
  private reject!: (error: unknown) => void;

  constructor(
    private readonly model: Model,
    private readonly limiter: Limiter,
    private readonly request: ModelRequest,
    private readonly call: CallOptions,
    private readonly maySpend: () => boolean,
  ) {}

  answer(place: Place): Promise<ModelAnswer> {
    const { signal } = this.call;
    // The tries are told, and end the request: one of them may have its answer already.
    const stop = () => this.giveUp();
    signal?.addEventListener('abort', stop, { once: true });
    const answer = new Promise<ModelAnswer>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      void this.send(place);
      if (signal?.aborted) stop();
    });
    this.watch();
    return answer.finally(() => signal?.removeEventListener('abort', stop));
  }

  private async send(place: Place): Promise<void> {
    const abort = new AbortController();
    this.tries.add(abort);
    this.sent++;
    this.lastSentAt = performance.now();
    const call = { ...this.call, signal: abort.signal };
    try {
      const answer = await sendInPlace(this.model, this.limiter, place, this.request, call);
      this.tries.delete(abort);
      this.giveUp();
      this.resolve(answer);
    } catch (error) {
      this.tries.delete(abort);
      if (HoneError.is(error) && error.retryAfterMs) this.lastSentAt += error.retryAfterMs;
      // Another try may still answer, or has done so a moment before all were cancelled.
      if (this.tries.size > 0) return;
      this.giveUp();
      this.reject(error);
    }
  }

  private giveUp(): void {
    clearTimeout(this.timer);
    this.isOver = true;
    this.queued?.abort();
    for (const each of this.tries) each.abort();
  }

  private watch(): void {
    const left = (this.limiter.stragglerAfterMs ?? 0) - (performance.now() - this.lastSentAt);
    this.timer = setTimeout(() => void this.hedge(), Math.max(LOOK_AGAIN_MS, left));
  }

  private async hedge(): Promise<void> {
    const threshold = this.limiter.stragglerAfterMs;
    const isStraggler = threshold !== undefined && performance.now() - this.lastSentAt >= threshold;
    if (isStraggler && this.maySpend()) {
      this.queued = new AbortController();
      const { signal } = this.queued;
      const place = await this.limiter.enter({ signal, again: true }).catch(() => undefined);
      if (!place) return;
      // It may have been given a place and have ended in the same moment.
      if (this.isOver) {
        this.limiter.leave(place, 'failed');
        return;
      }
      void this.send(place);
    }
    if (this.sent < MOST_TRIES) this.watch();
  }
}

/**
 * Whether an endpoint is this machine's or one on a private network, where requests are taken to cost nothing. Names are
 * not looked up: `localhost`, and names that end in `.localhost`, `.local`, `.lan` or `.internal`.
 */
export function isPrivateEndpoint(baseUrl: string | undefined): boolean {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return false;
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 4) {
    return /^(127|10)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(host);
  }
  if (isIP(host) === 6) return host === '::1' || /^(f[cd]|fe[89ab])/.test(host);
  return host === 'localhost' || /\.(localhost|local|lan|internal)$/.test(host);
}
