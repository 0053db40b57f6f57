#!/usr/bin/env node
// Whether the directions that the papers report hold with the simulated models of the lab: one table, seed by seed paired
// differences with 95% intervals. Usage: node test/bench/directions.mjs [--seeds 20] [--calls 4000] [--only numeric|settings].
// The same on every machine: all randomness follows from seeds. Builds what it runs by itself.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    calls: { type: 'string', default: '4000' },
    only: { type: 'string' },
  },
});
const seeds = Number(values.seeds);

const folder = mkdtempSync(path.join(tmpdir(), 'hone-directions-'));
const outfile = path.join(folder, 'directions.cjs');
await build({
  entryPoints: [path.join(root, 'test/bench/directions/index.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile,
  logLevel: 'warning',
});
const { numericDirections, settingDirections, finding } = (await import(outfile)).default;
rmSync(folder, { recursive: true });

const directions = [
  ...(values.only === 'settings' ? [] : await numericDirections(seeds)),
  ...(values.only === 'numeric' ? [] : await settingDirections(seeds, Number(values.calls))),
];
const header = ['direction', 'where', 'first', 'other', 'unit', 'lead [95%]', 'here'];
const rows = directions.map((direction) => {
  const { claim, where, unit, better, other, lead } = direction;
  const interval = `${lead.mean.toFixed(1)} [${lead.low.toFixed(1)}, ${lead.high.toFixed(1)}]`;
  return [claim, where, better.toFixed(1), other.toFixed(1), unit, interval, finding(direction)];
});
const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
console.log(`${seeds} seeds; settings at ${values.calls} calls, simulated optimizer medium.\n`);
console.log([header, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n'));
