import { BASELINE_ID } from '../core/candidate.js';
import { pairsOf, recordOf, selectionRows, type CandidateRecord, type RunState } from '../core/run.js';
import { differencesOf, pairedMean, shrunkenDeltas, type PairedMean } from '../core/statistics.js';

/** How a candidate stands against the baseline on the same rows. */
export interface Standing extends PairedMean {
  readonly record: CandidateRecord;
  /**
   * The difference that is to be expected on other rows, between 0 and `delta`: what chance explains is taken off. The
   * baseline's own is 0.
   */
  readonly shrunken: number;
}

/**
 * Standings of candidates on selection rows, rows without an answer on either side left out.
 * @param rows default all selection rows; the same ones for all, so that differences compare
 */
export function standingsOf(
  state: RunState,
  records: readonly CandidateRecord[],
  rows: readonly string[] = selectionRows(state),
): Standing[] {
  const baseline = recordOf(state, BASELINE_ID);
  const means = records.map((record) => pairedMean(differencesOf(pairsOf(baseline, record, rows))));
  const rivals = records.flatMap((record, index) => (record === baseline ? [] : [means[index]!]));
  const shrunken = shrunkenDeltas(rivals);
  let next = 0;
  return records.map((record, index) => ({
    record,
    ...means[index]!,
    shrunken: record === baseline ? 0 : shrunken[next++]!,
  }));
}

/** Merits that differ by less are equal. */
const SAME = 1e-9;

/**
 * The entry of the highest merit. One that only equals the baseline does not replace it; among candidates ties go to the
 * shorter text, then to the later one.
 * @param entries in order of proposal
 * @returns undefined for no entries
 */
export function highest<E extends { readonly record: CandidateRecord }>(
  entries: readonly E[],
  meritOf: (entry: E) => number,
): E | undefined {
  return entries.reduce<E | undefined>((best, next) => {
    const ahead = best ? meritOf(next) - meritOf(best) : Infinity;
    if (!best || ahead > SAME) return next;
    if (ahead < -SAME || best.record.candidate.id === BASELINE_ID) return best;
    return next.record.candidate.text.length <= best.record.candidate.text.length ? next : best;
  }, undefined);
}

/**
 * The candidate to beat: the highest shrunken estimate. Stricter than the choice of what to go on from and to examine
 * (`bestCandidate`), which takes the best score even where chance explains it: others are dropped for being behind this
 * one, while what is examined still has to prove itself.
 * @returns undefined for no standings
 */
export function leaderOf(standings: readonly Standing[]): Standing | undefined {
  return highest(standings, ({ shrunken }) => shrunken);
}
