import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, read, until, uriOf, write } from './support.js';

const shown = (uri: vscode.Uri) =>
  vscode.languages.getDiagnostics(uri).filter((diagnostic) => diagnostic.source === 'Hone');

async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

async function rewrite(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
  assert.ok(await document.save());
}

describe('diagnostics', () => {
  it('show a fault of hone.yaml on its line, and go when it is corrected', async () => {
    await extension();
    const uri = uriOf('hone.yaml');
    const before = await read(uri);
    await write('hone.yaml', 'prompts:\n  - path: prompts/triage.md\n    test: prompts/triage.csv\n');
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      await until(() => shown(uri).length === 1, 'the fault is shown');
      const [fault] = shown(uri);
      assert.equal(fault?.severity, vscode.DiagnosticSeverity.Error);
      assert.equal(fault.range.start.line, 2);
      assert.equal(document.getText(fault.range), 'test: prompts/triage.csv');
      assert.match(fault.message, /"test" is not a key.*"tests"/s);
      await rewrite(document, before.toString());
      await until(() => shown(uri).length === 0, 'the fault is gone');
    } finally {
      await vscode.workspace.fs.writeFile(uri, before);
      await closeAll();
    }
  });

  it('show the problems of a prompt file on save, and none of other files', async () => {
    await extension();
    const uri = await write(
      'prompts/diagnosed.prompt.yml',
      'messages:\n  - role: system\n    content: Sort.\n',
    );
    const other = await write('notes.yml', 'messages: [\n');
    try {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(other));
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      await rewrite(document, 'messages:\n  - role: sistem\n    content: Sort.\n');
      await until(() => shown(uri).length === 1, 'the problem is shown');
      assert.equal(shown(uri)[0]?.range.start.line, 1);
      assert.deepEqual(shown(other), []);
      await rewrite(document, 'messages:\n  - role: system\n    content: Sort.\n');
      await until(() => shown(uri).length === 0, 'the problem is gone');
    } finally {
      await closeAll();
      await vscode.workspace.fs.delete(uri);
      await vscode.workspace.fs.delete(other);
    }
  });
});
