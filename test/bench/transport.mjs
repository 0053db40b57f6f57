// 1,000 different requests, 64 at once, to an endpoint that answers after 50 ms: Hone's models (store, retry, limiter,
// hedge, meter) beside a bare loop of `fetch`, in turn. Seconds of time and of the whole process's CPU.
//
//   node test/bench/transport.mjs [--rounds 5]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bareFetch, figure, median, honeClient } from './clients.mjs';
import { startEndpoint } from './endpoint.mjs';

const REQUESTS = { rows: 1000, concurrency: 64 };

export async function run({ rounds = 5 } = {}) {
  const endpoint = await startEndpoint({ latency: 50 });
  const client = await honeClient();
  const rivals = {
    'bare fetch': () => bareFetch({ url: endpoint.url, ...REQUESTS }),
    'Hone models': () => client.send({ url: endpoint.url, ...REQUESTS }),
  };
  const seen = Object.fromEntries(Object.keys(rivals).map((name) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, send] of Object.entries(rivals)) seen[name].push(await send());
    }
  } finally {
    client.close();
    endpoint.close();
  }
  const rows = Object.entries(seen).map(([name, runs]) => ({
    name,
    wall: median(runs.map(({ wall }) => wall)),
    whole: median(runs.map(({ whole }) => whole)),
    cpu: median(runs.map(({ cpu }) => cpu)),
  }));
  const [bare, hone] = rows;
  const ratio = { wall: hone.wall / bare.wall, whole: hone.whole / bare.whole, cpu: hone.cpu / bare.cpu };
  return { name: 'transport', rows, summary: ratio };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
  const { rows, summary } = await run({ rounds: Number(values.rounds) });
  const shown = [...rows, { name: 'ratio', ...summary }];
  console.table(
    shown.map(({ name, ...row }) => ({
      name,
      ...Object.fromEntries(Object.entries(row).map(([key, value]) => [key, figure(value)])),
    })),
  );
}
