import { BASELINE_ID } from '../../core/candidate.js';
import { HoneError, throwIfCancelled } from '../../core/errors.js';
import { scoreOn, type CandidateRecord, type RunState, type StopReason } from '../../core/run.js';
import type { Model } from '../../models/model.js';
import { strategyOf } from '../../optimizer/strategies/index.js';
import type { FeedbackLevel } from '../../optimizer/strategies/directional.js';
import type { SettingValues } from '../../optimizer/strategy.js';
import { callsOf, runInMemory } from '../memoryRun.js';
import { introduced, type Draw, type Problem, type ProblemKind } from './problem.js';

/** What a series of runs on one task shares. */
export interface SeriesPlan {
  readonly kind: ProblemKind;
  readonly strategy: string;
  readonly feedback: FeedbackLevel;
  readonly steps: number;
  readonly seeds: number;
  readonly maxCalls: number;
  readonly cities?: number;
  readonly noise?: number;
  /** The simulated one of the task where there is none. */
  readonly optimizer?: Model;
  readonly agent?: Model;
}

/** What came of one seed. Values are true ones in the task's unit. */
export interface PaperRun {
  readonly seed: number;
  readonly start: number | undefined;
  readonly best: number | undefined;
  readonly bestText: string;
  /** The step that found the solution, 0 for the start; absent when none did. */
  readonly solvedAt?: number;
  /** Texts that were scored until then, or in the whole run; the start is not counted. */
  readonly tries: number;
  /** Proposals that the guards turned down: repeated texts above all. */
  readonly rejected: number;
  readonly steps: number;
  readonly calls: number;
  readonly optimizerCalls: number;
  readonly stop: StopReason;
  /** The best value after each step, the start first. */
  readonly curve: readonly (number | undefined)[];
  /** Mean over the horizon's steps of the best score so far, in [0, 1]: high for runs that get far soon. */
  readonly merit: number;
  readonly references: Readonly<Record<string, number>>;
}

/** Runs of one task, and the fault that ended them early where one did. */
export interface Series {
  readonly runs: readonly PaperRun[];
  readonly trouble?: HoneError;
}

/** Who proposes: the plan's optimizer, or guesses that read nothing. */
export type Proposer = 'chosen' | 'guesser';

/**
 * Runs a task for seeds 1 to `seeds`, one after the other.
 * @throws HoneError `cancelled`; of any other fault of a model the runs before it are kept, unless it is the first run's
 */
export async function runSeries(
  plan: SeriesPlan,
  proposer: Proposer = 'chosen',
  signal?: AbortSignal,
): Promise<Series> {
  const runs: PaperRun[] = [];
  for (let seed = 1; seed <= plan.seeds; seed++) {
    throwIfCancelled(signal);
    try {
      runs.push(await runSeed(plan, seed, proposer, signal));
    } catch (error) {
      if (runs.length === 0 || !HoneError.is(error) || error.reason === 'cancelled') throw error;
      return { runs, trouble: error };
    }
  }
  return { runs };
}

async function runSeed(
  plan: SeriesPlan,
  seed: number,
  proposer: Proposer,
  signal: AbortSignal | undefined,
): Promise<PaperRun> {
  const { kind, feedback, cities, noise, agent } = plan;
  const draw: Draw = {
    seed,
    feedback,
    ...(cities !== undefined && { cities }),
    ...(noise !== undefined && { noise }),
    ...(agent && { agent }),
    ...(signal && { signal }),
  };
  const problem = await kind.draw(draw);
  const model = proposer === 'guesser' ? problem.guesser : (plan.optimizer ?? problem.simulated);
  const optimizer = introduced(model, problem.introduction);
  const { state, stop } = await runInMemory(problem.task, {
    strategy: strategyOf(plan.strategy),
    settings: settingsOf(plan),
    optimizer,
    maxCalls: plan.maxCalls,
    maxSteps: plan.steps,
    seed,
  });
  return resultOf(plan, problem, state, stop.reason, seed);
}

/** What the task needs of the strategy, and what the strategy has to know of the feedback. */
export function settingsOf({ kind, strategy, feedback, steps }: SeriesPlan): SettingValues {
  const known = new Set(strategyOf(strategy).settings.map(({ id }) => id));
  const wanted: SettingValues = { steps, ...kind.settings[strategy] };
  return {
    ...Object.fromEntries(Object.entries(wanted).filter(([id]) => known.has(id))),
    ...(strategy === 'directional' && { feedback }),
  };
}

function resultOf(
  { kind, steps }: SeriesPlan,
  problem: Problem,
  state: RunState,
  stop: StopReason,
  seed: number,
): PaperRun {
  const rows = state.setup.splits.train;
  const read = (record: CandidateRecord) => {
    const text = record.candidate.spans[state.setup.prompt.spanId] ?? problem.task.start;
    const { mean: score = 0, n } = scoreOn(record, rows);
    const isSolved =
      n === rows.length &&
      rows.every((id) => {
        const outcome = record.outcomes.get(id);
        return outcome?.status === 'scored' && outcome.score.pass;
      });
    const value = problem.trueValue ? problem.trueValue(text) : score;
    return { text, score, isSolved, value, step: record.candidate.step };
  };
  const records = [...state.candidates.values()];
  const scored = records.filter(({ status, outcomes }) => status !== 'rejected' && outcomes.size > 0);
  const tried = scored.map(read);
  const better = (a: number, b: number) => (kind.lowerIsBetter ? a < b : a > b);
  const start = tried[0];
  let best = start;
  let bestScore = 0;
  let total = 0;
  const curve: (number | undefined)[] = [];
  for (let step = 0; step <= steps; step++) {
    for (const each of tried.filter((one) => one.step === step)) {
      bestScore = Math.max(bestScore, each.score);
      if (each.value === undefined) continue;
      if (best?.value === undefined || better(each.value, best.value)) best = each;
    }
    if (step <= state.proposedStep) curve.push(best?.value);
    if (step > 0) total += bestScore;
  }
  const solution = tried.find(({ isSolved }) => isSolved);
  const shown = solution ?? best;
  return {
    seed,
    start: start?.value,
    best: shown?.value,
    bestText: shown?.text ?? problem.task.start,
    ...(solution && { solvedAt: solution.step }),
    tries: Math.max(0, solution ? tried.indexOf(solution) : tried.length - 1),
    rejected: records.filter(({ candidate, status }) => status === 'rejected' && candidate.id !== BASELINE_ID)
      .length,
    steps: state.proposedStep,
    calls: callsOf(state),
    optimizerCalls: state.usage.calls.optimizer,
    stop,
    curve,
    merit: steps === 0 ? bestScore : total / steps,
    references: problem.references,
  };
}

/** Steps until solved; a run that did not get there counts with one more than all. */
export function stepsOfRun({ solvedAt }: PaperRun, steps: number): number {
  return solvedAt ?? steps + 1;
}
