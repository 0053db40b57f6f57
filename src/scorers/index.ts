import type { Score, Scorer, ScoringInput } from '../core/scoring.js';
import type { TestSet } from '../core/testset.js';
/* Contract of this room; the bodies are being written. */
/** One entry of `scorers:` in hone.yaml, as parsed. `type` names the family, the rest depends on it. */
export interface ScorerConfig {
  readonly type: string;
  readonly weight?: number;
  readonly [option: string]: unknown;
}
/** Builds scorers from their configuration. Throws `bad-config` naming the entry and what is wrong. */
export declare function createScorers(configs: readonly ScorerConfig[], testset: TestSet): Promise<readonly Scorer[]>;
/** The scorers that fit a test set when nobody configured any (labels, numbers, JSON, text), with the reason for people. */
export declare function inferScorers(testset: TestSet): readonly ScorerConfig[];
/** GitHub Models `evaluators` as configurations. Throws `bad-config` for kinds that are not supported. */
export declare function scorersFromEvaluators(evaluators: readonly unknown[], file: string): readonly ScorerConfig[];
/** Scores one answer with all scorers. Throws `scorer-failed`. */
export declare function scoreAnswer(scorers: readonly Scorer[], input: ScoringInput, signal?: AbortSignal): Promise<Score>;
