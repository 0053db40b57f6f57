import { viewOf } from '../core/directions.js';
import type { RunState, Stop } from '../core/run.js';
import { DIRECTIONS, type Direction } from '../core/testset.js';
import { affordableCandidates, shouldStop } from './stop.js';
import type { ConfiguredStrategy } from './strategy.js';

/** A step that is to be proposed next. */
export interface Turn {
  /** Absent unless the search is cross-fitted. */
  readonly direction: Direction | undefined;
  /** Candidates that it may have, at least 1. */
  readonly room: number;
}

/** The run as each of its searches sees it: one, or one for each direction of a cross-fitted search. A snapshot. */
export function searchViews(state: RunState): { direction: Direction | undefined; view: RunState }[] {
  if (!state.setup.splits.crossFitted) return [{ direction: undefined, view: state }];
  return DIRECTIONS.map((direction) => ({ direction, view: viewOf(state, direction) }));
}

/**
 * Which steps come next, or why none does. The directions of a cross-fitted search take their steps side by side and share
 * what the budget leaves; a direction that has ended leaves its share to the other. A step that was begun and cut off is
 * gone on with, with the room that it had.
 */
export function nextTurns(state: RunState, strategy: ConfiguredStrategy): Turn[] | Stop {
  const searches = searchViews(state).map(({ direction, view }) => {
    const begun = begunRoom(view, strategy);
    return { direction, view, begun, stop: begun > 0 ? undefined : shouldStop(view, strategy) };
  });
  const open = searches.filter(({ stop }) => stop === undefined);
  if (open.length === 0) {
    const stops = searches.flatMap(({ stop }) => stop ?? []);
    // Only when both halves are perfect, the whole is.
    return stops.find(({ reason }) => reason !== 'perfect') ?? stops[0]!;
  }
  const step = Math.min(...open.map(({ view }) => view.proposedStep));
  const affordable = open.length > 1 ? affordableHalf : affordableCandidates;
  const turns = open
    .filter(({ view }) => view.proposedStep === step)
    .map(({ direction, view, begun }) => ({ direction, room: begun || affordable(view, strategy) }))
    .filter(({ room }) => room > 0);
  if (turns.length > 0) return turns;
  // What is left is too little for two.
  const { direction, view } = open[0]!;
  return [{ direction, room: affordableCandidates(view, strategy) }];
}

/** What a direction may have when the other one takes a step of the same size. */
function affordableHalf(view: RunState, strategy: ConfiguredStrategy): number {
  const { perStep, asksPerStep } = strategy;
  const both = { ...strategy, perStep: 2 * perStep, asksPerStep: 2 * asksPerStep };
  return Math.floor(affordableCandidates(view, both) / 2);
}

/** The room of a step that was begun and has no proposals yet; 0 for none. Lost requests may have lessened it. */
function begunRoom(view: RunState, strategy: ConfiguredStrategy): number {
  if (view.step <= view.proposedStep || view.room === undefined) return 0;
  return Math.min(view.room, affordableCandidates(view, { ...strategy, asksPerStep: 0 }));
}
