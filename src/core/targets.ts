import type { CaseOutcome } from './run.js';

/** What came of texts on rows with further target models: by model id, candidate id and row id. */
export type TargetOutcomes = Map<string, Map<string, Map<string, CaseOutcome>>>;

/** The outcomes of a candidate with a further target model, by row; entered when there are none yet. */
export function outcomesOnTarget(
  outcomes: TargetOutcomes,
  target: string,
  candidateId: string,
): Map<string, CaseOutcome> {
  const ofTarget = entered(outcomes, target, () => new Map<string, Map<string, CaseOutcome>>());
  return entered(ofTarget, candidateId, () => new Map<string, CaseOutcome>());
}

function entered<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
