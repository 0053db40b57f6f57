import { selectionRows } from '../core/run.js';
import { faultOf, unscored } from './race.js';
import type { Selector } from './selector.js';

/**
 * Keeps every candidate and scores only those of each `every`th step, for methods that go on from the last text without
 * measuring it: a run can then end with the best of the texts that were measured instead of the last one.
 */
export function checkpoints(every: number): Selector {
  return {
    rowsAtMost: ({ selection }) => selection,
    next(state, pending) {
      const rows = selectionRows(state);
      const isDue = (step: number) => step % every === 0;
      const due = pending.filter(({ candidate }) => isDue(candidate.step));
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
