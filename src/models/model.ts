import type { ChatMessage } from '../core/prompt.js';
import type { ModelDescription, TokenCount } from '../core/run.js';

/** One completion that is asked for. */
export interface ModelRequest {
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  /** Sent as `response_format` as it stands. */
  readonly responseFormat?: unknown;
  /**
   * Tells samples of the same request apart: repeat 1 is another draw than repeat 0, and is stored apart from it.
   * Not sent in the body, since endpoints would refuse it; part of the cache key and of the idempotency key.
   */
  readonly repeat: number;
}

/** One completion. */
export interface ModelAnswer {
  readonly text: string;
  /** `stop`, `length`, `content_filter` or what the endpoint says. */
  readonly finishReason: string;
  /** Absent when the endpoint does not say. */
  readonly tokens?: TokenCount;
}

/** What an endpoint lets on about its load, with an answer or a refusal. */
export interface EndpointSign {
  /** Of HTTP. */
  readonly status: number;
  /** It counts what may still be asked for; nothing is left for so many milliseconds. */
  readonly nothingLeftForMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Which try of this request it is, from 1 on. Default 1. */
  readonly attempt?: number;
  /** Told once for each response of an endpoint. */
  readonly onSign?: (sign: EndpointSign) => void;
}

/**
 * A language model behind whatever reaches it.
 * Raises HoneErrors only: transient reasons may be tried again, systemic ones end the run.
 */
export interface Model extends ModelDescription {
  /** The endpoint's address, without any key; part of the cache key. Absent where there is no endpoint. */
  readonly baseUrl?: string;
  /** How many requests it wants to have at hand at once: a batch takes all there are. Default: what suits any endpoint. */
  readonly maxOutstanding?: number;
  complete(request: ModelRequest, options?: CallOptions): Promise<ModelAnswer>;
}
