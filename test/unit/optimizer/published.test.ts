import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callsMade, type RunState } from '../../../src/core/run.js';
import { createSandbox } from '../../../src/models/sandbox/index.js';
import { planRun, resumeRun, runResult, startRun } from '../../../src/runs/index.js';
import { loadTask } from '../../../src/workspace/index.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hone-published-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Small enough for a test; everything else as published. */
const SETTINGS: Record<string, Record<string, number>> = {
  opro: {},
  gpo: {},
  ape: { candidates: 10 },
  apo: { rounds: 6, expansion: 4 },
  'apo-sum': { rounds: 6 },
  'prompt-agent': { depthLimit: 3 },
  abo: {},
  directional: {},
  reflexion: {},
  gepa: {},
  ace: {},
  'hill-climb': {},
  random: {},
};

function sandbox() {
  const model = createSandbox();
  return { models: { task: model, optimizer: model, judge: model }, concurrency: 8 };
}

async function taskOf(prompt = 'prompts/triage.md') {
  const examples = path.resolve('examples');
  return { ...(await loadTask(examples, prompt)), root };
}

/** A run's outcome without its name and what it used. */
const comparable = (state: RunState): unknown => ({ ...runResult(state), runId: '', usage: undefined });

describe.each(Object.entries(SETTINGS))('%s on the example workspace', (strategy, strategySettings) => {
  // Requests that are under way when a run is cut off count against the limit.
  const options = { strategy, strategySettings, effort: 'quick' as const, maxCalls: 20_000 };

  it('comes to a verdict within its plan, and the same one when it is interrupted and resumed', async () => {
    const task = await taskOf();
    const plan = await planRun(task, options, sandbox());
    const whole = await startRun(task, options, { ...sandbox(), sharedCache: false });
    expect(whole.verdict).toBeDefined();
    expect(whole.candidates.size).toBeGreaterThan(1);
    expect(whole.usage.calls.task).toBeLessThanOrEqual(plan.calls.task);
    expect(whole.usage.calls.optimizer).toBeLessThanOrEqual(plan.calls.optimizer);

    const abort = new AbortController();
    const enough = Math.floor(callsMade(whole.usage) * 0.6);
    const cut = await startRun(
      task,
      options,
      { ...sandbox(), sharedCache: false },
      {
        signal: abort.signal,
        onEvent: (_, state) => {
          if (callsMade(state.usage) >= enough) abort.abort();
        },
      },
    );
    expect(cut.stop?.reason).toBe('cancelled');
    const resumed = await resumeRun(root, cut.setup.runId, { ...sandbox(), sharedCache: false });
    expect(comparable(resumed)).toEqual(comparable(whole));
  });
});

/** Rows too few for a part of their own are searched in both directions, each with a beam or a current prompt of its own. */
describe.each([
  'gpo',
  'ape',
  'apo',
  'hill-climb',
  'prompt-agent',
  'abo',
  'directional',
  'reflexion',
  'gepa',
  'ace',
])('%s on a small test set', (strategy) => {
  it('goes on in each direction from its own candidates', async () => {
    const full = await taskOf();
    const task = { ...full, testset: { ...full.testset, cases: full.testset.cases.slice(0, 20) } };
    const options = {
      strategy,
      strategySettings: SETTINGS[strategy]!,
      effort: 'quick' as const,
      maxCalls: 20_000,
    };
    const state = await startRun(task, options, { ...sandbox(), sharedCache: false });
    expect(state.verdict).toBeDefined();
    expect(state.setup.splits.crossFitted).toBe(true);
    for (const { candidate } of state.candidates.values()) {
      const parent = candidate.parent === undefined ? undefined : state.candidates.get(candidate.parent);
      const direction = parent?.candidate.direction;
      if (direction !== undefined) expect(candidate.direction).toBe(direction);
    }
  });
});
