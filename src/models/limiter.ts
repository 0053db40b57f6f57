import { cancelled } from '../core/errors.js';
import type { Model } from './model.js';

/** Lets a bounded number of tasks run at once, first come first served. One limiter may serve several models. */
export class Limiter {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  /** @param limit tasks at once, a whole number of at least 1 */
  constructor(readonly limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`A limiter needs a limit of 1 or more.`);
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Runs a task when its turn comes.
   * @throws HoneError `cancelled` when the signal is aborted before the turn came: the task is then never started.
   */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.turn(signal);
    try {
      return await task();
    } finally {
      this.release();
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(cancelled());
    if (this.running < this.limit) {
      this.running++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.queue.splice(this.queue.indexOf(start), 1);
        reject(cancelled());
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.queue.push(start);
    });
  }

  /** Hands the place to the next in the queue, so that nobody who comes later overtakes it. */
  private release(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.running--;
  }
}

/** The model with no more requests in flight than its limiter allows. */
export function withLimiter(model: Model, options: { readonly limiter: Limiter }): Model {
  return {
    ...model,
    complete: (request, call = {}) => options.limiter.run(() => model.complete(request, call), call.signal),
  };
}
