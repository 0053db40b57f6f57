// Scores the same rows with a bare loop of `fetch`, with `hone eval` and with `promptfoo eval`, each as a process of its
// own against the same mock endpoint, one after the other in every round, and prints them side by side.
// Usage: npm run build && node test/bench/evaluate.mjs [--rounds 3] [--no-memory] [--no-promptfoo] [--cli dist/cli.js]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { projectNode, root, say } from '../../scripts/lib/common.mjs';
import { startEndpoint } from './endpoint.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const builtCli = path.join(root, 'dist/cli.js');
const PROMPT = 'Answer with ok. Question {{q}}: what is {{q}} times two?\n';
const KEY = 'bench';

/** promptfoo with its database, which it counts as optional and needs, in a folder that outlives the run. */
function installPromptfoo() {
  const folder = path.join(tmpdir(), 'promptfoo-for-bench');
  const modules = path.join(folder, 'node_modules');
  const binding = `@libsql/${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
  const wanted = ['promptfoo', '@libsql/client', binding];
  if (wanted.some((name) => !existsSync(path.join(modules, name)))) {
    say(`Installing ${wanted.join(' and ')} ...`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional'];
    execFileSync('npm', ['install', ...wanted, ...flags], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const { version, bin } = JSON.parse(readFileSync(path.join(modules, 'promptfoo/package.json'), 'utf8'));
  const main = path.join(modules, 'promptfoo', bin.promptfoo);
  return { main, home: path.join(folder, 'home'), version };
}

/** A folder with the prompt and its rows, as each of the programs wants them. */
function workspace({ rows, concurrency, cli = builtCli }, url) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-eval-'));
  const lines = Array.from({ length: rows }, (_, row) => row);
  writeFileSync(path.join(folder, 'ask.prompt.md'), PROMPT);
  writeFileSync(path.join(folder, 'rows.csv'), `q,expected\n${lines.map((row) => `${row},ok\n`).join('')}`);
  writeFileSync(
    path.join(folder, 'promptfoo.csv'),
    `q,__expected\n${lines.map((row) => `${row},equals:ok\n`).join('')}`,
  );
  const config = {
    prompts: [PROMPT],
    providers: [
      { id: 'openai:chat:bench', config: { apiBaseUrl: url, apiKey: KEY, temperature: 0, maxRetries: 0 } },
    ],
    tests: 'promptfoo.csv',
  };
  writeFileSync(path.join(folder, 'promptfooconfig.json'), JSON.stringify(config));
  return { folder, rows, url, concurrency, cli };
}

/** Wall and CPU time in seconds, and the most memory in MB, of a program with all processes that it starts. */
function measured(args, { folder }, env = {}) {
  const usageFile = path.join(folder, 'usage.jsonl');
  rmSync(usageFile, { force: true });
  const { status, stdout, stderr } = spawnSync(projectNode, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {
      PATH: process.env.PATH,
      NODE_NO_WARNINGS: '1',
      OPENAI_API_KEY: KEY,
      ...env,
      NODE_OPTIONS: `--require ${path.join(here, 'processUsage.cjs')}`,
      USAGE_FILE: usageFile,
    },
  });
  if (status !== 0)
    throw new Error(`${args.slice(0, 2).join(' ')} ended with ${status}: ${(stderr || stdout).slice(-500)}`);
  const processes = readFileSync(usageFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const most = (key) => Math.max(...processes.map((each) => each[key]));
  return {
    wall: most('wall'),
    cpu: processes.reduce((sum, { cpu }) => sum + cpu, 0),
    rss: most('rss'),
    stdout,
  };
}

const programs = {
  bare: (place) =>
    measured(
      [path.join(here, 'bareFetch.mjs'), place.url, String(place.rows), String(place.concurrency)],
      place,
    ),
  hone: (place) => {
    rmSync(path.join(place.folder, '.hone'), { recursive: true, force: true });
    const files = ['ask.prompt.md', '--tests', 'rows.csv'];
    const model = ['--task-model', 'openai:bench', '--base-url', place.url, '--no-cache'];
    const used = measured(
      [place.cli, 'eval', ...files, ...model, '--concurrency', String(place.concurrency)],
      place,
    );
    const all = `1.000 on ${place.rows.toLocaleString('en-US')} row`;
    if (!used.stdout.includes(all)) throw new Error(`hone did not score all rows: ${used.stdout}`);
    return used;
  },
  promptfoo: (place, { main, home }) => {
    const flags = ['--no-cache', '--no-write', '--no-progress-bar', '--no-table', '--no-share'];
    return measured(
      [main, 'eval', '-c', 'promptfooconfig.json', '-j', String(place.concurrency), ...flags],
      place,
      {
        HOME: home,
        PROMPTFOO_CONFIG_DIR: home,
        PROMPTFOO_DISABLE_TELEMETRY: '1',
        PROMPTFOO_DISABLE_UPDATE: '1',
        PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
      },
    );
  },
};

/** Medians over rounds, in each of which the programs run one after the other. */
async function compare(names, settings) {
  const { rows, latency, rounds, promptfoo } = settings;
  const endpoint = await startEndpoint({ latency });
  const place = workspace(settings, endpoint.url);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const name of names) {
        await endpoint.reset();
        const used = programs[name](place, promptfoo);
        const { distinct } = await endpoint.stats();
        if (distinct !== rows)
          throw new Error(`${name}: the endpoint answered ${distinct} of ${rows} different requests.`);
        samples[name].push(used);
      }
    }
  } finally {
    endpoint.close();
    rmSync(place.folder, { recursive: true, force: true });
  }
  const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(
        ['wall', 'cpu', 'rss'].map((key) => [key, middle(samples[name].map((each) => each[key]))]),
      ),
    ]),
  );
}

/** 1,000 rows at 64 in flight on an endpoint of 50 ms. */
export async function benchThroughput({ rounds = 3, promptfoo = true, cli } = {}) {
  const installed = promptfoo ? installPromptfoo() : undefined;
  const names = ['bare', 'hone', ...(installed ? ['promptfoo'] : [])];
  const settings = { rows: 1000, latency: 50, concurrency: 64, rounds, promptfoo: installed, cli };
  return { version: installed?.version, used: await compare(names, settings) };
}

/** One row on an endpoint that answers at once: what it takes to start and to end. */
export async function benchStart({ rounds = 5, promptfoo = true, cli } = {}) {
  const installed = promptfoo ? installPromptfoo() : undefined;
  const names = ['bare', 'hone', ...(installed ? ['promptfoo'] : [])];
  return compare(names, { rows: 1, latency: 0, concurrency: 64, rounds, promptfoo: installed, cli });
}

/** The most memory for few and for many rows, on an endpoint that answers at once. */
export async function benchMemory({ few = 2000, many = 50_000, cli } = {}) {
  const settings = { latency: 0, concurrency: 64, rounds: 1, cli };
  const [{ hone: small }, { hone: large }] = [
    await compare(['hone'], { ...settings, rows: few }),
    await compare(['hone'], { ...settings, rows: many }),
  ];
  return { few, many, small, large };
}

function table(title, used) {
  const line = (name, { wall, cpu, rss }) =>
    `${name.padEnd(12)}${`${wall.toFixed(2)} s`.padStart(10)}${`${cpu.toFixed(2)} s`.padStart(10)}${`${rss.toFixed(0)} MB`.padStart(10)}`;
  const over = (name, other) =>
    `${name.padEnd(12)}${['wall', 'cpu', 'rss'].map((key) => `${(used[name.split(' / ')[0]][key] / used[other][key]).toFixed(2)} x`.padStart(10)).join('')}`;
  return [
    title,
    `${''.padEnd(12)}${['wall', 'CPU', 'memory'].map((each) => each.padStart(10)).join('')}`,
    ...Object.entries(used).map(([name, each]) => line(name, each)),
    ...Object.keys(used)
      .filter((name) => name !== 'hone')
      .map((name) => (name === 'bare' ? over('hone / bare', 'bare') : over('promptfoo / hone', 'hone'))),
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      rounds: { type: 'string', default: '3' },
      memory: { type: 'boolean', default: true },
      promptfoo: { type: 'boolean', default: true },
      cli: { type: 'string', default: builtCli },
    },
  });
  const { promptfoo, memory } = values;
  const cli = path.resolve(values.cli);
  const rounds = Number(values.rounds);
  say(
    `Node ${execFileSync(projectNode, ['--version'], { encoding: 'utf8' }).trim()}, medians of ${rounds} rounds`,
  );
  const { used, version } = await benchThroughput({ rounds, promptfoo, cli });
  console.log(table(`1,000 rows, 64 in flight, 50 ms${version ? `; promptfoo ${version}` : ''}`, used));
  console.log(table('One row, answered at once', await benchStart({ rounds, promptfoo, cli })));
  if (memory) {
    const { few, many, small, large } = await benchMemory({ cli });
    console.log(
      `Memory of hone eval: ${small.rss.toFixed(0)} MB for ${few} rows, ${large.rss.toFixed(0)} MB for ${many} rows (${(large.rss / small.rss).toFixed(2)} x)`,
    );
  }
}
