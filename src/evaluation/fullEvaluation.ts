import { selectionRows } from '../core/run.js';
import { faultOf, unscored } from './race.js';
import type { Selector } from './selector.js';

/**
 * Scores every candidate on all selection rows and keeps all of them, as most published methods do. A candidate is
 * dropped only when most of its rows ended in an error, or when it breaks guarded rows.
 */
export const fullEvaluation: Selector = {
  rowsAtMost: ({ selection }) => selection,
  next(state, pending) {
    const rows = selectionRows(state);
    const open = unscored(pending.map((record) => ({ record, caseIds: rows })));
    if (open.length > 0) return { kind: 'score', rows: open };
    return {
      kind: 'settle',
      results: pending.map((record) => {
        const fault = faultOf(state, record, rows);
        return fault === undefined
          ? { record, status: 'kept', reasons: [] }
          : { record, status: 'dropped', reasons: [fault] };
      }),
    };
  },
};
