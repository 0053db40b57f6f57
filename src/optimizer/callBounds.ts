import type { Effort } from '../core/run.js';
import { rowsOfSelection, splitsOfDirection, type SelectionPart, type Splits } from '../core/testset.js';
import { noiseProbeRows } from './exam.js';
import type { ConfiguredStrategy } from './strategy.js';
import { answersPerTarget, stepsOf } from './stop.js';

export interface SearchSize {
  readonly strategy: ConfiguredStrategy;
  readonly effort: Effort;
  readonly splits: Splits;
  /** The part whose rows choose among candidates. */
  readonly selection: SelectionPart;
  /** Requests to the judge model that one answer needs at the most. */
  readonly judgeCalls: number;
  /** Further models that the prompt is for. Default 0. */
  readonly targets?: number | undefined;
  /** Of the prompt's requests; default 0. A model that is not deterministic is probed more. */
  readonly temperature?: number | undefined;
}

/** Requests of a whole run, without those that are sent again after faults. */
export interface CallBounds {
  /** Answers of the task model before anything can end the search: the prompt as it is, scored and read. */
  readonly first: number;
  /** What it takes to try one candidate and to hold the exam, all models together. */
  readonly least: number;
  /** Those of further target models included. */
  readonly task: number;
  /** Answers of each further target model among these. */
  readonly perTarget: number;
  readonly optimizer: number;
  readonly judge: number;
}

/**
 * What the loop can send at the most. Follows `optimize` step by step; any answer may have been stored before. The
 * directions of a cross-fitted search take their steps each, and the baseline has its outcomes on both halves already when
 * an exam is held.
 */
export function callBounds(size: SearchSize): CallBounds {
  const { strategy, splits, selection, judgeCalls, temperature, targets = 0 } = size;
  const { crossFitted } = splits;
  const searches = (
    crossFitted ? [splitsOfDirection(splits, 0), splitsOfDirection(splits, 1)] : [splits]
  ).map((each) => searchOf(size, each));
  const sum = (part: (search: ReturnType<typeof searchOf>) => number) =>
    searches.reduce((total, search) => total + part(search), 0);
  const first = sum((search) => search.first);
  const exam = crossFitted ? splits.train.length + splits.exam.length : 2 * splits.exam.length;
  const chosen = crossFitted
    ? splits.train.length + splits.exam.length
    : rowsOfSelection(splits, selection).length;
  const probe = splits.exam.length > 0 ? Math.min(chosen, noiseProbeRows(chosen, temperature)) : 0;
  const perTarget = targets > 0 ? answersPerTarget(splits, selection) : 0;
  const verdict = exam + targets * perTarget;
  const answers = first + sum((search) => search.further) + verdict + probe;
  return {
    first,
    least: (1 + judgeCalls) * (first + searches[0]!.perCandidate + verdict) + strategy.asksPerStep,
    task: answers,
    perTarget,
    optimizer: sum((search) => search.asks),
    judge: answers * judgeCalls,
  };
}

function searchOf({ strategy, effort, selection }: SearchSize, splits: Splits) {
  const train = splits.train.length;
  const sizes = {
    train,
    selection: rowsOfSelection(splits, selection).length,
    selectsOnTrain: selection !== 'validation',
  };
  const perCandidate = strategy.selector.rowsAtMost(sizes);
  // Rows that choose among candidates have an outcome already.
  const reads = (candidates: number) =>
    sizes.selectsOnTrain ? 0 : Math.min(strategy.readsPerStep, train * candidates);
  const steps = stepsOf(strategy, effort);
  return {
    perCandidate,
    first: sizes.selection + reads(1),
    further: steps * strategy.perStep * perCandidate + (steps - 1) * reads(strategy.candidatesRead ?? 1),
    asks: steps * strategy.asksPerStep,
  };
}
