import type { Advice } from '../../core/candidate.js';
import { viewFor } from '../../core/directions.js';
import { recordOf, type CandidateRecord, type RunState } from '../../core/run.js';
import { DIRECTIONS } from '../../core/testset.js';
import { scoredCandidates } from '../trajectory.js';

/** How an advice did on failures that the optimizer was not shown when it was drawn and followed. */
export interface CheckedAdvice {
  /** Rows that pass with the best candidate that follows it. */
  readonly fixed: number;
  /** Failing train rows of its cause that were not shown and that this candidate was scored on. */
  readonly of: number;
}

/**
 * Advice held against failures that were not shown, by its id: a cause that is only the model's prior repeated fixes the
 * rows that it was read from and no others (arXiv 2402.02101, section 4). Advice that nothing can be said of is left out:
 * no candidate follows it, or no such row was scored.
 */
export function checkedAdvice(state: RunState): ReadonlyMap<string, CheckedAdvice> {
  const directions = state.setup.splits.crossFitted ? DIRECTIONS : [undefined];
  const checked = new Map<string, CheckedAdvice>();
  for (const direction of directions) {
    const view = viewFor(state, direction);
    for (const advice of view.advice.values()) {
      const found = check(view, advice);
      if (!found) continue;
      const known = checked.get(advice.id) ?? { fixed: 0, of: 0 };
      checked.set(advice.id, { fixed: known.fixed + found.fixed, of: known.of + found.of });
    }
  }
  return checked;
}

function check(view: RunState, advice: Advice): CheckedAdvice | undefined {
  const best = bestFollower(view, advice.id);
  if (!best) return undefined;
  const origin = recordOf(view, originOf(view, best, advice.id));
  const shown = shownRows(view, advice, best.candidate.step);
  let fixed = 0;
  let of = 0;
  for (const id of view.setup.splits.train) {
    const [before, after] = [origin.outcomes.get(id), best.outcomes.get(id)];
    if (shown.has(id) || before?.status !== 'scored' || after?.status !== 'scored') continue;
    if (before.score.pass || !before.score.feedback.some(({ cause }) => cause === advice.cause)) continue;
    of++;
    if (after.score.pass) fixed++;
  }
  return of === 0 ? undefined : { fixed, of };
}

/** The best scored candidate among those that follow the advice, by themselves or through what they were made from. */
function bestFollower(view: RunState, adviceId: string): CandidateRecord | undefined {
  return scoredCandidates(view)
    .filter(({ record }) =>
      lineOf(view, record).some(({ candidate }) => candidate.adviceIds.includes(adviceId)),
    )
    .sort((a, b) => b.score - a.score)[0]?.record;
}

/** The text that the advice was first followed from, on the way to a candidate. */
function originOf(view: RunState, record: CandidateRecord, adviceId: string): string {
  const first = lineOf(view, record)
    .filter(({ candidate }) => candidate.adviceIds.includes(adviceId))
    .at(-1);
  return first?.candidate.parent ?? record.candidate.id;
}

/** A candidate and what it was made from, the newest first. */
function lineOf(view: RunState, record: CandidateRecord): CandidateRecord[] {
  const { parent } = record.candidate;
  const before = parent === undefined ? undefined : view.candidates.get(parent);
  return before ? [record, ...lineOf(view, before)] : [record];
}

/** Train rows that the optimizer was shown up to a step, as far as the strategy says; else the rows of the advice. */
function shownRows(view: RunState, advice: Advice, step: number): Set<string> {
  const shown = new Set<string>();
  for (let at = 1; at <= step; at++) {
    const memo = view.memos.get(at) as { readonly shown?: unknown } | null | undefined;
    const rows: unknown = memo?.shown;
    if (Array.isArray(rows)) rows.forEach((id) => typeof id === 'string' && shown.add(id));
    else advice.rows.forEach((id) => shown.add(id));
  }
  return shown;
}
