import { HoneError } from '../core/errors.js';
import type { Feedback, FeedbackKind, Judgement, ScoringInput } from '../core/scoring.js';
import type { TestSet } from '../core/testset.js';
import type { ScorerContext } from './context.js';

/** One entry of `scorers:` in hone.yaml, as parsed. `type` names the family, the rest depends on it. */
export interface ScorerConfig {
  readonly type: string;
  /** Share in the row's score against the other scorers', 0 or more. Default 1. */
  readonly weight?: number;
  readonly [option: string]: unknown;
}

/**
 * What an option may hold. `texts` is a text or a list of texts, `mappings` a list of mappings,
 * `tolerance` a number or a text such as `5%`, `any` any data.
 */
export type OptionKind =
  | 'text'
  | 'texts'
  | 'textList'
  | 'number'
  | 'numberList'
  | 'flag'
  | 'mapping'
  | 'mappings'
  | 'tolerance'
  | 'any';

/** One option of a scorer family, for checking and for a JSON schema of hone.yaml. */
export interface OptionSpec {
  readonly kind: OptionKind;
  readonly meaning: string;
  readonly required?: boolean;
  /** The texts that are allowed, where they are few. */
  readonly choices?: readonly string[];
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** A family's judgement of answers, made for one configuration. */
export interface Judge {
  readonly feedbackKind: FeedbackKind;
  judge(input: ScoringInput, signal?: AbortSignal): Judgement | Promise<Judgement>;
}

/** A kind of scorer. */
export interface ScorerFamily {
  /** The `type` in the configuration. */
  readonly type: string;
  readonly options: OptionTable;
  /** Whether rows without an expected value cannot be scored. */
  needsExpected(config: ScorerConfig, testset: TestSet): boolean;
  /**
   * @param id prefix of the causes in the feedback
   * @throws HoneError `bad-config` for what the option table cannot tell, `bad-test-set` for rows that cannot be scored
   */
  create(id: string, config: ScorerConfig, testset: TestSet, context: ScorerContext): Judge | Promise<Judge>;
  /** Requests to the judge model that one answer may need. Default 0. */
  judgeCalls?(config: ScorerConfig): number;
}

/** Feedback that says which way to move. */
export function directional(scorer: string, cause: string, text: string, direction: string): Feedback {
  return { scorer, kind: 'directional', cause: `${scorer}/${cause}`, text, direction };
}

/** Feedback that only says what is wrong. */
export function plain(scorer: string, cause: string, text: string): Feedback {
  return { scorer, kind: 'non-directional', cause: `${scorer}/${cause}`, text };
}

export const PASSED: Judgement = { value: 1, pass: true, feedback: [] };

/** A failed judgement. `value` is in [0, 1). */
export function failed(value: number, feedback: readonly Feedback[]): Judgement {
  return { value, pass: false, feedback };
}

/** The error of a scorer entry that cannot be used. */
export function badScorer(config: ScorerConfig, fault: string, nextStep: string, cause?: unknown): HoneError {
  return new HoneError({
    reason: 'bad-config',
    message: `The scorer "${config.type}" cannot be used: ${fault}`,
    nextStep,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The error of a row that a scorer cannot judge. */
export function scorerFailed(scorer: string, fault: string, nextStep: string, cause?: unknown): HoneError {
  return new HoneError({
    reason: 'scorer-failed',
    message: `The scorer "${scorer}" could not score the answer: ${fault}`,
    nextStep,
    ...(cause === undefined ? {} : { cause }),
  });
}
