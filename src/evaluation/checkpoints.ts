import { BASELINE_ID } from '../core/candidate.js';
import { selectionRows, type CandidateRecord, type RunState } from '../core/run.js';
import { faultOf, unscored } from './race.js';
import type { Selector } from './selector.js';

/**
 * Keeps every candidate and scores only some, for methods that go on from the last text without measuring it: a run can
 * then end with the best of the texts that were measured instead of the last one. Due is each `every`th step; when it
 * brings nothing, the next step that does.
 */
export function checkpoints(every: number): Selector {
  return {
    rowsAtMost: ({ selection }) => selection,
    next(state, pending) {
      const rows = selectionRows(state);
      const measured = Math.floor(lastMeasured(state, rows) / every);
      const due = pending.filter(({ candidate }) => Math.floor(candidate.step / every) > measured);
      const open = unscored(due.map((record) => ({ record, caseIds: rows })));
      if (open.length > 0) return { kind: 'score', rows: open };
      return {
        kind: 'settle',
        results: pending.map((record) => {
          const fault = due.includes(record) ? faultOf(state, record, rows) : undefined;
          return fault === undefined
            ? { record, status: 'kept', reasons: [] }
            : { record, status: 'dropped', reasons: [fault] };
        }),
      };
    },
  };
}

/** The newest step of which a settled candidate was scored on all selection rows; 0 for none. */
function lastMeasured(state: RunState, rows: readonly string[]): number {
  const isWhole = ({ outcomes }: CandidateRecord) => rows.every((id) => outcomes.has(id));
  const settled = [...state.candidates.values()].filter(
    ({ candidate, status }) => candidate.id !== BASELINE_ID && status !== 'pending' && status !== 'rejected',
  );
  return settled.findLast(isWhole)?.candidate.step ?? 0;
}
