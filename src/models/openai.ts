import type { OpenAI } from 'openai';
import { HoneError, throwIfCancelled } from '../core/errors.js';
import { openaiClient } from './openaiClient.js';
import { badResponse, modelError, responseOf } from './openaiErrors.js';
import type { EndpointSign, Model, ModelAnswer, ModelRequest } from './model.js';
import { nothingLeftFor, type ReadHeaders } from './rateLimits.js';
import { requestKey } from './requestKey.js';

export const OPENAI_BASE_URL = 'https://api.openai.com/v1';
const DEFAULT_TIMEOUT_MS = 120_000;
/** Tells an endpoint of ours which sample of a request is asked for. Others ignore it. */
export const REPEAT_HEADER = 'X-Hone-Repeat';

export interface OpenAIModelOptions {
  /** The model's name at the endpoint. */
  readonly name: string;
  /** Default: OpenAI's own. Where the path of the chat completions hangs below, usually ending in `/v1`. */
  readonly baseUrl?: string;
  /** Sent to the host of `baseUrl` and nowhere else. Absent for endpoints that need none. */
  readonly apiKey?: string;
  /** For the whole of one request, the body included. Default 120,000. */
  readonly timeoutMs?: number;
}

/**
 * A model at an OpenAI-compatible endpoint, through the `openai` package. One request per call: trying again is for the
 * retry wrapper. The package reads no environment variable, follows no redirect and sends nothing about this machine.
 * @throws HoneError `bad-config` when the base URL cannot be used, `unauthorized` when OpenAI's own endpoint has no key.
 */
export function createOpenAIModel(options: OpenAIModelOptions): Model {
  const { name, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const apiKey = options.apiKey === '' ? undefined : options.apiKey;
  const baseUrl = (options.baseUrl ?? OPENAI_BASE_URL).replace(/\/+$/, '');
  const { host } = checkedUrl(baseUrl);
  if (!apiKey && baseUrl === OPENAI_BASE_URL) {
    throw new HoneError({
      reason: 'unauthorized',
      message: `There is no key for ${host}, so nothing was sent.`,
      nextStep: `Enter the key for ${host}, or name an endpoint that needs none.`,
      place: { host },
    });
  }
  const identity = { id: `openai:${name}`, baseUrl };
  const unsupported = new Set<string>();
  let client: Promise<OpenAI> | undefined;
  return {
    ...identity,
    label: name,
    destination: host,
    async complete(request, call = {}) {
      throwIfCancelled(call.signal);
      client ??= openaiClient(baseUrl, apiKey, timeoutMs);
      const clock = new AbortController();
      const stop = () => clock.abort();
      let expired = false;
      const timer = setTimeout(() => {
        expired = true;
        clock.abort();
      }, timeoutMs);
      call.signal?.addEventListener('abort', stop, { once: true });
      try {
        const { data, response } = await (
          await client
        ).chat.completions
          .create(completionBody(name, request, unsupported), {
            signal: clock.signal,
            headers: {
              'Idempotency-Key': requestKey(identity, request),
              ...(request.repeat > 0 && { [REPEAT_HEADER]: String(request.repeat) }),
            },
          })
          .withResponse();
        call.onSign?.(signOf(response));
        return answerOf(data, host);
      } catch (error) {
        const response = responseOf(error);
        if (response) call.onSign?.(signOf(response));
        throw modelError(error, {
          host,
          unsupported,
          model: name,
          apiKey,
          timeoutMs,
          timedOut: expired,
          cancelled: call.signal?.aborted ?? false,
        });
      } finally {
        clearTimeout(timer);
        call.signal?.removeEventListener('abort', stop);
      }
    },
  };
}

function signOf(response: {
  readonly status: number;
  readonly headers?: ReadHeaders | undefined;
}): EndpointSign {
  const nothingLeftForMs = response.headers && nothingLeftFor(response.headers);
  return { status: response.status, ...(nothingLeftForMs !== undefined && { nothingLeftForMs }) };
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.search || url.hash)) {
    throw new HoneError({
      reason: 'bad-config',
      message: `The base URL for ${url.host} goes on after its path with "${url.search ? '?' : '#'}", where nothing can be added to it.`,
      nextStep: 'Give the address without that part, and a key separately.',
      place: { host: url.host },
    });
  }
  const usable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  if (usable) return url;
  throw new HoneError({
    reason: 'bad-config',
    message: url?.username
      ? `The base URL for ${url.host} has a user name or a password in it.`
      : `The base URL ${text} is not an http or https address.`,
    nextStep: url?.username
      ? 'Take it out of the address and enter the key separately.'
      : 'Give the whole address, for example http://127.0.0.1:11434/v1.',
  });
}

/**
 * What a request looks like to an endpoint.
 * @param unsupported names of parameters that the endpoint has refused for this model
 */
export function completionBody(
  name: string,
  request: ModelRequest,
  unsupported: ReadonlySet<string>,
): OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming {
  const has = (parameter: string, value: unknown) => value !== undefined && !unsupported.has(parameter);
  return {
    model: name,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    ...(has('temperature', request.temperature) && { temperature: request.temperature }),
    ...(has('top_p', request.topP) && { top_p: request.topP }),
    // The newer name is not known to most compatible endpoints.
    ...(request.maxTokens !== undefined && {
      [unsupported.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: request.maxTokens,
    }),
    ...(request.responseFormat !== undefined && {
      response_format: request.responseFormat as OpenAI.ResponseFormatJSONObject,
    }),
  };
}

/** What is read of an answer. Endpoints that only resemble the protocol leave any of it out. */
interface LooseCompletion {
  readonly choices?: readonly LooseChoice[] | null;
  readonly usage?: {
    readonly prompt_tokens?: unknown;
    readonly completion_tokens?: unknown;
    readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  } | null;
}

interface LooseChoice {
  readonly finish_reason?: string | null;
  readonly message?: { readonly content?: unknown; readonly refusal?: unknown } | null;
}

/** @throws HoneError `bad-response` when there is no text in it. */
export function answerOf(completion: unknown, host: string): ModelAnswer {
  const { choices, usage } = (completion ?? {}) as LooseCompletion;
  const choice = choices?.[0];
  if (!choice) {
    throw badResponse(
      host,
      'sent an answer without choices.',
      'Check that the base URL is that of a chat completion API.',
    );
  }
  const finishReason = choice.finish_reason ?? 'stop';
  const { content, refusal } = choice.message ?? {};
  const text = [content, refusal].find((each) => typeof each === 'string' && each !== '');
  if (typeof text !== 'string') {
    throw badResponse(
      host,
      `sent an empty answer (finish reason ${finishReason}).`,
      finishReason === 'length'
        ? "Raise the prompt's limit on tokens: the model used them all before it answered."
        : 'Try another model, or look at the row that it was asked about.',
    );
  }
  const { prompt_tokens: prompt, completion_tokens: written, prompt_tokens_details: details } = usage ?? {};
  const cached = details?.cached_tokens;
  return {
    text,
    finishReason,
    ...(typeof prompt === 'number' &&
      typeof written === 'number' && {
        tokens: { prompt, completion: written, ...(typeof cached === 'number' && cached > 0 && { cached }) },
      }),
  };
}
