import type * as vscode from 'vscode';
import { describe, expect, it } from 'vitest';
import { HoneError, type ErrorReason } from '../../../src/core/errors.js';
import { chatModel, findChatModel } from '../../../src/editor/chatModels.js';
import type { VsCode } from '../../../src/editor/vscode.js';

class LanguageModelError extends Error {
  constructor(
    readonly code: string,
    message = '',
    cause?: unknown,
  ) {
    super(message, { cause });
  }
  static Blocked() {
    return new LanguageModelError('Blocked');
  }
  static NoPermissions() {
    return new LanguageModelError('NoPermissions');
  }
  static NotFound() {
    return new LanguageModelError('NotFound');
  }
}

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false };
  cancel() {
    this.token.isCancellationRequested = true;
  }
  dispose() {
    this.token.isCancellationRequested = true;
  }
}

interface Sent {
  role: string;
  content: string;
}
type Send = (
  messages: Sent[],
  options: unknown,
  token: { isCancellationRequested: boolean },
) => AsyncIterable<string>;

function editor(send: Send) {
  const chat = {
    id: 'small-1',
    name: 'Small',
    vendor: 'acme',
    sendRequest: (messages: Sent[], options: unknown, token: { isCancellationRequested: boolean }) =>
      Promise.resolve({ text: send(messages, options, token) }),
  } as unknown as vscode.LanguageModelChat;
  const api = {
    LanguageModelError,
    CancellationTokenSource,
    LanguageModelChatMessage: {
      User: (content: string) => ({ role: 'user', content }),
      Assistant: (content: string) => ({ role: 'assistant', content }),
    },
    lm: { selectChatModels: () => Promise.resolve([chat]) },
  } as unknown as VsCode;
  return { api, model: chatModel(api, chat) };
}

async function* parts(...texts: string[]) {
  for (const text of texts) yield await Promise.resolve(text);
}

describe('a model of the editor', () => {
  it('sends the system text first, as the user, and joins the parts of the answer', async () => {
    const seen: unknown[] = [];
    const { model } = editor((messages, options) => {
      seen.push(messages, options);
      return parts('bi', 'lling');
    });
    const answer = await model.complete({
      messages: [
        { role: 'system', content: 'Classify.' },
        { role: 'user', content: 'I paid twice.' },
        { role: 'assistant', content: 'Hm.' },
      ],
      temperature: 0,
      repeat: 0,
    });
    expect(answer).toEqual({ text: 'billing', finishReason: 'stop' });
    expect(seen[0]).toEqual([
      { role: 'user', content: 'Classify.' },
      { role: 'user', content: 'I paid twice.' },
      { role: 'assistant', content: 'Hm.' },
    ]);
    expect(seen[1]).toMatchObject({ modelOptions: { temperature: 0 } });
    expect(model).toMatchObject({ id: 'editor:small-1', label: 'Small', destination: 'the editor (acme)' });
  });

  const named = (name: string) => Object.assign(new Error('no'), { name });
  it.each<[ErrorReason, Error]>([
    ['quota-exhausted', LanguageModelError.Blocked()],
    ['unauthorized', LanguageModelError.NoPermissions()],
    ['no-model', LanguageModelError.NotFound()],
    ['quota-exhausted', named('ChatQuotaExceeded')],
    ['rate-limited', new LanguageModelError('Unknown', 'slow down', named('ChatRateLimited'))],
    ['bad-response', new Error('content filtered')],
  ])('says %s for what the editor raises, even in the middle of an answer', async (reason, error) => {
    const { model } = editor(async function* () {
      yield await Promise.resolve('half an ');
      throw error;
    });
    const failure: unknown = await model
      .complete({ messages: [], repeat: 0 })
      .catch((thrown: unknown) => thrown);
    expect(HoneError.is(failure, reason)).toBe(true);
    expect((failure as HoneError).message).toContain('Small');
  });

  it('cancels the request when the run is stopped', async () => {
    const abort = new AbortController();
    const { model } = editor(async function* (_messages, _options, token) {
      yield await Promise.resolve('one');
      abort.abort();
      expect(token.isCancellationRequested).toBe(true);
      throw new Error('cancelled by the editor');
    });
    const failure: unknown = await model
      .complete({ messages: [], repeat: 0 }, { signal: abort.signal })
      .catch((thrown: unknown) => thrown);
    expect(HoneError.is(failure, 'cancelled')).toBe(true);
  });

  it('is looked up by its id, and names the others when it is gone', async () => {
    const { api } = editor(() => parts());
    await expect(findChatModel(api, 'small-1')).resolves.toMatchObject({ label: 'Small' });
    await expect(findChatModel(api, 'large-9')).rejects.toMatchObject({
      reason: 'no-model',
      message: expect.stringContaining('small-1') as string,
    });
  });
});
