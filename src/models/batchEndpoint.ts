import type { OpenAI } from 'openai';
import { HoneError } from '../core/errors.js';
import type { ModelAnswer, ModelRequest } from './model.js';
import { answerOf, completionBody, OPENAI_BASE_URL } from './openai.js';
import { openaiClient } from './openaiClient.js';
import { modelError } from './openaiErrors.js';
import { retryAfter } from './rateLimits.js';

/** A batch as the endpoint tells of it. */
export interface Batch {
  readonly id: string;
  /** `ended` with results for some or all of its requests; `failed` before any was worked on. */
  readonly status: 'working' | 'ended' | 'cancelled' | 'failed';
  /** Requests that are done, and all of them. */
  readonly done: number;
  readonly total: number;
  readonly resultFiles: readonly string[];
  /** Why it failed. `rate-limited`: more requests are waiting than the account may have waiting. */
  readonly failure?: HoneError;
  /** When to look again, in milliseconds, where the endpoint says so. */
  readonly lookAfterMs?: number;
}

/** An endpoint's engine for requests that are not urgent. All methods raise HoneErrors only. */
export interface BatchEndpoint {
  readonly host: string;
  /** A request as one line of a batch's input, without the line's end. */
  line(customId: string, request: ModelRequest): string;
  /** @returns the id of the uploaded file */
  upload(name: string, lines: readonly string[], signal: AbortSignal): Promise<string>;
  /** @param name goes into the batch's metadata */
  create(name: string, fileId: string, signal: AbortSignal): Promise<Batch>;
  /** The batch of that name, undefined when there is none since `since` (milliseconds since 1970). */
  find(name: string, since: number, signal: AbortSignal): Promise<Batch | undefined>;
  /** Undefined when the endpoint knows of no such batch. */
  look(id: string, signal: AbortSignal): Promise<Batch | undefined>;
  /** Hands over each result, in any order. */
  results(
    batch: Batch,
    onResult: (customId: string, result: ModelAnswer | HoneError) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface BatchEndpointOptions {
  /** The model's name at the endpoint. */
  readonly name: string;
  /** Default: OpenAI's own. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** For a question about a batch; files get ten times as long. Default 120,000. */
  readonly timeoutMs?: number;
}

const URL_OF_LINES = '/v1/chat/completions';
const METADATA = 'hone';
const DEFAULT_TIMEOUT_MS = 120_000;
const FILES_TIMES = 10;
/** Clocks of two machines differ. */
const CLOCKS_APART_MS = 3600_000;
const PAGE = 100;

/**
 * The Batch API of an OpenAI-compatible endpoint, through the `openai` package: files of requests, batches, and results by
 * custom id. Nothing is sent before the first call.
 */
export function createBatchEndpoint(options: BatchEndpointOptions): BatchEndpoint {
  const { name: model, baseUrl = OPENAI_BASE_URL, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const apiKey = options.apiKey === '' ? undefined : options.apiKey;
  const { host } = new URL(baseUrl);
  const unsupported = new Set<string>();
  let client: Promise<OpenAI> | undefined;

  const errorOf = (error: unknown, more: { timeoutMs: number; timedOut?: boolean; cancelled?: boolean }) =>
    modelError(error, { host, model, unsupported, apiKey, timedOut: false, cancelled: false, ...more });

  /** Sends one request. `none` is for what the endpoint has not. */
  async function ask<T>(
    work: (client: OpenAI, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    {
      times = 1,
      none = () => Promise.reject(noBatches(host)),
    }: { times?: number; none?: () => Promise<T> } = {},
  ): Promise<T> {
    const clock = AbortSignal.timeout(timeoutMs * times);
    try {
      client ??= openaiClient(baseUrl.replace(/\/+$/, ''), apiKey, timeoutMs * FILES_TIMES);
      return await work(await client, AbortSignal.any([signal, clock]));
    } catch (error) {
      if (NOT_THERE.has((error as { status?: number }).status ?? 0)) return none();
      const timedOut = clock.aborted;
      throw errorOf(error, { timeoutMs: timeoutMs * times, timedOut, cancelled: signal.aborted });
    }
  }

  const batchOf = (batch: OpenAI.Batch, response?: Response): Batch => {
    const lookAfterMs = retryAfter(response?.headers);
    const { completed = 0, failed = 0, total = 0 } = batch.request_counts ?? {};
    const [fault] = batch.errors?.data ?? [];
    return {
      id: batch.id,
      status: STATUS[batch.status] ?? 'working',
      done: completed + failed,
      total,
      resultFiles: [batch.output_file_id, batch.error_file_id].filter((id): id is string => Boolean(id)),
      ...(batch.status === 'failed' && {
        failure: asUncounted(errorOf(failedBatch(batch.id, fault), { timeoutMs })),
      }),
      ...(lookAfterMs !== undefined && { lookAfterMs }),
    };
  };

  return {
    host,
    line: (customId, request) =>
      JSON.stringify({
        custom_id: customId,
        method: 'POST',
        url: URL_OF_LINES,
        body: completionBody(model, request, unsupported),
      }),
    upload: (name, lines, signal) =>
      ask(
        async ({ files }, stop) => {
          const file = new File(
            lines.map((line) => `${line}\n`),
            `${name}.jsonl`,
            { type: 'application/jsonl' },
          );
          return (await files.create({ file, purpose: 'batch' }, { signal: stop })).id;
        },
        signal,
        { times: FILES_TIMES },
      ),
    create: (name, fileId, signal) =>
      ask(async ({ batches }, stop) => {
        const { data, response } = await batches
          .create(
            {
              input_file_id: fileId,
              endpoint: URL_OF_LINES,
              completion_window: '24h',
              metadata: { [METADATA]: name },
            },
            { signal: stop, headers: { 'Idempotency-Key': name } },
          )
          .withResponse();
        return batchOf(data, response);
      }, signal),
    find: (name, since, signal) =>
      ask(async ({ batches }, stop) => {
        for await (const batch of batches.list({ limit: PAGE }, { signal: stop })) {
          if (batch.metadata?.[METADATA] === name) return batchOf(batch);
          if (batch.created_at * 1000 < since - CLOCKS_APART_MS) return undefined;
        }
        return undefined;
      }, signal),
    look: (id, signal) =>
      ask<Batch | undefined>(
        async ({ batches }, stop) => {
          const { data, response } = await batches.retrieve(id, { signal: stop }).withResponse();
          return batchOf(data, response);
        },
        signal,
        { none: () => Promise.resolve(undefined) },
      ),
    async results({ resultFiles }, onResult, signal) {
      for (const file of resultFiles) {
        await ask(
          async ({ files }, stop) => {
            const { body } = await files.content(file, { signal: stop });
            if (!body) return;
            for await (const line of linesOf(body)) {
              const { customId, ...result } = readResult(line, host);
              if ('answer' in result) onResult(customId, result.answer);
              else onResult(customId, errorOf(result.error, { timeoutMs }));
            }
          },
          signal,
          // Results that are gone are results that lack.
          { times: FILES_TIMES, none: () => Promise.resolve() },
        );
      }
    },
  };
}

const STATUS: Readonly<Record<string, Batch['status']>> = {
  completed: 'ended',
  expired: 'ended',
  cancelled: 'cancelled',
  failed: 'failed',
};
/** What endpoints answer to a path that they do not serve. */
const NOT_THERE = new Set([404, 405, 501]);

function noBatches(host: string): HoneError {
  return new HoneError({
    reason: 'bad-config',
    message: `${host} has no Batch API at this address, so nothing was sent.`,
    nextStep: 'Use the live backend: --backend live on the command line, hone.backend in the settings.',
    place: { host },
    uncounted: true,
  });
}

/** The same error for a request that was not worked on. */
export function asUncounted(error: HoneError): HoneError {
  const { reason, message, nextStep, place, retryAfterMs, cause } = error;
  return new HoneError({
    reason,
    message,
    nextStep,
    place,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    cause,
    uncounted: true,
  });
}

/** A batch that failed, in the shape of a request that failed for the same cause. */
function failedBatch(id: string, fault: OpenAI.BatchError | undefined): unknown {
  const { code = '', message = 'no reason given', line } = fault ?? {};
  const status = /token_limit|rate_limit/.test(code)
    ? 429
    : /billing|quota/.test(code)
      ? 402
      : code === 'model_not_found'
        ? 404
        : 400;
  const where = line === undefined || line === null ? `batch ${id}` : `batch ${id}, line ${line}`;
  return { status, error: { code, message: `${where}: ${message}` } };
}

interface ResultLine {
  readonly custom_id?: unknown;
  readonly response?: { readonly status_code?: unknown; readonly body?: unknown } | null;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

/** Results of batches are repeated without a pause, so that they come together and share the next batch. */
const AT_ONCE = { 'retry-after-ms': '0' };

function readResult(
  text: string,
  host: string,
): { customId: string } & ({ answer: ModelAnswer } | { error: unknown }) {
  const { custom_id: id, response, error } = JSON.parse(text) as ResultLine;
  const customId = String(id);
  if (response?.status_code === 200) {
    try {
      return { customId, answer: answerOf(response.body, host) };
    } catch (unusable) {
      return { customId, error: unusable };
    }
  }
  if (response) {
    const body = (response.body as { error?: unknown } | null | undefined)?.error;
    return {
      customId,
      error: { status: Number(response.status_code), headers: new Headers(AT_ONCE), error: body },
    };
  }
  return {
    customId,
    error: notWorkedOn(host, typeof error?.code === 'string' ? error.code : 'no reason given'),
  };
}

/** The error of a request that a batch has ended without. It was not paid for. */
export function notWorkedOn(host: string, detail: string): HoneError {
  return new HoneError({
    reason: 'overloaded',
    message: `The batch at ${host} ended without an answer to this request (${detail}).`,
    nextStep: 'Resume to send it in another batch, or use the live backend.',
    place: { host },
    retryAfterMs: 0,
    uncounted: true,
  });
}

/** The lines of a file of JSON Lines, which only a line feed ends. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines.filter((line) => line !== '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}
