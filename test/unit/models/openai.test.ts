import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createModel,
  createOpenAIModel,
  parseModelSpec,
  requestKey,
  withRetry,
  type EndpointSign,
} from '../../../src/models/index.js';
import { nothingLeftFor, retryAfter } from '../../../src/models/rateLimits.js';
import { ask, errorOf } from './fakes.js';

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

const KEY = 'sk-secret-0123456789';
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** An endpoint on this machine that answers as told, and notes what it gets. */
async function endpoint(react: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      received.push({ url: request.url, headers: request.headers, body });
      react(response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { received, host: `127.0.0.1:${port}`, baseUrl: `http://127.0.0.1:${port}/v1` };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const completion = (message: unknown, more: object = {}) =>
  json(200, { choices: [{ index: 0, message, finish_reason: 'stop' }], ...more });

describe('createOpenAIModel', () => {
  it('leaves out a temperature that the model does not accept, and names the token limit anew', async () => {
    const refusal = (param: string) =>
      json(400, { error: { message: `Unsupported value: '${param}'`, code: 'unsupported_value', param } });
    let answers = 0;
    const server = await endpoint((response) => {
      const react = [refusal('temperature'), refusal('max_tokens')][answers++];
      (react ?? completion({ content: 'hi' }))(response);
    });
    const waits: string[] = [];
    const model = withRetry(createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }), {
      onWaiting: ({ message }) => waits.push(message),
    });
    const request = ask('Hello', { temperature: 0, maxTokens: 9 });
    expect((await model.complete(request)).text).toBe('hi');
    expect((await model.complete(request)).text).toBe('hi');
    expect(waits).toHaveLength(2);
    expect(waits[0]).toContain('does not accept temperature');
    const limits = { messages: request.messages, model: 'm' };
    expect(server.received.map(({ body }) => body)).toEqual([
      { ...limits, temperature: 0, max_tokens: 9 },
      { ...limits, max_tokens: 9 },
      { ...limits, max_completion_tokens: 9 },
      { ...limits, max_completion_tokens: 9 },
    ]);
  });

  it('does not try again what the server refuses for other reasons', async () => {
    const refusal = {
      error: { message: 'Temperature must be at most 2', code: 'invalid', param: 'temperature' },
    };
    const server = await endpoint(json(400, refusal));
    const error = await errorOf(createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x')));
    expect([error.reason, error.transient]).toEqual(['bad-request', false]);
  });

  it('takes an answer that is not HTTP for one that has come: the request went out', async () => {
    const server = await endpoint((response) => response.socket!.end('WHAT?\r\n\r\n'));
    const error = await errorOf(createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x')));
    expect(error.reason).toBe('bad-response');
    expect(error.message).toContain('not HTTP');
  });

  it('refuses a base URL that nothing can be added to, without showing what may be a key', () => {
    const make = () => createOpenAIModel({ name: 'm', baseUrl: `http://a.test/v1?key=${KEY}` });
    expect(make).toThrow('The base URL for a.test');
    expect(make).not.toThrow(KEY);
  });

  it('sends what was asked for, and nothing else', async () => {
    const server = await endpoint(
      completion(
        { role: 'assistant', content: 'hi' },
        {
          usage: { prompt_tokens: 3, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 2 } },
        },
      ),
    );
    const model = createModel('openai:tiny:8b', { baseUrl: `${server.baseUrl}/`, apiKey: KEY });
    expect(model).toMatchObject({ id: 'openai:tiny:8b', label: 'tiny:8b', destination: server.host });
    const request = ask('Hello', {
      temperature: 0,
      topP: 0.5,
      maxTokens: 9,
      responseFormat: { type: 'json_object' },
      repeat: 2,
    });
    expect(await model.complete(request)).toEqual({
      text: 'hi',
      finishReason: 'stop',
      tokens: { prompt: 3, completion: 1, cached: 2 },
    });
    const [{ url, headers, body }] = server.received as [Received];
    expect(url).toBe('/v1/chat/completions');
    expect(body).toEqual({
      model: 'tiny:8b',
      messages: [{ role: 'user', content: 'Hello' }],
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      response_format: { type: 'json_object' },
    });
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(headers['idempotency-key']).toBe(requestKey(model, request));
    expect(headers['x-hone-repeat']).toBe('2');
    // The package would otherwise tell the endpoint about the machine.
    expect(Object.keys(headers).filter((name) => name.startsWith('x-stainless'))).toEqual([]);
    expect(headers['user-agent']).toBe('hone');
  });

  it('leaves out what was not given, and reads no environment variable', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-from-environment');
    vi.stubEnv('OPENAI_ORG_ID', 'org');
    vi.stubEnv('OPENAI_ADMIN_KEY', 'sk-admin');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1/v1');
    const server = await endpoint(completion({ content: 'hi' }));
    const answer = await createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('Hello'));
    vi.unstubAllEnvs();
    expect(answer).toEqual({ text: 'hi', finishReason: 'stop' });
    const [{ headers, body }] = server.received as [Received];
    expect(Object.keys(body).sort()).toEqual(['messages', 'model']);
    expect(headers.authorization).toBeUndefined();
    expect(headers['openai-organization']).toBeUndefined();
    expect(headers['x-hone-repeat']).toBeUndefined();
  });

  it.each([
    [401, { code: 'invalid_api_key', message: `Wrong key ${KEY}` }, 'unauthorized', /refused the key/],
    [403, { message: 'no' }, 'unauthorized', /refused the key/],
    [402, { message: 'Payment required' }, 'quota-exhausted', /quota/],
    [404, { message: 'The model m does not exist' }, 'no-model', /no model m .*does not exist/],
    [408, {}, 'timed-out', /did not answer/],
    [409, {}, 'overloaded', /status 409/],
    [
      429,
      { code: 'rate_limit_exceeded', message: 'Slow down' },
      'rate-limited',
      /rate of requests: Slow down/,
    ],
    [429, { code: 'insufficient_quota', message: 'Quota' }, 'quota-exhausted', /quota/],
    [500, { message: 'oops' }, 'overloaded', /status 500: oops/],
    [503, {}, 'overloaded', /status 503/],
    [400, { message: `temperature must be 1, ${KEY}` }, 'bad-request', /temperature must be 1, …/],
    [422, { message: 'nope' }, 'bad-request', /status 422.*nope/],
  ] as const)('maps status %i %j to %s', async (status, error, reason, message) => {
    const server = await endpoint(json(status, { error }));
    const raised = await errorOf(
      createOpenAIModel({ name: 'm', baseUrl: server.baseUrl, apiKey: KEY }).complete(ask('x')),
    );
    expect(raised.reason).toBe(reason);
    expect(raised.message).toMatch(message);
    expect(raised.message).toContain(server.host);
    expect(raised.place.host).toBe(server.host);
    expect(raised.nextStep).not.toBe('');
    expect(JSON.stringify([raised.message, raised.nextStep, raised.cause])).not.toContain(KEY);
    // One request each: trying again is not for this layer.
    expect(server.received).toHaveLength(1);
  });

  it.each([
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
    [{ 'retry-after': '2' }, 2000],
    [{}, undefined],
  ])('reads the hint of %j as %s ms', async (headers, expected) => {
    const server = await endpoint(json(429, { error: {} }, headers));
    const raised = await errorOf(
      createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x')),
    );
    expect(raised.retryAfterMs).toBe(expected);
  });

  it('reads a hint that is a date', () => {
    const now = Date.parse('2030-01-01T00:00:00Z');
    const headers = (value: string) => new Headers({ 'retry-after': value });
    expect(retryAfter(headers('Tue, 01 Jan 2030 00:00:07 GMT'), now)).toBe(7000);
    expect(retryAfter(headers('soon'), now)).toBeUndefined();
  });

  it.each([
    [{}, undefined],
    [{ 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '9s' }, undefined],
    [{ 'x-ratelimit-remaining-requests': '0' }, undefined],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'soon' }, undefined],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '120ms' }, 120],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m2.5s' }, 62_500],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '7' }, 7000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1893456003' }, 3000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1893456004000' }, 4000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '2030-01-01T00:00:05Z' }, 5000],
  ])('reads from %j that nothing is left for %s ms', (headers, expected) => {
    expect(
      nothingLeftFor(new Headers(headers as Record<string, string>), Date.parse('2030-01-01T00:00:00Z')),
    ).toBe(expected);
  });

  it('tells of the load that each response lets on, refusals included', async () => {
    const limits = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' };
    const message = { choices: [{ message: { content: 'hi' } }] };
    const reactions = [json(200, message, limits), json(429, { error: {} }, limits), json(200, message)];
    const server = await endpoint((response) => reactions[server.received.length - 1]!(response));
    const model = createOpenAIModel({ name: 'm', baseUrl: server.baseUrl });
    const signs: EndpointSign[] = [];
    for (let request = 0; request < 3; request++) {
      await model.complete(ask('x'), { onSign: (sign) => signs.push(sign) }).catch(() => undefined);
    }
    expect(signs).toEqual([
      { status: 200, nothingLeftForMs: 2000 },
      { status: 429, nothingLeftForMs: 2000 },
      { status: 200 },
    ]);
  });

  it('uses a connection again', async () => {
    const server = await endpoint(completion({ content: 'hi' }));
    let connections = 0;
    servers.at(-1)!.on('connection', () => connections++);
    const model = createOpenAIModel({ name: 'm', baseUrl: server.baseUrl });
    for (let request = 0; request < 5; request++) await model.complete(ask(`${request}`));
    expect([server.received.length, connections]).toEqual([5, 1]);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('reads an answer that was compressed with %s, unasked', async (encoding, compress) => {
    const server = await endpoint((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      response.end(compress(JSON.stringify({ choices: [{ message: { content: 'grüße' } }] })));
    });
    const answer = await createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x'));
    expect(answer.text).toBe('grüße');
    expect(server.received[0]!.headers['accept-encoding']).toBeUndefined();
  });

  it.each([
    ['no choices', json(200, { choices: [] }), /without choices/],
    ['another shape', json(200, { ok: true }), /without choices/],
    ['nothing', json(200, null), /without choices/],
    ['an empty text', completion({ content: '' }), /empty answer/],
    ['null', completion({ content: null }), /empty answer/],
    ['a list of parts', completion({ content: [{ type: 'text', text: 'hi' }] }), /empty answer/],
    [
      'a page',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
      },
      /without choices/,
    ],
    [
      'broken JSON',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices": [');
      },
      /not JSON/,
    ],
  ] as const)('refuses an answer with %s', async (_, react, message) => {
    const server = await endpoint(react);
    const raised = await errorOf(
      createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x')),
    );
    expect([raised.reason, raised.message]).toEqual(['bad-response', expect.stringMatching(message)]);
    expect(raised.message).toContain(server.host);
  });

  it('takes a refusal as the answer', async () => {
    const server = await endpoint(completion({ content: null, refusal: 'I cannot.' }));
    const answer = await createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x'));
    expect(answer.text).toBe('I cannot.');
  });

  it('follows no redirect, so that neither the key nor the prompt goes to another host', async () => {
    const elsewhere = await endpoint(completion({ content: 'stolen' }));
    const server = await endpoint((response) => {
      response.writeHead(307, { location: `${elsewhere.baseUrl}/chat/completions` }).end();
    });
    const raised = await errorOf(
      createOpenAIModel({ name: 'm', baseUrl: server.baseUrl, apiKey: KEY }).complete(ask('x')),
    );
    expect(raised.reason).toBe('bad-response');
    expect(raised.message).toContain(elsewhere.host);
    expect(elsewhere.received).toEqual([]);
  });

  it('names a host that cannot be reached', async () => {
    const server = await endpoint(() => undefined);
    servers.pop()!.close();
    const refused = await errorOf(
      createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x')),
    );
    expect(refused.reason).toBe('unreachable');
    expect(refused.message).toBe(`${server.host} could not be reached (ECONNREFUSED).`);
    const unknown = await errorOf(
      createOpenAIModel({ name: 'm', baseUrl: 'http://nowhere.invalid/v1' }).complete(ask('x')),
    );
    expect(unknown.reason).toBe('unreachable');
    expect(unknown.message).toContain('nowhere.invalid');
  });

  it.each([
    ['before the answer', (response: ServerResponse) => response.destroy()],
    [
      'in the middle of it',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
        response.write('{"choices"', () => response.destroy());
      },
    ],
  ])('takes a connection cut %s as overload', async (_, react) => {
    const server = await endpoint(react);
    const raised = await errorOf(
      createOpenAIModel({ name: 'm', baseUrl: server.baseUrl }).complete(ask('x')),
    );
    expect([raised.reason, raised.transient]).toEqual(['overloaded', true]);
  });

  it.each([
    ['sends nothing', () => undefined],
    [
      'stops in the middle',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"choices"');
      },
    ],
  ])('gives up on a server that %s', async (_, react) => {
    const server = await endpoint(react);
    const model = createOpenAIModel({ name: 'm', baseUrl: server.baseUrl, timeoutMs: 80 });
    const raised = await errorOf(model.complete(ask('x')));
    expect(raised.reason).toBe('timed-out');
    expect(raised.message).toBe(`${server.host} did not answer within 0.08 s.`);
  });

  it('stops when it is cancelled, before and during a request', async () => {
    const server = await endpoint(() => undefined);
    const model = createOpenAIModel({ name: 'm', baseUrl: server.baseUrl });
    const before = await errorOf(model.complete(ask('x'), { signal: AbortSignal.abort() }));
    expect([before.reason, server.received.length]).toEqual(['cancelled', 0]);
    const abort = new AbortController();
    const during = errorOf(model.complete(ask('x'), { signal: abort.signal }));
    await vi.waitFor(() => expect(server.received).toHaveLength(1));
    abort.abort();
    expect((await during).reason).toBe('cancelled');
  });
});

