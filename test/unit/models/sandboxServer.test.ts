import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createModel,
  createSandbox,
  startSandboxServer,
  withRetry,
  type SandboxServer,
  type SandboxServerOptions,
} from '../../../src/models/index.js';
import { ask, errorOf, reasonOf } from './fakes.js';

let server: SandboxServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(options: SandboxServerOptions = {}) {
  server = await startSandboxServer(options);
  const { url } = server;
  const model = createModel('openai:default', { baseUrl: url, apiKey: 'key', timeoutMs: 500 });
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/chat/completions`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return { server, url, model, post };
}

const TICKET = 'Classify as billing or bug. Answer with the label only.\n\nTicket: I was charged twice.';
const BODY = { model: 'default', messages: [{ role: 'user', content: TICKET }] };

describe('startSandboxServer', () => {
  it('answers as the sandbox does', async () => {
    const { model, server } = await serve();
    const request = ask(TICKET);
    expect(await model.complete(request)).toEqual(await createSandbox().complete(request));
    expect(server.stats()).toMatchObject({ requests: 1, answered: 1, billed: 1, duplicates: 0, replayed: 0 });
  });

  it('tells samples apart at a temperature above 0', async () => {
    const { model } = await serve();
    const sample = (repeat: number) => ask('Write a haiku about the sea.', { temperature: 1, repeat });
    const direct = createSandbox();
    const texts = await Promise.all(
      [0, 1, 2, 3].map(async (repeat) => {
        const { text } = await model.complete(sample(repeat));
        expect(text).toBe((await direct.complete(sample(repeat))).text);
        return text;
      }),
    );
    expect(new Set(texts).size).toBeGreaterThan(1);
  });

  it('serves both paths, the list of models, its statistics, and nothing else', async () => {
    const { server, url } = await serve();
    const root = url.replace('/v1', '');
    const bare = await fetch(`${root}/chat/completions`, { method: 'POST', body: JSON.stringify(BODY) });
    expect(await bare.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'billing' }, finish_reason: 'stop' }],
    });
    const models = (await (await fetch(`${url}/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toContain('default');
    expect(await (await fetch(`${root}/stats`)).json()).toEqual(server.stats());
    expect((await fetch(`${url}/embeddings`, { method: 'POST' })).status).toBe(404);
  });

  it.each([
    ['not JSON', '{'],
    ['null', 'null'],
    ['no model', { messages: BODY.messages }],
    ['no messages', { model: 'default' }],
    ['a message without text', { model: 'default', messages: [{ role: 'user', content: 5 }] }],
    ['an unknown role', { model: 'default', messages: [{ role: 'robot', content: 'x' }] }],
    ['streaming', { ...BODY, stream: true }],
  ])('refuses %s with status 400', async (_, body) => {
    const { server, post } = await serve();
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty('error.message');
    expect(server.stats().billed).toBe(0);
  });

  it('asks for the key when it has one', async () => {
    const { url } = await serve({ requireKey: 'right' });
    const refused = await errorOf(
      createModel('openai:m', { baseUrl: url, apiKey: 'wrong' }).complete(ask('x')),
    );
    expect(refused.reason).toBe('unauthorized');
    expect(
      await createModel('openai:m', { baseUrl: url, apiKey: 'right' }).complete(ask(TICKET)),
    ).toMatchObject({
      text: 'billing',
    });
  });

  it('honours idempotency keys: one bill, the same answer, and no other request under the same key', async () => {
    const { server, post } = await serve();
    const first = await (await post(BODY, { 'Idempotency-Key': 'k' })).text();
    const again = await (await post(BODY, { 'Idempotency-Key': 'k' })).text();
    expect(again).toBe(first);
    expect(server.stats()).toMatchObject({ answered: 2, billed: 1, replayed: 1, duplicates: 0 });
    const other = { ...BODY, messages: [{ role: 'user', content: 'other' }] };
    expect((await post(other, { 'Idempotency-Key': 'k' })).status).toBe(400);
    await post(BODY);
    await post(BODY);
    expect(server.stats()).toMatchObject({ billed: 3, duplicates: 1 });
  });

  it('does not bill an answer for which nobody waits any more', async () => {
    const { server, url, post } = await serve({ latencyMs: 60 });
    const target = new URL(`${url}/chat/completions`);
    const dying = httpRequest({
      port: target.port,
      host: target.hostname,
      path: target.pathname,
      method: 'POST',
      headers: { 'idempotency-key': 'k' },
    });
    dying.on('error', () => undefined);
    dying.end(JSON.stringify(BODY));
    while (server.stats().requests < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const gone = new Promise((resolve) => dying.once('close', resolve));
    dying.destroy();
    await gone;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.stats()).toMatchObject({ requests: 1, billed: 0 });
    await (await post(BODY, { 'Idempotency-Key': 'k' })).text();
    expect(server.stats()).toMatchObject({ requests: 2, billed: 1, replayed: 0, duplicates: 0 });
  });

  it('refuses more requests at once than it takes', async () => {
    const { server, post } = await serve({ maxInFlight: 2, latencyMs: 50 });
    const responses = await Promise.all(
      [1, 2, 3, 4].map((number) => post(BODY, { 'Idempotency-Key': `${number}` })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    expect(responses.find(({ status }) => status === 429)!.headers.get('retry-after-ms')).toMatch(/^\d+$/);
    expect(server.stats().maxInFlight).toBeGreaterThan(2);
  });

  it.each([
    ['rate429', 'rate-limited'],
    ['rate500', 'overloaded'],
    ['resets', 'overloaded'],
    ['hangs', 'timed-out'],
  ] as const)('can fail on purpose: %s', async (kind, reason) => {
    const { model, server } = await serve({ faults: { [kind]: 1 } });
    expect(await reasonOf(model.complete(ask(TICKET)))).toBe(reason);
    expect(server.stats().faults[kind]).toBe(1);
    expect(server.stats().billed).toBe(0);
  });

  it('lets a client with retries get every answer, each billed once, whatever goes wrong', async () => {
    const faults = { rate429: 0.15, rate500: 0.1, resets: 0.15, hangs: 0.02, seed: 7 };
    const { url, server } = await serve({ faults });
    const plain = createModel('openai:default', { baseUrl: url, timeoutMs: 300 });
    const model = withRetry(plain, { tries: 9, sleep: () => Promise.resolve() });
    const texts = Array.from({ length: 40 }, (_, index) => `${TICKET} (${index})`);
    const answers = await Promise.all(texts.map(async (text) => (await model.complete(ask(text))).text));
    expect(answers).toEqual(texts.map(() => 'billing'));
    const stats = server.stats();
    expect(stats.billed).toBe(40);
    expect(stats.duplicates).toBe(0);
    expect(stats.faults.rate429 * stats.faults.rate500 * stats.faults.resets).toBeGreaterThan(0);
  });

  it('frees its port when closed, with requests open', async () => {
    const { server: running, model } = await serve({ faults: { hangs: 1 } });
    const open = reasonOf(model.complete(ask('x')));
    while (running.stats().requests < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await running.close();
    server = await startSandboxServer({ port: running.port });
    expect(server.port).toBe(running.port);
    expect(await open).toBe('overloaded');
  });
});
