// Starts the clients that the benches of the models compare, each as a process of its own.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Builds a client of Hone's own. `send` starts it with options; `close` removes what was built. */
export async function honeClient(source = 'modelClient.ts') {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-client-'));
  const outfile = path.join(folder, 'client.mjs');
  await build({
    entryPoints: [path.join(here, source)],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    outfile,
  });
  return {
    /** `cpu` in seconds is the whole process's, `wall` the requests' alone; `whole` the process's from start to end. */
    send: async (options) => {
      const { output, wall } = await timed([outfile, JSON.stringify(options)]);
      return { ...JSON.parse(output), whole: wall };
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** The same requests with nothing but `fetch`. */
export async function bareFetch({ url, rows, concurrency }) {
  const client = `
    const started = performance.now();
    process.once('exit', () => {
      const { user, system } = process.cpuUsage();
      console.log(JSON.stringify({ wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 }));
    });
    process.argv.splice(1, 0, 'bareFetch');
    await import(${JSON.stringify(path.join(here, 'bareFetch.mjs'))});`;
  const args = ['--input-type=module', '-e', client, url, String(rows), String(concurrency)];
  const { output, wall } = await timed(args);
  return { ...JSON.parse(output), whole: wall };
}

async function timed(args) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`A client ended with ${code}.`);
  return { output: Buffer.concat(chunks).toString(), wall: (performance.now() - began) / 1000 };
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

export const figure = (value, digits = 2) => value.toFixed(digits);
