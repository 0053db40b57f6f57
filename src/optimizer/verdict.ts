import { BASELINE_ID } from '../core/candidate.js';
import {
  examRows,
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
  type Verdict,
  type VerdictKind,
} from '../core/run.js';
import {
  comparePaired,
  levelOfLook,
  rowsToSettlePairs,
  type Pair,
  type PairedComparison,
} from '../core/statistics.js';
import type { Change } from '../core/verdict.js';
import { brokenGuards } from '../evaluation/race.js';
import { examPairs, hasTried, measuredNoise, wasGoodAlready } from './exam.js';
import { differentTexts } from './diversity.js';
import { comparisonSentence, goodSentence, headroomSentence, tooFewTriedSentence } from './verdictText.js';

/** The p-value, two-sided, that the first look at exam rows has to stay below. */
export const SIGNIFICANCE = 0.05;
/**
 * What a cross-fitted comparison of two finalists may use of the level. Its pairs are not independent: each half of the
 * rows chooses one finalist and judges the other. Where both directions try the same texts, a text that is lucky on both
 * halves wins in both; simulated over up to 40 such texts, the full level then gives "better" in up to 6% of runs without
 * any true gain, and this part of it in up to 4.2%.
 */
const CROSS_FITTED_PART = 0.6;
/** Different candidates that have to be scored before it may be said that there is no headroom. */
export const LEAST_TRIED = 4;

/**
 * What may be said of the best candidate. It was chosen on the selection rows; the comparison looks at exam rows only,
 * which neither the proposer read nor the choice used. A level of 5% is shared out over all looks at these rows.
 * @param finalists as `finalistsOf` names them, scored on their exam rows
 */
export function verdictOf(state: RunState, finalists: readonly CandidateRecord[]): Verdict {
  const baseline = recordOf(state, BASELINE_ID);
  if (wasGoodAlready(state)) return { kind: 'already-good', sentence: goodSentence(baseline.outcomes.size) };
  if (finalists.length === 0) return withoutFinalist(state, baseline);
  const judged = judge(state, finalists);
  const rowsWanted = judged.kind === 'undecided' ? rowsToSettlePairs(pairsFor(state, finalists)) : Infinity;
  const isWorthSaying = Number.isFinite(rowsWanted) && rowsWanted > judged.comparison.n;
  const { kind, ...facts } = { ...judged, ...(isWorthSaying && { rowsWanted }) };
  return { kind, ...facts, sentence: comparisonSentence(kind, facts, examSize(state, finalists)) };
}

/** What a verdict on finalists says, without its sentence. */
export type Judgement = Omit<Verdict, 'sentence' | 'comparison'> & { readonly comparison: PairedComparison };

/** Whether the search judges by the very rows that chose, for want of others. The proposer has not read them. */
function judgesOnSelection({ setup }: RunState): boolean {
  return setup.splits.exam.length === 0 && setup.selection === 'validation';
}

function pairsFor(state: RunState, finalists: readonly CandidateRecord[]): Pair[] {
  return judgesOnSelection(state)
    ? pairsOf(recordOf(state, BASELINE_ID), finalists[0]!, selectionRows(state))
    : examPairs(state, finalists);
}

/** What is found of the finalists, at the level that is left for this look. */
export function judge(state: RunState, finalists: readonly CandidateRecord[]): Judgement {
  const best = namedFinalist(state, finalists);
  const comparison = comparePaired(pairsFor(state, finalists), state.setup.seed);
  const isPooled = finalists.length > 1;
  // Rows that chose among several candidates are corrected for it (Bonferroni); exam rows have seen one.
  const choices = judgesOnSelection(state) ? Math.max(1, triedCandidates(state).length) : 1;
  const part = isPooled ? CROSS_FITTED_PART : 1;
  const level = levelOfLook(state.look, (part * SIGNIFICANCE) / choices);
  const broken = brokenGuards(state, best);
  const noise = measuredNoise(state, comparison.n);
  const kind = kindOf(comparison, level, broken, noise?.smallestGain ?? 0);
  const tokens = tokensOf(state, finalists);
  return {
    kind,
    candidateId: best.candidate.id,
    comparison,
    level,
    look: state.look,
    ...(isPooled && { crossFitted: true as const }),
    ...(broken.length > 0 && { brokenGuards: broken }),
    words: { before: wordCount(state.setup.prompt.text), after: wordCount(best.candidate.text) },
    characters: { before: state.setup.prompt.text.length, after: best.candidate.text.length },
    ...(tokens && { tokens }),
    ...(noise && { noise }),
  };
}

