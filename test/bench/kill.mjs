// Kills a run of `hone optimize` at random moments (SIGKILL), resumes it each time, and compares its result with that of a
// run that nothing disturbed. The server counts what it billed, what it billed twice and what it answered again for free.
//
//   npm run build && node test/bench/kill.mjs [--rounds 1] [--kills 20] [--cli dist/cli.js]
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { root } from '../../scripts/lib/common.mjs';
import { killedRun, killsOf, outcomeOf, seeded } from './killedRun.mjs';

const LATENCY = ['--latency', '20'];
/** Only kills let requests be answered twice. */
const EACH = ['--no-hedge'];

function starter(cli, cwd) {
  return (args) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
    }
    const finished = new Promise((resolve) => child.once('close', (code) => resolve({ code, ...output })));
    return { child, output, finished, kill: (signal) => child.kill(signal) };
  };
}

/** Our sandbox behind HTTP, in a process of its own. */
async function serve(cli) {
  const { child, output, finished, kill } = starter(cli, root)(['sandbox', '--port', '0', ...LATENCY]);
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', () => {
      const [found] = /http:\/\/[\d.:]+\/v1/.exec(output.stdout) ?? [];
      if (found) resolve(found);
    });
    void finished.then(({ stderr }) => reject(new Error(`The server ended: ${stderr}`)));
  });
  return {
    url,
    stats: async () => (await fetch(new URL('/stats', url))).json(),
    close: async () => {
      kill('SIGTERM');
      await finished;
    },
  };
}

/** Does `work` with a copy of the examples and a server that has answered nothing yet. */
async function fresh(cli, work) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'bench-kill-'));
  cpSync(path.join(root, 'examples'), cwd, { recursive: true });
  const server = await serve(cli);
  const model = ['--task-model', 'openai:default', '--base-url', server.url];
  const optimize = ['optimize', 'prompts/triage.md', '--seed', '1', ...model, '--json', '-'];
  try {
    return await work({ start: starter(cli, cwd), stats: server.stats, optimize });
  } finally {
    await server.close();
    rmSync(cwd, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

export async function run({ rounds = 1, kills = 20, cli = path.join(root, 'dist/cli.js') } = {}) {
  const rows = [];
  for (let seed = 1; seed <= rounds; seed++) {
    const random = seeded(seed);
    const alone = await fresh(cli, async ({ start, stats, optimize }) => {
      const { stdout } = await start([...optimize, ...EACH]).finished;
      return { outcome: outcomeOf(stdout), ...(await stats()) };
    });
    const moments = killsOf(kills, alone.requests, random);
    const killed = await fresh(cli, async (place) => {
      const { stdout, hit } = await killedRun({ ...place, each: EACH, kills: moments, random });
      return { outcome: outcomeOf(stdout), hit, ...(await place.stats()) };
    });
    rows.push({
      seed,
      kills: killed.hit,
      equal: isDeepStrictEqual(killed.outcome, alone.outcome),
      'billed alone': alone.billed,
      'billed killed': killed.billed,
      'billed twice': killed.duplicates,
      'answered again, free': killed.replayed,
    });
  }
  return { name: 'kill', rows };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '1' },
      kills: { type: 'string', default: '20' },
      cli: { type: 'string', default: path.join(root, 'dist/cli.js') },
    },
  });
  const { rounds, kills, cli } = values;
  const { rows } = await run({ rounds: Number(rounds), kills: Number(kills), cli: path.resolve(cli) });
  console.table(rows);
}
