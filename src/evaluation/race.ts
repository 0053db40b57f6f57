import { BASELINE_ID } from '../core/candidate.js';
import {
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
} from '../core/run.js';

/** Failing rows that a candidate is tried on before it is scored on the selection rows. */
export const TRIAGE_ROWS = 6;
/** With fewer failures than this, triage could not tell a bad edit from bad luck. */
const TRIAGE_LEAST = 3;
/** Rows scored between two looks at whether a candidate can still win. */
const CHUNK = 6;

/** Scores a candidate on rows that have no outcome yet; resolves when all of them have one. */
export type ScoreRows = (record: CandidateRecord, caseIds: readonly string[]) => Promise<void>;

export interface RaceResult {
  readonly status: 'kept' | 'dropped';
  readonly reasons: readonly string[];
}

/**
 * Scores a candidate until it is clear that it cannot become the best, or on all selection rows.
 * Dropping looks at failing rows first and so can only lose candidates, never promote one
 * (accepting is left to rows in random order that the proposer has not read).
 * @param triage whether to begin with rows that the parent failed
 */
export async function race(
  state: RunState,
  record: CandidateRecord,
  scoreRows: ScoreRows,
  triage: boolean,
): Promise<RaceResult> {
  const parent = recordOf(state, record.candidate.parent ?? BASELINE_ID);
  if (triage) {
    const failed = triageRows(state, parent);
    await scoreRows(record, failed);
    const { fixed, improved } = compareOn(parent, record, failed);
    if (failed.length >= TRIAGE_LEAST && fixed + improved === 0) {
      return {
        status: 'dropped',
        reasons: [`It improves none of ${failed.length} rows that its parent fails.`],
      };
    }
  }
  const rows = selectionRows(state);
  const target = bestScore(state, record);
  for (let scored = 0; scored < rows.length; scored += CHUNK) {
    await scoreRows(record, rows.slice(scored, scored + CHUNK));
    const { mean = 0, n, errors } = scoreOn(record, rows);
    const open = rows.length - n - errors;
    const reachable = n + open === 0 ? 0 : (mean * n + open) / (n + open);
    if (open > 0 && reachable < target) {
      return {
        status: 'dropped',
        reasons: [`After ${n} of ${rows.length} selection rows it could no longer reach the best score.`],
      };
    }
  }
  const { n, errors } = scoreOn(record, rows);
  if (n < errors) {
    return { status: 'dropped', reasons: [`${errors} of ${rows.length} selection rows ended in an error.`] };
  }
  const broken = brokenGuards(state, record);
  return broken.length > 0
    ? { status: 'dropped', reasons: [`It breaks guarded rows: ${broken.join(', ')}.`] }
    : { status: 'kept', reasons: [] };
}

/** The train rows, in the run's order, that a candidate failed. */
export function failedTrainRows(state: RunState, record: CandidateRecord): string[] {
  return state.setup.splits.train.filter((id) => {
    const outcome = record.outcomes.get(id);
    return outcome?.status === 'scored' && !outcome.score.pass;
  });
}

function triageRows(state: RunState, parent: CandidateRecord): string[] {
  return failedTrainRows(state, parent).slice(0, TRIAGE_ROWS);
}

function compareOn(parent: CandidateRecord, record: CandidateRecord, rows: readonly string[]) {
  const pairs = pairsOf(parent, record, rows);
  return {
    fixed: pairs.filter((pair) => !pair.before.pass && pair.after.pass).length,
    improved: pairs.filter((pair) => pair.after.value > pair.before.value).length,
  };
}

function bestScore(state: RunState, except: CandidateRecord): number {
  const rows = selectionRows(state);
  const scores = [...state.candidates.values()]
    .filter((other) => other !== except && other.status === 'kept')
    .map((other) => scoreOn(other, rows).mean ?? 0);
  return Math.max(0, ...scores);
}

/** Guarded rows that pass in the baseline and fail under the candidate. */
export function brokenGuards(state: RunState, record: CandidateRecord): string[] {
  const guarded = state.setup.testset.cases.filter((row) => row.guard).map((row) => row.id);
  return pairsOf(recordOf(state, BASELINE_ID), record, guarded)
    .filter((pair) => pair.before.pass && !pair.after.pass)
    .map((pair) => pair.caseId);
}
