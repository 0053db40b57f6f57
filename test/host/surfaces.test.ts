import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, uriOf, write } from './support.js';

describe('the tree Prompts', () => {
  it('lists the prompts of the folder with their test sets', async () => {
    const { hone } = await extension();
    const nodes = await hone.prompts.getChildren();
    const items = nodes.map((node) => hone.prompts.getTreeItem(node));
    const triage = items.find(({ label }) => label === 'prompts/triage.md');
    assert.ok(triage, JSON.stringify(items));
    assert.equal(triage.description, 'prompts/triage.csv');
    assert.ok(triage.iconPath instanceof vscode.ThemeIcon);
    assert.ok(items.length >= 4);
  });

  it('shows a file that cannot be read with its problem', async () => {
    const { hone } = await extension();
    const uri = await write('prompts/broken.prompt.yml', 'name: Broken\nmessages:\n  - role: [\n');
    try {
      await vscode.commands.executeCommand('hone.refresh');
      const nodes = await hone.prompts.getChildren();
      const broken = nodes.find(
        (node) => node.kind === 'prompt' && node.prompt.path === 'prompts/broken.prompt.yml',
      );
      assert.ok(broken);
      const [problem] = await hone.prompts.getChildren(broken);
      assert.ok(problem?.kind === 'problem');
      assert.match(hone.prompts.getTreeItem(problem).label as string, /broken\.prompt\.yml/);
    } finally {
      await vscode.workspace.fs.delete(uri);
    }
  });
});

describe('lenses', () => {
  it('stand above a prompt file, at most two, and nowhere else', async () => {
    await extension();
    const lensesOf = async (uri: vscode.Uri) => {
      await vscode.workspace.openTextDocument(uri);
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        uri,
        10,
      );
      return lenses.filter((lens) => lens.command?.command.startsWith('hone.'));
    };
    const lenses = await lensesOf(uriOf('prompts/triage.md'));
    assert.ok(lenses.length === 1 || lenses.length === 2);
    assert.match(lenses[0]?.command?.title ?? '', /Optimize/);
    const other = await write('notes.md', '# Notes\n');
    try {
      assert.deepEqual(await lensesOf(other), []);
    } finally {
      await vscode.workspace.fs.delete(other);
    }
  });
});

describe('API keys', () => {
  it('are stored, read and cleared, per host', async () => {
    const { keys } = (await extension()).hone;
    await keys.set('keys.test:8443', 'not-a-real-key');
    assert.equal(await keys.get('keys.test:8443'), 'not-a-real-key');
    assert.equal(await keys.get('keys.test'), undefined);
    assert.deepEqual(keys.hosts(), ['keys.test:8443']);
    await keys.clear('keys.test:8443');
    assert.equal(await keys.get('keys.test:8443'), undefined);
    assert.deepEqual(keys.hosts(), []);
  });
});
