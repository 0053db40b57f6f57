import { BASELINE_ID } from '../core/candidate.js';
import {
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
  type Verdict,
} from '../core/run.js';
import { comparePaired, rowsToSettle, type PairedComparison } from '../core/statistics.js';
import { brokenGuards } from '../evaluation/race.js';

/** A verdict other than undecided needs a p-value below this, two-sided. */
export const SIGNIFICANCE = 0.05;
/** Fewer differing rows than this cannot reach significance: the smallest p-value is 2 to the power of 1 - rows. */
const LEAST_DIFFERING_ROWS = 6;

/** Whether the prompt as it is passes every row that was scored, so that there is nothing to improve. */
export function wasGoodAlready(state: RunState): boolean {
  const outcomes = [...recordOf(state, BASELINE_ID).outcomes.values()];
  return (
    outcomes.length > 0 &&
    outcomes.every((each) => each.status === 'scored' && each.score.pass && each.score.value === 1)
  );
}

/**
 * What may be said of the best candidate. It was chosen on the selection rows; the comparison looks at exam rows only,
 * which neither the proposer read nor the choice used.
 */
export function verdictOf(state: RunState, best: CandidateRecord): Verdict {
  const baseline = recordOf(state, BASELINE_ID);
  if (wasGoodAlready(state)) {
    return {
      kind: 'already-good',
      sentence: `Your prompt is already good: all ${baseline.outcomes.size} rows pass.`,
    };
  }
  if (best === baseline && !hasTried(state)) {
    return {
      kind: 'undecided',
      sentence: 'Cannot tell: no candidate came up that could be scored.',
    };
  }
  if (best === baseline) {
    const { mean = 0, n } = scoreOn(baseline, selectionRows(state));
    return {
      kind: 'no-headroom',
      sentence: `No candidate beat your prompt, which scores ${percent(mean)} on ${n} rows.`,
    };
  }
  const { exam } = state.setup.splits;
  const comparison = comparePaired(pairsOf(baseline, best, exam), state.setup.seed);
  const candidateId = best.candidate.id;
  const broken = brokenGuards(state, best);
  if (broken.length > 0) {
    return {
      kind: 'worse',
      candidateId,
      comparison,
      sentence: `It breaks guarded rows: ${broken.join(', ')}.`,
    };
  }
  const kind = comparison.pValue >= SIGNIFICANCE ? 'undecided' : comparison.delta > 0 ? 'better' : 'worse';
  return {
    kind,
    candidateId,
    comparison,
    sentence: sentenceOf(kind, comparison, state.setup.splits.exam.length),
  };
}

/** Whether a candidate was scored, to the end or until it could not win any more. */
export function hasTried(state: RunState): boolean {
  return [...state.candidates.values()].some(
    ({ candidate, status }) => candidate.id !== BASELINE_ID && (status === 'kept' || status === 'dropped'),
  );
}

function sentenceOf(
  kind: 'better' | 'worse' | 'undecided',
  comparison: PairedComparison,
  examRows: number,
): string {
  const { n, before, after, delta, fixed, broken, pValue } = comparison;
  if (kind !== 'undecided') {
    const numbers = `${percent(before)} to ${percent(after)} on ${n} rows that neither the proposer nor the choice had seen`;
    return `${kind === 'better' ? 'Better' : 'Worse'}: ${numbers}.`;
  }
  if (n === 0) {
    return examRows === 0
      ? 'Cannot tell: the test set is too small to keep rows back for a verdict.'
      : 'Cannot tell: every row of the exam ended in an error.';
  }
  const differing = Math.max(fixed.length + broken.length, 1);
  const wanted = Math.max(
    rowsToSettle(differing / n, delta),
    Math.ceil((LEAST_DIFFERING_ROWS * n) / differing),
  );
  const settle = Number.isFinite(wanted) && wanted > n ? `; about ${wanted} exam rows would` : '';
  const exact = `p = ${pValue.toFixed(2)} in the exact test, which decides`;
  return `Cannot tell with ${n} exam rows${settle}: ${percent(before)} before, ${percent(after)} after (${exact}).`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
