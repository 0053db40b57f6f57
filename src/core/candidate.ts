import type { SpanTexts } from './prompt.js';
import type { Direction } from './splits.js';

/** The id of the prompt as it stands in the file. */
export const BASELINE_ID = 'baseline';

/** A proposed file: the exact text that will stand in it when the user accepts. */
export interface Candidate {
  readonly id: string;
  /** The candidate that it was made from; absent for the baseline. */
  readonly parent?: string;
  /** How it was made, for example `edit`, `rewrite`, `opro`. */
  readonly operator: string;
  /** The step of the run that proposed it; 0 for the baseline. */
  readonly step: number;
  /** Of a cross-fitted search: the half of the rows that it was made and chosen with. Absent for the baseline. */
  readonly direction?: Direction;
  /** New text of the spans that differ from the baseline. */
  readonly spans: SpanTexts;
  /**
   * The whole file, byte-order mark and line ends included: its UTF-8 bytes are what was scored.
   * For a candidate that a guard turned down, the span's text alone.
   */
  readonly text: string;
  /** One line: what this candidate changes and why. */
  readonly summary: string;
  /** The advice that it follows. */
  readonly adviceIds: readonly string[];
}

/**
 * `rejected` broke a guard and was never sent; `dropped` lost on the first rows; `kept` was scored on all selection rows.
 */
export type CandidateStatus = 'pending' | 'rejected' | 'dropped' | 'kept' | 'best';

/** Advice drawn from failing rows. It keeps its id from run to run while the cause and the place stay. */
export interface Advice {
  readonly id: string;
  /** The scorers' name for the kind of failure. */
  readonly cause: string;
  /** What goes wrong, in a sentence. */
  readonly text: string;
  /** The way to move; empty when nothing gives one. */
  readonly direction: string;
  /** Ids of the train rows that support it. */
  readonly rows: readonly string[];
  /** 1-based lines of the prompt file that it concerns. */
  readonly lines: readonly number[];
}
