import { BASELINE_ID } from '../core/candidate.js';
import { throwIfCancelled } from '../core/errors.js';
import type { RunState, StopReason, VerdictKind } from '../core/run.js';
import { bestCandidate } from '../optimizer/trajectory.js';
import type { Strategy } from '../optimizer/strategy.js';
import { callsOf, runInMemory, splitsOf, type MemoryTask } from './memoryRun.js';
import { simulatedOptimizer } from './simulated/optimizer.js';
import { DrawnRows, reachableScore, trueScore } from './simulated/population.js';
import type { Strength } from './simulated/strength.js';
import type { SimulatedTask } from './simulated/task.js';

/** What a comparison runs: every strategy on every task, with every budget and every seed. */
export interface ComparisonPlan {
  readonly strategies: readonly Strategy[];
  readonly tasks: readonly SimulatedTask[];
  /** Calls of task and optimizer model together, exam included. */
  readonly budgets: readonly number[];
  /** The seeds are `firstSeed` and the ones after it. */
  readonly firstSeed: number;
  readonly seeds: number;
  readonly strength: Strength;
  /** Rows of each test set, all parts together. */
  readonly rows: number;
}

/** What came of one run. Scores are true ones, in [0, 1]. */
export interface ComparedRun {
  readonly strategy: string;
  readonly task: string;
  readonly budget: number;
  readonly seed: number;
  readonly start: number;
  readonly reachable: number;
  /** Of the candidate that the run ends with, the starting prompt where none came up. */
  readonly end: number;
  readonly calls: number;
  readonly optimizerCalls: number;
  readonly candidates: number;
  readonly rejected: number;
  readonly verdict: VerdictKind | 'none';
  readonly stop: StopReason;
  /** Calls made when a new best candidate was known, with its true score. */
  readonly curve: readonly (readonly [calls: number, score: number])[];
}

/**
 * Runs a comparison, one run after the other, task by task.
 * @throws HoneError `cancelled` when the signal aborts, between runs; whatever a strategy throws
 */
export async function compare(
  plan: ComparisonPlan,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ComparedRun[]> {
  const runs: ComparedRun[] = [];
  for (const task of plan.tasks) {
    for (let seed = plan.firstSeed; seed < plan.firstSeed + plan.seeds; seed++) {
      const drawn = drawTask(task, plan.rows, seed);
      for (const strategy of plan.strategies) {
        for (const budget of plan.budgets) {
          await breathe();
          throwIfCancelled(signal);
          runs.push(await compareOnce(task, drawn, strategy, plan.strength, budget, seed));
        }
      }
    }
  }
  return runs;
}

/** Lets signals and timers through: a run in memory never waits for anything. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A simulated task with rows drawn from its population, ready to be run. */
export function drawTask(task: SimulatedTask, rows: number, seed: number): MemoryTask {
  const drawn = new DrawnRows(task, rows, seed);
  return {
    id: task.id,
    start: task.start,
    cases: drawn.cases,
    splits: splitsOf(drawn.cases, seed),
    outcome: (text, caseId, repeat) => drawn.outcome(text, caseId, repeat),
  };
}

async function compareOnce(
  task: SimulatedTask,
  drawn: MemoryTask,
  strategy: Strategy,
  strength: Strength,
  budget: number,
  seed: number,
): Promise<ComparedRun> {
  const scores = new Map<string, number>();
  const truthOf = (text: string) => {
    const known = scores.get(text) ?? trueScore(task, text);
    scores.set(text, known);
    return known;
  };
  const curve: [number, number][] = [];
  let shown: string | undefined;
  const note = (state: RunState) => {
    const text = bestText(state, task);
    if (text === shown) return;
    shown = text;
    curve.push([callsOf(state), truthOf(text)]);
  };
  const { state, stop } = await runInMemory(drawn, {
    strategy,
    optimizer: simulatedOptimizer(task, strength, seed),
    maxCalls: budget,
    seed,
    onEvent: (event, state) => {
      // All candidates of a step are settled when the next one begins.
      if (event.type === 'step' || event.type === 'verdict' || event.type === 'stopped') note(state);
    },
  });
  const records = [...state.candidates.values()].filter(({ candidate }) => candidate.id !== BASELINE_ID);
  return {
    strategy: strategy.id,
    task: task.id,
    budget,
    seed,
    start: truthOf(task.start),
    reachable: reachableScore(task),
    end: truthOf(bestText(state, task)),
    calls: callsOf(state),
    optimizerCalls: state.usage.calls.optimizer,
    candidates: records.filter(({ status }) => status !== 'rejected').length,
    rejected: records.filter(({ status }) => status === 'rejected').length,
    verdict: state.verdict?.kind ?? 'none',
    stop: stop.reason,
    curve,
  };
}

function bestText(state: RunState, task: SimulatedTask): string {
  const best = bestCandidate(state)?.record.candidate;
  if (!best) return task.start;
  return Object.values(best.spans)[0] ?? task.start;
}
