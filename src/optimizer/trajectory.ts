import { BASELINE_ID } from '../core/candidate.js';
import {
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
} from '../core/run.js';
import { differencesOf, pairedMean, shrunkenDeltas } from '../core/statistics.js';
import { estimatesByLineage } from '../evaluation/lineage.js';
import { highest } from '../evaluation/standings.js';

export interface ScoredRecord {
  readonly record: CandidateRecord;
  /**
   * Mean on the selection rows, in [0, 1]. Of a candidate that was not scored on the very rows of the baseline, because
   * rows ended in an error, it was kept early or chose on one half: the baseline's mean plus the mean difference on the
   * rows that both have, so that easy rows that are missing do not make a candidate look bad, nor hard ones good.
   */
  readonly score: number;
}

/** Candidates that were scored and kept, in order of proposal, the baseline first. */
export function scoredCandidates(state: RunState): ScoredRecord[] {
  const baseline = state.candidates.get(BASELINE_ID);
  if (!baseline) return [];
  const whole = scoreOn(baseline, selectionRows(state, baseline.candidate));
  const scored: ScoredRecord[] = [];
  for (const record of state.candidates.values()) {
    if (record.status !== 'kept' && record.status !== 'best') continue;
    const { mean, n } = scoreOn(record, selectionRows(state, record.candidate));
    const score = n === whole.n || record === baseline ? mean : comparableScore(state, record, whole.mean);
    if (score !== undefined) scored.push({ record, score });
  }
  return scored;
}

function comparableScore(state: RunState, record: CandidateRecord, baselineMean: number | undefined) {
  const differences = differencesFromBaseline(state, record);
  if (differences.length === 0 || baselineMean === undefined) {
    return scoreOn(record, selectionRows(state, record.candidate)).mean;
  }
  return Math.min(1, Math.max(0, baselineMean + pairedMean(differences).delta));
}

function differencesFromBaseline(state: RunState, record: CandidateRecord): number[] {
  const rows = selectionRows(state, record.candidate);
  return differencesOf(pairsOf(recordOf(state, BASELINE_ID), record, rows));
}

/**
 * The candidate to go on from: the best score on the selection rows. Where candidates were scored on different numbers of
 * rows, what counts is the difference from the baseline, shrunken by its uncertainty, so that a few lucky rows do not
 * win. A candidate that only equals the baseline does not replace it; among candidates ties go to the shorter text, then
 * to the newer.
 */
export function bestCandidate(state: RunState): ScoredRecord | undefined {
  const [baseline, ...others] = scoredCandidates(state);
  if (!baseline) return undefined;
  const merits =
    state.setup.estimate === 'lineage'
      ? lineageMerits(state, [baseline, ...others])
      : meritsOf(state, baseline, others);
  return highest([baseline, ...others], (each) => merits.get(each)!);
}

function lineageMerits(state: RunState, records: readonly ScoredRecord[]): ReadonlyMap<ScoredRecord, number> {
  const estimates = estimatesByLineage(state);
  return new Map(records.map((each) => [each, estimates.get(each.record.candidate.id) ?? 0]));
}

/** What candidates are ranked by: their scores, or shrunken differences where these rest on different numbers of rows. */
function meritsOf(
  state: RunState,
  baseline: ScoredRecord,
  others: readonly ScoredRecord[],
): ReadonlyMap<ScoredRecord, number> {
  const counts = new Set(
    others.map(({ record }) => scoreOn(record, selectionRows(state, record.candidate)).n),
  );
  const byScore = new Map([baseline, ...others].map((each) => [each, each.score]));
  if (counts.size <= 1) return byScore;
  const estimates = others.map(({ record }) => pairedMean(differencesFromBaseline(state, record)));
  const shrunken = shrunkenDeltas(estimates);
  // Where chance explains all differences, none is left; then the exam has to tell.
  if (shrunken.every((each) => each === 0)) return byScore;
  return new Map([[baseline, 0], ...others.map((each, index) => [each, shrunken[index]!] as const)]);
}
