// An endpoint that goes wrong: 5% 429 (retry-after 1 s), 2% 500, 1% cut connections, 0.5% never answered, 20 at once.
// Beside it the same requests without faults. Prints rows lost, time, and what the server saw.
//
//   node test/bench/faults.mjs [--rounds 5]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, median, honeClient } from './clients.mjs';
import { startEndpoint } from './endpoint.mjs';

const ROWS = 1000;
const PLAIN = { latency: 50, max: 20 };
const FAULTS = { ...PLAIN, rate429: 0.05, rate500: 0.02, resets: 0.01, hangs: 0.005 };

export async function run({ rounds = 5 } = {}) {
  const endpoint = await startEndpoint(PLAIN);
  const client = await honeClient();
  const rows = [];
  const measure = async (name, options, seed) => {
    await endpoint.reset({ ...options, seed });
    const { wall, lost } = await client.send({
      url: endpoint.url,
      rows: ROWS,
      concurrency: 20,
      timeoutMs: 20_000,
    });
    const { requests, most, refused, distinct } = await endpoint.stats();
    rows.push({ name, seed, seconds: wall, lost, requests, distinct, most, refused });
  };
  try {
    for (let seed = 1; seed <= rounds; seed++) {
      await measure('without faults', PLAIN, seed);
      await measure('with faults', FAULTS, seed);
    }
  } finally {
    client.close();
    endpoint.close();
  }
  const of = (name) => median(rows.filter((row) => row.name === name).map((row) => row.seconds));
  const ratio = of('with faults') / of('without faults');
  const lost = rows.reduce((sum, row) => sum + row.lost, 0);
  const most = Math.max(...rows.map((row) => row.most));
  return { name: 'faults', rows, summary: { ratio, lost, most, allowed: PLAIN.max } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
  const { rows, summary } = await run({ rounds: Number(values.rounds) });
  console.table(rows.map((row) => ({ ...row, seconds: figure(row.seconds) })));
  console.log(`median with faults ${figure(summary.ratio)} x without; ${summary.lost} rows lost`);
}
