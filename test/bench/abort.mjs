// Aborts an evaluation (1,000 rows, 64 in flight, answers after 50 ms) at moments between 0.2 and 0.7 s. Prints how long the
// evaluation takes to settle, and how many answers the endpoint had sent to the end that are not in the store.
//
//   node test/bench/abort.mjs [--rounds 10]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, honeClient, median } from './clients.mjs';
import { startEndpoint } from './endpoint.mjs';
import { seeded } from './killedRun.mjs';

export async function run({ rounds = 10 } = {}) {
  const endpoint = await startEndpoint({ latency: 50 });
  const client = await honeClient('abortClient.ts');
  const random = seeded(1);
  const rows = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await endpoint.reset();
      const abortAfterMs = Math.round(200 + 500 * random());
      const { settledMs, stored, ended } = await client.send({
        url: endpoint.url,
        rows: 1000,
        concurrency: 64,
        abortAfterMs,
      });
      if (ended !== 'cancelled') throw new Error(`The evaluation ended before the abort: ${ended}.`);
      const { answered } = await endpoint.stats();
      rows.push({ abortAfterMs, settledMs, answered, stored, lost: answered - stored });
    }
  } finally {
    client.close();
    endpoint.close();
  }
  const times = rows.map(({ settledMs }) => settledMs);
  const lost = rows.reduce((sum, row) => sum + row.lost, 0);
  return { name: 'abort', rows, summary: { median: median(times), longest: Math.max(...times), lost } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' } } });
  const { rows, summary } = await run({ rounds: Number(values.rounds) });
  console.table(rows.map((row) => ({ ...row, settledMs: figure(row.settledMs, 0) })));
  const { median: middle, longest, lost } = summary;
  console.log(
    `settled after ${figure(middle, 0)} ms (median), ${figure(longest, 0)} ms at most; ${lost} answers lost`,
  );
}
