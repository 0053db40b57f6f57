#!/usr/bin/env node
// Times the reading of a large test set: a sample of 1,000 rows from a JSONL and a CSV file, with the most memory it took.
// Usage: node test/bench/testsets.mjs [--mb 100] [--limit 1000]. Builds what it measures by itself.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: { mb: { type: 'string', default: '100' }, limit: { type: 'string', default: '1000' } },
});
const folder = mkdtempSync(path.join(tmpdir(), 'hone-bench-'));

const WORDS =
  'the invoice was paid twice and nobody answered my mail about the missing parcel since monday'.split(' ');

/** A row whose text is unlike that of the others. */
function row(index) {
  const ticket = Array.from(
    { length: 40 },
    (_, place) => WORDS[(index * 7 + place * (1 + (index % 5))) % WORDS.length],
  );
  return { ticket: `${index} ${ticket.join(' ')}`, label: ['bug', 'billing', 'other'][index % 3] };
}

function write(name, header, lineOf) {
  const file = openSync(path.join(folder, name), 'w');
  writeSync(file, header);
  let size = 0;
  for (let index = 0; size < Number(values.mb) * 1e6;) {
    const lines = Array.from({ length: 5000 }, () => lineOf(row(index++))).join('');
    size += writeSync(file, lines);
  }
  closeSync(file);
}

const MEASURE = `
import { loadTask } from './workspace.mjs';
const start = performance.now();
const { testset } = await loadTask(process.argv[2], 'prompt.md');
const seconds = (performance.now() - start) / 1000;
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ rows: testset.cases.length, seconds, megabytes }));
`;

try {
  write('rows.jsonl', '', (each) => `${JSON.stringify(each)}\n`);
  write('rows.csv', 'ticket,label\n', (each) => `"${each.ticket}",${each.label}\n`);
  writeFileSync(path.join(folder, 'prompt.md'), 'Sort this ticket.\n\n{{ticket}}\n');
  await build({
    entryPoints: [path.join(root, 'src/workspace/index.ts')],
    outfile: path.join(folder, 'workspace.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  writeFileSync(path.join(folder, 'measure.mjs'), MEASURE);
  for (const name of ['rows.jsonl', 'rows.csv']) {
    const limit = Number(values.limit);
    const tests = JSON.stringify({ path: name, limit });
    writeFileSync(path.join(folder, 'hone.yaml'), `prompts:\n  - path: prompt.md\n    tests: ${tests}\n`);
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [path.join(folder, 'measure.mjs'), folder],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    const { rows, seconds, megabytes } = JSON.parse(stdout);
    const size = (statSync(path.join(folder, name)).size / 1e6).toFixed(0);
    console.log(
      `${name}: ${rows} rows of ${size} MB in ${seconds.toFixed(1)} s, at most ${megabytes.toFixed(0)} MB of memory`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
