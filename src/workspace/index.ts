export type { ColumnMapping, ColumnUse } from '../testsets/index.js';
export {
  candidateColumns,
  changedMapping,
  columnsBehind,
  mappingChange,
  unservedUses,
  viewColumns,
  type ColumnView,
  type SampledColumn,
} from './columns.js';
export { CONFIG_FILE, readConfig, type Config, type PromptConfig, type SplitSettings } from './config.js';
export { draftConfig, type ConfigDraft, type DraftedPrompt } from './draft.js';
export { listPrompts, type ListOptions, type PromptListing } from './list.js';
export { loadTask, type LoadOptions, type PromptTask, type RunDefaults, type ScorersOrigin } from './load.js';
export { problemsOfFile } from './problems.js';
export { readPromptFile, type WorkspacePrompt } from './references.js';
export { findRoot } from './root.js';
export { saveMapping } from './saveMapping.js';
export { readTestTable, type TestFileOptions } from './testFile.js';
export { CONFIG_SHAPE, type Shape } from './shape.js';
