import { BASELINE_ID } from '../../../src/core/candidate.js';
import { viewOf } from '../../../src/core/directions.js';
import { hashFraction, seededRandom, type Random } from '../../../src/core/hash.js';
import { examRows, recordOf, reduce, type CandidateRecord, type RunState } from '../../../src/core/run.js';
import { DIRECTIONS, splitTestSet, type Splits, type TestCase } from '../../../src/core/testset.js';
import { race, raceStanding } from '../../../src/evaluation/race.js';
import { finalistsOf, wasGoodAlready } from '../../../src/optimizer/exam.js';
import { judge } from '../../../src/optimizer/verdict.js';
import { difficultyOf, passChance, runOf, scoreRows, selectStep, type ScoreOf } from './model.js';

export interface NullSettings {
  /** Rows of the whole test set. */
  readonly rows: number;
  readonly runs: number;
  readonly seed: number;
  /** Scores in tenths instead of pass and fail. */
  readonly graded?: boolean;
}

/** Shares of runs without any true difference in which something was claimed all the same, in [0, 1]. */
export interface FalseClaims {
  /** The verdict at the end of the run said better. */
  readonly better: number;
  /** The verdict at the end of the run said worse. */
  readonly worse: number;
  /** A verdict was asked for after each step, and one of them said better. */
  readonly peeking: number;
  /** The race promoted a candidate, at any of its looks. */
  readonly promoted: number;
}

const STEPS = 3;
const PER_STEP = 6;
/** Chance that a candidate's score of a row is drawn anew instead of being the baseline's. */
const REDRAWN = 0.6;
const ABILITY = 1.2;
/** Divided test sets that the runs share, since dividing takes longer than a run. */
const SPLITS = 20;

/**
 * Simulates whole runs in which every prompt is equally good: the rows are divided as in a run, several candidates per step
 * go through the race, the best one so far is chosen as in a run and examined on rows that nothing has looked at.
 */
export function falseClaims({ rows, runs, seed, graded = false }: NullSettings): FalseClaims {
  const random = seededRandom(seed);
  const cases = Array.from({ length: rows }, (_, index) => row(index));
  const ids = cases.map(({ id }) => id);
  const divided = Array.from({ length: SPLITS }, (_, index) => splitTestSet(cases, { seed: seed + index }));
  const counts = { better: 0, worse: 0, peeking: 0, promoted: 0 };
  for (let run = 0; run < runs; run++) {
    const claims = simulate(ids, divided[run % SPLITS]!, equalPrompts(ids, random, graded));
    for (const claim of claims) counts[claim]++;
  }
  return {
    better: counts.better / runs,
    worse: counts.worse / runs,
    peeking: counts.peeking / runs,
    promoted: counts.promoted / runs,
  };
}

function simulate(ids: readonly string[], splits: Splits, scoreOf: ScoreOf): Set<keyof FalseClaims> {
  const claims = new Set<keyof FalseClaims>();
  const state = runOf(ids, splits, scoreOf, ids);
  const directions = splits.crossFitted ? DIRECTIONS : [undefined];
  let looks = 0;
  let lastExamined = '';
  for (let step = 1; step <= STEPS; step++) {
    for (const direction of directions) {
      const place = direction === undefined ? {} : { direction };
      const names = Array.from({ length: PER_STEP }, (_, index) => `${direction ?? 0}:c${step}-${index}`);
      selectStep(state, { step, ids: names, selector: race, ...place }, scoreOf);
      const seen = direction === undefined ? state : viewOf(state, direction);
      const field = names.map((name) => recordOf(state, name));
      if (raceStanding(seen, field).promoted.length > 0) claims.add('promoted');
    }
    const finalists = finalistsOf(state);
    for (const { candidate } of finalists)
      scoreRows(state, candidate.id, examRows(state, candidate), scoreOf);
    const names = finalists.map(({ candidate }) => candidate.id).join(' ');
    const isLast = step === STEPS;
    if (names === lastExamined && !isLast) continue;
    if (names !== lastExamined) looks++;
    lastExamined = names;
    reduce(state, { type: 'examined', candidateId: names, look: Math.max(1, looks) });
    const claim = claimOf(state, finalists);
    if (claim === 'better') claims.add('peeking');
    if (!isLast) continue;
    const kind = state.look === 1 ? claim : claimOf({ ...state, look: 1 }, finalists);
    if (kind === 'better' || kind === 'worse') claims.add(kind);
  }
  return claims;
}

/** What the verdict claims, without its sentence, which takes most of the time. */
function claimOf(state: RunState, finalists: readonly CandidateRecord[]) {
  return finalists.length === 0 || wasGoodAlready(state) ? undefined : judge(state, finalists).kind;
}

/** Words of a made-up row, so that no two rows are near-duplicates. */
function row(index: number): TestCase {
  const words = Array.from({ length: 8 }, (_, place) => Math.floor(1e6 * hashFraction(`${index} ${place}`)));
  return {
    id: `r${index}`,
    vars: { text: words.join(' ') },
    expected: ['a', 'b', 'c'][index % 3]!,
    guard: false,
    line: index + 2,
  };
}

/** Both directions of a cross-fitted search try the same texts: the hardest case, since luck then counts twice. */
function textOf(candidateId: string): string {
  return candidateId.replace(/^\d:/, '');
}

/** Scores of prompts that are all equally good: each row's score is the baseline's, or drawn anew from the same chances. */
function equalPrompts(ids: readonly string[], random: Random, graded: boolean): ScoreOf {
  const chances = new Map(ids.map((id) => [id, passChance(ABILITY, difficultyOf(random))]));
  const scores = new Map<string, number>();
  const draw = (caseId: string) => {
    const chance = chances.get(caseId)!;
    if (!graded) return random() < chance ? 1 : 0;
    return Math.round(10 * Math.min(1, Math.max(0, chance + random() - random()))) / 10;
  };
  const scoreOf: ScoreOf = (candidateId, caseId) => {
    const text = textOf(candidateId);
    const key = `${text} ${caseId}`;
    const known = scores.get(key);
    if (known !== undefined) return known;
    const value = text === BASELINE_ID || random() < REDRAWN ? draw(caseId) : scoreOf(BASELINE_ID, caseId);
    scores.set(key, value);
    return value;
  };
  return scoreOf;
}
