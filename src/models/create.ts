import { HoneError } from '../core/errors.js';
import { createBatchEndpoint, type BatchEndpoint } from './batchEndpoint.js';
import type { Model } from './model.js';
import { createOpenAIModel } from './openai.js';
import { createSandbox } from './sandbox/index.js';

/** A model as people name it. */
export interface ModelSpec {
  readonly provider: 'openai' | 'sandbox';
  readonly name: string;
}

export interface CreateModelOptions {
  /** For `openai`; the sandbox has no endpoint. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number;
}

/**
 * Reads `openai:NAME`, `sandbox` or `sandbox:NAME`. A name may hold colons itself.
 * @throws HoneError `bad-config` when the text names no provider or no model.
 */
export function parseModelSpec(text: string): ModelSpec {
  const [provider, ...rest] = text.trim().split(':');
  const name = rest.join(':').trim();
  if (provider === 'sandbox') return { provider, name: name || 'default' };
  if (provider === 'openai' && name) return { provider, name };
  throw new HoneError({
    reason: 'bad-config',
    message:
      provider === 'openai'
        ? `The model "${text}" lacks a name after the colon.`
        : `The model "${text}" does not begin with a provider that Hone knows (openai or sandbox).`,
    nextStep:
      provider === 'openai'
        ? 'Write it as openai:NAME, for example openai:gpt-4.1-mini.'
        : `For an OpenAI-compatible endpoint write openai:${text}.`,
  });
}

/**
 * Builds a model. Nothing is sent and nothing is checked at the endpoint before the first request.
 * @throws HoneError `bad-config` or `unauthorized`, see the providers.
 */
export function createModel(spec: ModelSpec | string, options: CreateModelOptions = {}): Model {
  const { provider, name } = typeof spec === 'string' ? parseModelSpec(spec) : spec;
  return provider === 'sandbox' ? createSandbox(name) : createOpenAIModel({ name, ...options });
}

/** How requests reach an endpoint: one by one, or many together through its Batch API. */
export const BACKENDS = ['live', 'batch'] as const;

export type Backend = (typeof BACKENDS)[number];

/**
 * Builds a model whose requests are to go through the Batch API of its endpoint, and the way there.
 * @throws HoneError `bad-config` when the provider has no batches; `unauthorized`, see the providers
 */
export function createBatchedModel(
  spec: ModelSpec | string,
  options: CreateModelOptions = {},
): { readonly model: Model; readonly batches: BatchEndpoint } {
  const { provider, name } = typeof spec === 'string' ? parseModelSpec(spec) : spec;
  if (provider === 'openai') {
    const model = createOpenAIModel({ name, ...options });
    return {
      model: { ...model, maxOutstanding: Infinity },
      batches: createBatchEndpoint({ name, ...options }),
    };
  }
  throw new HoneError({
    reason: 'bad-config',
    message: `The batch backend needs an OpenAI-compatible endpoint, and ${provider}:${name} has none.`,
    nextStep: 'Use the live backend, or name a model as openai:NAME.',
  });
}
