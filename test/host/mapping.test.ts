import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering, extension, read, until, uriOf, write, type Asked } from './support.js';

interface Item extends vscode.QuickPickItem {
  readonly column?: string;
}

const MAP = 'hone.mapColumns';
const titles = (asked: readonly Asked[]) =>
  asked.map(({ dialog, args }) => {
    const options = args[1] as { title?: string; placeHolder?: string };
    return dialog === 'showQuickPick' ? `${options.title}: ${options.placeHolder}` : String(args[0]);
  });

/** Takes the columns one after another, as a person who knows them. */
function picking(...columns: readonly string[]) {
  const left = [...columns];
  return (items: unknown) => {
    const next = left.shift();
    return (items as Item[]).find((item) => item.label === next);
  };
}

describe('mapping columns', () => {
  let uri: vscode.Uri;
  let tests: vscode.Uri;
  let config: Buffer;

  beforeEach(async () => {
    await extension();
    config = await read(uriOf('hone.yaml'));
    uri = await write('prompts/mapped.md', 'Reply to {{customer}} about {{ticket}}.\n');
    tests = await write('prompts/mapped.csv', 'Name,Ticket,Good answer\nAda,My printer burns,Run\n');
  });

  afterEach(async () => {
    await vscode.workspace.fs.writeFile(uriOf('hone.yaml'), config);
    await vscode.workspace.fs.delete(uri);
    await vscode.workspace.fs.delete(tests);
  });

  it('asks for each placeholder with samples, shows the change, and saves it', async () => {
    const offered: string[] = [];
    const pick = picking('Name', 'Ticket', 'Good answer');
    const asked = await answering(
      {
        showQuickPick: (items) => {
          offered.push((items as Item[]).map((item) => `${item.label} = ${item.description}`).join('; '));
          return pick(items);
        },
        showInformationMessage: (message) => (String(message).includes('Save') ? 'Save' : undefined),
      },
      async () => vscode.commands.executeCommand(MAP, uri),
    );
    assert.deepEqual(titles(asked).slice(0, 4), [
      'Columns of prompts/mapped.csv (1 of 3): Which column fills the placeholder "customer" of prompts/mapped.md?',
      'Columns of prompts/mapped.csv (2 of 3): Which column fills the placeholder "ticket" of prompts/mapped.md?',
      'Columns of prompts/mapped.csv (3 of 3): Which column holds the expected answer?',
      'Save these columns to hone.yaml?',
    ]);
    assert.match(offered[0]!, /Name = Ada; .*Ticket = My printer burns$/);
    assert.match(offered[1]!, /^Ticket = My printer burns \(now\)/);
    assert.match(offered[2]!, /None = Rows have no expected answer$/);
    const { detail, modal } = asked[3]!.args[1] as vscode.MessageOptions;
    assert.equal(modal, true);
    assert.match(detail ?? '', /^\+ +customer: Name$/m);
    const saved = (await read(uriOf('hone.yaml'))).toString();
    assert.ok(saved.startsWith(config.toString().trimEnd()), 'the rest of hone.yaml is as it was');
    for (const line of (detail ?? '').split('\n').filter((each) => each.startsWith('+')))
      assert.ok(saved.includes(line.slice(1)), line);
    const told = asked.at(-1);
    assert.deepEqual([told?.dialog, told?.args[1]], ['showInformationMessage', 'Optimize']);
  });

  it('saves nothing when the user stops at a question, or does not like the change', async () => {
    const stopped = await answering({ showQuickPick: picking('Name') }, async () =>
      vscode.commands.executeCommand(MAP, uri),
    );
    assert.equal(stopped.length, 2);
    const refused = await answering({ showQuickPick: picking('Name', 'Ticket', 'Good answer') }, async () =>
      vscode.commands.executeCommand(MAP, uri),
    );
    assert.equal(refused.length, 4);
    assert.deepEqual(await read(uriOf('hone.yaml')), config);
  });

  it('is offered by the error, and starts from there', async () => {
    const pick = picking('Name', 'Ticket', 'Good answer');
    const asked = await answering(
      {
        showErrorMessage: () => 'Map Columns',
        showQuickPick: pick,
        showInformationMessage: (message) => (String(message).includes('Save') ? 'Save' : undefined),
      },
      async () => {
        await vscode.commands.executeCommand('hone.optimize', uri, undefined, {
          taskModel: 'sandbox',
          confirmed: true,
        });
        await until(
          async () => (await read(uriOf('hone.yaml'))).includes('customer: Name'),
          'the mapping is saved',
        );
      },
    );
    assert.deepEqual(asked[0]?.args.slice(1), ['Map Columns', 'Open File']);
  });
});
