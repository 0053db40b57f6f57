import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as vscode from 'vscode';
import { SETTINGS } from '../../src/contributions.js';
import type { EvaluationResult } from '../../src/runs/index.js';
import { answering, extension, uriOf, write } from './support.js';

const KEY = 'not-a-real-key';

/** An endpoint that answers every request with the last message, and wants a key. */
async function endpoint(): Promise<{ server: Server; host: string; keys: (string | undefined)[] }> {
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      keys.push(request.headers.authorization);
      const isAllowed = request.headers.authorization === `Bearer ${KEY}`;
      const { messages } = JSON.parse(Buffer.concat(parts).toString()) as { messages: { content: string }[] };
      const message = { role: 'assistant', content: messages.at(-1)?.content };
      const body = isAllowed
        ? { id: '1', object: 'chat.completion', choices: [{ index: 0, finish_reason: 'stop', message }] }
        : { error: { message: 'Wrong key.', type: 'invalid_request_error' } };
      response.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, keys };
}

const settings = () => vscode.workspace.getConfiguration();
const clear = async () => {
  for (const { key } of [SETTINGS.baseUrl, SETTINGS.taskModel, SETTINGS.optimizerModel]) {
    await settings().update(key, undefined, vscode.ConfigurationTarget.Global);
  }
};

describe('an OpenAI-compatible endpoint', () => {
  let uri: vscode.Uri;
  let server: Server;
  let host: string;
  let keys: (string | undefined)[];

  before(async () => {
    ({ server, host, keys } = await endpoint());
    uri = await write('prompts/repeat.md', 'Say it back.\n');
    await write('prompts/repeat.csv', 'text,expected\none,one\ntwo,two\nthree,four\n');
  });

  after(async () => {
    server.close();
    await clear();
    await (await extension()).hone.keys.clear(host);
    for (const file of ['prompts/repeat.md', 'prompts/repeat.csv'])
      await vscode.workspace.fs.delete(uriOf(file));
  });

  it('is asked for, kept in the settings, and its key in secret storage', async () => {
    const { hone } = await extension();
    const boxes = [`http://${host}/v1`, 'repeater', '', KEY];
    const asked = await answering(
      {
        showQuickPick: (items) =>
          (items as { provider?: string }[]).find(({ provider }) => provider === 'openai'),
        showInputBox: () => boxes.shift(),
      },
      () => vscode.commands.executeCommand('hone.chooseModels') as Promise<unknown>,
    );
    const key = asked.at(-1)?.args[0] as vscode.InputBoxOptions;
    assert.equal(key.password, true);
    assert.match(key.prompt ?? '', new RegExp(`sent to ${host} only`));
    assert.equal(settings().get(SETTINGS.taskModel.key), 'openai:repeater');
    assert.equal(settings().get(SETTINGS.baseUrl.key), `http://${host}/v1`);
    assert.equal(await hone.keys.get(host), KEY);
  });

  it('scores a prompt, with the key of its host', async () => {
    const asked = await answering({ showInformationMessage: () => 'Score' }, async () => {
      const result = await vscode.commands.executeCommand<EvaluationResult>('hone.evaluate', uri);
      assert.equal(result.n, 3);
      assert.ok(Math.abs((result.score ?? 0) - 2 / 3) < 1e-9, String(result.score));
    });
    const { detail } = asked[0]?.args[1] as vscode.MessageOptions;
    assert.match(
      detail ?? '',
      new RegExp(`3 rows of prompts/repeat\\.csv to .* at ${host}: at most 3 requests`),
    );
    assert.ok(keys.length > 0);
    assert.ok(keys.every((key) => key === `Bearer ${KEY}`));
  });

  it('gets no key that was entered for another host, and a refused key is said with what to do', async () => {
    const { hone } = await extension();
    await hone.keys.clear(host);
    await hone.keys.set('other.test', KEY);
    keys.length = 0;
    await write('prompts/repeat.csv', 'text,expected\nfive,five\nsix,six\nseven,seven\n');
    try {
      const asked = await answering(
        {},
        () =>
          vscode.commands.executeCommand('hone.evaluate', uri, undefined, {
            confirmed: true,
          }) as Promise<unknown>,
      );
      const error = asked.find(({ dialog }) => dialog === 'showErrorMessage');
      assert.match(String(error?.args[0]), new RegExp(host.replaceAll('.', '\\.')));
      assert.deepEqual(error?.args.slice(1), ['Set API Key']);
      assert.ok(
        keys.every((key) => !key?.includes(KEY)),
        keys.join(', '),
      );
    } finally {
      await hone.keys.clear('other.test');
    }
  });
});
