import { cancelled, HoneError, toHoneError } from '../core/errors.js';
import { sleep as realSleep } from './abort.js';
import { asUncounted, notWorkedOn, type Batch, type BatchEndpoint } from './batchEndpoint.js';
import { Asked, BatchGroup, type BatchLimits } from './batchGroup.js';
import type { BatchRecord, BatchRecords } from './batchRecords.js';
import { Patience, type Sleep } from './batchPatience.js';
import type { Model, ModelAnswer, ModelRequest } from './model.js';
import { isAlive } from './processes.js';
import { requestKey } from './requestKey.js';

export interface BatchOptions {
  readonly endpoint: BatchEndpoint;
  readonly records: BatchRecords;
  /** A batch is sent when so long no further request has come. Default 100 ms. */
  readonly quietMs?: number;
  /** Default those of OpenAI: 50,000 requests and 200 MB. */
  readonly limits?: BatchLimits;
  /** Waits, and rejects when the signal is aborted. */
  readonly sleep?: Sleep;
  /** Told how the batches stand, a sentence each. */
  readonly onProgress?: (message: string) => void;
}

export interface BatchedModel {
  readonly model: Model;
  /** Requests of this owner that are in batches under way, by key. */
  readonly underWay: () => readonly string[];
  /** What goes on at the endpoint, as a sentence; undefined when nothing does. */
  readonly goesOn: () => string | undefined;
  /**
   * Stops waiting, leaves batches running that are under way, and forgets those whose answers are all stored.
   * @param isStored whether the answer to the request of that key is on the disk
   */
  readonly close: (isStored: (key: string) => boolean) => Promise<void>;
}

const QUIET_MS = 100;
const LIMITS: BatchLimits = { requests: 50_000, bytes: 200_000_000 };
/** Times in a row that a question may fail before there is a batch. */
const FIRST_PATIENCE = 3;
/** Until another process has noted the id of the batch that it is making. */
const OTHER_PROCESS_MS = 500;

/**
 * The model with its requests sent through the endpoint's Batch API: those that come together go in one batch, and each
 * caller gets its answer when the batch has ended, which may take a day. Requests that are in a batch under way, from an
 * earlier process or before a cancel, are waited for and not sent again. A cancel leaves the batch running. Errors of
 * requests that were not sent or are still under way are `uncounted`.
 */
export function withBatches(model: Model, options: BatchOptions): BatchedModel {
  const queue = new BatchQueue(model, options);
  return {
    model: {
      ...model,
      maxOutstanding: Infinity,
      complete: (request, call = {}) => queue.ask(request, call.signal),
    },
    underWay: () => queue.underWay(),
    goesOn: () => queue.goesOn(),
    close: (isStored) => queue.close(isStored),
  };
}

/** A batch from its record to its last result. */
interface Work {
  record: BatchRecord;
  /** Who waits for its results. */
  group: BatchGroup;
  /** Left by an earlier process or an interrupted attempt: it has to be found at the endpoint first. */
  resumed: boolean;
  /** Settles when nobody waits for it in this process any more; undefined while nobody does. */
  running: Promise<void> | undefined;
  /** Whether anybody has asked for it in this process. */
  wanted: boolean;
  ended: boolean;
  /** Why the endpoint would not work on it. */
  refused?: HoneError | undefined;
  /** Keys of the requests that it has answered. */
  readonly answered: Set<string>;
}

/** Records whose batch this process is just making. */
const inTheMaking = new Set<string>();

class BatchQueue {
  private collecting: BatchGroup;
  private timer: NodeJS.Timeout | undefined;
  private readonly works: Work[];
  /** The batch under way that holds a request, by key. */
  private readonly byKey = new Map<string, Work>();
  /** Answers that came before they were asked for, by key. */
  private readonly early = new Map<string, ModelAnswer>();
  private readonly sleep: Sleep;
  private readonly patience: Patience;

  constructor(
    private readonly model: Model,
    private readonly options: BatchOptions,
  ) {
    this.sleep = options.sleep ?? realSleep;
    this.patience = new Patience(this.sleep);
    this.collecting = this.newGroup();
    this.works = options.records.earlier.map((record) => this.workOf(record, this.newGroup(), true));
  }

  async ask(request: ModelRequest, signal: AbortSignal | undefined): Promise<ModelAnswer> {
    if (signal?.aborted) throw asUncounted(cancelled());
    const key = requestKey(this.model, request);
    const early = this.early.get(key);
    if (early) {
      this.early.delete(key);
      return early;
    }
    const customId = customIdOf(key, request.repeat);
    const line = this.options.endpoint.line(customId, request);
    const asked = new Asked({ key, repeat: request.repeat, customId, line });
    const leave = () => asked.leave(asUncounted(cancelled()));
    signal?.addEventListener('abort', leave, { once: true });
    this.place(asked);
    return asked.answer.finally(() => signal?.removeEventListener('abort', leave));
  }

