import type { Advice } from './candidate.js';

/** `open`: rows that support the advice fail with the prompt in the file; `closed`: they pass. */
export type AdviceStatus = 'open' | 'closed';

/** Advice of earlier runs. Its rows are those of the test set as it is now. */
export interface KnownAdvice {
  readonly advice: Advice;
  /** The run that gave it first. */
  readonly since: string;
  readonly status: AdviceStatus;
}
