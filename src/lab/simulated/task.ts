import type { Feedback } from '../../core/scoring.js';

/** One thing that a prompt can say and that answers depend on. */
export interface Atom {
  readonly id: string;
  /** A line says it when it has all of these, in lower case. */
  readonly needs: readonly string[];
  /** Instead of `needs`: says it when the whole text matches. */
  readonly pattern?: RegExp;
  /** Sentences that a writer may choose from. */
  readonly wordings: readonly string[];
  /** What the inputs of rows that call for it have in them; '' when every row calls for it, absent when none does. */
  readonly cue?: string;
  /** What directional feedback says when it is missing. */
  readonly hint: string;
  /** How readily a writer thinks of it without having seen a single row: a weight beside 1 for each filler sentence. */
  readonly guess: number;
  /** Rows that careless wordings of it break, and the wordings that spare them. */
  readonly spares?: { readonly cue: string; readonly wordings: readonly string[] };
  /** A wrong version, as a writer states it who misreads the rows. */
  readonly misreadings?: readonly string[];
  /** What feedback says when the answer fails because the prompt has it. */
  readonly harmHint?: string;
  /** A request in these words makes a writer add it. */
  readonly onRequest?: RegExp;
}

/** What a text says, as far as answers depend on it. */
export interface Features {
  /** How well the text says an atom: 0 when it does not, up to 1. */
  of(atomId: string): number;
  readonly words: number;
}

/** Rows that behave alike. */
export interface RowKind {
  readonly id: string;
  /** Share of the population; those of a task add up to 1. */
  readonly share: number;
  /** Stands in the input of each of its rows. */
  readonly cue: string;
  readonly expected: string;
  /** What a failing answer says. */
  readonly wrong: string;
  /** Probability in [0, 1] that a row of this kind is answered right. */
  quality(features: Features): number;
  /** What the scorer says of a failing row. */
  feedback(features: Features): Pick<Feedback, 'cause' | 'text' | 'direction'>;
}

/** A task whose truth is known, because it is a formula. */
export interface SimulatedTask {
  readonly id: string;
  /** One sentence for people. */
  readonly summary: string;
  /** The prompt that a run starts from. */
  readonly start: string;
  readonly atoms: readonly Atom[];
  readonly kinds: readonly RowKind[];
  /** What the best possible text says: atoms at strength 1, and its words. */
  readonly ideal: { readonly atoms: readonly string[]; readonly words: number };
  /** Draws that a row's score is the mean of: 1 for right or wrong, more for a graded score. */
  readonly draws: number;
  /** Share of draws that fall anew with each text, whatever it says. */
  readonly sensitivity: number;
  /** Whether the same text on the same row brings another answer each time it is asked. */
  readonly isStochastic: boolean;
}
