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

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * A language model behind whatever reaches it.
 * Raises HoneErrors only: transient reasons may be tried again, systemic ones end the run.
 */
export interface Model extends ModelDescription {
  /** The endpoint's address, without any key; part of the cache key. Absent where there is no endpoint. */
  readonly baseUrl?: string;
  complete(request: ModelRequest, options?: CallOptions): Promise<ModelAnswer>;
}
