import { BASELINE_ID, type Advice } from './candidate.js';
import type { CandidateRecord, RunState } from './run.js';
import { DIRECTIONS, splitsOfDirection, type Direction, type Splits } from './splits.js';

export type { Direction };

/** How far one direction of a cross-fitted search has come. The fields are those of a run's state. */
export interface DirectionState {
  step: number;
  proposedStep: number;
  parent: string;
  room: number | undefined;
  readonly advice: Map<string, Advice>;
  readonly memos: Map<number, unknown>;
}

/** The directions of a new run: none, unless its rows are divided for a cross-fitted search. */
export function newDirections(splits: Splits): DirectionState[] {
  if (!splits.crossFitted) return [];
  return DIRECTIONS.map(() => ({
    step: 0,
    proposedStep: 0,
    parent: BASELINE_ID,
    room: undefined,
    advice: new Map(),
    memos: new Map(),
  }));
}

/** The run as the search of that direction sees it; the whole run where there is no direction. */
export function viewFor(state: RunState, direction: Direction | undefined): RunState {
  return direction === undefined ? state : viewOf(state, direction);
}

/**
 * A run as one direction of its cross-fitted search sees it: its own half of the rows to read and choose with, its own
 * candidates, advice and memos, and of the baseline the outcomes on its half only. So whatever looks at a run can work on
 * one direction without knowing that there is another. A snapshot: take a new one after an event.
 */
export function viewOf(state: RunState, direction: Direction): RunState {
  const splits = splitsOfDirection(state.setup.splits, direction);
  const own = new Set(splits.train);
  const candidates = new Map<string, CandidateRecord>();
  for (const [id, record] of state.candidates) {
    if (record.candidate.direction === direction) candidates.set(id, record);
    else if (id === BASELINE_ID) {
      const outcomes = new Map([...record.outcomes].filter(([caseId]) => own.has(caseId)));
      candidates.set(id, { ...record, outcomes });
    }
  }
  return {
    ...state,
    ...state.directions[direction],
    setup: { ...state.setup, splits },
    candidates,
    directions: [],
    // The baseline has its outcomes on all rows before an exam is held: it takes one answer for each row of either half.
    // Further target models have none, and answer on both halves too.
    keptBack:
      splits.train.length - splits.exam.length + 2 * (state.setup.targets ?? []).length * splits.train.length,
  };
}
