import type { ChatMessage, Problem } from './prompt.js';

export { groupNearDuplicates, oncePerInput } from './nearDuplicates.js';
export * from './splits.js';

/** What an answer is compared with: a text, alternatives, or structured data. Absent in unlabelled rows. */
export type Expected =
  string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/**
 * One assertion of a row, in promptfoo's shape and words (promptfoo.dev/docs/configuration/expected-outputs). `type` may
 * begin with `not-`; the type `assert-set` holds further ones in `assert`, and its own threshold and weight.
 */
export interface Assertion {
  readonly type: string;
  /** A text may refer to values of the row with `{{name}}`. */
  readonly value?: unknown;
  /** What it means depends on the type: the least score, the greatest distance, ... */
  readonly threshold?: number;
  /** Share in the row's score against the other assertions', 0 or more. 1 when absent. */
  readonly weight?: number;
  readonly metric?: string;
  readonly provider?: unknown;
  readonly rubricPrompt?: unknown;
  readonly transform?: string;
  readonly contextTransform?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly assert?: readonly Assertion[];
}

/** One row of a test set. */
export interface TestCase {
  /** The row's own `id` column when it has one, else a hash of its content. Unique in the set. */
  readonly id: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly expected?: Expected;
  /** The assertions that the row carries itself. Never empty: a row without any has none to pass. */
  readonly asserts?: readonly Assertion[];
  /** The row passes when the weighted mean of its assertions reaches this, instead of when all pass. */
  readonly threshold?: number;
  /**
   * The turns that follow a prompt without placeholders, where the row is a conversation. Without system texts: the
   * prompt under test stands for those.
   */
  readonly turns?: readonly ChatMessage[];
  /** Put before and after the prompt's own text for this row alone. */
  readonly prefix?: string;
  readonly suffix?: string;
  /** For people. */
  readonly description?: string;
  /** Facts about the row that no model is told. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** A candidate that breaks a guarded row is never the best. */
  readonly guard: boolean;
  /** 1-based line in the source file on which the row starts. */
  readonly line: number;
}

/** A test set, read and mapped. */
export interface TestSet {
  readonly path: string;
  readonly format: string;
  /** All columns of the file, in order. */
  readonly columns: readonly string[];
  /** The column that is sent as the user's message when the prompt has no placeholder. */
  readonly inputColumn?: string;
  readonly expectedColumn?: string;
  readonly cases: readonly TestCase[];
  readonly problems: readonly Problem[];
}

/** Whether a row says what its answer must be. One that does not is never a pass. */
export function isLabelled(row: TestCase): boolean {
  return row.expected !== undefined || (row.asserts !== undefined && row.asserts.length > 0);
}

/** What a row says, equal for rows that say the same under other ids. */
export function rowContent({ vars, expected, asserts }: TestCase): string {
  return JSON.stringify([vars, expected ?? null, asserts ?? null]);
}
