import { HoneError } from '../core/errors.js';
import { STRATEGIES, strategyOf } from '../optimizer/strategies/index.js';
import type { ComparisonPlan } from './compare.js';
import { SIMULATED_TASKS } from './simulated/tasks/index.js';
import { STRENGTHS } from './simulated/strength.js';

/** What a user chooses of a comparison; all strategies and tasks where none are named. */
export interface ComparisonChoice {
  readonly strategies?: readonly string[];
  readonly tasks?: readonly string[];
  /** Default 250, 500, 1,000 and 2,000 calls. */
  readonly budgets?: readonly number[];
  /** Default 1. */
  readonly firstSeed?: number;
  /** Default 20. */
  readonly seeds?: number;
  /** Default `medium`. */
  readonly strength?: string;
  /** Rows of each test set. Default 100. */
  readonly rows?: number;
}

/** @throws HoneError `bad-usage` that names what there is, for a name that there is not */
export function planComparison(choice: ComparisonChoice): ComparisonPlan {
  const {
    budgets = [250, 500, 1000, 2000],
    firstSeed = 1,
    seeds = 20,
    strength = 'medium',
    rows = 100,
  } = choice;
  return {
    strategies: choice.strategies?.map(strategyOf) ?? STRATEGIES,
    tasks: choice.tasks?.map((id) => byId(SIMULATED_TASKS, 'simulated task', id)) ?? SIMULATED_TASKS,
    budgets,
    firstSeed,
    seeds,
    strength: byId(STRENGTHS, 'strength', strength),
    rows,
  };
}

function byId<T extends { readonly id: string }>(all: readonly T[], kind: string, id: string): T {
  const found = all.find((each) => each.id === id);
  if (found) return found;
  throw new HoneError({
    reason: 'bad-usage',
    message: `There is no ${kind} "${id}".`,
    nextStep: `Choose from: ${all.map((each) => each.id).join(', ')}.`,
  });
}
