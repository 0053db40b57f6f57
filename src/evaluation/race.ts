import { BASELINE_ID } from '../core/candidate.js';
import {
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
} from '../core/run.js';
import type { Selector } from './selector.js';

/** Failing rows that a candidate is tried on before it is scored on the selection rows. */
export const TRIAGE_ROWS = 6;
/** With fewer failures than this, triage could not tell a bad edit from bad luck. */
const TRIAGE_LEAST = 3;
/** Rows scored between two looks at whether a candidate can still win. */
const CHUNK = 6;

/**
 * Scores candidates side by side, a few rows a round, until it is clear that one cannot become the best, or on all
 * selection rows. Decisions fall between rounds only, so they do not depend on which answer came first.
 * Triage looks at failing rows and so can only lose candidates, never promote one (accepting is left to rows in random
 * order that the proposer has not read).
 */
export const race: Selector = {
  rowsAtMost: ({ selection, selectsOnTrain }) => selection + (selectsOnTrain ? 0 : TRIAGE_ROWS),
  next(state, pending) {
    const dropped = new Map<CandidateRecord, string>();
    const running = () => pending.filter((record) => !dropped.has(record));
    const triaged = unscored(pending.map((record) => ({ record, caseIds: triageRows(state, record) })));
    if (triaged.length > 0) return { kind: 'score', rows: triaged };
    for (const record of pending) {
      const rows = triageRows(state, record);
      if (rows.length >= TRIAGE_LEAST && !improvesAny(parentOf(state, record), record, rows)) {
        dropped.set(record, `It improves none of ${rows.length} rows that its parent fails.`);
      }
    }
    const rows = selectionRows(state);
    const best = bestScore(state);
    for (let from = 0; from < rows.length; from += CHUNK) {
      const round = unscored(
        running().map((record) => ({ record, caseIds: rows.slice(from, from + CHUNK) })),
      );
      if (round.length > 0) return { kind: 'score', rows: round };
      dropHopeless(running(), rows, rows.slice(0, from + CHUNK), best, dropped);
    }
    for (const record of running()) {
      const fault = faultOf(state, record, rows);
      if (fault !== undefined) dropped.set(record, fault);
    }
    return {
      kind: 'settle',
      results: pending.map((record) => {
        const reason = dropped.get(record);
        return reason === undefined
          ? { record, status: 'kept', reasons: [] }
          : { record, status: 'dropped', reasons: [reason] };
      }),
    };
  },
};

/** The rows among these that have no outcome, candidates without any left out. */
export function unscored(
  rows: readonly { readonly record: CandidateRecord; readonly caseIds: readonly string[] }[],
) {
  return rows
    .map(({ record, caseIds }) => ({ record, caseIds: caseIds.filter((id) => !record.outcomes.has(id)) }))
    .filter(({ caseIds }) => caseIds.length > 0);
}

/** Why a candidate that was scored on all rows cannot be kept all the same; undefined when it can. */
export function faultOf(
  state: RunState,
  record: CandidateRecord,
  rows: readonly string[],
): string | undefined {
  const { n, errors } = scoreOn(record, rows);
  if (n < errors) return `${errors} of ${rows.length} selection rows ended in an error.`;
  const broken = brokenGuards(state, record);
  return broken.length > 0 ? `It breaks guarded rows: ${broken.join(', ')}.` : undefined;
}

/** Drops candidates whose best possible mean is below what another one is sure of, judged by the rows so far. */
function dropHopeless(
  running: readonly CandidateRecord[],
  rows: readonly string[],
  done: readonly string[],
  best: number,
  dropped: Map<CandidateRecord, string>,
): void {
  const chances = running.map((record) => ({ record, ...chanceOf(record, rows.length, done) }));
  const target = Math.max(best, ...chances.map(({ atLeast }) => atLeast));
  for (const { record, atMost, n, open } of chances) {
    if (open === 0 || atMost >= target) continue;
    dropped.set(
      record,
      `After ${n} of ${rows.length} selection rows it could no longer reach the best score.`,
    );
  }
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
function chanceOf(record: CandidateRecord, rows: number, done: readonly string[]) {
  const { mean = 0, n } = scoreOn(record, done);
  const open = rows - done.length;
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