  underWay(): string[] {
    const own = [...this.byKey].filter(([, { record }]) => record.owner === this.options.records.owner);
    return own.map(([key]) => key);
  }

  goesOn(): string | undefined {
    const open = this.works.filter(({ ended, wanted }) => !ended && wanted);
    if (open.length === 0) return undefined;
    const requests = open.reduce((sum, { record }) => sum + record.requests.length, 0);
    const what = open.length === 1 ? 'A batch' : `${open.length} batches`;
    const goes = open.length === 1 ? 'goes' : 'go';
    return (
      `${what} with ${requests} requests ${goes} on at ${this.options.endpoint.host}; ` +
      'its answers are fetched next time, and not paid for again.'
    );
  }

  async close(isStored: (key: string) => boolean): Promise<void> {
    clearTimeout(this.timer);
    for (const { group } of this.works) group.dismiss(asUncounted(cancelled()));
    await Promise.all(this.works.flatMap(({ running }) => running ?? []));
    for (const { record, ended, answered } of this.works) {
      const keys = record.requests.map(([key]) => key);
      if (ended ? [...answered].every(isStored) : keys.every(isStored))
        await this.options.records.remove(record);
    }
  }

  private newGroup(): BatchGroup {
    return new BatchGroup(this.options.limits ?? LIMITS);
  }

  private workOf(record: BatchRecord, group: BatchGroup, resumed: boolean): Work {
    const work: Work = {
      record,
      group,
      resumed,
      running: undefined,
      wanted: false,
      ended: false,
      answered: new Set(),
    };
    for (const [key] of record.requests) this.byKey.set(key, work);
    return work;
  }

  /** Lets a request wait for the batch that holds it, or go with the next one. */
  private place(asked: Asked): void {
    const work = this.byKey.get(asked.key);
    if (!work) {
      this.collect(asked);
      return;
    }
    work.group.add(asked);
    if (!work.running) void this.start(work);
  }

