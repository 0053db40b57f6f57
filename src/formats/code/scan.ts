import type { LiteralKind } from './literal.js';

/** A string literal of a program. Offsets are in the text that was scanned. */
export interface CodeString {
  readonly start: number;
  readonly end: number;
  /** What stands between the quotes. */
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly kind: LiteralKind;
  /** Brackets that are open around it. Known in Python alone, where they let an expression go on over lines. */
  readonly depth: number;
  /** Values that a template literal takes in. */
  readonly substitutions: number;
  /** Why it cannot be edited whatever it says, as a clause. */
  readonly fault?: string;
}

export interface CodeComment {
  readonly start: number;
  readonly end: number;
}

/** The strings and comments of a program, in order. */
export interface ScannedCode {
  readonly strings: readonly CodeString[];
  readonly comments: readonly CodeComment[];
}
