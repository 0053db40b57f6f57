/** Runs: started, journaled, resumed, reported, accepted. */
export { acceptableCandidate, acceptedBytes } from './accept.js';
export type { RunModels } from './connect.js';
export type { CaseResult, RepeatNoise } from './caseResults.js';
export {
  evaluatePrompt,
  evaluateRows,
  type Evaluation,
  type EvaluationControl,
  type EvaluationResult,
} from './evaluate.js';
export { planRun, type PlanCalls, type RunOptions, type RunPlan } from './plan.js';
export type { PlanCost } from './planCost.js';
export { callsLine, costLine } from './planText.js';
export { runResult, type OptimizeResult, type UsageReport } from './report.js';
export {
  currentBytes,
  resumeRun,
  startRun,
  type NewLimits,
  type RunControl,
  type RunListener,
} from './run.js';
export { listRuns, loadRun, recordAccepted, type RunSummary } from './store.js';
