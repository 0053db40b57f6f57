/** Words that may change in the first and in the last step (GPO's defaults, arXiv 2402.17564). */
const FIRST_BUDGET = 50;
const LAST_BUDGET = 10;

/**
 * GPO's edit budget with cosine decay: how many words a step may change.
 * @param step 0-based
 * @param steps steps of the whole run, at least 1
 */
export function wordsBudget(step: number, steps: number): number {
  const progress = Math.min(1, step / Math.max(1, steps));
  return Math.floor(LAST_BUDGET + (FIRST_BUDGET - LAST_BUDGET) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
