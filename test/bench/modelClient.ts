// Sends different requests through the models as a run uses them (store, retry, limiter, hedge, meter), and tells what
// it took. Usage, once bundled: node modelClient.js OPTIONS, where OPTIONS is a JSON object.
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AnswerStore,
  CallBudget,
  createModel,
  limitersPerModel,
  stackModel,
} from '../../src/models/index.js';

interface ClientOptions {
  readonly url: string;
  readonly rows: number;
  /** As a user would set it; absent for none. */
  readonly concurrency?: number;
  readonly hedge?: boolean;
  readonly timeoutMs?: number;
  /** Stop after this time, in ms; the rows that are left are not counted as lost. */
  readonly forMs?: number;
}

const UNDER_WAY = 256;
const options = JSON.parse(process.argv[2]!) as ClientOptions;
const { url, rows, concurrency, hedge, timeoutMs, forMs } = options;
const folder = mkdtempSync(path.join(tmpdir(), 'bench-models-'));
const store = await AnswerStore.open(folder, { name: 'bench' });
const base = createModel('openai:bench', { baseUrl: url, apiKey: 'bench', ...(timeoutMs && { timeoutMs }) });
const { limiterOf, onWaiting } = limitersPerModel({ concurrency, onWaiting: () => waits++ });
let waits = 0;
let calls = 0;
const limiter = limiterOf(base);
const model = stackModel(base, {
  role: 'task',
  store,
  limiter,
  budget: new CallBudget({ maxCalls: Infinity }),
  onCall: () => calls++,
  ...(hedge !== undefined && { hedge }),
  retry: { ...(onWaiting && { onWaiting }) },
});
const began = performance.now();
const abort = new AbortController();
const isOver = () => abort.signal.aborted;
setMaxListeners(0, abort.signal);
const end = forMs === undefined ? undefined : setTimeout(() => abort.abort(), forMs);
const answeredAt: number[] = [];
const faults: string[] = [];
let next = 0;
await Promise.all(
  Array.from({ length: UNDER_WAY }, async () => {
    while (next < rows && !isOver()) {
      const messages = [
        { role: 'user', content: `Answer with ok. Question ${next}: what is ${next++} times two?` },
      ] as const;
      try {
        await model.complete({ messages, temperature: 0, repeat: 0 }, { signal: abort.signal });
        answeredAt.push(Math.round(performance.now() - began));
      } catch (error) {
        if (!isOver()) faults.push(String(error));
      }
    }
  }),
);
clearTimeout(end);
const wall = (performance.now() - began) / 1000;
await store.close();
rmSync(folder, { recursive: true });
const cpu = process.cpuUsage();
console.log(
  JSON.stringify({
    wall,
    cpu: (cpu.user + cpu.system) / 1e6,
    lost: faults.length,
    faults: faults.slice(0, 3),
    calls,
    waits,
    limit: limiter.limit,
    answeredAt,
  }),
);
