import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { BASELINE_ID } from '../../src/core/candidate.js';
import { answering, extension, optimize, uriOf, write } from './support.js';

interface FakeModels {
  /** While false, every request is refused as if the quota were used up. */
  setQuota(left: boolean): void;
}

async function fakeModels(): Promise<FakeModels> {
  return vscode.extensions.getExtension<FakeModels>('hone-tests.fake-models')!.activate();
}

const ROWS = Array.from(
  { length: 10 },
  (_, n) => [`answer ${n}`, n < 5 ? `answer ${n}` : `other ${n}`] as const,
);
const taskModel = 'editor:echo-1';

describe("the editor's own models", () => {
  let uri: vscode.Uri;

  before(async () => {
    uri = await write('prompts/echo.md', 'Say it back.\n');
    await write('prompts/echo.csv', `text,expected\n${ROWS.map((row) => row.join(',')).join('\n')}\n`);
  });

  after(async () => {
    for (const file of ['prompts/echo.md', 'prompts/echo.csv']) await vscode.workspace.fs.delete(uriOf(file));
  });

  it('answer rows, with the prompt first', async () => {
    const { hone } = await extension();
    await fakeModels();
    const run = await optimize(uri, { taskModel, tests: 'prompts/echo.csv', effort: 'quick' });
    const state = await hone.runs.load(run.root, run.runId);
    const outputs = [...state.candidates.get(BASELINE_ID)!.outcomes].map(([id, outcome]) => {
      const row = state.setup.testset.cases.find((each) => each.id === id);
      return [row?.vars.text, outcome.status === 'scored' ? outcome.output : outcome.message];
    });
    assert.ok(outputs.length > 0);
    for (const [asked, said] of outputs) assert.equal(said, asked);
    assert.equal(state.setup.models.task.id, taskModel);
    assert.match(state.setup.models.task.destination, /the editor/);
  });

  it('name the quota before the start', async () => {
    const asked = await answering(
      {},
      () =>
        vscode.commands.executeCommand('hone.optimize', uri, undefined, {
          taskModel,
          tests: 'prompts/echo.csv',
        }) as Promise<unknown>,
    );
    const { detail } = asked[0]?.args[1] as vscode.MessageOptions;
    assert.match(detail ?? '', /Uses your quota for Echo: at most \d+ requests/);
  });

  it('pause the run when the quota is used up, offer to resume, and go on', async () => {
    const { hone } = await extension();
    const fake = await fakeModels();
    fake.setQuota(false);
    let run: Awaited<ReturnType<typeof optimize>> | undefined;
    const asked = await answering({}, async () => {
      run = await optimize(uri, { taskModel, tests: 'prompts/echo.csv', effort: 'quick', seed: 3 });
    });
    fake.setQuota(true);
    assert.equal(run?.stop, 'model-failed');
    const offer = asked.find(({ args }) => args.includes('Resume'));
    assert.match(String(offer?.args[0]), /paused.*quota/is);
    const resumed = await vscode.commands.executeCommand<{ runId: string; stop: string }>('hone.resume', run);
    assert.equal(resumed.runId, run.runId);
    assert.notEqual(resumed.stop, 'model-failed');
    const state = await hone.runs.load(run.root, run.runId);
    assert.ok(state.candidates.get(BASELINE_ID)!.outcomes.size > 0);
  });

  it('say which models there are when one is gone', async () => {
    const asked = await answering(
      {},
      () =>
        vscode.commands.executeCommand('hone.optimize', uri, undefined, {
          taskModel: 'editor:gone',
          confirmed: true,
        }) as Promise<unknown>,
    );
    assert.match(String(asked[0]?.args[0]), /no language model "gone"; it offers .*echo-1/);
    assert.deepEqual(asked[0]?.args.slice(1), ['Choose Models']);
  });
});
