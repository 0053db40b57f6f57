export { CONFIG_FILE, readConfig, type Config, type PromptConfig, type SplitSettings } from './config.js';
export { listPrompts, type PromptListing } from './list.js';
export { loadTask, type LoadOptions, type PromptTask } from './load.js';
export { findRoot } from './root.js';
export { CONFIG_SHAPE, type Shape } from './shape.js';
