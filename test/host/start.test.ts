import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering, extension, uriOf, write } from './support.js';

const start = (uri: vscode.Uri, options: object = {}) =>
  vscode.commands.executeCommand<unknown[]>('hone.optimize', uri, [uri], options);

describe('starting a run', () => {
  it('asks which models to use when none is configured, and never takes the sandbox by itself', async () => {
    const { hone } = await extension();
    const asked = await answering({}, () => start(uriOf('prompts/triage.md')) as Promise<unknown>);
    assert.deepEqual(
      asked.map(({ dialog }) => dialog),
      ['showQuickPick'],
    );
    const labels = (asked[0]?.args[0] as vscode.QuickPickItem[]).map(({ label }) => label);
    assert.deepEqual(labels, [
      "The editor's own models",
      'An OpenAI-compatible endpoint',
      'Sandbox (simulated, no LLM)',
    ]);
    assert.equal(hone.runs.active.length, 0);
  });

  it('shows rows, calls and destinations before anything is sent, and starts nothing on cancel', async () => {
    const { hone } = await extension();
    const asked = await answering(
      {},
      () => start(uriOf('prompts/triage.md'), { taskModel: 'sandbox' }) as Promise<unknown>,
    );
    const [confirm] = asked;
    assert.equal(confirm?.dialog, 'showInformationMessage');
    assert.equal(confirm.args[0], 'Optimize prompts/triage.md?');
    const { modal, detail } = confirm.args[1] as vscode.MessageOptions;
    assert.equal(modal, true);
    assert.match(detail ?? '', /\d+ train, \d+ validation, \d+ exam rows/);
    assert.match(detail ?? '', /at most \d+ \(task/);
    assert.match(detail ?? '', /Sandbox \(simulated, no LLM\)/);
    assert.match(detail ?? '', /Strategy: hone, normal effort\./);
    assert.deepEqual(confirm.args.slice(2), [
      'Start',
      'Show What Will Be Sent',
      'Say What Should Change',
      'Strategy and Effort',
    ]);
    assert.equal(hone.runs.active.length, 0);
  });

  it('asks what should change, and shows it with the plan before anything starts', async () => {
    const { hone } = await extension();
    let looks = 0;
    const asked = await answering(
      {
        showInformationMessage: () => (looks++ === 0 ? 'Say What Should Change' : undefined),
        showInputBox: () => 'Keep it formal.',
      },
      () => start(uriOf('prompts/triage.md'), { taskModel: 'sandbox' }) as Promise<unknown>,
    );
    assert.deepEqual(
      asked.map(({ dialog }) => dialog),
      ['showInformationMessage', 'showInputBox', 'showInformationMessage'],
    );
    const { detail } = asked[2]?.args[1] as vscode.MessageOptions;
    assert.match(detail ?? '', /What should change: Keep it formal\./);
    assert.match(detail ?? '', /and your guidance, goes to/);
    assert.equal(hone.runs.active.length, 0);
  });

  it('offers every strategy with its summary, and plans again with the chosen one and its settings', async () => {
    await extension();
    const configuration = vscode.workspace.getConfiguration('hone');
    await configuration.update('strategySettings', { gepa: { minibatch: 5 } }, true);
    try {
      let looks = 0;
      const asked = await answering(
        {
          showInformationMessage: () => (looks++ === 0 ? 'Strategy and Effort' : undefined),
          showQuickPick: (items) =>
            (items as vscode.QuickPickItem[]).find(({ label }) => ['gepa', 'quick'].includes(label)),
        },
        () => start(uriOf('prompts/triage.md'), { taskModel: 'sandbox' }) as Promise<unknown>,
      );
      assert.deepEqual(
        asked.map(({ dialog }) => dialog),
        ['showInformationMessage', 'showQuickPick', 'showQuickPick', 'showInformationMessage'],
      );
      const offered = asked[1]?.args[0] as vscode.QuickPickItem[];
      assert.equal(offered[0]?.label, 'hone');
      assert.ok(offered.length >= 14);
      assert.deepEqual(
        offered.filter(({ detail }) => !detail?.endsWith('.')),
        [],
      );
      const { detail } = asked[3]?.args[1] as vscode.MessageOptions;
      assert.match(detail ?? '', /Strategy: gepa \(minibatch 5\), quick effort\./);
    } finally {
      await configuration.update('strategySettings', undefined, true);
    }
  });

  for (const [key, value, sentence] of [
    ['strategy', 'gapa', 'In the setting hone.strategy: There is no strategy "gapa". Choose one of: hone,'],
    [
      'strategySettings',
      { hone: { idea: 3 } },
      'In the setting hone.strategySettings: The strategy hone has no',
    ],
    [
      'strategySettings',
      { hone: { ideas: 'x' } },
      'The setting "ideas" of hone cannot be "x". Give a number of',
    ],
    ['strategySettings', { hone: 3 }, 'In the setting hone.strategySettings: "hone" has to be an object.'],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(value)} in ${key}, with a way to the settings`, async () => {
      await extension();
      const configuration = vscode.workspace.getConfiguration('hone');
      await configuration.update(key, value, true);
      try {
        const asked = await answering(
          {},
          () => start(uriOf('prompts/triage.md'), { taskModel: 'sandbox' }) as Promise<unknown>,
        );
        assert.deepEqual(
          asked.map(({ dialog }) => dialog),
          ['showErrorMessage'],
        );
        assert.ok(String(asked[0]?.args[0]).includes(sentence), String(asked[0]?.args[0]));
        assert.equal(asked[0]?.args[1], 'Open Settings');
      } finally {
        await configuration.update(key, undefined, true);
      }
    });
  }

  it('shows the requests themselves, word for word', async () => {
    await extension();
    await answering(
      { showInformationMessage: () => 'Show What Will Be Sent' },
      () => start(uriOf('prompts/triage.md'), { taskModel: 'sandbox' }) as Promise<unknown>,
    );
    const shown = vscode.window.activeTextEditor?.document;
    assert.equal(shown?.uri.scheme, 'hone');
    const prompt = (await vscode.workspace.openTextDocument(uriOf('prompts/triage.md'))).getText();
    assert.ok(shown.getText().includes(prompt.trim().split('\n')[0]!));
    assert.match(shown.getText(), /\*\*user\*\*/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('asks for a test set when none is paired, and remembers the pick', async () => {
    const { hone } = await extension();
    const uri = await write('prompts/unpaired.md', 'Sort the ticket.\n');
    try {
      const pick = (items: unknown) => {
        const files = items as { file?: string; label: string }[];
        return files.find((item) => item.file === 'prompts/triage.csv');
      };
      const options = { taskModel: 'sandbox' };
      const first = await answering({ showQuickPick: pick }, () => start(uri, options) as Promise<unknown>);
      assert.deepEqual(
        first.map(({ dialog }) => dialog),
        ['showQuickPick', 'showInformationMessage'],
      );
      const second = await answering({}, () => start(uri, options) as Promise<unknown>);
      assert.deepEqual(
        second.map(({ dialog }) => dialog),
        ['showInformationMessage'],
      );
      assert.equal(hone.runs.active.length, 0);
    } finally {
      await vscode.workspace.fs.delete(uri);
    }
  });

  it('says in one sentence what is wrong with a test set, with a button to the line', async () => {
    await extension();
    const uri = await write('prompts/mismatch.md', 'Sort {{ticket_body}} for {{team}}.\n');
    const tests = await write('prompts/mismatch.csv', 'color,size\nred,4\nblue,5\n');
    try {
      const asked = await answering(
        {},
        () => start(uri, { taskModel: 'sandbox', confirmed: true }) as Promise<unknown>,
      );
      assert.deepEqual(
        asked.map(({ dialog }) => dialog),
        ['showErrorMessage'],
      );
      assert.match(String(asked[0]?.args[0]), /mismatch\.(csv|md).*(ticket_body|team)/s);
      assert.deepEqual(asked[0]?.args.slice(1), ['Map Columns', 'Open File']);
    } finally {
      await vscode.workspace.fs.delete(uri);
      await vscode.workspace.fs.delete(tests);
    }
  });

  it('runs several files one after another', async () => {
    const { hone } = await extension();
    const uris = [uriOf('prompts/triage.md'), await write('prompts/second.md', 'Sort the ticket.\n')];
    await write(
      'prompts/second.csv',
      'text,label\n' + Array.from({ length: 8 }, (_, n) => `ticket ${n},bug\n`).join(''),
    );
    let most = 0;
    const shown = new Set<string | undefined>();
    const watching = hone.runs.onDidProgress(() => {
      shown.add(hone.statusBar.text);
      most = Math.max(most, hone.runs.active.filter((run) => run.state && !run.state.stop).length);
    });
    try {
      const reports = await vscode.commands.executeCommand<({ runId: string } | undefined)[]>(
        'hone.optimize',
        uris[0],
        uris,
        { confirmed: true, taskModel: 'sandbox', effort: 'quick' },
      );
      assert.equal(new Set(reports.map((report) => report?.runId)).size, 2);
      assert.ok(reports.every((report) => report !== undefined));
      assert.equal(most, 1);
      assert.ok(
        [...shown].some((text) => /\$\(loading~spin\) Hone: \d+\/\d+ calls/.test(text ?? '')),
        [...shown].join('; '),
      );
      assert.equal(hone.statusBar.text, undefined);
    } finally {
      watching.dispose();
      await vscode.workspace.fs.delete(uriOf('prompts/second.md'));
      await vscode.workspace.fs.delete(uriOf('prompts/second.csv'));
    }
  });

  it('stops a run on request and keeps it resumable', async () => {
    const { hone } = await extension();
    const stopping = hone.runs.onDidProgress((run) => {
      if (run.state && run.state.candidates.size > 0 && !run.state.stop)
        void vscode.commands.executeCommand('hone.stop');
    });
    let report: { runId: string; stop?: string } | undefined;
    try {
      [report] = await vscode.commands.executeCommand<[typeof report]>(
        'hone.optimize',
        uriOf('prompts/triage.md'),
        undefined,
        {
          confirmed: true,
          taskModel: 'sandbox',
          seed: 7,
        },
      );
    } finally {
      stopping.dispose();
    }
    assert.equal(report?.stop, 'cancelled');
    const nodes = await hone.runList.getChildren();
    const node = nodes.find((each) => each.kind === 'stored' && each.runId === report.runId);
    assert.ok(node);
    assert.equal(hone.runList.getTreeItem(node).contextValue, 'run.stopped');
    const resumed = await vscode.commands.executeCommand<{ verdict?: string } | undefined>(
      'hone.resume',
      node,
    );
    assert.ok(resumed?.verdict, 'the resumed run ends with a verdict');
  });
});
