import { createHash } from 'node:crypto';
import type { Model, ModelRequest } from './model.js';

/** Requests do not change, and each is named by the store, the meter and the endpoint's client in turn. */
const named = new WeakMap<ModelRequest, { readonly model: string; readonly key: string }>();

/**
 * The name of a request: SHA-256, hexadecimal, over everything that the answer depends on (model, endpoint, exact
 * messages, parameters and the repeat). Equal requests have equal keys in every process and on every machine.
 */
export function requestKey(model: Pick<Model, 'id' | 'baseUrl'>, request: ModelRequest): string {
  const name = `${model.id} ${model.baseUrl ?? ''}`;
  const known = named.get(request);
  if (known?.model === name) return known.key;
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
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  named.set(request, { model: name, key });
  return key;
}
