import { HoneError } from '../core/errors.js';
import type { Batch, BatchEndpoint } from './batchEndpoint.js';

export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Between two looks at a batch; each pause is one and a half times the one before. */
const FIRST_PAUSE_MS = 2000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
/** Times in a row that a question may fail for reasons that pass: about ten minutes. */
const MOST_FAILURES = 15;

interface Watch {
  readonly signal: AbortSignal;
  /** Whether an earlier process made the batch. */
  readonly earlier: boolean;
  readonly onProgress: ((message: string) => void) | undefined;
}

/** Waits for what takes hours. */
export class Patience {
  constructor(private readonly sleep: Sleep) {}

  /** Asks again after transient faults, which are many in a day. */
  async ask<T>(ask: () => Promise<T>, signal: AbortSignal, mostFailures = MOST_FAILURES): Promise<T> {
    let pause = FIRST_PAUSE_MS;
    for (let failures = 0; ; failures++) {
      try {
        return await ask();
      } catch (error) {
        if (!HoneError.is(error) || !error.transient || failures >= mostFailures) throw error;
        await this.sleep(within(error.retryAfterMs ?? pause), signal);
        pause *= 1.5;
      }
    }
  }

  /** The batch when it has ended; undefined when the endpoint has forgotten it meanwhile. */
  async untilEnded(
    endpoint: BatchEndpoint,
    first: Batch,
    { signal, earlier, onProgress }: Watch,
  ): Promise<Batch | undefined> {
    let batch: Batch | undefined = first;
    let pause = FIRST_PAUSE_MS;
    let told = -1;
    while (batch?.status === 'working') {
      const { id, done, total, lookAfterMs }: Batch = batch;
      const quarter = Math.floor((4 * done) / Math.max(1, total));
      if (quarter > told) {
        const what = earlier && told < 0 ? 'is fetched and not sent again' : 'may take up to 24 hours';
        onProgress?.(
          `The batch ${id} at ${endpoint.host} has done ${done} of ${total} requests and ${what}.`,
        );
        told = quarter;
      }
      await this.sleep(within(lookAfterMs ?? pause), signal);
      pause *= 1.5;
      batch = await this.ask((): Promise<Batch | undefined> => endpoint.look(id, signal), signal);
    }
    return batch;
  }
}

function within(pause: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pause));
}
