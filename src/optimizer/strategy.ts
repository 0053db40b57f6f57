import type { Advice } from '../core/candidate.js';
import type { ChatMessage, EditableSpan, PromptDocument } from '../core/prompt.js';
import type { RunState } from '../core/run.js';

/** New text for the span under work, before any guard has looked at it. */
export interface Proposal {
  /** Id of the candidate that it was made from. */
  readonly parent: string;
  readonly operator: string;
  readonly spanText: string;
  /** One line: what it changes and why. */
  readonly summary: string;
  readonly adviceIds: readonly string[];
}

/** What one step of a strategy brings. */
export interface Proposals {
  readonly advice: readonly Advice[];
  readonly proposals: readonly Proposal[];
}

export interface AskOptions {
  /** Default 1. */
  readonly temperature?: number;
  /** Which sample of the same question; default 0. */
  readonly repeat?: number;
}

/** All that a strategy may look at. It proposes only: it never evaluates, accepts or writes. */
export interface ProposalContext {
  readonly state: RunState;
  /** The prompt as it stands in the file. */
  readonly document: PromptDocument;
  /** The span under work, in the baseline. */
  readonly span: EditableSpan;
  /** The span's text in a candidate. */
  readonly spanTextOf: (candidateId: string) => string;
  /** The candidate with the best score on the selection rows. */
  readonly parent: string;
  readonly step: number;
  /** How many candidates the budget still allows in this step, at least 1. */
  readonly room: number;
  /** One completion of the optimizer model. */
  readonly ask: (messages: readonly ChatMessage[], options?: AskOptions) => Promise<string>;
}

/** A published or own method of proposing candidates. */
export interface Strategy {
  readonly id: string;
  /** The part of the test set whose rows choose among candidates. */
  readonly selection: 'train' | 'validation';
  /** Train rows that the parent is scored on before a step, so that its failures can be read. */
  readonly trainRowsRead: number;
  /** Whether a candidate is first tried on rows that its parent failed. */
  readonly triage: boolean;
  /** Candidates per step, when the budget allows. */
  readonly perStep: number;
  /** Requests to the optimizer model per step at the most. */
  readonly asksPerStep: number;
  propose(context: ProposalContext): Promise<Proposals>;
}
