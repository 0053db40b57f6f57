import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { PANEL_TYPE } from '../../src/contributions.js';
import { extension, optimize, until, uriOf } from './support.js';

/** A panel as the editor hands it over after a reload. */
async function newPanel(): Promise<vscode.WebviewPanel> {
  const { Active } = vscode.ViewColumn;
  const panel = vscode.window.createWebviewPanel(PANEL_TYPE, 'restored', Active, { enableScripts: true });
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await until(() => tabs().some((tab) => tab.isActive && tab.label === 'restored'), 'the panel is shown');
  return panel;
}

describe('the panel', () => {
  it('is restored by its run id, with the resources of the bundle only', async () => {
    const { hone } = await extension();
    const run = await optimize(uriOf('prompts/haiku.md'), { taskModel: 'sandbox', effort: 'quick' });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until(() => !hone.panels.openRuns.includes(run.runId), 'the panel closes');
    const panel = await newPanel();
    await hone.panels.deserializeWebviewPanel(panel, { runId: run.runId });
    assert.ok(hone.panels.openRuns.includes(run.runId));
    assert.match(panel.webview.html, /default-src 'none'; script-src 'nonce-/);
    const roots = panel.webview.options.localResourceRoots?.map((uri) => uri.path.split('/').at(-1));
    assert.deepEqual(roots, ['dist']);
    panel.dispose();
    await until(() => !hone.panels.openRuns.includes(run.runId), 'the panel is forgotten');
  });

  it('says so when its run is no longer stored', async () => {
    const { hone } = await extension();
    for (const saved of [{ runId: '20200101-000000-dead' }, undefined, 'nonsense']) {
      const panel = await newPanel();
      await hone.panels.deserializeWebviewPanel(panel, saved);
      assert.match(panel.webview.html, /role="alert">(The run 20200101|The editor did not keep)/);
      panel.dispose();
    }
  });
});
