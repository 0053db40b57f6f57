import type { Advice } from '../../core/candidate.js';
import type { CandidateRecord } from '../../core/run.js';
import type { Cause } from '../feedback/causes.js';
import type { Proposal, ProposalContext } from '../strategy.js';

/** What a step of Hone's strategy works with. */
export interface StepFacts {
  readonly context: ProposalContext;
  readonly parent: CandidateRecord;
  /** Kinds of failure among the train rows that the parent was scored on, the most frequent first. */
  readonly causes: readonly Cause[];
  /** New prompts that one request for edits asks for. */
  readonly ideas: number;
  /** Lines of the parent that the prompt in the file does not have. */
  readonly addedLines: readonly string[];
}

export interface OperatorResult {
  readonly advice: readonly Advice[];
  readonly proposals: readonly Proposal[];
  /** Train rows that the optimizer was shown. */
  readonly shown: readonly string[];
}

/** One way to make new prompts from the best one. */
export interface Operator {
  readonly id: string;
  /** Requests to the optimizer model at the most. */
  readonly asks: number;
  /** How often it is expected to help before it was tried: successes and failures that it is given in advance. */
  readonly prior: readonly [successes: number, failures: number];
  isPossible(facts: StepFacts): boolean;
  apply(facts: StepFacts): Promise<OperatorResult>;
}
