import type { HoneError } from '../../core/errors.js';
import type { Feedback, FeedbackKind, Judgement, ScoringInput } from '../../core/scoring.js';
import type { Assertion } from '../../core/testset.js';
import type { ScorerContext } from '../context.js';
import { failed, PASSED, scorerFailed } from '../family.js';

/** One assertion with all that is needed to judge one answer by it. */
export interface AssertionCall {
  /** Prefix of the causes in the feedback. */
  readonly id: string;
  readonly assertion: Assertion;
  /** The type without `not-`. */
  readonly type: string;
  readonly inverse: boolean;
  /** The value with the row's values filled in; undefined when there is none. */
  readonly value: unknown;
  /** Whether the value is the same for many rows, so that a direction may name it without giving away answers. */
  readonly shared: boolean;
  /** The answer after the assertion's transform. */
  readonly output: string;
  readonly input: ScoringInput;
  readonly context: ScorerContext;
  readonly signal?: AbortSignal | undefined;
}

/** A group of assertion types that are judged in one way. */
export interface AssertionKind {
  readonly types: readonly string[];
  /** For people, one sentence. */
  readonly meaning: string;
  readonly feedbackKind: FeedbackKind;
  /** Whether a value is needed; an absent one is then the row's expected value. */
  readonly value: 'none' | 'optional' | 'required';
  /** Why `not-` before it is refused; absent where it works. */
  readonly noInverse?: string;
  /** Requests to the judge model that one answer may need. Default 0. */
  judgeCalls?(assertion: Assertion): number;
  /** Whether it runs code of the workspace. */
  readonly runsCode?: boolean;
  /** Checks what does not depend on a row. @returns what is wrong, and what to do */
  check?(assertion: Assertion): { readonly fault: string; readonly nextStep: string } | undefined;
  judge(call: AssertionCall): Judgement | Promise<Judgement>;
}

/** Passes when `holds`, or with `not-` when it does not. 0 or 1. */
export function binary(
  call: AssertionCall,
  holds: boolean,
  feedback: { readonly missed: () => readonly Feedback[]; readonly avoid: () => Feedback },
): Judgement {
  if (holds !== call.inverse) return PASSED;
  return failed(0, call.inverse ? [feedback.avoid()] : feedback.missed());
}

/** Passes when the score reaches the threshold, or with `not-` when it does not. The value is the score, or 1 less it. */
export function graded(
  call: AssertionCall,
  score: number,
  threshold: number,
  feedback: (value: number) => readonly Feedback[],
): Judgement {
  const pass = score >= threshold !== call.inverse;
  const value = clamp(call.inverse ? 1 - score : score);
  return { value, pass, feedback: pass ? [] : feedback(score) };
}

/** A number as a value in [0, 1]. */
export function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The error of an assertion whose value is of no use. */
export function badValue(call: AssertionCall, fault: string): HoneError {
  return scorerFailed(call.id, fault, `Correct the value of the "${call.assertion.type}" assertion.`);
}

/** The value as a text. Raises `scorer-failed` when it is none, or empty. */
export function textValue(call: AssertionCall): string {
  const { value } = call;
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number' && !Number.isNaN(value)) return String(value);
  throw badValue(call, 'its value is not a text.');
}

/** The value as one text or several. Raises `scorer-failed` when it is neither. */
export function textValues(call: AssertionCall): readonly string[] {
  const { value } = call;
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string'))
    return value;
  throw badValue(call, 'its value is neither a text nor a list of texts.');
}
