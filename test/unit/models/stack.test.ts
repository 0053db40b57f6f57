import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AnswerStore,
  CallBudget,
  createModel,
  limitersPerModel,
  stackModel,
  startSandboxServer,
  type SandboxServer,
  type SandboxServerOptions,
} from '../../../src/models/index.js';
import { ask, reasonOf } from './fakes.js';

let folder: string;
let server: SandboxServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hone-stack-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

interface Settings {
  readonly options: SandboxServerOptions;
  readonly concurrency: number;
  readonly timeoutMs?: number;
}

/** The models of a run over HTTP, as a run puts them together. */
async function stackOver({ options, concurrency, timeoutMs = 120_000 }: Settings) {
  server = await startSandboxServer(options);
  const store = await AnswerStore.open(folder, { name: 'run' });
  const base = createModel('openai:default', { baseUrl: server.url, apiKey: 'none', timeoutMs });
  const { limiterOf } = limitersPerModel({ concurrency });
  const limiter = limiterOf(base);
  const budget = new CallBudget({ maxCalls: Infinity });
  return { store, limiter, model: stackModel(base, { role: 'task', store, limiter, budget }) };
}

describe('the models over HTTP', () => {
  it('lose no request to refusals, failures, cut connections and silence, and stay below the limit', async () => {
    const most = 6;
    const faults = { rate429: 0.05, rate500: 0.05, resets: 0.03, hangs: 0.02, seed: 3 };
    const { store, model } = await stackOver({
      options: { latencyMs: 2, faults },
      concurrency: most,
      timeoutMs: 1000,
    });
    const rows = Array.from({ length: 150 }, (_, row) => ask(`Question ${row}`));
    const answers = await Promise.all(rows.map((row) => model.complete(row)));
    await store.close();
    expect(answers).toHaveLength(rows.length);
    const { faults: seen, maxInFlight, billed, duplicates } = server!.stats();
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
    expect(maxInFlight).toBeLessThanOrEqual(most);
    expect({ billed, duplicates, stored: store.size }).toEqual({
      billed: rows.length,
      duplicates: 0,
      stored: rows.length,
    });
  });

  it('find out what an endpoint takes at once, and lose nothing on the way', async () => {
    const { store, model } = await stackOver({
      options: { latencyMs: 2, maxInFlight: 3 },
      concurrency: 16,
    });
    const rows = Array.from({ length: 150 }, (_, row) => ask(`Question ${row}`));
    await Promise.all(rows.map((row) => model.complete(row)));
    await store.close();
    expect(server!.stats()).toMatchObject({ billed: rows.length, duplicates: 0 });
  });

  it('keep every answer that has come when they are aborted, and come to rest', async () => {
    const { store, limiter, model } = await stackOver({ options: { latencyMs: 10 }, concurrency: 16 });
    const abort = new AbortController();
    const rows = Array.from({ length: 400 }, (_, row) => ask(`Question ${row}`));
    let answered = 0;
    const work = rows.map((row) =>
      model.complete(row, { signal: abort.signal }).then(() => {
        if (++answered === 100) abort.abort();
      }),
    );
    const failures = work.map((each) => reasonOf(each).catch(() => 'answered'));
    const reasons = await Promise.all(failures);
    await store.close();
    const told = reasons.filter((reason) => reason === 'answered').length;
    expect(told).toBeGreaterThanOrEqual(100);
    expect(new Set(reasons)).toEqual(new Set(['answered', 'cancelled']));
    const { requests, billed } = server!.stats();
    expect(requests).toBeLessThanOrEqual(told + 3 * 16);
    expect(store.size).toBe(billed);
    expect(limiter.waiting).toBe(0);
  });
});
