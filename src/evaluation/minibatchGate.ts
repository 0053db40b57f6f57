import { BASELINE_ID } from '../core/candidate.js';
import { pairsOf, recordOf, selectionRows, type CandidateRecord, type RunState } from '../core/run.js';
import { faultOf, unscored } from './race.js';
import type { SelectionResult, Selector } from './selector.js';

export interface MinibatchGateOptions {
  /** Rows that a candidate must pass the gate on; none for a candidate that is not gated. */
  readonly rowsOf: (state: RunState, record: CandidateRecord) => readonly string[];
  /** The most rows that a gate has. */
  readonly size: number;
  /** Whether a candidate must beat its parent; else equalling it is enough. */
  readonly isStrict: (record: CandidateRecord) => boolean;
}

/**
 * A candidate meets its parent on a few rows first, and is scored on all selection rows only when its sum there is higher:
 * GEPA's acceptance (arXiv 2507.19457, algorithm 1). With three rows a worse candidate passes it often, and the parent's
 * rows are those that the proposer has read.
 */
export function minibatchGate({ rowsOf, size, isStrict }: MinibatchGateOptions): Selector {
  return {
    rowsAtMost: ({ selection, selectsOnTrain }) => selection + (selectsOnTrain ? 0 : size),
    next(state, pending) {
      const gates = pending.map((record) => ({ record, caseIds: rowsOf(state, record) }));
      const atGate = unscored(gates);
      if (atGate.length > 0) return { kind: 'score', rows: atGate };
      const turnedBack = new Set(
        gates
          .filter(({ record, caseIds }) => !passes(state, record, caseIds, isStrict(record)))
          .map(({ record }) => record),
      );
      const rows = selectionRows(state);
      const through = pending.filter((record) => !turnedBack.has(record));
      const open = unscored(through.map((record) => ({ record, caseIds: rows })));
      if (open.length > 0) return { kind: 'score', rows: open };
      return {
        kind: 'settle',
        results: gates.map(({ record, caseIds }): SelectionResult => {
          const reason = turnedBack.has(record)
            ? `It does not ${isStrict(record) ? 'beat' : 'equal'} its parent on ${caseIds.length} rows.`
            : faultOf(state, record, rows);
          return reason === undefined
            ? { record, status: 'kept', reasons: [] }
            : { record, status: 'dropped', reasons: [reason] };
        }),
      };
    },
  };
}

function passes(
  state: RunState,
  record: CandidateRecord,
  caseIds: readonly string[],
  strict: boolean,
): boolean {
  if (caseIds.length === 0) return true;
  const parent = recordOf(state, record.candidate.parent ?? BASELINE_ID);
  const pairs = pairsOf(parent, record, caseIds);
  const gain = pairs.reduce((sum, { before, after }) => sum + after.value - before.value, 0);
  return pairs.length > 0 && (strict ? gain > 0 : gain >= 0);
}
