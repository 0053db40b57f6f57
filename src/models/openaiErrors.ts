import { cancelled, HoneError, type ErrorReason } from '../core/errors.js';
import { retryAfter } from './rateLimits.js';

/** What the error mapping has to know of the request that failed. */
export interface FailedRequest {
  readonly host: string;
  readonly model: string;
  /** Parameters that the endpoint has refused so far; one that it refuses now is added. */
  readonly unsupported: Set<string>;
  /** Taken out of any text that a server sends back. */
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  /** Our own clock ran out. */
  readonly timedOut: boolean;
  /** The caller's signal was aborted. */
  readonly cancelled: boolean;
}

interface HttpFailure {
  readonly status: number;
  readonly headers: Headers | undefined;
  readonly code: string;
  /** The parameter that the server complains of; empty when it names none. */
  readonly parameter: string;
  readonly message: string;
}

/** Connections that were never made. Nothing was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
/** Connections that broke while a request was under way. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNABORTED']);
const SLOW = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
/** What a request can do without: some models take their own defaults only, or know another name. */
const ADJUSTABLE = new Set(['temperature', 'top_p', 'max_tokens']);
const SHOWN_MESSAGE = 300;

/** Any failure of a request to an OpenAI-compatible endpoint, as a HoneError that names the host and never the key. */
export function modelError(error: unknown, request: FailedRequest): HoneError {
  if (HoneError.is(error)) return error;
  if (request.cancelled) return cancelled();
  if (request.timedOut) return timedOut(request);
  const http = httpFailure(error);
  return http ? statusError(http, request) : connectionError(error, request);
}

/** An answer that came but cannot be used. */
export function badResponse(host: string, detail: string, nextStep: string): HoneError {
  return new HoneError({ reason: 'bad-response', message: `${host} ${detail}`, nextStep, place: { host } });
}

/** The response that an error of the `openai` package tells of; undefined when none came. */
export function responseOf(
  error: unknown,
): { readonly status: number; readonly headers: Headers | undefined } | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, headers } = error as { status?: unknown; headers?: unknown };
  if (typeof status !== 'number') return undefined;
  return { status, headers: headers instanceof Headers ? headers : undefined };
}

