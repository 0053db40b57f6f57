export { AnswerStore, withStore, type AnswerStoreOptions } from './cache.js';
export { withBatches, type BatchedModel, type BatchOptions } from './batch.js';
export { createBatchEndpoint, type BatchEndpoint } from './batchEndpoint.js';
export { BatchRecords } from './batchRecords.js';
export {
  BACKENDS,
  createBatchedModel,
  createModel,
  parseModelSpec,
  type Backend,
  type CreateModelOptions,
  type ModelSpec,
} from './create.js';
export { isPrivateEndpoint, withHedge, type HedgeOptions } from './hedge.js';
export { Limiter, withLimiter, type LimiterOptions } from './limiter.js';
export { limitersPerModel, type LimitersOptions } from './limiters.js';
export { CallBudget, type CallBudgetOptions } from './budget.js';
export { abandonedCall, withMeter, type MeterOptions } from './meter.js';
export type { CallOptions, EndpointSign, Model, ModelAnswer, ModelRequest } from './model.js';
export { createOpenAIModel, OPENAI_BASE_URL, type OpenAIModelOptions } from './openai.js';
export { isCountedInRequests, priceOfUse, PRICES_AS_OF } from './prices.js';
export { requestKey } from './requestKey.js';
export { fewer, withRetry, type RetryOptions, type Waiting } from './retry.js';
export { createSandbox, SANDBOX_LABEL, SANDBOX_NAMES } from './sandbox/index.js';
export {
  startSandboxServer,
  type SandboxServer,
  type SandboxServerOptions,
  type SandboxStats,
} from './sandbox/server.js';
export { stackModel, type StackOptions } from './stack.js';
