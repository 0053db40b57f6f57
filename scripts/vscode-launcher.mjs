#!/usr/bin/env node
// Takes the command line of desktop VS Code, opens the same in VS Code's server and headless Chromium, streams what the
// extension host prints and ends with the test suite's exit code. To be given to @vscode/test-electron as executable.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
import './lib/exit-with-parent.mjs';
import { launchChromium } from './chromium.mjs';
import { fail, root, temporaryFolder } from './lib/common.mjs';
import { installExtensions, startServer, workbenchUrl } from './vscode-server.mjs';

const SILENCE_LIMIT_MS = 180_000;
const logs = path.join(root, 'out', 'logs');
const serverLog = path.join(logs, 'vscode-server.log');
const consoleLog = path.join(logs, 'vscode-console.log');

/** The workbench prints on the same channel as the extension host; its usual lines go to the log file only. */
const WORKBENCH_CHATTER =
  /^(\[(AgentHost|AccountPolicyGate|reconnection-grace-time|Service Worker|CHAT)|Resolv(ing|ed) connection token|Creating a socket|Creation of workbench|Updating additional builtin|getaddrinfo|Timed out waiting for authentication)/;

const text = { type: 'string' };
const { values: options, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true },
    extensionTestsPath: text,
    'user-data-dir': text,
    'extensions-dir': text,
    'disable-workspace-trust': { type: 'boolean' },
  },
});

async function main() {
  const temporary = temporaryFolder('vscode');
  mkdirSync(logs, { recursive: true });
  for (const file of [serverLog, consoleLog]) writeFileSync(file, '');
  const userDataDir = path.resolve(options['user-data-dir'] ?? path.join(temporary, 'user'));
  const extensionsDir = path.resolve(options['extensions-dir'] ?? path.join(temporary, 'extensions'));
  const [developed, ...others] = (options.extensionDevelopmentPath ?? []).map((folder) =>
    path.resolve(folder),
  );
  installExtensions(extensionsDir, others);
  const server = await startServer({
    temporary,
    userDataDir,
    extensionsDir,
    disableTrust: options['disable-workspace-trust'] === true,
    log: (output) => appendFileSync(serverLog, output),
  });
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const code = await suiteResult(page, server, developed);
  await browser.close();
  await server.stop();
  return code;
}

/** The suite's exit code, or 1 with the reason when VS Code ends or falls silent before there is one. */
async function suiteResult(page, server, extension) {
  let settle;
  const result = new Promise((resolve) => (settle = resolve));
  const giveUp = (reason) => {
    console.error(`${reason} Logs: ${path.relative(root, logs)}.`);
    settle(1);
  };
  let heard = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - heard > SILENCE_LIMIT_MS) giveUp(`No output for ${SILENCE_LIMIT_MS / 1000} s.`);
  }, 1000);
  page.once('crash', () => giveUp('The browser page of VS Code crashed.'));
  server.child.once('exit', () => giveUp("VS Code's server ended before the tests did."));
  // Both functions have to be there before the page is: the suite may end before `goto` returns.
  await page.exposeFunction('codeAutomationExit', (code) => settle(code));
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    heard = Date.now();
    const line = format(...args);
    appendFileSync(consoleLog, `${type}: ${line}\n`);
    if (!WORKBENCH_CHATTER.test(line)) console.log(line);
  });
  await page.goto(
    workbenchUrl(server.url, {
      folder: positionals[0] && path.resolve(positionals[0]),
      extension,
      tests: options.extensionTestsPath && path.resolve(options.extensionTestsPath),
    }),
  );
  const code = await result;
  clearInterval(watch);
  server.child.removeAllListeners('exit');
  return code;
}

await main().then((code) => process.exit(code), fail);
