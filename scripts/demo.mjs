#!/usr/bin/env node
// npm run demo: installs what is missing, builds, and optimizes the example ticket classifier on the sandbox.
// Starts on any Node 20 with nothing installed. Options (npm run demo -- --dir DIR) go on to `hone demo`.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { build, ensureDependencies, fail, projectNode, root, say } from './lib/common.mjs';

async function timed(work) {
  const start = Date.now();
  await work();
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

async function main() {
  const installed = await timed(ensureDependencies);
  say('Building Hone.');
  const built = await timed(build);
  say(`Ready: dependencies ${installed}, build ${built}. Running "hone demo".`);
  const demo = spawn(projectNode, [path.join(root, 'dist', 'cli.js'), 'demo', ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // Ctrl+C reaches the demo too, which ends by itself and keeps what it has.
  process.on('SIGINT', () => {});
  return new Promise((resolve, reject) =>
    demo.once('error', reject).once('close', (code) => resolve(code ?? 1)),
  );
}

await main().then((code) => process.exit(code), fail);
