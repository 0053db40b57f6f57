import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashFraction } from '../../core/hash.js';
import type { ChatMessage, Role } from '../../core/prompt.js';
import type { ModelAnswer, ModelRequest } from '../model.js';
import { isBatchPath, SandboxBatches, type BatchStats, type SandboxBatchOptions } from './batches.js';
import { bodyOf, send, sendError } from './http.js';
import { sandboxAnswer, SANDBOX_NAMES } from './index.js';

/** Shares of requests, each in [0, 1], that go wrong on purpose. Together at most 1. */
export interface Faults {
  /** Answered with status 429 and a hint when to come back. */
  readonly rate429?: number;
  readonly rate500?: number;
  /** The connection is cut, before or in the middle of the answer. */
  readonly resets?: number;
  /** Never answered. */
  readonly hangs?: number;
  /** Decides which requests go wrong. Default 0. */
  readonly seed?: number;
}

export interface SandboxServerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Time that an answer takes. Default 0. */
  readonly latencyMs?: number;
  readonly faults?: Faults;
  /** Refuse requests without this key. */
  readonly requireKey?: string;
  /** Requests at once above which it answers with 429. Default: no limit. */
  readonly maxInFlight?: number;
  /** How batches are worked on; `false` for an endpoint that has none. */
  readonly batches?: SandboxBatchOptions | false;
}

export interface SandboxStats {
  /** Completions asked for, those in batches included once the batch works on them. */
  requests: number;
  /** Answers sent to the end, replayed ones included. */
  answered: number;
  /** Answers sent to the end that a real endpoint would charge for. */
  billed: number;
  /** Billed although the same request with the same key had been billed before. */
  duplicates: number;
  /** Answers that an idempotency key got for the second time, free of charge. */
  replayed: number;
  /** The most requests that were open at once. */
  maxInFlight: number;
  faults: { rate429: number; rate500: number; resets: number; hangs: number };
  batches: BatchStats;
}

export interface SandboxServer {
  /** Base URL for OpenAI-compatible clients, for example `http://127.0.0.1:8700/v1`. */
  readonly url: string;
  readonly port: number;
  stats(): SandboxStats;
  /** Cuts open connections and frees the port. */
  close(): Promise<void>;
}

type FaultKind = keyof SandboxStats['faults'];
const ROLES: readonly Role[] = ['system', 'user', 'assistant'];
const LARGEST_BODY = 8 * 1024 * 1024;
const COME_BACK_MS = 40;
const NAME_LENGTH = 56;