function kindOf(
  { pValue, delta }: PairedComparison,
  level: number,
  broken: readonly string[],
  smallestGain: number,
): VerdictKind {
  if (broken.length > 0) return 'worse';
  if (pValue >= level || delta === 0) return 'undecided';
  if (delta < 0) return 'worse';
  return delta < smallestGain ? 'undecided' : 'better';
}

/** The finalist that did best on rows that it had not seen, one that breaks guarded rows last; of equals the shorter. */
function namedFinalist(state: RunState, finalists: readonly CandidateRecord[]): CandidateRecord {
  const ranked = finalists.map((record) => ({
    record,
    broken: brokenGuards(state, record).length,
    delta: comparePaired(examPairs(state, [record]), state.setup.seed).delta,
  }));
  ranked.sort(
    (a, b) =>
      Math.sign(a.broken) - Math.sign(b.broken) ||
      b.delta - a.delta ||
      a.record.candidate.text.length - b.record.candidate.text.length,
  );
  return ranked[0]!.record;
}

function withoutFinalist(state: RunState, baseline: CandidateRecord): Verdict {
  if (!hasTried(state)) {
    return { kind: 'undecided', sentence: 'Cannot tell: no candidate came up that could be scored.' };
  }
  const records = triedCandidates(state);
  const tried = differentTexts(
    state.setup.prompt.text,
    records.map(({ candidate }) => candidate.text),
  );
  if (tried < LEAST_TRIED) return { kind: 'undecided', tried, sentence: tooFewTriedSentence(tried) };
  const { mean = 0, n } = scoreOn(baseline, selectionRows(state, baseline.candidate));
  const comparisons = records
    .filter(({ status }) => status === 'kept')
    .map((record) =>
      comparePaired(pairsOf(baseline, record, selectionRows(state, record.candidate)), state.setup.seed),
    )
    .sort((a, b) => b.delta - a.delta);
  return { kind: 'no-headroom', tried, sentence: headroomSentence(mean, n, tried, comparisons[0]) };
}

/** Candidates that were scored, to the end or until they could not win any more. */
function triedCandidates(state: RunState): CandidateRecord[] {
  return [...state.candidates.values()].filter(
    ({ candidate, status, outcomes }) =>
      candidate.id !== BASELINE_ID && status !== 'rejected' && status !== 'pending' && outcomes.size > 0,
  );
}

function examSize(state: RunState, finalists: readonly CandidateRecord[]): number {
  return finalists.reduce((sum, { candidate }) => sum + examRows(state, candidate).length, 0);
}

function wordCount(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** Mean tokens per answer on the exam rows of which both are known. */
function tokensOf(state: RunState, finalists: readonly CandidateRecord[]): Change | undefined {
  const baseline = recordOf(state, BASELINE_ID);
  const tokens = (record: CandidateRecord, id: string) => {
    const outcome = record.outcomes.get(id);
    if (outcome?.status !== 'scored' || !outcome.tokens) return undefined;
    return outcome.tokens.prompt + outcome.tokens.completion;
  };
  let before = 0;
  let after = 0;
  let n = 0;
  for (const record of finalists) {
    for (const id of examRows(state, record.candidate)) {
      const [old, now] = [tokens(baseline, id), tokens(record, id)];
      if (old === undefined || now === undefined) continue;
      before += old;
      after += now;
      n++;
    }
  }
  return n === 0 ? undefined : { before: before / n, after: after / n };
}
