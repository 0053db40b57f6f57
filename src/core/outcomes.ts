import type { Candidate } from './candidate.js';
import type { CandidateRecord, RunState } from './run.js';
import { rowsOfSelection, splitsOfDirection, type SplitName } from './splits.js';

/** The record of a candidate. @throws Error when the run has no candidate of that id. */
export function recordOf(state: RunState, id: string): CandidateRecord {
  const record = state.candidates.get(id);
  if (!record) throw new Error(`The run has no candidate ${id}.`);
  return record;
}

/**
 * The rows that choose among candidates, in the run's fixed random order.
 * @param candidate in a cross-fitted run, whose rows are wanted: each direction has its own half, the baseline both
 */
export function selectionRows(state: RunState, candidate?: Candidate): readonly string[] {
  const { splits, selection } = state.setup;
  if (!splits.crossFitted || !candidate) return rowsOfSelection(splits, selection);
  const { direction } = candidate;
  return direction === undefined
    ? [...splits.train, ...splits.exam]
    : splitsOfDirection(splits, direction).train;
}

/**
 * The rows that a verdict on a candidate looks at.
 */
export function examRows(state: RunState, candidate: Candidate): readonly string[] {
  const { splits } = state.setup;
  return splits.crossFitted ? splitsOfDirection(splits, candidate.direction ?? 0).exam : splits.exam;
}

/** Which part of the test set a row belongs to; in a cross-fitted run, for that candidate. */
export function splitOf(state: RunState, caseId: string, candidate?: Candidate): SplitName {
  const splits = splitsOfDirection(state.setup.splits, candidate?.direction ?? 0);
  return splits.train.includes(caseId) ? 'train' : splits.validation.includes(caseId) ? 'validation' : 'exam';
}

/** Mean score over the rows that have one. `errors` counts rows that ended in an error. */
export function scoreOn(
  record: CandidateRecord,
  caseIds: Iterable<string>,
): { readonly mean: number | undefined; readonly n: number; readonly errors: number } {
  let sum = 0;
  let n = 0;
  let errors = 0;
  for (const id of caseIds) {
    const outcome = record.outcomes.get(id);
    if (outcome?.status === 'error') errors++;
    else if (outcome) {
      sum += outcome.score.value;
      n++;
    }
  }
  return { mean: n === 0 ? undefined : sum / n, n, errors };
}

/** Scores of two candidates on the rows that both have one; rows with an error on either side are left out. */
export function pairsOf(before: CandidateRecord, after: CandidateRecord, caseIds: Iterable<string>) {
  const pairs = [];
  for (const caseId of caseIds) {
    const old = before.outcomes.get(caseId);
    const now = after.outcomes.get(caseId);
    if (old?.status === 'scored' && now?.status === 'scored') {
      pairs.push({ caseId, before: old.score, after: now.score });
    }
  }
  return pairs;
}
