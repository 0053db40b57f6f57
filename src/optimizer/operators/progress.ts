import type { CandidateRecord, RunState } from '../../core/run.js';
import type { HoneMemo } from './choice.js';

/** Rows whose trouble must have become another one for a candidate to count as half way. */
const LEAST_CHANGED = 2;

/**
 * A candidate made from the best one that passes no more rows, but of which the scorers say something else than before: it
 * has mended what they spoke of, and something else is left. What it takes may be two changes of which neither shows a
 * gain alone. Each candidate is gone on from once.
 */
export function halfWay(state: RunState, best: CandidateRecord): CandidateRecord | undefined {
  const used = new Set([...state.memos.values()].map((memo) => (memo as HoneMemo).parent));
  return [...state.candidates.values()].findLast(
    (record) =>
      record.candidate.parent === best.candidate.id &&
      record.status === 'dropped' &&
      !used.has(record.candidate.id) &&
      changedRows(best, record) >= LEAST_CHANGED,
  );
}

/** Rows that fail under both, for causes of which none is the same. */
function changedRows(before: CandidateRecord, after: CandidateRecord): number {
  let count = 0;
  for (const [caseId, now] of after.outcomes) {
    const old = before.outcomes.get(caseId);
    if (now.status !== 'scored' || old?.status !== 'scored' || now.score.pass || old.score.pass) continue;
    const causes = new Set(old.score.feedback.map(({ cause }) => cause));
    const isNew =
      now.score.feedback.length > 0 && now.score.feedback.every(({ cause }) => !causes.has(cause));
    if (causes.size > 0 && isNew) count++;
  }
  return count;
}

/** Train rows that pass under a candidate and that an edit of it has broken, the most often broken first. */
export function brokenByEdits(state: RunState, parent: CandidateRecord): string[] {
  const counts = new Map<string, number>();
  for (const { candidate, outcomes } of state.candidates.values()) {
    if (candidate.parent !== parent.candidate.id) continue;
    for (const id of state.setup.splits.train) {
      const [old, now] = [parent.outcomes.get(id), outcomes.get(id)];
      if (old?.status !== 'scored' || now?.status !== 'scored' || !old.score.pass || now.score.pass) continue;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
}
