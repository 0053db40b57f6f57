export const BUDGET_SCHEDULES = ['cosine', 'linear', 'fixed'] as const;

/** How many words a step may change, over the steps of a run. */
export interface EditBudget {
  readonly schedule: (typeof BUDGET_SCHEDULES)[number];
  /** Words at the start; for `fixed`, in every step. */
  readonly first: number;
  /** Words at the end. */
  readonly last: number;
  /** Steps over which the budget rises to `first` before it falls; 0 for none. */
  readonly warmup: number;
}

/** GPO's defaults (arXiv 2402.17564). */
export const COSINE_BUDGET: EditBudget = { schedule: 'cosine', first: 50, last: 10, warmup: 0 };

/**
 * GPO's edit budget in words.
 * @param time how far the run is, from 0; GPO counts its history, which holds the seed, so that its first step is at 1
 * @param steps steps of the whole run, at least 1
 */
export function editBudget(time: number, steps: number, budget: EditBudget): number {
  const { schedule, first, last, warmup } = budget;
  if (time < warmup) return Math.floor((first * time) / warmup);
  const progress = Math.min(1, (time - warmup) / Math.max(1, steps - warmup));
  if (schedule === 'fixed') return first;
  if (schedule === 'linear') return Math.floor(first + (last - first) * progress);
  return Math.floor(last + (first - last) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** The cosine budget with GPO's defaults. */
export function wordsBudget(time: number, steps: number): number {
  return editBudget(time, steps, COSINE_BUDGET);
}
