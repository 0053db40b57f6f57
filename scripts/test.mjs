#!/usr/bin/env node
// npm test: installs what is missing, runs every layer, goes on after a failing one, and counts.
// Options: --typecheck, --lint, --unit, --host, --ui run only those layers; other words are file filters for unit and ui.
// Starts on any Node 20 with nothing installed; the layers run on the Node 24 among the dependencies.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureDependencies, fail, projectNode, root, run, say } from './lib/common.mjs';
import { ensureServer } from './vscode-server.mjs';

const LAYERS = ['typecheck', 'lint', 'unit', 'build', 'host', 'ui'];
const NEEDS_BUILD = ['host', 'ui'];
const out = path.join(root, 'out');

const words = process.argv.slice(2);
const filters = words.filter((word) => !word.startsWith('--'));
const chosen = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2));

function selectedLayers() {
  const unknown = chosen.filter((name) => !LAYERS.includes(name));
  if (unknown.length > 0)
    throw new Error(`Unknown option --${unknown[0]}; known: ${LAYERS.map((name) => `--${name}`).join(' ')}`);
  if (chosen.length === 0) return LAYERS;
  const build = chosen.some((name) => NEEDS_BUILD.includes(name));
  return LAYERS.filter((name) => chosen.includes(name) || (name === 'build' && build));
}

const colours = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
const logged = (layer, command, ...args) =>
  run(command, args, { log: path.join(out, 'logs', `${layer}.log`), env: colours });

/** Layers that only find faults count as one failure, and a pass is not a passed test. */
const check = (script) => async () => {
  const { code } = await logged(script, 'npm', 'run', '--silent', script);
  return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
};

const vitest = (project) => async () => {
  const report = path.join(out, `${project}.json`);
  rmSync(report, { force: true });
  const cli = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await logged(
    project,
    projectNode,
    cli,
    'run',
    '--project',
    project,
    ...reporters,
    ...filters,
  );
  const found = readJson(report);
  return testCounts(
    code,
    found && { passed: found.numPassedTests, failed: found.numFailedTests, skipped: found.numPendingTests },
  );
};

async function host() {
  const counts = path.join(out, 'host-counts.json');
  rmSync(counts, { force: true });
  const { code } = await logged('host', projectNode, path.join('scripts', 'test-host.mjs'), '--no-build');
  return testCounts(code, readJson(counts));
}

const STEPS = {
  typecheck: check('typecheck'),
  lint: check('lint'),
  build: check('build'),
  unit: vitest('unit'),
  host,
  ui: vitest('ui'),
};

/** A layer that ended badly, or that ran nothing, has failed even when no single test did. */
function testCounts(code, counts = { passed: 0, failed: 0, skipped: 0 }) {
  const silent = counts.failed === 0 && (code !== 0 || counts.passed === 0);
  return silent ? { ...counts, failed: 1, note: code === 0 ? 'no test ran' : 'ended early' } : counts;
}

/** What an earlier build left behind says nothing about this code. */
const NOT_BUILT = { passed: 0, failed: 1, skipped: 0, note: 'not run: the build failed' };

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The layers report the fault again, in their own counts, if these could not be installed. */
async function prepareEditor() {
  for (const ensure of [ensureServer, ensureChromium]) {
    await ensure().catch((error) => console.error(error.message));
  }
}

async function main() {
  const layers = selectedLayers();
  mkdirSync(out, { recursive: true });
  const summaryFile = path.join(out, 'test-summary.json');
  rmSync(summaryFile, { force: true });
  await ensureDependencies();
  if (layers.some((layer) => NEEDS_BUILD.includes(layer))) await prepareEditor();
  const results = {};
  for (const layer of layers) {
    say(`${layer}`);
    const start = Date.now();
    const stale = NEEDS_BUILD.includes(layer) && results.build?.failed > 0;
    const result = stale ? NOT_BUILT : await STEPS[layer]();
    results[layer] = { ...result, seconds: Math.round((Date.now() - start) / 100) / 10 };
  }
  const total = (key) => Object.values(results).reduce((sum, result) => sum + result[key], 0);
  const summary = {
    passed: total('passed'),
    failed: total('failed'),
    skipped: total('skipped'),
    layers: results,
  };
  writeFileSync(summaryFile, JSON.stringify(summary, undefined, 2));
  report(summary);
  return summary.failed === 0 ? 0 : 1;
}

function report({ passed, failed, layers }) {
  console.log('');
  for (const [layer, result] of Object.entries(layers)) {
    const checkOnly = !['unit', 'host', 'ui'].includes(layer);
    const counts = checkOnly
      ? result.failed === 0
        ? 'ok'
        : 'failed'
      : `${result.passed} passed, ${result.failed} failed` +
        (result.skipped ? `, ${result.skipped} skipped` : '');
    console.log(
      `${layer.padEnd(10)} ${counts}${result.note ? ` (${result.note})` : ''}  ${result.seconds} s`,
    );
  }
  console.log('Logs are in out/logs.');
  console.log(`${passed} passed, ${failed} failed`);
}

await main().then((code) => process.exit(code), fail);
