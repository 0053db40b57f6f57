export { expressionsOf, guardSpan } from './guard.js';
export { editableText } from './margins.js';
export {
  candidacyOf,
  isPromptFile,
  isPromptPath,
  namesPrompts,
  readPrompt,
  renderMessages,
  requirePromptSize,
  type Candidacy,
  type ReadOptions,
} from './registry.js';
export { sectionSpan } from './section.js';
export { splice } from './splice.js';
