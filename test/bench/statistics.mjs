#!/usr/bin/env node
// Simulates what Hone's statistics promise: false claims, power, intervals, and the cost of choosing the best of many.
// Usage: node test/bench/statistics.mjs [--draws 1]. Every number of draws is multiplied by --draws. The same on every
// machine: all randomness follows from seeds. Builds what it runs by itself.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { draws: { type: 'string', default: '1' } } });
const times = Number(values.draws);
const many = (count) => Math.max(1, Math.round(count * times));

const folder = mkdtempSync(path.join(tmpdir(), 'hone-statistics-'));
const outfile = path.join(folder, 'simulation.mjs');
await build({
  entryPoints: [path.join(root, 'test/bench/simulation/index.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  outfile,
  logLevel: 'warning',
});
const simulation = await import(outfile);
rmSync(folder, { recursive: true });

const percent = (share) => `${(100 * share).toFixed(1)}%`;
const points = ({ regret, error }) => `${regret.toFixed(2)} ± ${error.toFixed(2)}`;

function table(title, header, rows) {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => `${row[column]}`.length)),
  );
  const line = (cells) => `| ${cells.map((cell, column) => `${cell}`.padEnd(widths[column])).join(' | ')} |`;
  console.log(`\n${title}\n`);
  console.log(line(header));
  console.log(line(widths.map((width) => '-'.repeat(width))));
  for (const row of rows) console.log(line(row));
}

const failures = [];
function expect(holds, what) {
  if (!holds) failures.push(what);
}

const claims = ['pass/fail', 'graded'].flatMap((kind) =>
  [12, 30, 60, 200].map((rows) => {
    const graded = kind === 'graded';
    const runs = many(graded ? 1000 : 4000);
    const { better, worse, peeking, promoted } = simulation.falseClaims({ rows, runs, seed: 31, graded });
    expect(Math.max(better, peeking, promoted) <= 0.05, `false claims, ${rows} ${kind} rows`);
    return [rows, kind, runs, percent(better), percent(worse), percent(peeking), percent(promoted)];
  }),
);
table(
  'False claims: whole runs in which no prompt is truly better',
  [
    'rows',
    'scores',
    'runs',
    '"better"',
    '"worse"',
    '"better", looked after every step',
    'promoted in the race',
  ],
  claims,
);

const power = [
  [30, 0.2, 0.15],
  [60, 0.2, 0.15],
  [100, 0.2, 0.15],
  [100, 0.2, 0.1],
  [200, 0.2, 0.1],
  [30, 0.4, 0.3],
  [60, 0.4, 0.2],
  [100, 0.4, 0.2],
].map(([rows, disagreement, delta]) => {
  const shares = simulation.verdictShares({ rows, disagreement, delta, samples: many(4000), seed: 5 });
  const exact = simulation.powerOfSignTest(rows, disagreement, delta);
  return [
    rows,
    percent(disagreement),
    `+${100 * delta}`,
    percent(shares.better),
    percent(exact),
    percent(shares.worse),
  ];
});
expect(Number.parseFloat(power[2][3]) >= 80, 'power at +15 points');
table(
  'Power: how often a true gain is called better',
  ['exam rows', 'rows that differ', 'true gain', '"better"', 'computed', '"worse"'],
  power,
);

const settle = [
  [0.1, 0.1],
  [0.1, 0.05],
  [0.2, 0.15],
  [0.2, 0.1],
  [0.4, 0.2],
  [0.4, 0.1],
].map(([disagreement, delta]) => {
  const said = simulation.rowsToSettle(disagreement, delta);
  const needed = simulation.simulatedRows(disagreement, delta, many(3000), 7);
  expect(Math.abs(said / needed - 1) <= 0.15, `rows to settle ${disagreement} ${delta}`);
  return [
    percent(disagreement),
    `+${100 * delta}`,
    said,
    needed,
    `${(100 * (said / needed - 1)).toFixed(1)}%`,
  ];
});
table(
  'Rows that settle it: 80 in 100 verdicts say better',
  ['rows that differ', 'true gain', 'said', 'simulated', 'off by'],
  settle,
);

const shown = [5, 6, 8, 12, 20, 30, 60, 100, 200, 400].map((rows) => [
  rows,
  ...[0.1, 0.2, 0.4].map((disagreement) => {
    const gain = simulation.detectableGain(rows, disagreement);
    return gain === undefined ? 'none' : `${Math.round(100 * gain)} points`;
  }),
]);
table(
  'What a test set can show: the smallest true gain that 80 in 100 verdicts find',
  ['exam rows', '10% of rows differ', '20%', '40%'],
  shown,
);

const covered = ['pass-fail', 'graded'].flatMap((kind) =>
  [12, 30, 60, 200].map((rows) => {
    const populations = many(kind === 'graded' ? 40 : 200);
    const samples = kind === 'graded' ? 40 : 100;
    const result = simulation.coverage({ kind, rows, populations, samples, seed: 41 + rows });
    if (rows > 12)
      expect(result.covered >= 0.93 && result.covered <= 0.97, `intervals, ${rows} ${kind} rows`);
    return [rows, kind, populations * samples, percent(result.covered), `${result.width.toFixed(1)} points`];
  }),
);
table(
  'Intervals (95%): how often they cover the true difference',
  ['rows', 'scores', 'samples', 'covered', 'mean width'],
  covered,
);

const choices = [3, 6].flatMap((spread) =>
  [40, 60, 100, 200].map((rows) => {
    const result = simulation.bestOf({ candidates: 16, rows, spread, draws: many(1000), seed: 51 });
    const { racing, full, twice, equal, above } = result;
    expect(above.mean <= 2 * above.error, `best of 16, ${rows} rows, spread ${spread}`);
    return [
      spread,
      rows,
      Math.round(racing.calls),
      points(racing),
      twice.calls,
      points(twice),
      equal.calls,
      points(equal),
      full.calls,
      points(full),
    ];
  }),
);
table(
  'Best of 16: points lost against the truly best candidate',
  [
    'spread',
    'rows',
    'race: calls',
    'lost',
    'full, twice the calls',
    'lost',
    'full, equal calls',
    'lost',
    'full, all rows: calls',
    'lost',
  ],
  choices,
);

for (const failure of failures) console.error(`Not as promised: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
