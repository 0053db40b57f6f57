import type { CandidateRecord, RunState } from '../../core/run.js';
import type { FeedbackKind } from '../../core/scoring.js';
import type { TestCase } from '../../core/testset.js';
import { failedTrainRows } from '../../evaluation/triage.js';

/** A train row that failed, with what was answered and what the scorers say of it. */
export interface FailingRow {
  readonly row: TestCase;
  readonly output: string;
  readonly texts: readonly string[];
}

/** A kind of failure and the train rows that it explains. */
export interface Cause {
  /** The scorers' name for it, equal for rows that fail in the same way. */
  readonly name: string;
  readonly kind: FeedbackKind;
  /** The way to move; empty for non-directional feedback. */
  readonly direction: string;
  readonly rows: readonly FailingRow[];
}

/**
 * Groups the failing train rows of a candidate by what the scorers say of them, the cause with most rows first.
 * A row with several kinds of feedback stands under each.
 */
export function causesOf(state: RunState, record: CandidateRecord): Cause[] {
  const rows = new Map(state.setup.testset.cases.map((row) => [row.id, row]));
  const causes = new Map<string, { kind: FeedbackKind; direction: string; rows: FailingRow[] }>();
  for (const caseId of failedTrainRows(state, record)) {
    const outcome = record.outcomes.get(caseId);
    const row = rows.get(caseId);
    if (outcome?.status !== 'scored' || !row) continue;
    const failing = outcome.score.feedback;
    for (const name of new Set(failing.map((feedback) => feedback.cause))) {
      const ofCause = failing.filter((feedback) => feedback.cause === name);
      const cause = causes.get(name) ?? {
        kind: ofCause[0]!.kind,
        direction: ofCause.find((feedback) => feedback.direction)?.direction ?? '',
        rows: [],
      };
      cause.rows.push({ row, output: outcome.output, texts: ofCause.map((feedback) => feedback.text) });
      causes.set(name, cause);
    }
  }
  return [...causes]
    .map(([name, cause]) => ({ name, ...cause }))
    .sort((a, b) => b.rows.length - a.rows.length || (a.name < b.name ? -1 : 1));
}

/** Train rows that pass under a candidate, in the run's order: an edit must not break them. */
export function passingTrainRows(state: RunState, record: CandidateRecord): TestCase[] {
  const rows = new Map(state.setup.testset.cases.map((row) => [row.id, row]));
  return state.setup.splits.train.flatMap((id) => {
    const outcome = record.outcomes.get(id);
    const row = rows.get(id);
    return outcome?.status === 'scored' && outcome.score.pass && row ? [row] : [];
  });
}
