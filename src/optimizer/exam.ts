import { BASELINE_ID } from '../core/candidate.js';
import { viewFor } from '../core/directions.js';
import { shortHash } from '../core/hash.js';
import {
  examRows,
  pairsOf,
  recordOf,
  selectionRows,
  type CandidateRecord,
  type RunState,
} from '../core/run.js';
import {
  differencesOf,
  detectableGain,
  noiseFloor,
  rowsToSettle,
  USUAL_DISAGREEMENT,
  type NoiseFloor,
  type Pair,
} from '../core/statistics.js';
import { DIRECTIONS, oncePerInput, rowContent, type Splits } from '../core/testset.js';
import { answersLeft, targetAnswers } from './stop.js';
import { bestCandidate } from './trajectory.js';

/** Whether the prompt as it is passes every row that was scored, so that there is nothing to improve. */
export function wasGoodAlready(state: RunState): boolean {
  const outcomes = [...recordOf(state, BASELINE_ID).outcomes.values()];
  return (
    outcomes.length > 0 &&
    outcomes.every((each) => each.status === 'scored' && each.score.pass && each.score.value === 1)
  );
}

/** Whether a candidate was scored, to the end or until it could not win any more. */
export function hasTried(state: RunState): boolean {
  return [...state.candidates.values()].some(
    ({ candidate, status }) => candidate.id !== BASELINE_ID && (status === 'kept' || status === 'dropped'),
  );
}

/** The candidates that are examined: the best one, of each direction of a cross-fitted search; none that is the baseline. */
export function finalistsOf(state: RunState): CandidateRecord[] {
  const searches = state.setup.splits.crossFitted ? DIRECTIONS : [undefined];
  return searches
    .map((direction) => bestCandidate(viewFor(state, direction))?.record)
    .filter((record) => record !== undefined && record.candidate.id !== BASELINE_ID) as CandidateRecord[];
}

/** The rows of a verdict, paired: each row with the finalist that is examined on it. */
export function examPairs(state: RunState, finalists: readonly CandidateRecord[]): Pair[] {
  const baseline = recordOf(state, BASELINE_ID);
  const { cases } = state.setup.testset;
  return finalists.flatMap((record) =>
    pairsOf(baseline, record, oncePerInput(examRows(state, record.candidate), cases)),
  );
}

/** A comparison as it is counted: which rows it opens, what it compares on them. Hashes, equal from run to run. */
export interface Examination {
  /** The rows and the baseline, whose comparisons count together. */
  readonly exam: string;
  /** The examined texts, and the model that answers. */
  readonly candidates: string;
}

/** What is opened for these finalists. Rows count by their content, so that other ids make no fresh exam of them. */
export function examinationOf(state: RunState, finalists: readonly CandidateRecord[]): Examination {
  const { setup } = state;
  const opened = new Set(finalists.flatMap(({ candidate }) => examRows(state, candidate)));
  const rows = setup.testset.cases
    .filter(({ id }) => opened.has(id))
    .map(rowContent)
    .sort();
  const texts = finalists.map(({ candidate }) => candidate.text).sort();
  return {
    exam: shortHash(JSON.stringify([setup.prompt.text, rows])),
    candidates: shortHash(JSON.stringify([setup.models.task.id, texts])),
  };
}

/** Rows that show whether a model that should always answer the same does so. */
const PROBED_ROWS = 8;

/**
 * How many rows the baseline is scored on once more, at the most, to see how much its scores change by themselves.
 * @param selection rows that choose among candidates; all rows of a cross-fitted search
 * @param temperature the prompt's own setting; at 0 a few rows tell
 */
export function noiseProbeRows(selection: number, temperature = 0): number {
  return temperature > 0 ? selection : Math.min(PROBED_ROWS, selection);
}

/** The rows of the noise probe that have no second outcome yet; none when the limit does not leave so many requests. */
export function probedRows(
  state: RunState,
  finalists: readonly CandidateRecord[],
  temperature: number | undefined,
): string[] {
  const baseline = recordOf(state, BASELINE_ID);
  if (state.setup.splits.exam.length === 0) return [];
  const rows = selectionRows(state, baseline.candidate);
  const open = rows.slice(0, noiseProbeRows(rows.length, temperature)).filter((id) => !state.repeats.has(id));
  const unexamined = finalists.flatMap((record) =>
    examRows(state, record.candidate).flatMap((id) =>
      [baseline, record].filter(({ outcomes }) => !outcomes.has(id)),
    ),
  );
  const left = answersLeft(state);
  return left >= unexamined.length + targetAnswers(state) + open.length ? open : [];
}

/** How much the baseline's scores change by themselves; undefined where no row was scored twice. */
export function measuredNoise(state: RunState, rows: number): NoiseFloor | undefined {
  const baseline = recordOf(state, BASELINE_ID);
  const again: CandidateRecord = { ...baseline, outcomes: state.repeats };
  const pairs = pairsOf(baseline, again, state.repeats.keys());
  return pairs.length === 0 ? undefined : noiseFloor(differencesOf(pairs), rows);
}

/** What a test set that is divided so can and cannot show, a sentence each, before anything is sent. */
export function whatCanBeShown({ train, validation, exam, crossFitted }: Splits): string[] {
  const rows = crossFitted ? train.length + exam.length : exam.length;
  const notes: string[] = [];
  if (crossFitted) {
    notes.push(
      `Few rows: the search runs in two directions, each reads and chooses on one half of the rows and is examined on the other, so that all ${rows} rows judge it.`,
    );
  } else if (validation.length === 0) {
    notes.push('Candidates are chosen on the rows that the proposer reads; only the exam is unseen.');
  }
  const gain = detectableGain(rows);
  const wanted = rowsToSettle(USUAL_DISAGREEMENT, 0.15);
  if (gain === undefined) {
    notes.push(`${rows} exam rows cannot show any gain; about ${wanted} would show one of 15 points.`);
  } else if (gain > 0.5) {
    notes.push(
      `${rows} exam rows show only very large gains; about ${wanted} would show a gain of 15 points.`,
    );
  } else {
    notes.push(`${rows} exam rows can show a gain of about ${Math.round(gain * 100)} points or more.`);
  }
  return notes;
}
