// An endpoint that takes 8 requests at once and says so only by status 429: the pool that adapts, with no number set and
// with 64 set, beside a pool set to 8 by hand. Prints answers per second from the 5th second on.
//
//   node test/bench/concurrency.mjs
import { fileURLToPath } from 'node:url';
import { figure, honeClient } from './clients.mjs';
import { startEndpoint } from './endpoint.mjs';

const FOR_MS = 20_000;
const FROM_MS = 5000;
const CLIENTS = [
  { name: 'set to 8 by hand', concurrency: 8 },
  { name: 'adapts, no number set', concurrency: undefined },
  { name: 'adapts, at most 64', concurrency: 64 },
];

export async function run() {
  const endpoint = await startEndpoint({ latency: 50, max: 8 });
  const client = await honeClient();
  const rows = [];
  try {
    for (const { name, concurrency } of CLIENTS) {
      await endpoint.reset();
      const sent = await client.send({ url: endpoint.url, rows: 1e6, forMs: FOR_MS, concurrency });
      const { refused, most } = await endpoint.stats();
      const late = sent.answeredAt.filter((at) => at >= FROM_MS && at < FOR_MS).length;
      rows.push({ name, perSecond: (late * 1000) / (FOR_MS - FROM_MS), lost: sent.lost, refused, most });
    }
  } finally {
    client.close();
    endpoint.close();
  }
  return {
    name: 'concurrency',
    rows: rows.map((row) => ({ ...row, ratio: row.perSecond / rows[0].perSecond })),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rows } = await run();
  console.table(
    rows.map((row) => ({ ...row, perSecond: figure(row.perSecond, 1), ratio: figure(row.ratio) })),
  );
}
