import type { CandidateRecord, RunState } from '../core/run.js';

/** What became of a candidate in its selection. */
export interface SelectionResult {
  readonly record: CandidateRecord;
  readonly status: 'kept' | 'dropped';
  /** A sentence each; empty for a kept candidate. */
  readonly reasons: readonly string[];
}

/** Rows to score next, or the end of the selection. Rows that have an outcome already may be named again. */
export type SelectorMove =
  | {
      readonly kind: 'score';
      readonly rows: readonly { readonly record: CandidateRecord; readonly caseIds: readonly string[] }[];
    }
  | { readonly kind: 'settle'; readonly results: readonly SelectionResult[] };

/** Sizes that the cost of a selection depends on. */
export interface SelectionSizes {
  readonly train: number;
  /** Rows of the part that chooses among candidates. */
  readonly selection: number;
  /** Whether that part is the train part itself, so that rows of one serve for the other. */
  readonly selectsOnTrain: boolean;
}

/**
 * Decides which rows the candidates of a step are scored on, and which of them are kept. Pure: every move follows from the
 * state alone, so that a resumed run decides as an undisturbed one; a selector that works in rounds goes through them
 * again from the first, up to the one whose rows have no outcomes yet.
 */
export interface Selector {
  /** Rows at the most that one candidate is scored on, for plans and budgets. */
  rowsAtMost(sizes: SelectionSizes): number;
  next(state: RunState, pending: readonly CandidateRecord[]): SelectorMove;
}
