import { BASELINE_ID } from '../core/candidate.js';
import { pairsOf, recordOf, selectionRows, type CandidateRecord, type RunState } from '../core/run.js';
import { differencesOf, lineageEstimates, lineageModel, pairedMean } from '../core/statistics.js';

/**
 * What each candidate that was sent is worth against the baseline, read from all measurements along its lineage.
 * @param rowsOf the rows whose outcomes count for a candidate; by default all that choose among candidates
 * @returns expected differences on other rows by id; the baseline's own is 0
 */
export function estimatesByLineage(
  state: RunState,
  rowsOf: (record: CandidateRecord) => readonly string[] = (record) => selectionRows(state, record.candidate),
): Map<string, number> {
  const baseline = recordOf(state, BASELINE_ID);
  const records = [...state.candidates.values()].filter(({ status }) => status !== 'rejected');
  const measured = records.map((record) => ({
    record,
    ...pairedMean(differencesOf(pairsOf(baseline, record, rowsOf(record)))),
  }));
  const edits = records
    .filter(({ candidate }) => candidate.parent !== undefined)
    .map((record) =>
      differencesOf(pairsOf(recordOf(state, record.candidate.parent!), record, rowsOf(record))),
    );
  return lineageEstimates(
    measured.map(({ record, delta, n }) => ({
      id: record.candidate.id,
      ...(record.candidate.parent !== undefined && { parent: record.candidate.parent }),
      delta: record === baseline ? 0 : delta,
      n: record === baseline ? 0 : n,
    })),
    lineageModel(edits),
  );
}
