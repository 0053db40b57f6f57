// An endpoint that takes 8 requests at once and says so only by status 429: the pool that adapts, with no number set and
// with 64 set, beside a pool set to 8 by hand, in turn. Prints answers per second from the 5th to the 20th second, the
// medians of the rounds.
//
//   node test/bench/concurrency.mjs [--rounds 1]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, honeClient, median } from './clients.mjs';
import { startEndpoint } from './endpoint.mjs';

const FOR_MS = 20_000;
const FROM_MS = 5000;
const CLIENTS = [
  { name: 'set to 8 by hand', concurrency: 8 },
  { name: 'adapts, no number set', concurrency: undefined },
  { name: 'adapts, at most 64', concurrency: 64 },
];

export async function run({ rounds = 1 } = {}) {
  const endpoint = await startEndpoint({ latency: 50, max: 8 });
  const client = await honeClient();
  const runs = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const row = [];
      for (const { name, concurrency } of CLIENTS) {
        await endpoint.reset();
        const sent = await client.send({ url: endpoint.url, rows: 1e6, forMs: FOR_MS, concurrency });
        const { refused, most } = await endpoint.stats();
        const late = sent.answeredAt.filter((at) => at >= FROM_MS && at < FOR_MS).length;
        row.push({ name, perSecond: (late * 1000) / (FOR_MS - FROM_MS), lost: sent.lost, refused, most });
      }
      runs.push(row.map((each) => ({ ...each, ratio: each.perSecond / row[0].perSecond })));
    }
  } finally {
    client.close();
    endpoint.close();
  }
  const rows = CLIENTS.map(({ name }, index) => {
    const of = (key) => runs.map((row) => row[index][key]);
    const most = Math.max(...of('most'));
    const medians = ['perSecond', 'ratio', 'refused', 'lost'].map((key) => [key, median(of(key))]);
    return { name, ...Object.fromEntries(medians), most };
  });
  return { name: 'concurrency', rows };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1' } } });
  const { rows } = await run({ rounds: Number(values.rounds) });
  console.table(
    rows.map((row) => ({ ...row, perSecond: figure(row.perSecond, 1), ratio: figure(row.ratio) })),
  );
}
