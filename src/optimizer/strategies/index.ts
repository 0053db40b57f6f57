import { HoneError } from '../../core/errors.js';
import type { Strategy } from '../strategy.js';
import { hone } from './hone.js';
import { opro } from './opro.js';

/** All strategies by id, the default first. */
export const STRATEGIES: readonly Strategy[] = [hone, opro];

/** @throws HoneError `bad-usage` that names the strategies there are. */
export function strategyOf(id: string): Strategy {
  const found = STRATEGIES.find((strategy) => strategy.id === id);
  if (found) return found;
  throw new HoneError({
    reason: 'bad-usage',
    message: `There is no strategy "${id}".`,
    nextStep: `Choose one of: ${STRATEGIES.map((strategy) => strategy.id).join(', ')}.`,
  });
}
