import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunReport } from '../../src/editor/hone.js';
import { answering, extension, read, until, uriOf, write } from './support.js';

const CODE = `# Ünicode before the literals moves bytes and characters apart.
GREETING = "Say hello."

SYSTEM = """Sort the ticket into one of: bug, question.
Ticket: {ticket}
"""

JOINED = "Sort the " + "ticket."
`;

async function select(document: vscode.TextDocument, text: string): Promise<void> {
  const editor = await vscode.window.showTextDocument(document);
  const start = document.getText().indexOf(text);
  assert.notEqual(start, -1);
  editor.selection = new vscode.Selection(
    document.positionAt(start),
    document.positionAt(start + text.length),
  );
}

function optimizeSelection(options: object): Thenable<(RunReport | undefined)[] | undefined> {
  return vscode.commands.executeCommand('hone.optimizeSelection', undefined, undefined, options);
}

describe('a string that is selected in code', () => {
  const tests = 'app/tickets.csv';
  const options = { taskModel: 'sandbox', effort: 'quick', tests, confirmed: true };
  let uri: vscode.Uri;
  let document: vscode.TextDocument;

  beforeEach(async () => {
    await extension();
    uri = await write('app/assistant.py', CODE);
    await write(
      tests,
      'ticket,label\n' + Array.from({ length: 8 }, (_, n) => `It broke ${n} times,bug\n`).join(''),
    );
    document = await vscode.workspace.openTextDocument(uri);
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(uriOf('app'), { recursive: true });
  });

  it('is what a run edits, and nothing else of the file', async () => {
    const { hone } = await extension();
    await select(document, 'Sort the ticket into');
    const [report] = (await optimizeSelection(options)) ?? [];
    assert.ok(report?.verdict, 'the run was started and ended with a verdict');
    const { setup } = await hone.runs.load(report.root, report.runId);
    assert.equal(setup.prompt.path, 'app/assistant.py');
    assert.equal(setup.prompt.spanId, 'SYSTEM');
    assert.equal(setup.testset.path, tests);
    assert.equal((await read(uri)).toString(), CODE);
  });

  it('is named before anything is sent', async () => {
    await select(document, 'hello');
    const asked = await answering(
      {},
      () => optimizeSelection({ ...options, confirmed: false }) as Promise<unknown>,
    );
    assert.deepEqual(
      asked.map(({ dialog, args }) => [dialog, args[0]]),
      [['showInformationMessage', 'Optimize GREETING in app/assistant.py?']],
    );
  });

  it('is refused with the reason when it cannot be edited', async () => {
    const { hone } = await extension();
    await select(document, '"ticket."');
    const asked = await answering({}, () => optimizeSelection(options) as Promise<unknown>);
    const messages = asked.map(({ dialog, args }) => `${dialog}: ${String(args[0])}`);
    assert.equal(messages.length, 1, messages.join('\n'));
    assert.match(
      messages[0]!,
      /^showErrorMessage: app\/assistant\.py:8: Hone does not edit the text of line 8: it is part of a longer expression/,
    );
    assert.deepEqual(asked[0]?.args.slice(1), ['Open File']);
    assert.equal(hone.runs.active.length, 0);
  });

  it('is refused when there is none', async () => {
    await select(document, '# Ünicode before');
    const asked = await answering({}, () => optimizeSelection(options) as Promise<unknown>);
    assert.match(String(asked[0]?.args[0]), /app\/assistant\.py.*no string literal is selected/s);
  });

  it('is read from the file as it is saved', async () => {
    await select(document, 'Say hello.');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), '# One line more.\n');
    assert.ok(await vscode.workspace.applyEdit(edit));
    const declined = await answering({}, () => optimizeSelection(options) as Promise<unknown>);
    assert.deepEqual(
      declined.map(({ dialog, args }) => [dialog, args[0]]),
      [['showWarningMessage', 'app/assistant.py has unsaved changes.']],
    );
    const asked = await answering(
      { showWarningMessage: () => 'Save and Go On' },
      () => optimizeSelection({ ...options, confirmed: false }) as Promise<unknown>,
    );
    assert.equal(asked.at(-1)?.args[0], 'Optimize GREETING in app/assistant.py?');
    assert.equal(document.isDirty, false);
  });
});

describe('files that are prompts by what they hold', () => {
  it('get their lens when the folder has been searched', async () => {
    await extension();
    const names = ['app/sort.baml', 'app/types.baml'];
    const [prompt, types] = await Promise.all([
      write(
        names[0]!,
        'function Sort(ticket: string) -> string {\n  client X\n  prompt #"Sort {{ ticket }}."#\n}\n',
      ),
      write(names[1]!, 'class Ticket {\n  text string\n}\n'),
    ]);
    const lensesOf = async (uri: vscode.Uri) => {
      await vscode.workspace.openTextDocument(uri);
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        uri,
        10,
      );
      return lenses.filter((lens) => lens.command?.command === 'hone.optimize');
    };
    try {
      await vscode.commands.executeCommand('hone.refresh');
      await until(async () => (await lensesOf(prompt)).length === 1, 'the lens is shown');
      assert.deepEqual(await lensesOf(types), []);
    } finally {
      await vscode.workspace.fs.delete(uriOf('app'), { recursive: true });
    }
  });
});
