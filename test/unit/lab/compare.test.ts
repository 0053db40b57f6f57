import { describe, expect, it } from 'vitest';
import { callsMade } from '../../../src/core/run.js';
import { compare, drawTask } from '../../../src/lab/compare.js';
import { gainShare, meanOf } from '../../../src/lab/figures.js';
import { runInMemory } from '../../../src/lab/memoryRun.js';
import { planComparison } from '../../../src/lab/plan.js';
import { labTaskOf } from '../../../src/lab/registry.js';
import { simulatedOptimizer } from '../../../src/lab/simulated/optimizer.js';
import { STRENGTHS } from '../../../src/lab/simulated/strength.js';
import { SIMULATED_TASKS } from '../../../src/lab/simulated/tasks/index.js';
import type { Model } from '../../../src/models/model.js';
import { STRATEGIES, strategyOf } from '../../../src/optimizer/strategies/index.js';

const MEDIUM = STRENGTHS.find(({ id }) => id === 'medium')!;

function taskOf(id: string) {
  return SIMULATED_TASKS.find((task) => task.id === id)!;
}

/** A run in memory with its optimizer watched. */
async function watched(strategy: string, maxCalls: number, task = taskOf('label-rules')) {
  const simulated = simulatedOptimizer(task, MEDIUM, 1);
  const questions: string[] = [];
  const optimizer: Model = {
    ...simulated,
    complete: (request, options) => {
      questions.push(JSON.stringify(request));
      return simulated.complete(request, options);
    },
  };
  const drawn = drawTask(task, 60, 1);
  const run = await runInMemory(drawn, { strategy: strategyOf(strategy), optimizer, maxCalls, seed: 1 });
  return { ...run, drawn, questions };
}

describe('a run in memory', () => {
  it.each(['opro', 'hill-climb', 'hone'])(
    'counts each row scored and each question of %s as one call',
    async (id) => {
      const { state, questions } = await watched(id, 400);
      const outcomes = [...state.candidates.values()].reduce((sum, record) => sum + record.outcomes.size, 0);
      const scored = outcomes + state.repeats.size;
      expect(state.usage.calls).toMatchObject({ task: scored, optimizer: questions.length, judge: 0 });
      expect(callsMade(state.usage)).toBeLessThanOrEqual(400);
      expect(new Set(questions).size).toBe(questions.length);
    },
  );

  it('goes on until no further candidate can be paid for, and holds the exam', async () => {
    const { state, stop, drawn } = await watched('hill-climb', 700);
    expect(stop.reason).toBe('calls-spent');
    const best = [...state.candidates.values()].find(({ status }) => status === 'best')!;
    expect(drawn.splits.exam.every((id) => best.outcomes.has(id))).toBe(true);
    expect(state.verdict?.comparison?.n).toBe(drawn.splits.exam.length);
  });

  it('stops at a budget that does not even reach for the baseline', async () => {
    const { state, stop } = await watched('hone', 5);
    expect(stop).toMatchObject({ reason: 'calls-spent', error: 'budget-spent' });
    expect(callsMade(state.usage)).toBe(5);
  });

  it('goes on after an answer without tags, as a user would resume', async () => {
    const task = taskOf('format');
    const simulated = simulatedOptimizer(task, MEDIUM, 1);
    let asked = 0;
    const optimizer: Model = {
      ...simulated,
      complete: (request, options) =>
        ++asked <= 2
          ? Promise.resolve({ text: 'I would rather not.', finishReason: 'stop' })
          : simulated.complete(request, options),
    };
    const drawn = drawTask(task, 60, 1);
    const { state, stop } = await runInMemory(drawn, {
      strategy: strategyOf('hill-climb'),
      optimizer,
      maxCalls: 500,
      seed: 1,
    });
    expect(stop.reason).not.toBe('model-failed');
    expect(state.candidates.size).toBeGreaterThan(2);
  });

  it('does the same with the same seed', async () => {
    const plan = {
      ...planComparison({ tasks: ['drift'], budgets: [400], seeds: 2 }),
      strategies: [strategyOf('hone')],
    };
    expect(await compare(plan)).toEqual(await compare(plan));
  });
});

describe('a comparison', () => {
  it('runs every registered strategy on every task within its budget', { timeout: 120_000 }, async () => {
    const runs = await compare(planComparison({ budgets: [300], seeds: 1, rows: 60 }));
    expect(runs).toHaveLength(STRATEGIES.length * SIMULATED_TASKS.length);
    for (const run of runs) {
      expect(run.calls).toBeLessThanOrEqual(300);
      expect(run.end).toBeGreaterThanOrEqual(0);
      expect(run.end).toBeLessThanOrEqual(run.reachable + 1e-9);
    }
  });

  it(
    'shows plausible controls: climbing learns with calls, and more than blind rewriting',
    { timeout: 120_000 },
    async () => {
      const plan = planComparison({
        tasks: ['label-rules', 'format', 'noisy-grades'],
        strategies: ['hill-climb', 'random'],
        budgets: [250, 1500],
        seeds: 6,
      });
      const runs = await compare(plan);
      const gain = (strategy: string, budget: number) =>
        meanOf(
          runs
            .filter((run) => run.strategy === strategy && run.budget === budget)
            .map((run) => gainShare(run, run.end)),
        );
      expect(gain('hill-climb', 1500)).toBeGreaterThan(gain('hill-climb', 250) + 0.1);
      expect(gain('hill-climb', 1500)).toBeGreaterThan(gain('random', 1500) + 0.2);
      expect(gain('hill-climb', 1500)).toBeLessThan(0.95);
    },
  );

  it('names what there is when it is asked for something else', () => {
    expect(() => planComparison({ tasks: ['nothing'] })).toThrow(/no simulated task "nothing"/);
    expect(() => planComparison({ strength: 'huge' })).toThrow(/no strength "huge"/);
    expect(() => planComparison({ strategies: ['magic'] })).toThrow(/no strategy "magic"/);
    expect(() => labTaskOf('nothing')).toThrow(/no task "nothing"/);
  });

  it('ends between two runs when it is cancelled', async () => {
    await expect(
      compare(planComparison({ seeds: 1 }), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ reason: 'cancelled' });
  });
});
