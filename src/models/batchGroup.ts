import type { ModelAnswer } from './model.js';

/** The most that one batch may hold. */
export interface BatchLimits {
  readonly requests: number;
  /** Of the whole input, line ends included. */
  readonly bytes: number;
}

/** One request that somebody waits for. */
export class Asked {
  readonly key: string;
  readonly repeat: number;
  readonly customId: string;
  /** The request as a line of a batch. */
  readonly line: string;
  readonly answer: Promise<ModelAnswer>;
  group: BatchGroup | undefined;
  private settle!: { resolve: (answer: ModelAnswer) => void; reject: (error: unknown) => void };

  constructor(request: { key: string; repeat: number; customId: string; line: string }) {
    this.key = request.key;
    this.repeat = request.repeat;
    this.customId = request.customId;
    this.line = request.line;
    this.answer = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  succeed(answer: ModelAnswer): void {
    this.settle.resolve(answer);
  }

  fail(error: unknown): void {
    this.settle.reject(error);
  }

  /** Stops waiting. */
  leave(error: unknown): void {
    this.group?.remove(this);
    this.fail(error);
  }
}

/** Those who wait for the same batch. */
export class BatchGroup {
  private readonly waiting = new Map<string, Set<Asked>>();
  private bytes = 0;
  private abort = new AbortController();

  constructor(private readonly limits: BatchLimits) {}

  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  /** Whether a batch can hold this request too. An empty one takes any: the endpoint shall say what it thinks of it. */
  hasRoomFor({ line }: Asked): boolean {
    const { requests, bytes } = this.limits;
    return this.isEmpty || (this.waiting.size < requests && this.bytes + bytesOf(line) <= bytes);
  }

  add(asked: Asked): void {
    const same = this.waiting.get(asked.customId);
    if (same) same.add(asked);
    else {
      this.waiting.set(asked.customId, new Set([asked]));
      this.bytes += bytesOf(asked.line);
    }
    asked.group = this;
  }

  remove(asked: Asked): void {
    const same = this.waiting.get(asked.customId);
    if (!same?.delete(asked) || same.size > 0) return;
    this.waiting.delete(asked.customId);
    this.bytes -= bytesOf(asked.line);
    if (this.isEmpty) this.abort.abort();
  }

  /** A signal that is aborted when nobody waits any more. */
  begin(): AbortSignal {
    this.abort = new AbortController();
    if (this.isEmpty) this.abort.abort();
    return this.abort.signal;
  }

  /** Key and repeat of each request. */
  requests(): (readonly [key: string, repeat: number])[] {
    return this.each().map(({ key, repeat }) => [key, repeat] as const);
  }

  lines(): string[] {
    return this.each().map(({ line }) => line);
  }

  /** @returns whether anybody was waiting for it */
  answer(customId: string, answer: ModelAnswer): boolean {
    const same = this.waiting.get(customId);
    if (!same) return false;
    this.waiting.delete(customId);
    for (const asked of same) asked.succeed(answer);
    return true;
  }

  /** Those who still wait; from now on they wait elsewhere. */
  release(): Asked[] {
    const all = [...this.waiting.values()].flatMap((same) => [...same]);
    this.waiting.clear();
    this.bytes = 0;
    return all;
  }

  /** Sends everybody away. */
  dismiss(error: unknown): void {
    for (const same of [...this.waiting.values()]) for (const asked of [...same]) asked.leave(error);
  }

  fail(error: unknown): void {
    for (const asked of this.release()) asked.fail(error);
  }

  /** The same requests in another group; this one has none any more. */
  moved(): BatchGroup {
    const group = new BatchGroup(this.limits);
    this.release().forEach((asked) => group.add(asked));
    return group;
  }

  /** Two groups in the place of this one; the second is absent when there is nothing to divide. */
  halves(): readonly (BatchGroup | undefined)[] {
    if (this.waiting.size < 2) return [this];
    const all = this.release();
    const middle = new Set(all.map(({ customId }) => customId)).size / 2;
    const [first, second] = [new BatchGroup(this.limits), new BatchGroup(this.limits)];
    for (const asked of all)
      (first.waiting.size < middle || first.waiting.has(asked.customId) ? first : second).add(asked);
    return [first, second];
  }

  private each(): Asked[] {
    return [...this.waiting.values()].map((same) => [...same][0]!);
  }
}

function bytesOf(line: string): number {
  return Buffer.byteLength(line) + 1;
}
