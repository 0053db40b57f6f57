import { BASELINE_ID } from '../../../src/core/candidate.js';
import { seededRandom } from '../../../src/core/hash.js';
import { recordOf } from '../../../src/core/run.js';
import { race } from '../../../src/evaluation/race.js';
import { standingsOf } from '../../../src/evaluation/standings.js';
import { difficultyOf, normal, passChance, runOf, selectStep, trueScore, type ScoreOf } from './model.js';

/** What a way of choosing costs, and what it loses. */
export interface Choice {
  /** Answers per draw, the mean. */
  readonly calls: number;
  /** True score of the best candidate minus that of the chosen one, in points: the mean and its standard error. */
  readonly regret: number;
  readonly error: number;
}

export interface BestOfSettings {
  readonly candidates: number;
  readonly rows: number;
  /** Standard deviation of the candidates' true scores, in points. */
  readonly spread: number;
  readonly draws: number;
  readonly seed: number;
}

export interface BestOfResult {
  readonly racing: Choice;
  /** All candidates on all rows. */
  readonly full: Choice;
  /** All candidates on as many rows as twice the calls of the race pay for. */
  readonly twice: Choice;
  /** All candidates on as many rows as the calls of the race pay for. */
  readonly equal: Choice;
  /** How much the race's regret lies above that of twice the calls, per draw: mean and standard error. */
  readonly above: { readonly mean: number; readonly error: number };
}

/** True score of the baseline, on the scale of log odds: about 70% of the rows pass. */
const ABILITY = 1.2;

/** Picks the best of several candidates, whose rows come from a logistic item model, in several ways on the same scores. */
export function bestOf({ candidates, rows, spread, draws, seed }: BestOfSettings): BestOfResult {
  const random = seededRandom(seed);
  const slope = (trueScore(ABILITY + 0.1) - trueScore(ABILITY - 0.1)) / 0.2;
  const ids = Array.from({ length: candidates }, (_, index) => `c${index + 1}`);
  // Twice the calls of the race can pay for more rows than the race has.
  const caseIds = Array.from({ length: 2 * rows }, (_, index) => `r${index}`);
  const samples: { calls: number; racing: number; prefix: (count: number) => number }[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const abilities = new Map([[BASELINE_ID, ABILITY]]);
    for (const id of ids) abilities.set(id, ABILITY + ((spread / 100) * normal(random)) / slope);
    const truths = new Map([...abilities].map(([id, ability]) => [id, trueScore(ability)]));
    const best = Math.max(...ids.map((id) => truths.get(id)!));
    const scores = new Map<string, number>();
    for (const caseId of caseIds) {
      const difficulty = difficultyOf(random);
      for (const [id, ability] of abilities)
        scores.set(`${id} ${caseId}`, random() < passChance(ability, difficulty) ? 1 : 0);
    }
    const scoreOf: ScoreOf = (id, caseId) => scores.get(`${id} ${caseId}`)!;
    const lossOf = (id: string) => 100 * (best - truths.get(id)!);
    const used = caseIds.slice(0, rows);
    const state = runOf(used, { train: [], validation: used, exam: [] }, scoreOf, used);
    const calls = selectStep(state, { step: 1, ids, selector: race }, scoreOf);
    const kept = ids.map((id) => recordOf(state, id)).filter(({ status }) => status === 'kept');
    const [winner] = standingsOf(state, kept).sort((x, y) => y.delta - x.delta);
    samples.push({
      calls,
      racing: lossOf(winner?.record.candidate.id ?? ids[0]!),
      prefix: (count) => lossOf(bestOnFirst(ids, caseIds.slice(0, count), scoreOf)),
    });
  }
  const calls = meanAndError(samples.map((each) => each.calls)).mean;
  const rowsFor = (budget: number) => Math.min(caseIds.length, Math.round(budget / candidates));
  const choice = (losses: readonly number[], cost: number): Choice => {
    const { mean, error } = meanAndError(losses);
    return { calls: cost, regret: mean, error };
  };
  const onFirst = (count: number) => samples.map((each) => each.prefix(count));
  const twice = onFirst(rowsFor(2 * calls));
  return {
    racing: choice(
      samples.map((each) => each.racing),
      calls,
    ),
    full: choice(onFirst(rows), candidates * rows),
    twice: choice(twice, candidates * rowsFor(2 * calls)),
    equal: choice(onFirst(rowsFor(calls)), candidates * rowsFor(calls)),
    above: meanAndError(samples.map((each, index) => each.racing - twice[index]!)),
  };
}

/** What full evaluation on these rows chooses. */
function bestOnFirst(ids: readonly string[], rows: readonly string[], scoreOf: ScoreOf): string {
  const totals = ids.map((id) => rows.reduce((sum, caseId) => sum + scoreOf(id, caseId), 0));
  return ids[totals.indexOf(Math.max(...totals))]!;
}

/** Mean and its standard error. */
export function meanAndError(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length) };
}
