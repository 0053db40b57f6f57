import { BASELINE_ID } from '../core/candidate.js';
import {
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
} from '../core/run.js';

export interface ScoredRecord {
  readonly record: CandidateRecord;
  /**
   * Mean on the selection rows, in [0, 1]. Where rows ended in an error, the baseline's mean plus the mean difference on
   * the rows that both have, so that easy rows that went missing do not make a candidate look bad, nor hard ones good.
   */
  readonly score: number;
}

/** Candidates that were scored on all selection rows, in order of proposal, the baseline first. */
export function scoredCandidates(state: RunState): ScoredRecord[] {
  const rows = selectionRows(state);
  const scored: ScoredRecord[] = [];
  for (const record of state.candidates.values()) {
    if (record.status !== 'kept' && record.status !== 'best') continue;
    const score = comparableScore(state, record, rows);
    if (score !== undefined) scored.push({ record, score });
  }
  return scored;
}

function comparableScore(
  state: RunState,
  record: CandidateRecord,
  rows: readonly string[],
): number | undefined {
  const { mean, errors } = scoreOn(record, rows);
  const baseline = recordOf(state, BASELINE_ID);
  if (errors === 0 || record === baseline) return mean;
  const pairs = pairsOf(baseline, record, rows);
  const baselineMean = scoreOn(baseline, rows).mean;
  if (pairs.length === 0 || baselineMean === undefined) return mean;
  const delta = pairs.reduce((sum, pair) => sum + pair.after.value - pair.before.value, 0) / pairs.length;
  return Math.min(1, Math.max(0, baselineMean + delta));
}

/** Scores that differ by less are equal. */
const SAME_SCORE = 1e-9;

/**
 * The candidate to go on from: the best score on the selection rows. A candidate that only equals the baseline does not
 * replace it; among candidates ties go to the shorter text, then to the newer.
 */
export function bestCandidate(state: RunState): ScoredRecord | undefined {
  const [baseline, ...others] = scoredCandidates(state);
  return others.reduce((best, next) => {
    if (!best) return next;
    if (next.score > best.score + SAME_SCORE) return next;
    if (next.score < best.score - SAME_SCORE || best === baseline) return best;
    return next.record.candidate.text.length <= best.record.candidate.text.length ? next : best;
  }, baseline);
}

/** The `limit` best texts in ascending order of score, as OPRO shows them (arXiv 2309.03409, section 4.2). */
export function ascendingTrajectory(state: RunState, limit: number, leastScore: number): ScoredRecord[] {
  return scoredCandidates(state)
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => a.score - b.score)
    .slice(-limit);
}
