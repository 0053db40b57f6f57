import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { BASELINE_ID } from '../../src/core/candidate.js';
import type { RunState } from '../../src/core/run.js';
import type { AcceptResult } from '../../src/editor/accept.js';
import type { RunReport } from '../../src/editor/hone.js';
import { answering, extension, optimize, read, until, uriOf, write } from './support.js';

const prompt = () => uriOf('prompts/triage.md');
const accept = (run: RunReport) => vscode.commands.executeCommand<AcceptResult>('hone.acceptBest', run);

describe('the main job on the sandbox', () => {
  let run: RunReport;
  let state: RunState;
  let original: Buffer;

  const scored = () => Buffer.from(state.candidates.get(state.verdict!.candidateId!)!.candidate.text);

  before(async () => {
    const { hone } = await extension();
    original = await read(prompt());
    run = await optimize(prompt(), { taskModel: 'sandbox', maxCalls: 600 });
    state = await hone.runs.load(run.root, run.runId);
  });

  after(async () => {
    await write('prompts/triage.md', original);
  });

  it('ends with a verdict and a better prompt', () => {
    assert.equal(run.verdict, 'better', JSON.stringify(run));
    assert.ok(state.candidates.size > 1);
    assert.notEqual(state.verdict?.candidateId, BASELINE_ID);
  });

  it('changes no file by itself', async () => {
    assert.deepEqual(await read(prompt()), original);
  });

  it('opens its panel and stands in the tree Runs', async () => {
    const { hone } = await extension();
    assert.ok(hone.panels.openRuns.includes(run.runId));
    const nodes = await hone.runList.getChildren();
    const node = nodes.find((each) => each.kind === 'stored' && each.runId === run.runId);
    assert.ok(node);
    const item = hone.runList.getTreeItem(node);
    assert.match(String(item.description), /^better \+0\.\d\d · /);
    assert.equal(item.contextValue, 'run.done');
  });

  it('shows its candidates as documents that hold what was scored', async () => {
    const { hone } = await extension();
    const id = state.verdict!.candidateId!;
    await hone.documents.openDiff(run.root, state, id, 'baseline');
    await until(
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff,
      'the diff opens',
    );
    const diff = vscode.window.tabGroups.activeTabGroup.activeTab?.input as vscode.TabInputTextDiff;
    assert.equal((await vscode.workspace.openTextDocument(diff.original)).getText(), original.toString());
    assert.equal((await vscode.workspace.openTextDocument(diff.modified)).getText(), scored().toString());
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('refuses to accept when the file has changed, offers a choice, and writes nothing', async () => {
    const changed = Buffer.concat([original, Buffer.from('\nOne more line.\n')]);
    await write('prompts/triage.md', changed);
    let result: AcceptResult | undefined;
    const asked = await answering({}, async () => {
      result = await accept(run);
    });
    assert.equal(result?.accepted, false);
    const choice = asked.find(({ args }) => args.includes('Run Again'));
    assert.ok(choice, JSON.stringify(asked));
    assert.ok(choice.args.includes('Open Diff'));
    assert.match(String(choice.args[0]), /prompts\/triage\.md has changed/);
    assert.deepEqual(await read(prompt()), changed);
    await write('prompts/triage.md', original);
  });

  it('refuses to accept over unsaved changes', async () => {
    const document = await vscode.workspace.openTextDocument(prompt());
    await until(() => document.getText() === original.toString(), 'the editor has the file as it was');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(prompt(), new vscode.Position(0, 0), 'unsaved ');
    await vscode.workspace.applyEdit(edit);
    let result: AcceptResult | undefined;
    await answering({}, async () => {
      result = await accept(run);
    });
    assert.equal(result?.accepted, false);
    assert.deepEqual(await read(prompt()), original);
    assert.ok(document.isDirty);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    await document.save();
    assert.equal(document.getText(), original.toString());
  });

  it('says so when something that runs on save changes the text, and can write the exact bytes', async () => {
    const saving = vscode.workspace.onWillSaveTextDocument((event) => {
      if (event.document.uri.toString() !== prompt().toString()) return;
      event.waitUntil(Promise.resolve([vscode.TextEdit.insert(new vscode.Position(0, 0), '# formatted\n')]));
    });
    try {
      let result: AcceptResult | undefined;
      const asked = await answering({ showWarningMessage: () => 'Restore Old Text' }, async () => {
        result = await accept(run);
      });
      assert.match(String(asked[0]?.args[0]), /Saving prompts\/triage\.md changed the text/);
      assert.equal(result?.accepted, false);
      assert.deepEqual(await read(prompt()), original);
    } finally {
      saving.dispose();
    }
    const document = await vscode.workspace.openTextDocument(prompt());
    await until(() => document.getText() === original.toString(), 'the editor has the old text again');
  });

  it('writes exactly the scored bytes, and one undo brings the old ones back', async () => {
    const { hone } = await extension();
    const result = await accept(run);
    assert.deepEqual(result.accepted, true, result.message);
    assert.deepEqual(await read(prompt()), scored());
    const document = await vscode.workspace.openTextDocument(prompt());
    assert.equal(document.isDirty, false);
    const stored = await hone.runs.load(run.root, run.runId);
    assert.deepEqual(stored.accepted, [state.verdict!.candidateId]);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), original.toString());
    await document.save();
    assert.deepEqual(await read(prompt()), original);
  });
});

describe('accepting into files that an editor cannot hold exactly', () => {
  it('writes bytes after a confirmation, mixed line ends and byte-order mark kept', async () => {
    const triage = (await read(prompt())).toString();
    const lines = triage.split('\n');
    const mixed = `\uFEFF${lines.slice(0, 2).join('\r\n')}\r\n${lines.slice(2).join('\n')}`;
    const uri = await write('prompts/mixed.md', mixed);
    await write('prompts/mixed.csv', await read(uriOf('prompts/triage.csv')));
    try {
      const { hone } = await extension();
      const run = await optimize(uri, { taskModel: 'sandbox', maxCalls: 600 });
      const state = await hone.runs.load(run.root, run.runId);
      const best = state.candidates.get(state.verdict?.candidateId ?? '')?.candidate;
      assert.ok(best, 'the run found a candidate');
      let result: AcceptResult | undefined;
      const asked = await answering({ showWarningMessage: () => 'Write Exact Bytes' }, async () => {
        result = await accept(run);
      });
      assert.match(String(asked[0]?.args[0]), /on disk\?$/);
      assert.equal(result?.accepted, true, result?.message);
      const written = await read(uri);
      assert.deepEqual(written, Buffer.from(best.text));
      assert.equal(written.toString().startsWith('\uFEFF'), true);
    } finally {
      await vscode.workspace.fs.delete(uri);
      await vscode.workspace.fs.delete(uriOf('prompts/mixed.csv'));
    }
  });
});
