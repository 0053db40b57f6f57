import { BASELINE_ID } from '../core/candidate.js';
import { pairsOf, recordOf, selectionRows, type CandidateRecord, type RunState } from '../core/run.js';
import { faultOf, unscored } from './race.js';
import type { SelectionResult, Selector } from './selector.js';

export interface MinibatchGateOptions {
  /** Rows that a candidate must pass the gate on; none for a candidate that is not gated. */
  readonly rowsOf: (state: RunState, record: CandidateRecord) => readonly string[];
  /** The most rows that a gate has. */
  readonly size: number;
  /** Whether a candidate must beat its rivals; else equalling them is enough. */
  readonly isStrict: (record: CandidateRecord) => boolean;
  /** The candidates that it meets there, the best of which counts. Default: its parent. */
  readonly rivalsOf?: (state: RunState, record: CandidateRecord) => readonly string[];
}

/** Sums of scores that differ by less are equal. */
const SAME_SUM = 1e-9;

/**
 * A candidate meets its parent on a few rows first, and is scored on all selection rows only when its sum there is higher:
 * GEPA's acceptance (arXiv 2507.19457, algorithm 1). With three rows a worse candidate passes it often, and the parent's
 * rows are those that the proposer has read.
 */
export function minibatchGate({
  rowsOf,
  size,
  isStrict,
  rivalsOf = (_, { candidate }) => [candidate.parent ?? BASELINE_ID],
}: MinibatchGateOptions): Selector {
  const passes = (state: RunState, record: CandidateRecord, caseIds: readonly string[]): boolean =>
    caseIds.length === 0 ||
    rivalsOf(state, record).every((id) => {
      const pairs = pairsOf(recordOf(state, id), record, caseIds);
      const gain = pairs.reduce((sum, { before, after }) => sum + after.value - before.value, 0);
      return pairs.length > 0 && (isStrict(record) ? gain > SAME_SUM : gain >= -SAME_SUM);
    });
  return {
    rowsAtMost: ({ selection, selectsOnTrain }) => selection + (selectsOnTrain ? 0 : size),
    next(state, pending) {
      const gates = pending.map((record) => ({ record, caseIds: rowsOf(state, record) }));
      const atGate = unscored(gates);
      if (atGate.length > 0) return { kind: 'score', rows: atGate };
      const turnedBack = new Set(
        gates.filter(({ record, caseIds }) => !passes(state, record, caseIds)).map(({ record }) => record),
      );
      const rows = selectionRows(state);
      const through = pending.filter((record) => !turnedBack.has(record));
      const open = unscored(through.map((record) => ({ record, caseIds: rows })));
      if (open.length > 0) return { kind: 'score', rows: open };
      return {
        kind: 'settle',
        results: gates.map(({ record, caseIds }): SelectionResult => {
          const reason = turnedBack.has(record)
            ? `It does not ${isStrict(record) ? 'beat' : 'equal'} what it was made from on ${caseIds.length} rows.`
            : faultOf(state, record, rows);
          return reason === undefined
            ? { record, status: 'kept', reasons: [] }
            : { record, status: 'dropped', reasons: [reason] };
        }),
      };
    },
  };
}
