#!/usr/bin/env node
// npm run editor: opens VS Code with this extension on a copy of examples/. Desktop VS Code when `code` is on PATH,
// else VS Code's server, to be opened in a browser. --check only proves that the server answers.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  build,
  copyOfExamples,
  ensureDependencies,
  fail,
  findOnPath,
  root,
  run,
  say,
  temporaryFolder,
  windows,
} from './lib/common.mjs';
import { startServer, workbenchUrl, writeUserSettings } from './vscode-server.mjs';

const checkOnly = process.argv.includes('--check');

/** Desktop VS Code does not start as root, nor without a display. */
function desktopProgram() {
  const asRoot = process.platform === 'linux' && process.getuid() === 0;
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return asRoot || !display ? undefined : findOnPath('code');
}

async function openDesktop(program) {
  // Kept: the window outlives this script.
  const workspace = copyOfExamples(mkdtempSync(path.join(tmpdir(), 'hone-editor-')));
  say(`Opening VS Code on ${workspace}, a copy of examples/ that may be changed freely.`);
  const shell = windows ? ['cmd', ['/c', program]] : [program, []];
  const { code } = await run(shell[0], [
    ...shell[1],
    '--new-window',
    `--extensionDevelopmentPath=${root}`,
    workspace,
  ]);
  return code;
}

async function openServer() {
  const temporary = temporaryFolder('editor');
  const workspace = copyOfExamples(temporary);
  writeUserSettings(path.join(temporary, 'user'));
  const server = await startServer({ temporary, disableTrust: true });
  const url = workbenchUrl(server.url, { folder: workspace, extension: root });
  if (checkOnly) return await check(server, url);
  say(`VS Code is open on ${workspace}, a copy of examples/ that is removed when you stop this.`);
  say('Open this address in a browser on this machine; Ctrl+C stops:');
  console.log(`\n${url}\n`);
  await new Promise((resolve) => server.child.once('exit', resolve));
  throw new Error("VS Code's server ended.");
}

async function check(server, url) {
  const answer = await fetch(url);
  const page = await answer.text();
  await server.stop();
  if (!answer.ok || !page.includes('workbench'))
    throw new Error(`VS Code's server answered ${answer.status}.`);
  say('VS Code answers.');
  return 0;
}

async function main() {
  await ensureDependencies();
  await build();
  const desktop = checkOnly ? undefined : desktopProgram();
  return desktop ? await openDesktop(desktop) : await openServer();
}

await main().then((code) => process.exit(code), fail);
