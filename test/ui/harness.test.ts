import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, temporaryFolder } from '../../scripts/lib/common.mjs';
import { openWorkbench, type Workbench } from './harness.js';

/** An extension with one command that opens a page; the page counts the clicks on its button. */
function extensionWithPage(parent: string): string {
  const folder = path.join(parent, 'extension-with-page');
  mkdirSync(folder);
  const manifest = {
    name: 'extension-with-page',
    publisher: 'hone-tests',
    version: '0.0.1',
    engines: { vscode: '^1.100.0' },
    main: './extension.js',
    contributes: { commands: [{ command: 'page.open', title: 'Open the Page', category: 'Test' }] },
  };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    path.join(folder, 'extension.js'),
    `const vscode = require('vscode');
    exports.activate = () => vscode.commands.registerCommand('page.open', () => {
      const panel = vscode.window.createWebviewPanel('page', 'The Page', 1, { enableScripts: true });
      panel.webview.html = '<button onclick="this.textContent = Number(this.textContent) + 1">0</button>';
    });`,
  );
  return folder;
}

describe('the workbench harness', () => {
  let source: string;
  let workbench: Workbench;

  beforeAll(async () => {
    source = temporaryFolder('source');
    const folder = path.join(source, 'prompts');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'greeting.prompt.md'), 'Say hello.\n');
    workbench = await openWorkbench({ workspace: folder, otherExtensions: [extensionWithPage(source)] });
  });

  afterAll(async () => {
    await workbench.close();
    removeFolder(source);
  });

  it('shows the files of a copy of the folder', async () => {
    await workbench.page.getByRole('treeitem', { name: 'greeting.prompt.md' }).waitFor();
    expect(workbench.folder.startsWith(source)).toBe(false);
    expect(workbench.readFile('greeting.prompt.md').toString()).toBe('Say hello.\n');
  });

  it('runs commands and changes the theme', async () => {
    await workbench.runCommand('File: New Untitled Text File');
    await workbench.page.getByRole('tab', { name: /Untitled-1/ }).waitFor();
    await workbench.setTheme('Default High Contrast');
    await workbench.setTheme('Dark 2026');
  });

  it('reaches into a webview', async () => {
    await workbench.runCommand('Test: Open the Page');
    const button = (await workbench.webviewFrame('button')).locator('button');
    await button.click();
    expect(await button.textContent()).toBe('1');
  });
});