describe('createModel', () => {
  it.each([
    ['sandbox', { provider: 'sandbox', name: 'default' }],
    ['sandbox:untagged', { provider: 'sandbox', name: 'untagged' }],
    ['openai:gpt-4.1-mini', { provider: 'openai', name: 'gpt-4.1-mini' }],
    ['openai:llama3:8b', { provider: 'openai', name: 'llama3:8b' }],
  ])('reads %s', (text, spec) => {
    expect(parseModelSpec(text)).toEqual(spec);
  });

  it.each(['', 'openai', 'openai:', 'gpt-4.1', 'mystery:x'])('refuses %j', async (text) => {
    const raised = await errorOf(Promise.resolve().then(() => createModel(text)));
    expect(raised.reason).toBe('bad-config');
    expect(raised.nextStep).toContain('openai:');
  });

  it.each([
    ['ftp://a.test/v1', 'bad-config'],
    ['nonsense', 'bad-config'],
    ['https://user:pass@a.test/v1', 'bad-config'],
  ])('refuses the address %s', async (baseUrl, reason) => {
    const raised = await errorOf(Promise.resolve().then(() => createModel('openai:m', { baseUrl })));
    expect(raised.reason).toBe(reason);
    expect(raised.message).not.toContain('pass@');
  });

  it("asks for a key for OpenAI's own endpoint before anything is sent", async () => {
    const raised = await errorOf(Promise.resolve().then(() => createModel('openai:m', { apiKey: '' })));
    expect([raised.reason, raised.place.host]).toEqual(['unauthorized', 'api.openai.com']);
  });

  it('names the sandbox as what it is', async () => {
    expect(createModel('sandbox')).toMatchObject({
      id: 'sandbox:default',
      label: 'Sandbox (simulated, no LLM)',
      destination: 'this machine',
    });
    const raised = await errorOf(Promise.resolve().then(() => createModel('sandbox:gpt')));
    expect(raised.reason).toBe('no-model');
    expect(raised.nextStep).toContain('sandbox:untagged');
  });
});
