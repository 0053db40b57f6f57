import type { Effort, ModelRole, RunEvent, RunState } from '../core/run.js';
import type { Model } from '../models/model.js';
import type { PromptTask } from '../workspace/index.js';
/* Contract of this room; the bodies are being written. */
export interface RunOptions {
  /** Default `hone`. */
  readonly strategy?: string;
  /** Default `normal`. */
  readonly effort?: Effort;
  /** Requests that may reach a model; default by effort and rows (see planRun). */
  readonly maxCalls?: number;
  readonly maxCost?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Span to edit; default the first system span. */
  readonly spanId?: string;
}
export interface RunModels {
  readonly models: Readonly<Record<ModelRole, Model>>;
  /** Requests in flight at once, all roles together. Default 8. */
  readonly concurrency?: number;
  /** Serve answers of earlier runs from the shared cache. Default true. */
  readonly sharedCache?: boolean;
  readonly baseUrl?: string;
}
/** What a run will do, before anything is sent. */
export interface RunPlan {
  readonly splits: { readonly train: number; readonly validation: number; readonly exam: number };
  readonly maxCalls: number;
  /** Where what goes, a sentence each. */
  readonly destinations: readonly string[];
  /** What a test set of this size can and cannot show, and other notes. */
  readonly notes: readonly string[];
}
export type RunListener = (event: RunEvent, state: RunState) => void;
export interface RunControl {
  readonly onEvent?: RunListener;
  readonly signal?: AbortSignal;
}
export declare function planRun(task: PromptTask, options: RunOptions, models: RunModels): RunPlan;
/** Starts a run, journals it, and resolves with its final state: also after cancel or a systemic failure (state.stop says so). */
export declare function startRun(
  task: PromptTask,
  options: RunOptions,
  models: RunModels,
  control?: RunControl,
): Promise<RunState>;
/** Goes on with a stored run. Throws `not-found`. A finished run is returned as it is. */
export declare function resumeRun(
  root: string,
  runId: string,
  models: RunModels,
  control?: RunControl,
): Promise<RunState>;
export interface RunSummary {
  readonly runId: string;
  readonly promptPath: string;
  readonly strategy: string;
  readonly startedAt: number;
  readonly verdict?: string;
  readonly stop?: string;
  readonly baselineScore?: number;
  readonly bestScore?: number;
  readonly delta?: number;
  readonly calls: number;
  readonly candidates: number;
  readonly accepted: readonly string[];
}
/** Stored runs, newest first. Unreadable journals are listed in `problems`, not hidden. */
export declare function listRuns(root: string): Promise<{ runs: RunSummary[]; problems: string[] }>;
/** The state of a stored run. Throws `not-found`. */
export declare function loadRun(root: string, runId: string): Promise<RunState>;
/** The bytes that accepting writes, checked against the file as it is now. Throws `stale-file` when it has changed since the run started, `not-found`. */
export declare function acceptedBytes(
  state: RunState,
  candidateId: string | undefined,
  currentBytes: Uint8Array,
): { candidateId: string; bytes: Uint8Array };
/** Notes in the journal that a candidate was accepted. */
export declare function recordAccepted(root: string, runId: string, candidateId: string): Promise<void>;
/** The `optimize` result of the command-line contract. */
export declare function runResult(state: RunState): OptimizeResult;
export interface OptimizeResult {
  readonly runId: string;
  readonly prompt: string;
  readonly strategy: string;
  readonly verdict: string;
  readonly baseline: { score: number | null; n: number; interval: readonly [number, number] };
  readonly best: {
    id: string;
    text: string;
    score: number | null;
    delta: number;
    interval: readonly [number, number];
    pValue: number;
    n: number;
    fixed: readonly string[];
    broken: readonly string[];
  };
  readonly candidates: readonly {
    id: string;
    parent: string | null;
    operator: string;
    score: number | null;
    n: number;
    status: string;
    text: string;
    reasons: readonly string[];
  }[];
  readonly feedback: readonly {
    id: string;
    text: string;
    direction: string;
    rows: readonly string[];
    lines: readonly number[];
  }[];
  readonly splits: { train: number; validation: number; exam: number };
  readonly usage: {
    calls: Record<ModelRole, number>;
    cached: number;
    tokens: { prompt: number; completion: number };
    cost: number | null;
  };
  readonly stop: { reason: string; nextStep: string };
}
/** Result of `hone eval`. */
export interface EvaluationResult {
  readonly prompt: string;
  readonly n: number;
  readonly score: number | null;
  readonly interval: readonly [number, number];
  readonly errors: number;
  readonly cases: readonly {
    id: string;
    score: number | null;
    pass: boolean;
    output: string;
    error?: string;
    feedback: readonly { scorer: string; kind: string; text: string }[];
  }[];
  readonly usage: OptimizeResult['usage'];
}
export interface EvaluationControl {
  readonly repeat?: number;
  readonly maxCalls?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, callsMade: number) => void;
}
/** Scores a prompt on all its rows. A systemic failure raises with the results so far in `partial` of EvaluationEnded. */
export declare function evaluatePrompt(
  task: PromptTask,
  models: RunModels,
  control?: EvaluationControl,
): Promise<{ result: EvaluationResult; endedEarly?: import('../core/errors.js').HoneError }>;
