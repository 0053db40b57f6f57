import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';

async function echoModel(): Promise<vscode.LanguageModelChat> {
  const [model] = await vscode.lm.selectChatModels({ vendor: 'hone-fake' });
  assert.ok(model, 'the fake provider offers a model');
  return model;
}

async function answer(model: vscode.LanguageModelChat, question: string): Promise<string> {
  const response = await model.sendRequest([vscode.LanguageModelChatMessage.User(question)]);
  let text = '';
  for await (const part of response.text) text += part;
  return text;
}

describe('the test host', () => {
  it('opens a trusted folder that is a copy', () => {
    assert.equal(vscode.workspace.isTrusted, true);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const repository = vscode.extensions.getExtension('hone.hone-prompts')?.extensionPath;
    assert.ok(folder && repository);
    assert.equal(path.basename(folder), 'examples');
    assert.notEqual(path.dirname(folder), repository);
  });

  it('finds files', async () => {
    const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'harness-probe.txt');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('probe'));
    try {
      const found = await vscode.workspace.findFiles('**/harness-probe.txt');
      assert.deepEqual(found.map(String), [uri.toString()]);
    } finally {
      await vscode.workspace.fs.delete(uri);
    }
  });

  it('offers a chat model that answers', async () => {
    const model = await echoModel();
    assert.equal(model.family, 'echo');
    assert.equal(await answer(model, 'Say this back.'), 'Say this back.');
  });

  it('offers a chat model that refuses', async () => {
    const model = await echoModel();
    await assert.rejects(answer(model, 'QUOTA please'), (error: unknown) => {
      assert.ok(error instanceof vscode.LanguageModelError);
      assert.equal(error.code, vscode.LanguageModelError.Blocked.name);
      return true;
    });
  });
});
