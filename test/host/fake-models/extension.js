// A language model provider for tests: the only way to have a chat model where nobody is signed in.
// It answers with the last user message; a message that contains QUOTA is refused as if a quota were used up, and so is
// every message after setQuota(false).
const vscode = require('vscode');

const MODEL = {
  id: 'echo-1',
  name: 'Echo',
  family: 'echo',
  version: '1.0.0',
  maxInputTokens: 100_000,
  maxOutputTokens: 10_000,
  capabilities: { toolCalling: false, imageInput: false },
};

const textOf = (message) =>
  message.content
    .filter((part) => part instanceof vscode.LanguageModelTextPart)
    .map((part) => part.value)
    .join('');

let quotaLeft = true;

const provider = {
  provideLanguageModelChatInformation: () => [MODEL],

  async provideLanguageModelChatResponse(model, messages, options, progress) {
    const asked = messages.map(textOf);
    if (!quotaLeft || asked.some((text) => text.includes('QUOTA'))) {
      throw vscode.LanguageModelError.Blocked('The quota of the fake model is used up.');
    }
    const fromUser = messages.filter((message) => message.role === vscode.LanguageModelChatMessageRole.User);
    progress.report(new vscode.LanguageModelTextPart(textOf(fromUser.at(-1))));
  },

  provideTokenCount: async (model, text) =>
    Math.ceil((typeof text === 'string' ? text : textOf(text)).length / 4),
};

exports.activate = (context) => {
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('hone-fake', provider));
  return {
    setQuota: (left) => {
      quotaLeft = left;
    },
  };
};
