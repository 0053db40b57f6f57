import { BASELINE_ID } from '../../../src/core/candidate.js';
import { seededRandom, type Random } from '../../../src/core/hash.js';
import { viewOf, type Direction } from '../../../src/core/directions.js';
import { recordOf, reduce, replay, type RunState } from '../../../src/core/run.js';
import type { Splits } from '../../../src/core/testset.js';
import type { Selector } from '../../../src/evaluation/selector.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';
import { select } from '../../fixtures/selection.js';

/** A standard normal number (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Spread of the rows' difficulty, on the scale of log odds: about one row in five changes between equal prompts. */
const DIFFICULTY = 2;

/** Chance that a prompt of this ability passes a row of this difficulty: a logistic item model (Rasch 1960). */
export function passChance(ability: number, difficulty: number): number {
  return 1 / (1 + Math.exp(difficulty - ability));
}

export function difficultyOf(random: Random): number {
  return DIFFICULTY * normal(random);
}

const DIFFICULTIES = ((random) => Array.from({ length: 1000 }, () => difficultyOf(random)))(seededRandom(1));

/** The share of all rows that a prompt of this ability passes. */
export function trueScore(ability: number): number {
  return DIFFICULTIES.reduce((sum, each) => sum + passChance(ability, each), 0) / DIFFICULTIES.length;
}

/** A score of a prompt on a row, in [0, 1]. */
export type ScoreOf = (candidateId: string, caseId: string) => number;

/** A run's state whose baseline has been scored on these rows. */
export function runOf(
  ids: readonly string[],
  splits: Splits,
  scoreOf: ScoreOf,
  baselineRows: readonly string[],
): RunState {
  const selection = splits.validation.length > 0 ? 'validation' : 'train';
  return replay([
    startedEvent(ids, { splits, selection }),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...baselineRows.map((id) => scored(BASELINE_ID, id, scoreOf(BASELINE_ID, id))),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
  ])!;
}

/** Puts the baseline's scores of further rows into a state. */
export function scoreRows(
  state: RunState,
  candidateId: string,
  rows: readonly string[],
  scoreOf: ScoreOf,
): void {
  const { outcomes } = recordOf(state, candidateId);
  for (const id of rows)
    if (!outcomes.has(id)) reduce(state, scored(candidateId, id, scoreOf(candidateId, id)));
}

export interface Step {
  readonly step: number;
  readonly ids: readonly string[];
  readonly selector: Selector;
  /** Of a cross-fitted search. */
  readonly direction?: Direction;
}

/**
 * One step of a run: candidates of these ids go through a selector, and what becomes of them is settled in the state.
 * @returns answers that it took
 */
export function selectStep(
  state: RunState,
  { step, ids, selector, direction }: Step,
  scoreOf: ScoreOf,
): number {
  const place = direction === undefined ? {} : { direction };
  const candidates = ids.map((id) => ({ ...candidate(id, BASELINE_ID), step, ...place }));
  reduce(state, { type: 'proposed', step, ...place, advice: [], candidates, rejected: [] });
  const seen = direction === undefined ? state : viewOf(state, direction);
  const pending = ids.map((id) => recordOf(state, id));
  let answers = 0;
  const results = select(selector, seen, pending, (record, rows) => {
    answers += rows.length;
    scoreRows(state, record.candidate.id, rows, scoreOf);
  });
  for (const { record, status, reasons } of results) {
    reduce(state, { type: 'settled', candidateId: record.candidate.id, status, reasons });
  }
  return answers;
}