/** Serves the sandbox over the chat completion protocol on 127.0.0.1. */
export async function startSandboxServer(options: SandboxServerOptions = {}): Promise<SandboxServer> {
  const endpoint = new Endpoint(options);
  const server: Server = createServer((request, response) => void endpoint.handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    stats: () => structuredClone(endpoint.stats),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

interface CompletionCall {
  readonly request: ModelRequest;
  readonly model: string;
  /** The body's hash. */
  readonly body: string;
  readonly idempotencyKey: string | undefined;
}

class Endpoint {
  readonly stats: SandboxStats = {
    requests: 0,
    answered: 0,
    billed: 0,
    duplicates: 0,
    replayed: 0,
    maxInFlight: 0,
    faults: { rate429: 0, rate500: 0, resets: 0, hangs: 0 },
    batches: { files: 0, created: 0, lines: 0, looks: 0 },
  };
  private readonly batches: SandboxBatches | undefined;
  private inFlight = 0;
  private readonly tries = new Map<string, number>();
  private readonly byIdempotencyKey = new Map<string, { readonly body: string; readonly answer: string }>();
  private readonly billedOnce = new Set<string>();

  constructor(private readonly options: SandboxServerOptions) {
    if (options.batches === false) return;
    this.batches = new SandboxBatches(this.stats.batches, options.batches, (body, name, repeat) => {
      const call = readCall(body, { idempotencyKey: name, repeat });
      this.stats.requests++;
      this.countAnswer(call, true);
      return completionOf(call);
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname.replace(/^\/v1(?=\/)/, '');
    if (request.method === 'GET' && path === '/stats') {
      send(response, 200, this.stats);
      return;
    }
    if (!this.isAllowed(request)) {
      sendError(response, 401, 'Incorrect API key provided.', 'invalid_api_key');
      return;
    }
    if (request.method === 'GET' && path === '/models') {
      const data = SANDBOX_NAMES.map((id) => ({ id, object: 'model', owned_by: 'hone-sandbox' }));
      send(response, 200, { object: 'list', data });
      return;
    }
    if (request.method === 'POST' && path === '/chat/completions') return this.complete(request, response);
    if (this.batches && isBatchPath(path)) return this.batches.handle(request, response, path);
    sendError(response, 404, `There is nothing at ${request.method} ${path}.`, 'not_found');
  }

  private isAllowed(request: IncomingMessage): boolean {
    const { requireKey } = this.options;
    return requireKey === undefined || request.headers.authorization === `Bearer ${requireKey}`;
  }

  private async complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.stats.requests++;
    this.inFlight++;
    this.stats.maxInFlight = Math.max(this.stats.maxInFlight, this.inFlight);
    response.once('close', () => this.inFlight--);
    if (this.inFlight > (this.options.maxInFlight ?? Infinity)) {
      request.resume();
      sendError(response, 429, 'Too many requests at once.', 'rate_limit_exceeded', COME_BACK_MS);
      return;
    }
    let call: CompletionCall;
    try {
      const { headers } = request;
      const idempotencyKey = headers['idempotency-key'];
      call = readCall((await bodyOf(request, LARGEST_BODY)).toString('utf8'), {
        idempotencyKey: typeof idempotencyKey === 'string' ? idempotencyKey : undefined,
        repeat: Number(headers['x-hone-repeat'] ?? 0) || 0,
      });
    } catch (error) {
      sendError(response, 400, (error as Error).message, 'invalid_request_error');
      return;
    }
    const fault = this.nextFault(call);
    if (fault) this.stats.faults[fault]++;
    if (fault === 'hangs') return;
    if (fault === 'rate429') {
      sendError(response, 429, 'Rate limit reached, on purpose.', 'rate_limit_exceeded', COME_BACK_MS);
      return;
    }
    if (fault === 'rate500') {
      sendError(response, 500, 'Failed on purpose.', 'server_error', COME_BACK_MS);
      return;
    }
    const known =
      call.idempotencyKey === undefined ? undefined : this.byIdempotencyKey.get(call.idempotencyKey);
    if (known && known.body !== call.body) {
      sendError(response, 400, 'This idempotency key was used for another request.', 'idempotency_error');
      return;
    }
    const text = known?.answer ?? JSON.stringify(completionOf(call));
    if (call.idempotencyKey !== undefined) {
      this.byIdempotencyKey.set(call.idempotencyKey, { body: call.body, answer: text });
    }
    const { latencyMs = 0 } = this.options;
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    if (response.destroyed) return;
    if (fault === 'resets') {
      cutOff(response, text, call.body);
      return;
    }
    response.once('finish', () => this.countAnswer(call));
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  }

  /** Follows from the seed, the request and how often it came, not from the order in which requests arrive. */
  private nextFault({ body, idempotencyKey }: CompletionCall): FaultKind | undefined {
    const { faults = {} } = this.options;
    const name = `${idempotencyKey ?? ''} ${body}`;
    const attempt = (this.tries.get(name) ?? 0) + 1;
    this.tries.set(name, attempt);
    let place = hashFraction(`${faults.seed ?? 0} ${attempt} ${name}`);
    for (const kind of ['rate429', 'rate500', 'resets', 'hangs'] as const) {
      const share = faults[kind] ?? 0;
      if (place < share) return kind;
      place -= share;
    }
    return undefined;
  }

  /** @param inBatch a batch works on all of its lines, whatever was answered before */
  private countAnswer({ body, idempotencyKey }: CompletionCall, inBatch = false): void {
    this.stats.answered++;
    const name = `${nameOf(idempotencyKey)} ${body}`;
    const before = this.billedOnce.has(name);
    if (before && idempotencyKey !== undefined && !inBatch) {
      this.stats.replayed++;
      return;
    }
    this.stats.billed++;
    if (before) this.stats.duplicates++;
    this.billedOnce.add(name);
  }
}

/** The part of a request's key that its line in a batch has too. */
function nameOf(idempotencyKey: string | undefined): string {
  return (idempotencyKey ?? '').slice(0, NAME_LENGTH);
}

/** @throws Error with a sentence for the client when the body is not a completion request. */
function readCall(
  text: string,
  { idempotencyKey, repeat }: { readonly idempotencyKey: string | undefined; readonly repeat: number },
): CompletionCall {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('The body is not JSON.');
  }
  const { model, temperature, messages, stream } = (parsed ?? {}) as Record<string, unknown>;
  if (stream === true) throw new Error('The sandbox does not stream.');
  if (typeof model !== 'string') throw new Error("Missing required parameter: 'model'.");
  return {
    model,
    body: createHash('sha256').update(text).digest('hex'),
    idempotencyKey,
    request: {
      messages: readMessages(messages),
      ...(typeof temperature === 'number' && { temperature }),
      repeat,
    },
  };
}

function readMessages(value: unknown): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) throw new Error("Missing required parameter: 'messages'.");
  return value.map((message: unknown, index) => {
    const { role, content } = (message ?? {}) as Record<string, unknown>;
    if (!ROLES.some((known) => known === role) || typeof content !== 'string') {
      throw new Error(`messages[${index}] needs a role (${ROLES.join(', ')}) and a content that is text.`);
    }
    return { role: role as Role, content };
  });
}

function completionOf({ request, model, body }: CompletionCall) {
  const answer: ModelAnswer = sandboxAnswer(request, { tagged: model !== 'untagged' });
  const { prompt = 0, completion = 0 } = answer.tokens ?? {};
  return {
    id: `chatcmpl-${body.slice(0, 24)}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [
      { index: 0, message: { role: 'assistant', content: answer.text }, finish_reason: answer.finishReason },
    ],
    usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
  };
}

function cutOff(response: ServerResponse, text: string, name: string): void {
  if (hashFraction(`cut ${name}`) < 0.5) {
    response.destroy();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}
