import { createHash } from 'node:crypto';
import type { Model, ModelRequest } from './model.js';

/**
 * The name of a request: SHA-256, hexadecimal, over everything that the answer depends on (model, endpoint, exact
 * messages, parameters and the repeat). Equal requests have equal keys in every process and on every machine.
 */
export function requestKey(model: Pick<Model, 'id' | 'baseUrl'>, request: ModelRequest): string {
  const parts = [
    model.id,
    model.baseUrl ?? null,
    request.messages.map(({ role, content }) => [role, content]),
    request.temperature ?? null,
    request.topP ?? null,
    request.maxTokens ?? null,
    request.responseFormat ?? null,
    request.repeat,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
