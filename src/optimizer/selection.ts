import { rowsOfSelection, type SelectionPart, type Splits } from '../core/testset.js';
import type { ConfiguredStrategy } from './strategy.js';

/** Candidates' worth of rows that a budget must hold before each of them is given the rows of both parts. */
const CANDIDATES = 10;

/**
 * The rows that choose among candidates in a run: those that the strategy wants; train rows where there are no others; and
 * without the train rows where the calls would be spent on a few candidates.
 */
export function selectionFor(
  { selection }: Pick<ConfiguredStrategy, 'selection'>,
  splits: Splits,
  maxCalls: number,
): SelectionPart {
  if (splits.validation.length === 0) return 'train';
  const isScarce = selection === 'both' && maxCalls < CANDIDATES * rowsOfSelection(splits, 'both').length;
  return isScarce ? 'validation' : selection;
}
