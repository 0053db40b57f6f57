// What every script needs. Only Node's own modules: these scripts run before anything is installed.
import { spawn } from 'node:child_process';
import {
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const windows = process.platform === 'win32';

/** The Node 24 that the npm package `node` brings: VS Code's server and several tools do not run on Node 20. */
export const projectNode = path.join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

export function say(sentence) {
  console.log(`• ${sentence}`);
}

/** Ends a command-line script on an error that a person can act on, without a stack trace. */
export function fail(error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

const cleanups = new Set();
let cleaningOnExit = false;

/** Runs `cleanup` (synchronous) when this process ends, however it ends; returns a function that forgets it. */
export function onExit(cleanup) {
  if (!cleaningOnExit) {
    cleaningOnExit = true;
    process.on('exit', () => {
      for (const each of [...cleanups].reverse()) each();
    });
    process.on('SIGINT', () => process.exit(130));
    process.on('SIGTERM', () => process.exit(143));
    process.on('SIGHUP', () => process.exit(129));
  }
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/** A new empty folder under the system's temporary folder, removed when this process ends. */
export function temporaryFolder(name) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), `hone-${name}-`)));
  onExit(() => removeFolder(folder));
  return folder;
}

/** Copies the example workspace (an empty one if there is none yet), so that nothing changes the repository. */
export function copyOfExamples(parent) {
  const copy = path.join(parent, 'examples');
  mkdirSync(copy);
  if (existsSync(path.join(root, 'examples'))) cpSync(path.join(root, 'examples'), copy, { recursive: true });
  return copy;
}

export function removeFolder(folder) {
  // A process that was just killed may still be writing its last file.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Sends a signal to a child and everything it started. */
function signalGroup(child, signal) {
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Starts a child in a process group of its own, which ends with this process; `stop()` ends it earlier. */
export function spawnGroup(command, args, options = {}) {
  const child = spawn(command, args, { detached: !windows, ...options });
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
  const forget = onExit(() => signalGroup(child, 'SIGKILL'));
  const stop = async () => {
    if (child.pid === undefined) return;
    signalGroup(child, 'SIGTERM');
    const force = setTimeout(() => signalGroup(child, 'SIGKILL'), 2000);
    await ended;
    clearTimeout(force);
    // The group's leader has ended; members that ignored the first signal have not.
    signalGroup(child, 'SIGKILL');
    forget();
  };
  return { child, ended, forget, stop };
}

/**
 * Runs a command to its end: `{code, output}`. Its output goes to the terminal unless `quiet`, and to `log` if given.
 * `gentle` lets the command clean up on SIGTERM when this process ends first.
 */
export async function run(command, args, { cwd = root, env = {}, quiet = false, log } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows && command === 'npm',
    detached: !windows,
  });
  const forget = onExit(() => signalGroup(child, 'SIGTERM'));
  const file = log ? openLog(log) : undefined;
  const chunks = [];
  const take = (target) => (chunk) => {
    chunks.push(chunk);
    file?.write(chunk);
    if (!quiet) target.write(chunk);
  };
  child.stdout.on('data', take(process.stdout));
  child.stderr.on('data', take(process.stderr));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      take(process.stderr)(Buffer.from(`${command}: ${error.message}\n`));
      resolve(127);
    });
    child.once('close', (exit) => resolve(exit ?? 1));
  });
  forget();
  file?.end();
  return { code, output: Buffer.concat(chunks).toString() };
}

function openLog(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  return createWriteStream(file);
}

/** Runs a command quietly; when it fails, throws with what it printed. */
export async function must(command, args, options = {}) {
  const { code, output } = await run(command, args, { quiet: true, ...options });
  if (code === 0) return output;
  throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${output.trim().slice(-4000)}`);
}

/** Full path of the first of these programs that is on PATH. */
export function findOnPath(...names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const endings = windows ? ['.exe', '.cmd', ''] : [''];
  for (const name of names) {
    for (const folder of folders) {
      const found = endings.map((ending) => path.join(folder, name + ending)).find(existsSync);
      if (found) return found;
    }
  }
  return undefined;
}

export const canUseApt = () => process.getuid?.() === 0 && findOnPath('apt-get') !== undefined;

export async function aptInstall(...packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const patient = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
  await must('apt-get', [...patient, 'update'], { env });
  await must('apt-get', [...patient, 'install', '-y', '--no-install-recommends', ...packages], { env });
}

/** Whether a host answers at all; a download that cannot work must not cost minutes of retries. */
export async function reachable(url, milliseconds = 3000) {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(milliseconds) });
    return true;
  } catch {
    return false;
  }
}

/** Installs the npm dependencies when node_modules is missing or is not what package-lock.json asks for. */
export async function ensureDependencies() {
  if (dependenciesAreCurrent()) return;
  say('Installing the npm dependencies (npm ci), among them the Node 24 that the tools run on.');
  await must('npm', ['ci', '--no-audit', '--no-fund']);
}

function dependenciesAreCurrent() {
  const installedList = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedList) || !existsSync(projectNode)) return false;
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packages(installedList);
  return Object.entries(packages(path.join(root, 'package-lock.json'))).every(
    ([place, wanted]) =>
      place === '' || wanted.optional || wanted.devOptional || installed[place]?.version === wanted.version,
  );
}

export async function build() {
  await must(projectNode, ['esbuild.mjs']);
}