  private collect(asked: Asked): void {
    if (!this.collecting.hasRoomFor(asked)) this.flush();
    this.collecting.add(asked);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.options.quietMs ?? QUIET_MS);
  }

  private flush(): void {
    clearTimeout(this.timer);
    const group = this.collecting;
    this.collecting = this.newGroup();
    if (!group.isEmpty) void this.send(group);
  }

  /** Makes a batch of a group. @returns why the endpoint refused it as a whole, where it did */
  private async send(group: BatchGroup): Promise<HoneError | undefined> {
    if (group.isEmpty) return undefined;
    try {
      const work = this.workOf(await this.options.records.begin(group.requests()), group, false);
      this.works.push(work);
      await this.start(work);
      return work.refused;
    } catch (error) {
      group.fail(asUncounted(toHoneError(error)));
      return undefined;
    }
  }

  private start(work: Work): Promise<void> {
    work.wanted = true;
    work.running = this.run(work);
    return work.running;
  }

  /**
   * Brings a batch to its end and hands out its results. When everybody has left, it rests until somebody asks again.
   */
  private async run(work: Work): Promise<void> {
    const signal = work.group.begin();
    try {
      const batch = work.resumed ? await this.found(work, signal) : await this.made(work, signal);
      if (batch) await this.finish(work, batch, signal);
      else await this.forget(work);
    } catch (error) {
      // Whoever came while the last ones were leaving is not concerned.
      if (!signal.aborted) work.group.fail(asUncounted(toHoneError(error)));
    }
    work.running = undefined;
    if (work.group.isEmpty) return;
    if (work.ended) work.group.release().forEach((asked) => this.place(asked));
    else await this.start(work);
  }

  /**
   * What becomes of a batch that failed before it was worked on. More than the account may have waiting goes when there is
   * room, or in two halves, one after the other.
   */
  private async retryRefused(work: Work, failure: HoneError): Promise<void> {
    work.refused = failure;
    const { group } = work;
    if (failure.reason !== 'rate-limited') {
      group.fail(failure);
      return;
    }
    const others = this.works.flatMap(({ running, ended }) => (running && !ended ? [running] : []));
    if (others.length > 0) {
      await Promise.race(others);
      work.refused = await this.send(group.moved());
      return;
    }
    const [first, second] = group.halves();
    if (!first || !second) {
      group.fail(failure);
      return;
    }
    work.refused = await this.send(first);
    if (work.refused) second.fail(work.refused);
    else work.refused = await this.send(second);
  }

  private async made(work: Work, signal: AbortSignal): Promise<Batch> {
    const { records } = this.options;
    const { name, at } = work.record;
    inTheMaking.add(name);
    try {
      const batch = await this.created(work, name, at, signal);
      work.record = await records.named(work.record, batch.id);
      return batch;
    } finally {
      inTheMaking.delete(name);
    }
  }

  private async created(work: Work, name: string, at: number, signal: AbortSignal): Promise<Batch> {
    const { endpoint } = this.options;
    try {
      const lines = work.group.lines();
      const fileId = await this.patience.ask(
        () => endpoint.upload(name, lines, signal),
        signal,
        FIRST_PATIENCE,
      );
      return await this.patience.ask(
        async () => {
          const before = work.resumed ? await endpoint.find(name, at, signal) : undefined;
          // From now on there may be a batch that nobody has heard of.
          work.resumed = true;
          return before ?? endpoint.create(name, fileId, signal);
        },
        signal,
        FIRST_PATIENCE,
      );
    } catch (error) {
      const isUnsure = !HoneError.is(error) || error.transient || error.reason === 'cancelled';
      if (!work.resumed || !isUnsure) await this.forget(work);
      throw error;
    }
  }

  /** The batch of a record; undefined when it was never made or the endpoint has forgotten it. */
  private async found(work: Work, signal: AbortSignal): Promise<Batch | undefined> {
    const { endpoint, records } = this.options;
    while (work.record.batchId === undefined && isInTheMaking(work.record)) {
      await this.sleep(OTHER_PROCESS_MS, signal);
      const now = await records.reread(work.record);
      if (!now) return undefined;
      work.record = now;
    }
    const { batchId, name, at } = work.record;
    const batch = await this.patience.ask(
      () => (batchId === undefined ? endpoint.find(name, at, signal) : endpoint.look(batchId, signal)),
      signal,
    );
    if (batch && batchId === undefined) work.record = await records.named(work.record, batch.id);
    return batch;
  }

  private async finish(work: Work, first: Batch, signal: AbortSignal): Promise<void> {
    const { endpoint } = this.options;
    const earlier = this.options.records.earlier.some(({ name }) => name === work.record.name);
    const ended = await this.patience.untilEnded(endpoint, first, {
      signal,
      earlier,
      onProgress: this.options.onProgress,
    });
    if (!ended || ended.status === 'failed') {
      await this.forget(work);
      if (!earlier && ended?.failure) await this.retryRefused(work, ended.failure);
      return;
    }
    const keys = new Map(work.record.requests.map(([key, repeat]) => [customIdOf(key, repeat), key]));
    const failed = new Map<string, HoneError>();
    await this.patience.ask(
      () =>
        endpoint.results(
          ended,
          (customId, result) => {
            const key = keys.get(customId);
            if (key === undefined || work.answered.has(key)) return;
            if (HoneError.is(result)) failed.set(customId, result);
            else {
              work.answered.add(key);
              if (!work.group.answer(customId, result)) this.early.set(key, result);
            }
          },
          signal,
        ),
      signal,
    );
    this.drop(work);
    for (const asked of work.group.release()) {
      // What went wrong in an earlier process was for that one to try again; here it is the first try.
      if (earlier) this.place(asked);
      else asked.fail(this.lacking(ended, failed.get(asked.customId)));
    }
  }

  private lacking({ id, status }: Batch, failure: HoneError | undefined): HoneError {
    const { host } = this.options.endpoint;
    if (status !== 'cancelled') return failure ?? notWorkedOn(host, 'no result');
    return new HoneError({
      reason: 'cancelled',
      message: `The batch ${id} was cancelled at ${host}.`,
      nextStep: 'Resume to send what is left of it in another batch.',
      place: { host },
      uncounted: true,
    });
  }

  /** Nobody shall wait for this batch any more. */
  private drop(work: Work): void {
    work.ended = true;
    for (const [key] of work.record.requests) if (this.byKey.get(key) === work) this.byKey.delete(key);
  }

  private async forget(work: Work): Promise<void> {
    this.drop(work);
    await this.options.records.remove(work.record);
  }
}

/** The repeat goes with it, since a line of a batch has no headers. */
function customIdOf(key: string, repeat: number): string {
  return `${key.slice(0, 56)}-${repeat}`;
}

function isInTheMaking({ name, pid }: BatchRecord): boolean {
  return pid === process.pid ? inTheMaking.has(name) : isAlive(pid);
}
