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
  readonly record: CandidateRecord;
  readonly status: 'kept' | 'dropped';
  readonly reasons: readonly string[];
}

/**
 * Scores candidates side by side, a few rows a round, until it is clear that one cannot become the best, or on all
 * selection rows. Decisions fall between rounds only, so they do not depend on which answer came first.
 * Triage looks at failing rows and so can only lose candidates, never promote one (accepting is left to rows in random
 * order that the proposer has not read).
 * @param triage whether to begin with rows that the parent failed
 */
export async function race(
  state: RunState,
  records: readonly CandidateRecord[],
  scoreRows: ScoreRows,
  triage: boolean,
): Promise<RaceResult[]> {
  const dropped = new Map<CandidateRecord, string>();
  const running = () => records.filter((record) => !dropped.has(record));
  if (triage) {
    await Promise.all(records.map((record) => scoreRows(record, triageRows(state, record))));
    for (const record of records) {
      const rows = triageRows(state, record);
      if (rows.length >= TRIAGE_LEAST && !improvesAny(parentOf(state, record), record, rows)) {
        dropped.set(record, `It improves none of ${rows.length} rows that its parent fails.`);
      }
    }
  }
  const rows = selectionRows(state);
  const best = bestScore(state);
  for (let from = 0; from < rows.length; from += CHUNK) {
    const round = rows.slice(from, from + CHUNK);
    await Promise.all(running().map((record) => scoreRows(record, round)));
    const chances = running().map((record) => ({ record, ...chanceOf(record, rows) }));
    const target = Math.max(best, ...chances.map(({ atLeast }) => atLeast));
    for (const { record, atMost, n, open } of chances) {
      if (open === 0 || atMost >= target) continue;
      dropped.set(
        record,
        `After ${n} of ${rows.length} selection rows it could no longer reach the best score.`,
      );
    }
  }
  for (const record of running()) {
    const { n, errors } = scoreOn(record, rows);
    const broken = brokenGuards(state, record);
    if (n < errors) dropped.set(record, `${errors} of ${rows.length} selection rows ended in an error.`);
    else if (broken.length > 0) dropped.set(record, `It breaks guarded rows: ${broken.join(', ')}.`);
  }
  return records.map((record) => {
    const reason = dropped.get(record);
    return reason === undefined
      ? { record, status: 'kept', reasons: [] }
      : { record, status: 'dropped', reasons: [reason] };
  });
}

/** The train rows, in the run's order, that a candidate failed. */
export function failedTrainRows(state: RunState, record: CandidateRecord): string[] {
  return state.setup.splits.train.filter((id) => {
    const outcome = record.outcomes.get(id);
    return outcome?.status === 'scored' && !outcome.score.pass;
  });
}

function parentOf(state: RunState, record: CandidateRecord): CandidateRecord {
  return recordOf(state, record.candidate.parent ?? BASELINE_ID);
}

/** Rows that the parent fails: those that the candidate's advice is about first, since it can hardly mend others. */
function triageRows(state: RunState, record: CandidateRecord): string[] {
  const failed = failedTrainRows(state, parentOf(state, record));
  const advised = new Set(record.candidate.adviceIds.flatMap((id) => state.advice.get(id)?.rows ?? []));
  return [...failed.filter((id) => advised.has(id)), ...failed.filter((id) => !advised.has(id))].slice(
    0,
    TRIAGE_ROWS,
  );
}

function improvesAny(parent: CandidateRecord, record: CandidateRecord, rows: readonly string[]): boolean {
  return pairsOf(parent, record, rows).some(
    ({ before, after }) => (!before.pass && after.pass) || after.value > before.value,
  );
}

/** The lowest and the highest mean that a candidate can still end with. */
function chanceOf(record: CandidateRecord, rows: readonly string[]) {
  const { mean = 0, n, errors } = scoreOn(record, rows);
  const open = rows.length - n - errors;
  const total = Math.max(1, n + open);
  return { n, open, atLeast: (mean * n) / total, atMost: (mean * n + open) / total };
}

function bestScore(state: RunState): number {
  const rows = selectionRows(state);
  const scores = [...state.candidates.values()]
    .filter(({ status }) => status === 'kept')
    .map((record) => scoreOn(record, rows).mean ?? 0);
  return Math.max(0, ...scores);
}

/** Guarded rows that pass in the baseline and fail under the candidate. */
export function brokenGuards(state: RunState, record: CandidateRecord): string[] {
  const guarded = state.setup.testset.cases.filter((row) => row.guard).map((row) => row.id);
  return pairsOf(recordOf(state, BASELINE_ID), record, guarded)
    .filter((pair) => pair.before.pass && !pair.after.pass)
    .map((pair) => pair.caseId);
}
