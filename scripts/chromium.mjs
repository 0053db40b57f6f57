#!/usr/bin/env node
// A Chromium-family browser to drive: an installed one, else Playwright's, else Debian's.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  aptInstall,
  canUseApt,
  fail,
  findOnPath,
  projectNode,
  reachable,
  root,
  run,
  say,
} from './lib/common.mjs';

export const CHROMIUM_FLAGS = [
  // Chromium refuses to run as root with its sandbox, and it only ever opens pages of this machine here.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const ON_PATH = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge',
  'msedge',
];
const ON_MAC = ['Google Chrome', 'Microsoft Edge', 'Chromium'].map(
  (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
);
const ON_WINDOWS = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((variable) =>
  [String.raw`Google\Chrome\Application\chrome.exe`, String.raw`Microsoft\Edge\Application\msedge.exe`]
    .filter(() => process.env[variable])
    .map((program) => path.join(process.env[variable], program)),
);

/** Path of a browser that runs; HONE_CHROMIUM names one that is elsewhere. */
export async function ensureChromium() {
  if (process.env.HONE_CHROMIUM) return process.env.HONE_CHROMIUM;
  const found = (await installedBrowser()) ?? (await fromPlaywright()) ?? (await fromDebian());
  if (found) return found;
  throw new Error('No Chrome, Edge or Chromium found: install one, or set HONE_CHROMIUM to its path.');
}

async function installedBrowser() {
  const usual = { darwin: ON_MAC, win32: ON_WINDOWS }[process.platform] ?? [];
  return [...ON_PATH.map((name) => findOnPath(name)), ...usual, await playwrightsOwn()].find(runs);
}

/** On Linux a name on PATH can be a stub that only says how to install the real program. */
function runs(program) {
  if (!program || !existsSync(program)) return false;
  if (process.platform !== 'linux') return true;
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

async function playwrightsOwn() {
  const { chromium } = await import('playwright-core');
  return chromium.executablePath();
}

async function fromPlaywright() {
  if (!(await reachable('https://cdn.playwright.dev'))) return undefined;
  say('No Chrome, Edge or Chromium here: downloading one with Playwright.');
  const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
  await run(projectNode, [cli, 'install', 'chromium'], { quiet: true });
  return [await playwrightsOwn()].find(runs);
}

async function fromDebian() {
  if (!canUseApt()) return undefined;
  say("No Chrome, Edge or Chromium here: installing Debian's chromium with apt-get.");
  await aptInstall('chromium', 'fonts-dejavu-core');
  return [findOnPath('chromium')].find(runs);
}

/** Starts the browser; Playwright ends it with this process. */
export async function launchChromium(options = {}) {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: await ensureChromium(), args: CHROMIUM_FLAGS, ...options });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureChromium().then((program) => say(`The browser is ${program}.`), fail);
}
