import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import {
  BatchRecords,
  CallBudget,
  createBatchedModel,
  createModel,
  requestKey,
  startSandboxServer,
  withBatches,
  withMeter,
  withRetry,
  type BatchEndpoint,
  type BatchOptions,
  type ModelAnswer,
  type SandboxServer,
  type SandboxServerOptions,
} from '../../../src/models/index.js';
import { ask, errorOf, reasonOf } from './fakes.js';

let server: SandboxServer;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hone-batch-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const serve = async (options: SandboxServerOptions = {}) => {
  server = await startSandboxServer(options);
};

const quick = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

async function connect(
  options: Partial<BatchOptions> & {
    owner?: string;
    shared?: boolean;
    wrap?: (e: BatchEndpoint) => BatchEndpoint;
  } = {},
) {
  const { owner = 'run-1', shared = true, wrap = (each: BatchEndpoint) => each, ...more } = options;
  const { model, batches } = createBatchedModel('openai:default', { baseUrl: server.url });
  const records = await BatchRecords.open(folder, { owner, shared });
  return withBatches(model, { endpoint: wrap(batches), records, quietMs: 5, sleep: quick, ...more });
}

const tickets = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    ask(`Classify as billing or bug. Answer with the label only.\n\nTicket: I was charged ${index} times.`),
  );
const live = () => createModel('openai:default', { baseUrl: server.url });
const all = (model: { complete: (request: ReturnType<typeof ask>) => Promise<ModelAnswer> }, count: number) =>
  Promise.all(tickets(count).map((request) => model.complete(request)));
const never = () => false;

