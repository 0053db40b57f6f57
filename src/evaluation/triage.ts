import { BASELINE_ID } from '../core/candidate.js';
import { seededRandom, shuffled } from '../core/hash.js';
import { pairsOf, recordOf, type CandidateRecord, type RunState } from '../core/run.js';

/** Failing rows that a candidate is tried on before it is scored on the selection rows. */
export const TRIAGE_ROWS = 6;
/** With fewer failures than this, triage could not tell a bad edit from bad luck. */
const TRIAGE_LEAST = 3;

/** The train rows, in the run's order, that a candidate failed. */
export function failedTrainRows(state: RunState, record: CandidateRecord): string[] {
  return state.setup.splits.train.filter((id) => {
    const outcome = record.outcomes.get(id);
    return outcome?.status === 'scored' && !outcome.score.pass;
  });
}

/**
 * Rows that the parent fails: those that the candidate's advice is about first, since it can hardly mend others. They
 * change from step to step, so that a few rows that nothing mends do not stop every edit.
 */
export function triageRows(state: RunState, record: CandidateRecord): string[] {
  const random = seededRandom(`${state.setup.seed} ${record.candidate.step} triage`);
  const failed = shuffled(failedTrainRows(state, parentOf(state, record)), random);
  const advised = new Set(record.candidate.adviceIds.flatMap((id) => state.advice.get(id)?.rows ?? []));
  return [...failed.filter((id) => advised.has(id)), ...failed.filter((id) => !advised.has(id))].slice(
    0,
    TRIAGE_ROWS,
  );
}

/**
 * Why a candidate is dropped by its triage rows; undefined when it goes on. On rows that its parent failed a candidate can
 * only win, so triage may drop, and never speaks for one.
 */
export function triageFault(state: RunState, record: CandidateRecord): string | undefined {
  const rows = triageRows(state, record);
  if (rows.length < TRIAGE_LEAST) return undefined;
  const improves = pairsOf(parentOf(state, record), record, rows).some(
    ({ before, after }) => (!before.pass && after.pass) || after.value > before.value,
  );
  return improves ? undefined : `It improves none of ${rows.length} rows that its parent fails.`;
}

function parentOf(state: RunState, record: CandidateRecord): CandidateRecord {
  return recordOf(state, record.candidate.parent ?? BASELINE_ID);
}
