export { expressionsOf, guardSpan } from './guard.js';
export { editableText } from './margins.js';
export { isPromptPath, readPrompt, renderMessages, type ReadOptions } from './registry.js';
export { splice } from './splice.js';