describe('withBatches', () => {
  it('sends what comes together as one batch, and answers as the live path does', async () => {
    await serve();
    const { model } = await connect();
    const answers = await all(model, 30);
    expect(server.stats()).toMatchObject({ billed: 30, batches: { files: 1, created: 1, lines: 30 } });
    expect(answers).toEqual(await all(live(), 30));
  });

  it('tells repeats apart, and draws the same samples as the live path', async () => {
    await serve();
    const { model } = await connect();
    const samples = [0, 1, 2, 3].map((repeat) =>
      ask('Write a haiku about the sea.', { temperature: 1, repeat }),
    );
    const answers = await Promise.all(samples.map((request) => model.complete(request)));
    expect(new Set(answers.map(({ text }) => text)).size).toBeGreaterThan(1);
    expect(answers).toEqual(await Promise.all(samples.map((request) => live().complete(request))));
  });

  it('divides what is more than a batch may hold, by requests and by bytes', async () => {
    await serve();
    const byCount = await connect({ limits: { requests: 10, bytes: 1e9 } });
    await all(byCount.model, 25);
    expect(server.stats().batches).toMatchObject({ created: 3, lines: 25 });
    await byCount.close(() => true);
    const bytes = Buffer.byteLength(
      createdLine(createBatchedModel('openai:default', { baseUrl: server.url }).batches),
    );
    const byBytes = await connect({ limits: { requests: 1e9, bytes: 2 * (bytes + 20) } });
    await all(byBytes.model, 4);
    expect(server.stats().batches.created).toBe(5);
  });

  it('sends lines that failed, expired or got lost in a next batch, each billed once', async () => {
    await serve({ batches: { faults: { expired: 0.2, errors: 0.2, missing: 0.2, seed: 3 } } });
    const { model } = await connect();
    const answers = await all(withRetry(model, { tries: 12, sleep: quick }), 40);
    expect(answers.map(({ text }) => text)).toEqual((await all(live(), 40)).map(({ text }) => text));
    const { batches, billed } = server.stats();
    expect(batches.created).toBeGreaterThan(1);
    expect(batches.lines).toBeGreaterThan(40);
    expect(billed).toBe(40);
  });

  it.each([
    ['expired', 'overloaded'],
    ['errors', 'overloaded'],
    ['missing', 'overloaded'],
  ] as const)('names the host and the reason of a line that is %s', async (kind, reason) => {
    await serve({ batches: { faults: { [kind]: 1 } } });
    const { model } = await connect();
    const error = await errorOf(model.complete(tickets(1)[0]!));
    expect(error).toMatchObject({ reason, transient: true });
    expect(error.message).toContain(new URL(server.url).host);
    expect(server.stats().billed).toBe(0);
  });

  it('goes in halves when the account may not have so many waiting', async () => {
    await serve({ batches: { maxEnqueued: 8 } });
    const { model } = await connect();
    expect(await all(model, 20)).toHaveLength(20);
    expect(server.stats()).toMatchObject({ billed: 20, duplicates: 0, batches: { lines: 20 } });
  });

  it('says so when not even one may wait', async () => {
    await serve({ batches: { maxEnqueued: 0 } });
    const { model } = await connect();
    const reasons = await Promise.all(tickets(4).map((request) => reasonOf(model.complete(request))));
    expect(new Set(reasons)).toEqual(new Set(['rate-limited']));
  });

  it('tells what a batch was refused for, with its line', async () => {
    await serve();
    const { model } = await connect({
      wrap: (endpoint) => ({
        ...endpoint,
        line: (id, request) => endpoint.line(id, request).replace('POST', 'PUT'),
      }),
    });
    const error = await errorOf(model.complete(tickets(1)[0]!));
    expect(error).toMatchObject({ reason: 'bad-request', uncounted: true });
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ .*line 1.*method/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('sends people of endpoints without batches to the live backend', async () => {
    await serve({ batches: false });
    const { model } = await connect();
    const error = await errorOf(model.complete(tickets(1)[0]!));
    expect(error).toMatchObject({ reason: 'bad-config', uncounted: true });
    expect(error.message).toContain(new URL(server.url).host);
    expect(error.nextStep).toContain('--backend live');
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends with what was done when somebody cancels the batch at the endpoint, and sends the rest next time', async () => {
    await serve({ batches: { latencyMs: 400 } });
    const { model, close } = await connect();
    const work = tickets(20).map((request) => model.complete(request).catch((error: unknown) => error));
    while (server.stats().batches.looks < 2) await quick();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await fetch(`${server.url}/batches/batch_1/cancel`, { method: 'POST' });
    const outcomes = await Promise.all(work);
    const answered = outcomes.filter((each) => !HoneError.is(each));
    expect(answered.length).toBeGreaterThan(0);
    expect(answered.length).toBeLessThan(20);
    expect(outcomes.find((each) => !answered.includes(each))).toMatchObject({
      reason: 'cancelled',
      uncounted: true,
    });
    await close(never);
    const next = await connect();
    expect(await all(next.model, 20)).toHaveLength(20);
    expect(server.stats()).toMatchObject({ billed: 20, duplicates: 0 });
  });
});

describe('batches under way', () => {
  it('are left running by a cancel, and fetched by whoever asks next', async () => {
    await serve({ batches: { latencyMs: 300 } });
    const first = await connect();
    const stop = new AbortController();
    const work = tickets(10).map((request) =>
      errorOf(first.model.complete(request, { signal: stop.signal })),
    );
    while (server.stats().batches.looks === 0) await quick();
    stop.abort();
    const errors = await Promise.all(work);
    expect(new Set(errors.map(({ reason, uncounted }) => `${reason} ${uncounted}`))).toEqual(
      new Set(['cancelled true']),
    );
    await first.close(never);
    expect(first.goesOn()).toMatch(/10 requests .*127\.0\.0\.1/);
    const second = await connect();
    expect(second.underWay()).toHaveLength(10);
    expect(await all(second.model, 10)).toHaveLength(10);
    expect(server.stats()).toMatchObject({ billed: 10, duplicates: 0, batches: { created: 1 } });
    await second.close(() => true);
    expect(second.goesOn()).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('are asked for again in the same process after everybody had left', async () => {
    await serve({ batches: { latencyMs: 200 } });
    const { model } = await connect();
    const stop = new AbortController();
    const gone = Promise.all(
      tickets(5).map((each) => reasonOf(model.complete(each, { signal: stop.signal }))),
    );
    while (server.stats().batches.looks === 0) await quick();
    stop.abort();
    const again = all(model, 5);
    expect(await gone).toEqual(Array(5).fill('cancelled'));
    expect(await again).toHaveLength(5);
    expect(server.stats()).toMatchObject({ billed: 5, batches: { created: 1 } });
  });

  it('are found by their name when the process died before it heard the id', async () => {
    await serve();
    const dying = await connect({
      wrap: (endpoint) => ({
        ...endpoint,
        // Made at the endpoint, and never heard of again.
        create: async (...args) => {
          await endpoint.create(...args);
          return new Promise(() => undefined);
        },
      }),
    });
    void all(dying.model, 6).catch(() => undefined);
    while (server.stats().batches.created === 0) await quick();
    const records = await BatchRecords.open(folder, { owner: 'run-1', shared: true });
    expect(records.earlier[0]).not.toHaveProperty('batchId');
    // Another process would see that the one that made it is gone.
    const elsewhere = Object.create(records, {
      earlier: { value: records.earlier.map((record) => ({ ...record, pid: 2 ** 22 + 1 })) },
    }) as BatchRecords;
    const { model } = await connect({ records: elsewhere });
    expect(await all(model, 6)).toHaveLength(6);
    expect(server.stats()).toMatchObject({ billed: 6, duplicates: 0, batches: { created: 1 } });
  });

  it('are not made twice when the answer to their creation gets lost', async () => {
    await serve();
    let lost = 0;
    const { model } = await connect({
      wrap: (endpoint) => ({
        ...endpoint,
        create: async (...args) => {
          const batch = await endpoint.create(...args);
          if (lost++ === 0) return endpoint.look('nowhere', AbortSignal.abort()) as never;
          return batch;
        },
      }),
    });
    await expect(all(model, 3)).rejects.toMatchObject({ reason: 'cancelled' });
    expect(await all(model, 3)).toHaveLength(3);
    expect(server.stats()).toMatchObject({ billed: 3, duplicates: 0, batches: { created: 1 } });
  });

  it('are sent anew when they were noted and never made, or the endpoint has forgotten them', async () => {
    await serve();
    const records = await BatchRecords.open(folder, { owner: 'run-1', shared: true });
    const keys = tickets(2).map((each) => [createdKey(each), 0] as const);
    await records.begin([keys[0]!]);
    await records.named(await records.begin([keys[1]!]), 'batch_of_old');
    const { model, close } = await connect();
    expect(await all(model, 2)).toHaveLength(2);
    expect(server.stats()).toMatchObject({ billed: 2, batches: { created: 1 } });
    await close(() => true);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are sent anew where an earlier process got no answer to a line', async () => {
    await serve({ batches: { latencyMs: 100, faults: { missing: 0.5, seed: 2 } } });
    const first = await connect();
    const stop = new AbortController();
    const gone = tickets(12).map((each) => reasonOf(first.model.complete(each, { signal: stop.signal })));
    while (server.stats().batches.looks === 0) await quick();
    stop.abort();
    await Promise.all(gone);
    await first.close(never);
    const second = await connect();
    expect(await all(withRetry(second.model, { tries: 20, sleep: quick }), 12)).toHaveLength(12);
    expect(server.stats()).toMatchObject({ billed: 12, duplicates: 0 });
  });

  it('of other owners are left alone where answers are not shared', async () => {
    await serve();
    const other = await BatchRecords.open(folder, { owner: 'run-0', shared: true });
    await other.begin([[createdKey(tickets(1)[0]!), 0]]);
    const own = await BatchRecords.open(folder, { owner: 'run-1', shared: false });
    expect(own.earlier).toEqual([]);
    expect((await BatchRecords.open(folder, { owner: 'run-1', shared: true })).earlier).toHaveLength(1);
  });
});

describe('the meter around batches', () => {
  it('counts each request once, over a cancel and its fetching later', async () => {
    await serve({ batches: { latencyMs: 200 } });
    const counted = { sent: 0, unsent: 0, called: 0 };
    const metered = async () => {
      const { model, close } = await connect();
      const budget = new CallBudget({ maxCalls: 100 });
      const hooks = {
        onSent: () => counted.sent++,
        onUnsent: () => counted.unsent++,
        onCall: () => counted.called++,
      };
      return { model: withMeter(model, { role: 'task', budget, ...hooks }), close, budget };
    };
    const first = await metered();
    const stop = new AbortController();
    const gone = tickets(4).map((each) => reasonOf(first.model.complete(each, { signal: stop.signal })));
    while (server.stats().batches.looks === 0) await quick();
    stop.abort();
    await Promise.all(gone);
    await first.close(never);
    expect(counted).toEqual({ sent: 4, unsent: 4, called: 0 });
    const second = await metered();
    await all(second.model, 4);
    expect(counted).toEqual({ sent: 8, unsent: 4, called: 4 });
    expect(second.budget.callsMade).toBe(4);
  });
});

function createdLine(endpoint: BatchEndpoint): string {
  return endpoint.line(`${'0'.repeat(56)}-0`, tickets(1)[0]!);
}

function createdKey(request: ReturnType<typeof ask>): string {
  return requestKey(live(), request);
}
