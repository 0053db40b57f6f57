import type { Assertion, Expected } from './testset.js';

/**
 * Directional feedback says which way to move; non-directional feedback only says how it went
 * (the distinction of arXiv 2405.16434).
 */
export type FeedbackKind = 'directional' | 'non-directional';

/** What one scorer has to say about one answer. */
export interface Feedback {
  readonly scorer: string;
  readonly kind: FeedbackKind;
  /** For people: what is wrong with this answer, with the values. */
  readonly text: string;
  /**
   * Names the kind of failure, equal for rows that fail in the same way, for example `wrapped` or `label:bug>billing`.
   */
  readonly cause: string;
  /** The way to move, as an order that fits every row of the cause. Present exactly when `kind` is directional. */
  readonly direction?: string;
}

/** One scorer's part of a score. */
export interface ScorePart {
  readonly scorer: string;
  /** In [0, 1]. */
  readonly value: number;
  readonly pass: boolean;
  readonly weight: number;
}

/** How one answer did. */
export interface Score {
  /** Weighted mean of the parts, in [0, 1]. */
  readonly value: number;
  readonly pass: boolean;
  readonly parts: readonly ScorePart[];
  readonly feedback: readonly Feedback[];
}

/** What a scorer is told. */
export interface ScoringInput {
  readonly vars: Readonly<Record<string, string>>;
  readonly expected: Expected | undefined;
  readonly output: string;
  /** The row's own assertions, and the mean that they must reach instead of passing one by one. */
  readonly asserts?: readonly Assertion[] | undefined;
  readonly threshold?: number | undefined;
  /** Why the answer ended, as the endpoint said it; absent when it did not. */
  readonly finishReason?: string | undefined;
  /** What was asked: the text of the messages that led to the answer. */
  readonly prompt?: string | undefined;
}

/** One scorer's judgement of one answer. */
export interface Judgement {
  /** In [0, 1]. */
  readonly value: number;
  readonly pass: boolean;
  readonly feedback: readonly Feedback[];
  /**
   * Of a scorer that stands for several: they count in the score by their own weights, and `pass` decides for all of
   * them. None when the scorer has nothing to say of the row.
   */
  readonly parts?: readonly ScorePart[];
}

/** Scores one answer. Raises `scorer-failed` when it cannot: that row is then an error, never a zero. */
export interface Scorer {
  /** Unique among the scorers of a prompt, for example `equals` or `contains-2`. */
  readonly id: string;
  readonly weight: number;
  /** The kind of feedback it gives on a failing row. */
  readonly feedbackKind: FeedbackKind;
  judge(input: ScoringInput, signal?: AbortSignal): Promise<Judgement> | Judgement;
}

/** Weighted mean of judgements; passes when all parts with a weight pass. */
export function combineJudgements(judged: readonly { scorer: Scorer; judgement: Judgement }[]): Score {
  const parts = judged.flatMap(
    ({ scorer, judgement }) =>
      judgement.parts ?? [
        { scorer: scorer.id, value: judgement.value, pass: judgement.pass, weight: scorer.weight },
      ],
  );
  return {
    value: weightedMean(parts),
    pass: judged.every(({ scorer, judgement }) => scorer.weight === 0 || judgement.pass),
    parts,
    feedback: judged.flatMap(({ judgement }) => judgement.feedback),
  };
}

/** The mean of values by their weights; 0 when no value has one. */
export function weightedMean(parts: readonly { readonly value: number; readonly weight: number }[]): number {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  return total === 0 ? 0 : parts.reduce((sum, part) => sum + part.weight * part.value, 0) / total;
}
