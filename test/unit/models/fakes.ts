import { HoneError, type ErrorReason } from '../../../src/core/errors.js';
import type { CallOptions, Model, ModelAnswer, ModelRequest } from '../../../src/models/index.js';

/** A request that differs from others by its text. */
export function ask(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return { messages: [{ role: 'user', content: text }], repeat: 0, ...more };
}

export type Reaction = (request: ModelRequest, options: CallOptions) => Promise<ModelAnswer> | ModelAnswer;

/** A model that records what it is asked and answers from a list, the last entry for ever. */
export function fakeModel(...reactions: Reaction[]): Model & { readonly calls: ModelRequest[] } {
  const calls: ModelRequest[] = [];
  return {
    id: 'openai:fake',
    label: 'fake',
    destination: 'fake.test',
    baseUrl: 'https://fake.test/v1',
    calls,
    async complete(request, options = {}) {
      calls.push(request);
      const reaction = reactions[Math.min(calls.length, reactions.length) - 1];
      return reaction ? reaction(request, options) : answer('ok');
    },
  };
}

export function answer(text: string, tokens = { prompt: 100, completion: 10 }): ModelAnswer {
  return { text, finishReason: 'stop', tokens };
}

export function failure(reason: ErrorReason, retryAfterMs?: number): HoneError {
  return new HoneError({
    reason,
    message: `fake.test said ${reason}.`,
    nextStep: 'Nothing.',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** A promise and the hands to settle it. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets everything run that is ready to run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** The reason of the HoneError that a promise rejects with; anything else fails the test. */
export async function reasonOf(work: Promise<unknown>): Promise<ErrorReason> {
  const error = await errorOf(work);
  return error.reason;
}

export async function errorOf(work: Promise<unknown>): Promise<HoneError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`It resolved with ${JSON.stringify(outcome.value)}.`);
  if (!HoneError.is(outcome.error)) throw outcome.error;
  return outcome.error;
}