function httpFailure(error: unknown): HttpFailure | undefined {
  const response = responseOf(error);
  if (!response) return undefined;
  const { error: body } = error as { error?: unknown };
  const { code, type, param, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  return {
    ...response,
    code: [code, type].filter((each) => typeof each === 'string').join(' '),
    parameter: typeof param === 'string' ? param : '',
    message: typeof message === 'string' ? message : typeof body === 'string' ? body : '',
  };
}

function statusError(http: HttpFailure, request: FailedRequest): HoneError {
  const { host, model } = request;
  const { status } = http;
  const said = quoted(http.message, request.apiKey);
  const make = (reason: ErrorReason, message: string, nextStep: string) => {
    const retryAfterMs = retryAfter(http.headers);
    return new HoneError({
      reason,
      message,
      nextStep,
      place: { host },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  };
  if (status === 401 || status === 403) {
    return make(
      'unauthorized',
      request.apiKey
        ? `${host} refused the key (status ${status}).`
        : `${host} asks for a key (status ${status}).`,
      `Enter the key for ${host}: HONE_API_KEY on the command line, "Hone: Set API Key" in the editor.`,
    );
  }
  if (status === 402 || (status === 429 && /insufficient_quota|billing|quota_exceeded/.test(http.code))) {
    return make(
      'quota-exhausted',
      `The quota at ${host} is used up${said}.`,
      `Top up the account at ${host}, then resume.`,
    );
  }
  if (status === 429) {
    return make(
      'rate-limited',
      `${host} is limiting the rate of requests${said}.`,
      'Lower the concurrency or wait, then resume.',
    );
  }
  if (status === 404) {
    return make(
      'no-model',
      `${host} has no model ${model} at this address${said}.`,
      "Check the model's name and the base URL; most base URLs end in /v1.",
    );
  }
  if (status === 408) return timedOut(request);
  if (status === 409 || status >= 500) {
    return make(
      'overloaded',
      `${host} failed with status ${status}${said}.`,
      `Wait until ${host} works again, then resume.`,
    );
  }
  if (status >= 300 && status < 400) {
    const target = http.headers?.get('location') ?? 'another address';
    return badResponse(
      host,
      `redirects to ${target}; nothing was sent there.`,
      'Give the final address as the base URL.',
    );
  }
  if (status === 400 && ADJUSTABLE.has(http.parameter) && http.code.includes('unsupported')) {
    request.unsupported.add(http.parameter);
    return new HoneError({
      reason: 'bad-request',
      message: `${model} at ${host} does not accept ${http.parameter}${said}; it is asked without.`,
      nextStep: 'Try again.',
      place: { host },
      retryAfterMs: 0,
      adjusted: true,
    });
  }
  return make(
    'bad-request',
    `${host} did not accept the request (status ${status})${said}.`,
    'Change the setting that the message names.',
  );
}

function connectionError(error: unknown, { host, timeoutMs }: FailedRequest): HoneError {
  const codes = codesOf(error);
  const code =
    codes.find((each) => NOT_CONNECTED.has(each) || BROKEN.has(each) || SLOW.has(each)) ?? codes[0];
  const place = { host };
  if (error instanceof SyntaxError) {
    return badResponse(
      host,
      'sent an answer that is not JSON.',
      'Check that the base URL is that of a chat completion API.',
    );
  }
  if (code?.startsWith('HPE_') || /does not match the HTTP/i.test(messagesOf(error))) {
    return badResponse(
      host,
      'sent something that is not HTTP.',
      'Check the port and whether the address begins with http or https.',
    );
  }
  // The package keeps no code of a connection that could not be made in time.
  if ((code && SLOW.has(code)) || /timed out/i.test(messagesOf(error))) return timedOut({ host, timeoutMs });
  if ((code && BROKEN.has(code)) || /terminated|other side closed|socket hang up/i.test(messagesOf(error))) {
    return new HoneError({
      reason: 'overloaded',
      message: `${host} closed the connection before the answer was complete.`,
      nextStep: `Wait until ${host} works again, then resume.`,
      place,
      cause: error,
    });
  }
  const unknownHost = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  return new HoneError({
    reason: 'unreachable',
    message: unknownHost
      ? `There is no host named ${host} (${code}).`
      : `${host} could not be reached${code ? ` (${code})` : `: ${messagesOf(error)}`}.`,
    nextStep: unknownHost
      ? 'Check the base URL and the network connection.'
      : 'Check that the endpoint is running and that the base URL is right.',
    place,
    cause: error,
  });
}

function timedOut({ host, timeoutMs }: Pick<FailedRequest, 'host' | 'timeoutMs'>): HoneError {
  return new HoneError({
    reason: 'timed-out',
    message: `${host} did not answer within ${timeoutMs / 1000} s.`,
    nextStep: 'Raise the time limit or lower the concurrency, then resume.',
    place: { host },
  });
}

/** System error codes of an error and of everything that caused it, outermost first. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  return [
    ...(typeof code === 'string' ? [code] : []),
    ...codesOf(cause, depth + 1),
    ...(Array.isArray(errors) ? errors.flatMap((each) => codesOf(each, depth + 1)) : []),
  ];
}

function messagesOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return '';
  const deeper = messagesOf(error.cause, depth + 1);
  return deeper || error.message;
}

function quoted(message: string, apiKey: string | undefined): string {
  const line = message.replace(/\s+/g, ' ').trim();
  const safe = apiKey ? line.replaceAll(apiKey, '…') : line;
  if (safe === '') return '';
  return `: ${safe.length > SHOWN_MESSAGE ? `${safe.slice(0, SHOWN_MESSAGE)}…` : safe.replace(/[.\s]+$/, '')}`;
}
