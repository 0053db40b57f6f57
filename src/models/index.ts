export { AnswerStore, withStore, type AnswerStoreOptions } from './cache.js';
export { createModel, parseModelSpec, type CreateModelOptions, type ModelSpec } from './create.js';
export { Limiter, withLimiter } from './limiter.js';
export {
  abandonedCall,
  CallBudget,
  withMeter,
  type CallBudgetOptions,
  type MeterOptions,
  type Price,
  type PriceTable,
} from './meter.js';
export type { CallOptions, Model, ModelAnswer, ModelRequest } from './model.js';
export { createOpenAIModel, OPENAI_BASE_URL, type OpenAIModelOptions } from './openai.js';
export { requestKey } from './requestKey.js';
export { withRetry, type RetryOptions, type Waiting } from './retry.js';
export { createSandbox, SANDBOX_LABEL, SANDBOX_NAMES } from './sandbox/index.js';
export {
  startSandboxServer,
  type SandboxServer,
  type SandboxServerOptions,
  type SandboxStats,
} from './sandbox/server.js';
export { stackModel, type StackOptions } from './stack.js';
