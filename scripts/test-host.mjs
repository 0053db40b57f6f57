#!/usr/bin/env node
// Runs test/host inside VS Code. Desktop VS Code is used when HONE_TEST_DESKTOP=1, or when there is a display and it can
// be downloaded; else (and with HONE_TEST_DESKTOP=0) VS Code's server in headless Chromium. The suite is the same.
// Options: --no-build uses what is in dist/ and out/; HONE_GREP=words runs only the tests whose name contains them.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build, copyOfExamples, fail, reachable, root, say, temporaryFolder } from './lib/common.mjs';
import { writeUserSettings } from './vscode-server.mjs';

const counts = path.join(root, 'out', 'host-counts.json');

async function useDesktop() {
  if (process.env.HONE_TEST_DESKTOP) return process.env.HONE_TEST_DESKTOP === '1';
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return Boolean(display) && (await reachable('https://update.code.visualstudio.com'));
}

async function main() {
  if (!process.argv.includes('--no-build')) await build();
  rmSync(counts, { force: true });
  const temporary = temporaryFolder('host');
  const userData = path.join(temporary, 'user');
  writeUserSettings(userData);
  const desktop = await useDesktop();
  say(`Running the host tests in ${desktop ? 'desktop VS Code' : "VS Code's server and headless Chromium"}.`);
  await runTests({
    ...(!desktop && { vscodeExecutablePath: path.join(root, 'scripts', 'vscode-launcher.mjs') }),
    extensionDevelopmentPath: [root, path.join(root, 'test', 'host', 'fake-models')],
    extensionTestsPath: path.join(root, 'out', 'test', 'host', 'index.js'),
    extensionTestsEnv: { HONE_TEST_COUNTS: counts },
    launchArgs: [
      copyOfExamples(temporary),
      `--user-data-dir=${userData}`,
      `--extensions-dir=${path.join(temporary, 'extensions')}`,
    ],
  });
}

await main().then(() => process.exit(0), fail);
