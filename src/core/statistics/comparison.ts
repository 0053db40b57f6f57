import { meanOf } from './distributions.js';
import { newcombePairedInterval, pairedBootstrapInterval, type Interval } from './intervals.js';
import { exactSignTest, pairedPermutationTest } from './tests.js';

/** Scores of two prompts on the same row. */
export interface Pair {
  readonly caseId: string;
  readonly before: { readonly value: number; readonly pass: boolean };
  readonly after: { readonly value: number; readonly pass: boolean };
}

/** Two prompts on the same rows. */
export interface PairedComparison {
  /** Rows that both prompts were scored on. */
  readonly n: number;
  readonly before: number;
  readonly after: number;
  /** `after - before`, in [-1, 1]. */
  readonly delta: number;
  /** 95% interval of `delta`. */
  readonly interval: Interval;
  /** Two-sided, from an exact paired test. */
  readonly pValue: number;
  /** Rows that failed before and pass now. */
  readonly fixed: readonly string[];
  /** Rows that passed before and fail now. */
  readonly broken: readonly string[];
}

/** New score minus old score per pair, each in [-1, 1]. */
export function differencesOf(pairs: readonly Pair[]): number[] {
  return pairs.map(({ before, after }) => after.value - before.value);
}

/** Whether all scores are 0 or 1. */
export function isBinary(pairs: readonly Pair[]): boolean {
  return pairs.every(({ before, after }) => [before.value, after.value].every((v) => v === 0 || v === 1));
}

/**
 * Compares two prompts on rows that both were scored on: exact sign test with Newcombe's interval where all scores are
 * 0 or 1, permutation test with the paired bootstrap where they are graded.
 * @param seed makes the drawn parts reproducible
 */
export function comparePaired(pairs: readonly Pair[], seed: number | string = 0): PairedComparison {
  const n = pairs.length;
  const differences = differencesOf(pairs);
  const binary = isBinary(pairs);
  const won = differences.filter((difference) => difference > 0).length;
  const lost = differences.filter((difference) => difference < 0).length;
  const both = pairs.filter((pair) => pair.before.value === 1 && pair.after.value === 1).length;
  return {
    n,
    before: meanOf(pairs.map((pair) => pair.before.value)),
    after: meanOf(pairs.map((pair) => pair.after.value)),
    delta: meanOf(differences),
    interval: binary
      ? newcombePairedInterval(both, lost, won, n - both - won - lost)
      : pairedBootstrapInterval(differences, seed),
    pValue: binary ? exactSignTest(won, lost) : pairedPermutationTest(differences, seed),
    fixed: pairs.filter((pair) => !pair.before.pass && pair.after.pass).map((pair) => pair.caseId),
    broken: pairs.filter((pair) => pair.before.pass && !pair.after.pass).map((pair) => pair.caseId),
  };
}
