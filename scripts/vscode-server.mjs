#!/usr/bin/env node
// Real VS Code (workbench and Node extension host) from the npm registry, for machines without a desktop.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  aptInstall,
  canUseApt,
  fail,
  findOnPath,
  must,
  onExit,
  projectNode,
  removeFolder,
  root,
  say,
  spawnGroup,
} from './lib/common.mjs';

export const SERVER_VERSION = '4.139.1';

const home = path.join(root, '.vscode-test', `server-${SERVER_VERSION}`);
const inside = path.join('node_modules', 'code-server', 'lib', 'vscode');

/** Installs the server unless it is there; returns the folder of VS Code in it. */
export async function ensureServer() {
  const installed = path.join(home, inside);
  if (existsSync(installed)) return installed;
  say(
    `VS Code's server is not here yet: installing code-server ${SERVER_VERSION} from npm into ` +
      `${path.relative(root, home)} (about 700 MB, one to two minutes, once).`,
  );
  // Complete or absent: an interrupted installation leaves only a folder that nobody looks at.
  removeAbandonedDrafts();
  const draft = `${home}.${process.pid}.tmp`;
  const forget = onExit(() => removeFolder(draft));
  mkdirSync(draft, { recursive: true });
  await installInto(draft);
  try {
    renameSync(draft, home);
  } catch (error) {
    if (!existsSync(installed)) throw error;
    removeFolder(draft); // Another process was faster.
  }
  forget();
  return installed;
}

function removeAbandonedDrafts() {
  const folder = path.dirname(home);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = /\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) removeFolder(path.join(folder, name));
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function installInto(folder) {
  const npm = (cwd, ...args) => must('npm', args, { cwd, env: buildEnvironment() });
  const install = ['install', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts'];
  await npm(folder, ...install, '--prefix', folder, `code-server@${SERVER_VERSION}`);
  const vscode = path.join(folder, inside);
  const rest = [npm(vscode, ...install), npm(path.join(vscode, 'extensions'), ...install)];
  await Promise.all([...rest, ensureCompiler()]);
  await npm(vscode, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog').catch(sayWhatIsMissing);
}

/** The server starts without its two native modules, but writes no log files then. */
function sayWhatIsMissing(error) {
  say(
    "Two native modules could not be compiled: VS Code's server will run, but its Output panel stays empty. " +
      'To have it, install python3, make and g++, remove .vscode-test and run this again.',
  );
  console.error(error.message.slice(-1000));
}

/** Compiles against the headers in the npm package `node`, so that none have to be downloaded. */
function buildEnvironment() {
  const packages = path.join(root, 'node_modules', 'node', 'node_modules');
  const headers = existsSync(packages) ? readdirSync(packages).map((name) => path.join(packages, name)) : [];
  const nodedir = headers.find((folder) => existsSync(path.join(folder, 'include', 'node', 'node.h')));
  const PATH = path.dirname(projectNode) + path.delimiter + process.env.PATH;
  return { PATH, JOBS: 'max', ...(nodedir && { npm_config_nodedir: nodedir }) };
}

async function ensureCompiler() {
  const missing = ['python3', 'make', 'g++'].filter((tool) => !findOnPath(tool));
  if (missing.length === 0 || !canUseApt()) return;
  say(`Installing ${missing.join(', ')} with apt-get, to compile two native modules.`);
  await aptInstall(...missing);
}

/**
 * Starts the server on a free port of this machine and waits until it answers. It keeps its files in the folder
 * `temporary`; the user's settings are User/settings.json in `userDataDir`.
 */
export async function startServer({
  temporary,
  userDataDir = path.join(temporary, 'user'),
  extensionsDir = path.join(temporary, 'extensions'),
  disableTrust,
  port = 0,
  log,
}) {
  const vscode = await ensureServer();
  const options = {
    host: '127.0.0.1',
    port,
    'server-data-dir': path.join(temporary, 'server'),
    'user-data-dir': userDataDir,
    'extensions-dir': extensionsDir,
    'telemetry-level': 'off',
  };
  const args = [
    ...['--import', new URL('lib/exit-with-parent.mjs', import.meta.url).href],
    path.join(vscode, 'out', 'server-main.js'),
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    '--without-connection-token',
    '--accept-server-license-terms',
    // Without it the workbench ignores extensions in development and their tests.
    '--enable-smoke-test-driver',
    ...(disableTrust ? ['--disable-workspace-trust'] : []),
  ];
  const server = spawnGroup(projectNode, args, {
    env: { ...process.env, ...socketsIn(temporary) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { port: actualPort } = await listening(server, log);
  return { url: `http://127.0.0.1:${actualPort}`, child: server.child, stop: server.stop };
}

/** VS Code leaves socket files behind. On macOS a socket's path has to be too short for a folder of its own. */
const socketsIn = (folder) =>
  process.platform === 'linux' ? { TMPDIR: folder, XDG_RUNTIME_DIR: folder } : {};

async function listening(server, log = () => {}) {
  let output = '';
  const port = new Promise((resolve) => {
    const read = (chunk) => {
      log(chunk.toString());
      if (output.length < 100_000) output += chunk;
      const found = /agent listening on (\d+)/.exec(output);
      if (found) resolve(found[1]);
    };
    server.child.stdout.on('data', read);
    server.child.stderr.on('data', read);
  });
  const late = new Promise((resolve) => setTimeout(resolve, 60_000, undefined).unref());
  const answer = await Promise.race([port, server.ended.then(() => undefined), late]);
  if (answer) return { port: answer };
  await server.stop();
  throw new Error(`VS Code's server did not start:\n${output.trim().slice(-4000)}`);
}

/** What VS Code shows a newcomer on its own, and what it asks the network for, has no place in a test or a picture. */
const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.autoDetectColorScheme': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/** Writes the user's settings; a running VS Code notices the change. */
export function writeUserSettings(userDataDir, settings = {}) {
  mkdirSync(path.join(userDataDir, 'User'), { recursive: true });
  const content = JSON.stringify({ ...QUIET_SETTINGS, ...settings }, undefined, 2);
  writeFileSync(path.join(userDataDir, 'User', 'settings.json'), content);
}

/**
 * Copies extensions into an extensions folder before the server starts on it: the address of the workbench has room for
 * one extension in development only.
 */
export function installExtensions(extensionsDir, folders) {
  for (const folder of folders) {
    const { publisher, name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    cpSync(folder, path.join(extensionsDir, `${publisher}.${name}-${version}`), { recursive: true });
  }
  // The server lists what it finds in the folder when it has no list.
  rmSync(path.join(extensionsDir, 'extensions.json'), { force: true });
}

/** The address that opens a folder (or .code-workspace file) with an extension in development, and runs its tests. */
export function workbenchUrl(serverUrl, { folder, extension, tests }) {
  const { host } = new URL(serverUrl);
  const remote = (file) => `vscode-remote://${host}${pathToFileURL(file).pathname}`;
  const payload = [
    ['skipWelcome', 'true'],
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
  ];
  const url = new URL(serverUrl);
  const opened = folder && decodeURIComponent(pathToFileURL(folder).pathname);
  if (opened) url.searchParams.set(opened.endsWith('.code-workspace') ? 'workspace' : 'folder', opened);
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureServer().then((folder) => say(`VS Code's server is in ${path.relative(root, folder)}.`), fail);
}
