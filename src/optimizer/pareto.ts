import { selectionRows, type RunState } from '../core/run.js';
import type { Random } from '../core/hash.js';
import { scoredCandidates, type ScoredRecord } from './trajectory.js';

/** A candidate on the front, and on how many rows nothing beats it. */
export interface FrontMember extends ScoredRecord {
  readonly wins: number;
}

/**
 * The candidates that are best on at least one selection row, without those whose rows others cover, the lowest mean
 * tried first (GEPA, arXiv 2507.19457, algorithm 2).
 * @param most only so many with the highest means, before any is left out; the first of equals. Default: all
 */
export function paretoFront(state: RunState, most = Infinity): FrontMember[] {
  const pool = scoredCandidates(state);
  const eligible = new Set([...pool].sort((a, b) => b.score - a.score).slice(0, most));
  const fronts = selectionRows(state).map(
    (row) => new Set([...bestOn(pool, row)].filter((member) => eligible.has(member))),
  );
  const kept = new Set(fronts.flatMap((front) => [...front]));
  for (const member of [...kept].sort((a, b) => a.score - b.score)) {
    const isCovered = fronts.every(
      (front) => !front.has(member) || [...front].some((other) => other !== member && kept.has(other)),
    );
    if (isCovered) kept.delete(member);
  }
  return pool
    .filter((member) => kept.has(member))
    .map((member) => ({ ...member, wins: fronts.filter((front) => front.has(member)).length }));
}

function bestOn(pool: readonly ScoredRecord[], row: string): ReadonlySet<ScoredRecord> {
  const scores = pool.map((member) => {
    const outcome = member.record.outcomes.get(row);
    return outcome?.status === 'scored' ? outcome.score.value : -Infinity;
  });
  const best = Math.max(...scores);
  return new Set(best === -Infinity ? [] : pool.filter((_, index) => scores[index] === best));
}

/** A member drawn with a probability that is proportional to the rows on which it is best. */
export function drawFromFront(front: readonly FrontMember[], random: Random): FrontMember | undefined {
  const total = front.reduce((sum, { wins }) => sum + wins, 0);
  let place = random() * total;
  return front.find(({ wins }) => (place -= wins) < 0) ?? front.at(-1);
}
