import type * as vscode from 'vscode';
import { cancelled, HoneError, type ErrorReason } from '../core/errors.js';
import type { ChatMessage } from '../core/prompt.js';
import type { CallOptions, Model, ModelAnswer, ModelRequest } from '../models/model.js';
import type { VsCode } from './vscode.js';

export const EDITOR_PROVIDER = 'editor';

/** The editor's own models. Asks nobody, but is only called after the user has chosen to use one. */
export async function listChatModels(api: VsCode): Promise<readonly vscode.LanguageModelChat[]> {
  return api.lm.selectChatModels();
}

/**
 * One of the editor's models by its id, looked up anew for each run since models come and go.
 * @throws HoneError `no-model` with the ids that there are.
 */
export async function findChatModel(api: VsCode, id: string): Promise<Model> {
  const models = await listChatModels(api);
  const chat = models.find((model) => model.id === id);
  if (chat) return chatModel(api, chat);
  const known = models.map((model) => model.id).join(', ');
  throw new HoneError({
    reason: 'no-model',
    message: `The editor offers no language model "${id}"${known ? `; it offers ${known}` : ' at the moment'}.`,
    nextStep: 'Choose another model, or sign in to the extension that provides it.',
    place: { host: 'the editor' },
  });
}

/** A model of the editor behind Hone's port. Token counts are absent: the editor reports none. */
export function chatModel(api: VsCode, chat: vscode.LanguageModelChat): Model {
  return {
    id: `${EDITOR_PROVIDER}:${chat.id}`,
    label: chat.name,
    destination: `the editor (${chat.vendor})`,
    complete: (request, options) => complete(api, chat, request, options),
  };
}

async function complete(
  api: VsCode,
  chat: vscode.LanguageModelChat,
  request: ModelRequest,
  { signal }: CallOptions = {},
): Promise<ModelAnswer> {
  if (signal?.aborted) throw cancelled();
  const source = new api.CancellationTokenSource();
  const abort = () => source.cancel();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const response = await chat.sendRequest(
      request.messages.map((message) => toChatMessage(api, message)),
      {
        justification: 'Hone scores your prompt on your test rows and proposes improvements.',
        modelOptions: modelOptions(request),
      },
      source.token,
    );
    let text = '';
    for await (const part of response.text) text += part;
    if (signal?.aborted) throw cancelled();
    return { text, finishReason: 'stop' };
  } catch (error) {
    if (signal?.aborted) throw cancelled();
    throw HoneError.is(error) ? error : toModelError(api, chat, error);
  } finally {
    signal?.removeEventListener('abort', abort);
    source.dispose();
  }
}

/** The editor knows no system role: what the prompt says as the system goes first, as the user. */
function toChatMessage(api: VsCode, message: ChatMessage): vscode.LanguageModelChatMessage {
  return message.role === 'assistant'
    ? api.LanguageModelChatMessage.Assistant(message.content)
    : api.LanguageModelChatMessage.User(message.content);
}

function modelOptions({ temperature, topP, maxTokens }: ModelRequest): Record<string, unknown> {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}

const NEXT_STEPS: Partial<Record<ErrorReason, string>> = {
  'quota-exhausted': 'Resume the run when your quota is back, or choose another model.',
  'rate-limited': 'Wait a little, then resume the run.',
  unauthorized: 'Allow Hone to use the model when the editor asks, or choose another model.',
  'no-model': 'Choose another model.',
};

function toModelError(api: VsCode, chat: vscode.LanguageModelChat, error: unknown): HoneError {
  const reason = reasonOf(api, error);
  const detail = error instanceof Error ? error.message : String(error);
  return new HoneError({
    reason,
    message: `${chat.name} in the editor refused a request: ${detail || reason}`,
    nextStep: NEXT_STEPS[reason] ?? 'The row is left out; see the log for more.',
    place: { host: `the editor (${chat.vendor})` },
    cause: error,
  });
}

function reasonOf(api: VsCode, error: unknown): ErrorReason {
  const { LanguageModelError } = api;
  if (error instanceof LanguageModelError) {
    if (error.code === LanguageModelError.Blocked.name) return 'quota-exhausted';
    if (error.code === LanguageModelError.NoPermissions.name) return 'unauthorized';
    if (error.code === LanguageModelError.NotFound.name) return 'no-model';
  }
  // Copilot tells quota and rate limits apart by the error's name only.
  const names = [error, error instanceof Error ? error.cause : undefined].map((each) =>
    each instanceof Error ? each.name : '',
  );
  if (names.includes('ChatQuotaExceeded')) return 'quota-exhausted';
  if (names.includes('ChatRateLimited')) return 'rate-limited';
  return 'bad-response';
}
