import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { hashFraction } from '../../../src/core/hash.js';
import { callsMade, type Effort } from '../../../src/core/run.js';
import type { TestCase, TestSet } from '../../../src/core/testset.js';
import { readPrompt } from '../../../src/formats/index.js';
import { STRATEGIES } from '../../../src/optimizer/strategies/index.js';
import { evaluatePrompt, planRun, resumeRun, runResult, startRun } from '../../../src/runs/index.js';
import { callsLine, costLine } from '../../../src/runs/planText.js';
import { createScorers, type ScorerConfig } from '../../../src/scorers/index.js';
import type { PromptTask } from '../../../src/workspace/index.js';
import { ScriptedModel } from '../../fixtures/models.js';

const FRUIT = ['apple', 'pear', 'plum', 'fig', 'lime', 'date'];
const PRICES = {
  'openai:task': { prompt: 1, completion: 4 },
  'openai:optimizer': { prompt: 10, completion: 40 },
  'openai:judge': { prompt: 100, completion: 400 },
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hone-plan-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function taskOf(rows: number, scorerConfigs: readonly ScorerConfig[] = [{ type: 'equals' }]) {
  const cases = Array.from({ length: rows }, (_, index): TestCase => ({
    id: `row-${index}`,
    vars: {
      text: `${hashFraction(`${index}`)} crates of ${FRUIT[index % 6]}, ${hashFraction(`b${index}`)} kg`,
    },
    expected: FRUIT[index % 6]!,
    guard: false,
    line: index + 2,
  }));
  const testset: TestSet = {
    path: 'fruit.csv',
    format: 'csv',
    columns: ['text', 'fruit'],
    expectedColumn: 'fruit',
    cases,
    problems: [],
  };
  return {
    root,
    document: readPrompt('prompts/fruit.md', encodeText('Name the fruit in {{text}}.\n')),
    testset,
    scorerConfigs,
    scorersFrom: 'config',
    scorers: await createScorers(scorerConfigs, testset, { judge: () => Promise.resolve('{}') }),
    notes: [],
    prices: PRICES,
  } satisfies PromptTask;
}

const textOf = (request: { messages: readonly { content: string }[] }) =>
  request.messages.map(({ content }) => content).join('\n');

/** Counts four characters as a token. */
class CountedModel extends ScriptedModel {
  override async complete(...args: Parameters<ScriptedModel['complete']>) {
    const answer = await super.complete(...args);
    const tokens = { prompt: textOf(args[0]).length / 4, completion: answer.text.length / 4 };
    return { ...answer, tokens };
  }
}

/** Right on more rows, the higher the version that the prompt names, and never on all. */
function countingModels(goodJudge = true) {
  const task = new CountedModel('openai:task', (request) => {
    const text = textOf(request);
    const version = Math.max(0, ...[...text.matchAll(/Version (\d+)/g)].map(([, number]) => Number(number)));
    const crates = /([\d.e-]+) crates/.exec(text)![0];
    const right = FRUIT.find((fruit) => text.includes(`crates of ${fruit}`))!;
    return hashFraction(crates) < 0.1 + 0.8 * (1 - 1 / (1 + version / 10)) ? right : `some ${right}`;
  });
  let version = 0;
  const optimizer = new CountedModel('openai:optimizer', () => {
    const prompts = Array.from(
      { length: 12 },
      () => `<prompt>Name the fruit in {{text}}. Version ${++version}</prompt>`,
    );
    return `<feedback>Too many words. Direction: Say the fruit alone.</feedback>${prompts.join('\n')}`;
  });
  const judge = new CountedModel('openai:judge', (request) =>
    JSON.stringify({ pass: goodJudge && request.repeat >= 0, score: 1, reason: 'It is so.' }),
  );
  return { models: { task, optimizer, judge } };
}

describe('the plan', () => {
  const cases = [
    ...STRATEGIES.flatMap(({ id }) => [40, 20].map((rows) => [id, 'quick', rows] as const)),
    ['hone', 'thorough', 40] as const,
    ['hone', 'normal', 20] as const,
    ['gepa', 'normal', 40] as const,
  ];

  it.each(cases)(
    'bounds the requests of %s, effort %s, %d rows',
    async (strategy, effort, rows) => {
      const task = await taskOf(rows);
      const used = countingModels();
      const { calls } = await planRun(task, { strategy, effort }, used);
      const state = await startRun(task, { strategy, effort, maxCalls: 3 * calls.most }, used);
      expect(state.stop?.error).toBeUndefined();
      const sent = Object.values(used.models).map(({ requests }) => requests.length);
      expect(sent[0]).toBeGreaterThanOrEqual(calls.least);
      expect(sent[0]).toBeLessThanOrEqual(calls.task);
      expect(sent[1]).toBeLessThanOrEqual(calls.optimizer);
      expect(sent[0]! + sent[1]! + sent[2]!).toBe(callsMade(state.usage));
    },
    60_000,
  );

  it.each([
    ['quick', 40],
    ['thorough', 40],
    ['quick', 20],
  ] as const)(
    'is exact where nothing ends a run before its time: opro, %s, %d rows',
    async (effort, rows) => {
      const options: { strategy: string; effort: Effort } = { strategy: 'opro', effort };
      const task = await taskOf(rows);
      const used = countingModels();
      const plan = await planRun(task, options, used);
      const state = await startRun(task, options, used);
      expect(state.stop?.reason).toBe('steps-done');
      expect(state.usage.calls).toEqual({ task: plan.calls.task, optimizer: plan.calls.optimizer, judge: 0 });
      expect(callsMade(state.usage)).toBe(plan.calls.most);
    },
  );

  it('is exact at the least, when there is nothing to improve', async () => {
    const task = await taskOf(40);
    const used = countingModels();
    const perfect = new ScriptedModel('openai:task', (request) =>
      FRUIT.find((fruit) => textOf(request).includes(`crates of ${fruit}`))!,
    );
    const models = { models: { ...used.models, task: perfect } };
    const plan = await planRun(task, {}, models);
    const state = await startRun(task, {}, models);
    expect(state.verdict?.kind).toBe('already-good');
    expect(callsMade(state.usage)).toBe(plan.calls.least);
    expect((await planRun(task, {}, models)).calls.least).toBe(0);
    expect((await planRun(task, {}, { ...models, sharedCache: false })).calls.least).toBe(plan.calls.least);
  });

  it('counts judges, and holds the exam within the limit all the same', async () => {
    const task = await taskOf(40, [{ type: 'equals' }, { type: 'llm-rubric', value: 'It is a fruit.' }]);
    const used = countingModels();
    const plan = await planRun(task, {}, used);
    expect(plan.calls.judge).toBe(plan.calls.task);
    expect(plan.destinations.join(' ')).toContain('judges');
    const refusal = await planRun(task, { maxCalls: 1 }, used).then(
      () => '',
      (error: unknown) => String(error),
    );
    const reaching = Number(/; (\d+) calls do/.exec(refusal)![1]);
    for (const maxCalls of [reaching, reaching + 41, reaching + 97]) {
      const each = countingModels();
      const state = await startRun(task, { maxCalls }, { ...each, sharedCache: false });
      const sent = Object.values(each.models).reduce((sum, { requests }) => sum + requests.length, 0);
      expect(sent).toBeLessThanOrEqual(maxCalls);
      expect(sent).toBe(callsMade(state.usage));
      expect(each.models.judge.requests.length).toBeGreaterThan(0);
      expect(state.verdict).toBeDefined();
      const comparison = state.verdict?.comparison;
      if (comparison) expect(comparison.n).toBe(state.setup.splits.exam.length);
    }
  });
});

describe('the price in the plan', () => {
  it('is estimated first, and reckoned from stored answers then', async () => {
    const task = await taskOf(40);
    const used = countingModels();
    const first = await planRun(task, {}, used);
    expect(first.cost).toMatchObject({ kind: 'range', basis: 'estimated' });
    await evaluatePrompt(task, used);
    const second = await planRun(task, {}, used);
    expect(second.cost).toMatchObject({ kind: 'range', basis: 'measured', answers: 40 });
    expect(costLine(second)).toContain('reckoned from 40 stored answers');
    expect(callsLine(second)).toMatch(/at least 0, at most [\d,]+ \(task [\d,]+, optimizer \d+ at most\)/);
    const state = await startRun(task, {}, { ...used, sharedCache: false });
    if (first.cost.kind !== 'range' || second.cost.kind !== 'range') throw new Error('No range.');
    for (const { low, high } of [first.cost, second.cost]) {
      expect(state.usage.cost).toBeGreaterThanOrEqual(low);
      expect(state.usage.cost).toBeLessThanOrEqual(high);
    }
  });

  it('is said to be unknown, or counted in requests, or nothing', async () => {
    const task = { ...(await taskOf(40)), prices: undefined };
    const { prices, ...unpriced } = task;
    expect(prices).toBeUndefined();
    const used = countingModels();
    const unknown = await planRun(unpriced, {}, used);
    expect(unknown.cost).toEqual({ kind: 'unknown', models: ['openai:task', 'openai:optimizer'] });
    expect(costLine(unknown)).not.toMatch(/\d/);
    const named = (id: string) => new ScriptedModel(id, () => 'x');
    const planWith = (id: string) =>
      planRun(unpriced, {}, { models: { task: named(id), optimizer: named(id), judge: named(id) } });
    expect((await planWith('editor:gpt')).cost).toEqual({ kind: 'requests' });
    expect((await planWith('sandbox:default')).cost).toMatchObject({ kind: 'range', low: 0, high: 0 });
    expect(costLine(await planWith('sandbox:default'))).toContain('none');
  });
});

describe('a cost limit', () => {
  it('is kept, and leaves room for the exam', async () => {
    const task = await taskOf(40);
    const whole = await startRun(task, { strategy: 'opro', effort: 'normal' }, countingModels());
    for (const share of [0.35, 0.6]) {
      const maxCost = share * whole.usage.cost!;
      const used = { ...countingModels(), sharedCache: false };
      const state = await startRun(task, { strategy: 'opro', effort: 'normal', maxCost }, used);
      expect(state.usage.cost).toBeLessThanOrEqual(maxCost);
      expect(state.usage.cost).toBeGreaterThan(0.4 * maxCost);
      expect(state.stop?.reason).toBe('cost-spent');
      expect(state.stop?.error).toBeUndefined();
      expect(state.verdict?.comparison?.n).toBe(state.setup.splits.exam.length);
    }
  });

  it('is refused for a model of unknown price, before anything is sent', async () => {
    const { prices, ...task } = await taskOf(40);
    expect(prices).toBe(PRICES);
    const used = countingModels();
    await expect(startRun(task, { maxCost: 5 }, used)).rejects.toMatchObject({ reason: 'bad-config' });
    expect(used.models.task.requests).toHaveLength(0);
  });
});

describe('the ledger', () => {
  it('has every role apart, and what the cache saved', async () => {
    const task = await taskOf(40, [{ type: 'equals' }, { type: 'llm-rubric', value: 'It is a fruit.' }]);
    const state = await startRun(task, { effort: 'quick' }, countingModels());
    const { usage } = runResult(state);
    expect(usage.calls.judge).toBeGreaterThan(0);
    for (const role of ['task', 'optimizer', 'judge'] as const) {
      const { calls, tokens, cost } = usage.byRole[role];
      expect(calls).toBe(usage.calls[role]);
      expect(tokens.prompt).toBeGreaterThan(calls);
      const price = PRICES[`openai:${role}`];
      expect(cost).toBeCloseTo((tokens.prompt * price.prompt + tokens.completion * price.completion) / 1e6);
    }
    expect(usage.cost).toBeCloseTo(
      usage.byRole.task.cost! + usage.byRole.optimizer.cost! + usage.byRole.judge.cost!,
    );
    const again = await startRun(task, { effort: 'quick', seed: 0 }, countingModels());
    expect(again.usage.cached).toBeGreaterThan(0);
    expect(again.usage.saved).toBeGreaterThan(0);
  });
});

describe('resuming under a cost limit', () => {
  it('reckons with what was spent before, and with what was under way when the process died', async () => {
    const task = await taskOf(40);
    const used = { ...countingModels(), sharedCache: false };
    const stop = new AbortController();
    let calls = 0;
    const first = await startRun(task, { strategy: 'opro', maxCost: 10 }, used, {
      onEvent: ({ type }) => {
        if (type === 'called' && ++calls === 12) stop.abort();
      },
      signal: stop.signal,
    });
    expect(first.stop?.reason).toBe('cancelled');
    const { runId } = first.setup;
    // As a process leaves it that is killed with a request under way.
    const journal = path.join(root, '.hone', 'runs', runId, 'journal.jsonl');
    const lines = (await readFile(journal, 'utf8')).split('\n').filter((line) => !line.includes('"stopped"'));
    const lost = { type: 'sent', role: 'task', costAtMost: 0.5 };
    await writeFile(journal, [...lines.filter(Boolean), JSON.stringify(lost), ''].join('\n'));
    await writeFile(path.join(root, 'hone.yaml'), `prices: ${JSON.stringify(PRICES)}\n`);
    const maxCost = first.usage.costAtMost + 0.5 + 0.05;
    const resumed = await resumeRun(root, runId, used, {}, { maxCost });
    expect(resumed.usage.costAtMost).toBeGreaterThan(first.usage.costAtMost + 0.5);
    expect(resumed.usage.costAtMost).toBeLessThanOrEqual(maxCost);
    expect(resumed.usage.cost).toBeUndefined();
  });
});
