/** The engine as one module, so that the editor can load it on first use. */
export * from './formats/index.js';
export * from './workspace/index.js';
export * from './runs/index.js';
export * from './lab/index.js';
export { messagesFor } from './evaluation/messages.js';
export { createBatchedModel, createModel } from './models/create.js';
export { withRetry } from './models/retry.js';
export { startSandboxServer } from './models/sandbox/server.js';
export { configureStrategy, STRATEGIES, strategyOf } from './optimizer/strategies/index.js';
export { TEST_SET_EXTENSIONS } from './testsets/index.js';
