import { readFileSync } from 'node:fs';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { callsMade } from '../../../src/core/run.js';
import type { TestCase, TestSet } from '../../../src/core/testset.js';
import { readPrompt } from '../../../src/formats/index.js';
import type { ModelRequest } from '../../../src/models/model.js';
import { acceptedBytes, planRun, resumeRun, runResult, startRun } from '../../../src/runs/index.js';
import { resolveOptions } from '../../../src/runs/plan.js';
import { createScorers } from '../../../src/scorers/index.js';
import type { PromptTask, RunDefaults } from '../../../src/workspace/index.js';
import { ScriptedModel } from '../../fixtures/models.js';

const PROMPT = 'Sort the fruit {{fruit}}.\nBe kind.';
const COLOURS = ['red', 'green', 'blue', 'grey'];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hone-targets-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function taskOf(rows: number, text = PROMPT, defaults?: RunDefaults): Promise<PromptTask> {
  const cases = Array.from({ length: rows }, (_, index): TestCase => {
    const colour = COLOURS[index % COLOURS.length]!;
    const vars = { fruit: `fruit number ${index} of ${colour} kind with seed ${index * 37}` };
    return { id: `row-${index}`, vars, expected: colour, guard: false, line: index + 2 };
  });
  const testset: TestSet = {
    path: 'fruit.csv',
    format: 'csv',
    columns: ['fruit', 'colour'],
    expectedColumn: 'colour',
    cases,
    problems: [],
  };
  const scorerConfigs = [{ type: 'equals' }];
  return {
    root,
    document: readPrompt('prompts/fruit.md', encodeText(text)),
    testset,
    scorerConfigs,
    scorersFrom: 'config',
    scorers: await createScorers(scorerConfigs, testset),
    ...(defaults && { defaults }),
    notes: [],
  };
}

const textOf = (request: ModelRequest) => request.messages.map(({ content }) => content).join('\n');
const colourIn = (text: string) => COLOURS.find((each) => text.includes(`of ${each} kind`))!;

/** Right when told to be brief. */
const obedient = (id = 'test:task') =>
  new ScriptedModel(id, (request) =>
    textOf(request).includes('BRIEFLY') ? colourIn(textOf(request)) : 'I believe so!',
  );
/** Right until told to be brief. */
const contrary = (id = 'test:contrary') =>
  new ScriptedModel(id, (request) =>
    textOf(request).includes('BRIEFLY') ? 'Hm.' : colourIn(textOf(request)),
  );
const helpful = () =>
  new ScriptedModel('test:optimizer', (request) => {
    const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(textOf(request))![1]!;
    return `<feedback>It rambles. Direction: Be brief.</feedback><prompt>${current}\nAnswer BRIEFLY.</prompt>`;
  });

const used = (targets: readonly ScriptedModel[], task = obedient(), optimizer = helpful()) => ({
  models: { task, optimizer, judge: optimizer },
  concurrency: 4,
  ...(targets.length > 0 && { targets }),
});

describe('several target models', () => {
  it('says better when none is worse, the worst model first, and counts its answers as those of the task', async () => {
    const second = obedient('test:second');
    const models = used([second]);
    const state = await startRun(await taskOf(60), { maxCalls: 600 }, models);
    const exam = state.setup.splits.exam.length;
    expect(state.verdict?.kind).toBe('better');
    expect(state.verdict?.targets).toMatchObject([
      { model: 'test:task', kind: 'better', before: 0, after: 1, n: exam },
      { model: 'test:second', kind: 'better', before: 0, after: 1, n: exam },
    ]);
    expect(second.requests).toHaveLength(2 * exam);
    expect(state.usage.calls.task).toBe(models.models.task.requests.length + second.requests.length);
    expect(runResult(state).exam).toMatchObject({
      targets: [{ model: 'test:task' }, { model: 'test:second' }],
    });
  });

  it('says worse when a model is shown to be worse, and names it first', async () => {
    const state = await startRun(await taskOf(60), { maxCalls: 600 }, used([contrary()]));
    const { verdict } = state;
    expect(verdict?.kind).toBe('worse');
    expect(verdict?.comparison?.delta).toBe(1);
    expect(verdict?.targets?.map(({ model, kind, delta }) => [model, kind, delta])).toEqual([
      ['test:contrary', 'worse', -1],
      ['test:task', 'better', 1],
    ]);
    expect(verdict?.sentence).toMatch(
      /^Worse with test:contrary, .* the worst first: test:contrary 100% to 0% /,
    );
    expect(() => acceptedBytes(state, undefined, encodeText(PROMPT))).not.toThrow();
  });

  it('holds the verdict of a cross-fitted run on both halves with each model', async () => {
    const second = contrary();
    const state = await startRun(await taskOf(20), { maxCalls: 900 }, used([second]));
    expect(state.setup.splits.crossFitted).toBe(true);
    expect(state.verdict?.kind).toBe('worse');
    expect(state.verdict?.targets?.map(({ n }) => n)).toEqual([20, 20]);
  });

  it.each([20, 60])(
    'never sends more than the plan says, and keeps calls back for every model: %i rows',
    async (rows) => {
      const task = await taskOf(rows);
      const models = used([contrary(), obedient('test:second')]);
      const alone = await planRun(task, {}, used([]));
      const plan = await planRun(task, {}, models);
      const { train, exam } = plan.splits;
      const judged = rows < 30 ? train + exam : exam;
      expect(plan.calls.task - alone.calls.task).toBe(2 * 2 * judged);
      expect(plan.destinations.join()).toContain('test:second');
      const tight = (await startRun(task, { maxCalls: Math.floor(plan.maxCalls / 3) }, models)).setup
        .maxCalls;
      const sent = [models.models.task, models.models.optimizer, ...models.targets!].reduce(
        (sum, { requests }) => sum + requests.length,
        0,
      );
      expect(sent).toBeLessThanOrEqual(tight);
    },
  );

  it('holds the verdict with every model within a narrow limit', async () => {
    const task = await taskOf(60);
    await expect(startRun(task, { maxCalls: 60 }, used([contrary()]))).rejects.toThrow('does not reach');
    const state = await startRun(task, { maxCalls: 160 }, used([contrary()]));
    expect(callsMade(state.usage)).toBeLessThanOrEqual(160);
    expect(state.verdict?.targets).toHaveLength(2);
  });

  it('goes on from any answer of a further model, paying for none twice', async () => {
    const whole = await startRun(await taskOf(60), { maxCalls: 600 }, used([contrary()]));
    const { runId } = whole.setup;
    const journal = path.join(root, '.hone', 'runs', runId, 'journal.jsonl');
    const lines = readFileSync(journal, 'utf8').split('\n');
    const places = lines.flatMap((line, index) => (line.includes('"targeted"') ? [index] : []));
    expect(places).toHaveLength(2 * whole.setup.splits.exam.length);
    const kept = await mkdtemp(path.join(tmpdir(), 'hone-targets-kept-'));
    await cp(root, kept, { recursive: true });
    for (const place of [places[0]!, places[Math.floor(places.length / 2)]!, places.at(-1)!]) {
      await rm(root, { recursive: true });
      await cp(kept, root, { recursive: true });
      await writeFile(journal, `${lines.slice(0, place).join('\n')}\n`);
      const models = used([contrary()]);
      const resumed = await resumeRun(root, runId, models);
      expect(resumed.verdict).toEqual(whole.verdict);
      expect(callsMade(resumed.usage)).toBe(callsMade(whole.usage));
      expect(models.targets![0]!.requests).toHaveLength(0);
    }
    await rm(kept, { recursive: true });
  });

  it('prices each model in the plan, and keeps a cost limit only where all prices are known', async () => {
    const price = (prompt: number) => ({ prompt, completion: prompt });
    const prices = { 'test:task': price(1), 'test:optimizer': price(1) };
    const task = { ...(await taskOf(60)), prices };
    const both = { ...task, prices: { ...prices, 'test:second': price(1000) } };
    const models = used([obedient('test:second')]);
    const costOf = async (each: PromptTask, of = models) => (await planRun(each, {}, of)).cost;
    expect(await costOf(task)).toEqual({ kind: 'unknown', models: ['test:second'] });
    await expect(startRun(task, { maxCost: 1 }, models)).rejects.toThrow('the price of test:second');
    const [alone, dear] = [await costOf(task, used([])), await costOf(both)];
    if (alone.kind !== 'range' || dear.kind !== 'range') throw new Error('A price is missing.');
    const answers = 2 * (await planRun(task, {}, models)).splits.exam;
    const { perTarget, task: all } = resolveOptions(both, {}, models.targets).bounds;
    expect(perTarget).toBe(answers);
    // The dear model gives few of the answers, at a thousand times the price of the others.
    expect(dear.high / alone.high).toBeGreaterThan((0.5 * 1000 * answers) / all);
    expect(dear.low).toBe(alone.low);
  });

  it('refuses a model that is named twice, and a resume without the models of the run', async () => {
    const task = await taskOf(60);
    await expect(startRun(task, {}, used([obedient()]))).rejects.toThrow('named twice');
    const abort = new AbortController();
    abort.abort();
    const state = await startRun(task, {}, used([contrary()]), { signal: abort.signal });
    await expect(resumeRun(root, state.setup.runId, used([]))).rejects.toThrow('not for no other model');
  });
});

describe('what the user asks for', () => {
  it('stands in the run, goes before hone.yaml, and adds to its pins', async () => {
    const defaults: RunDefaults = {
      wishes: { guidance: 'From the file.', pinned: ['Be kind.'], maxWords: 3 },
      traceCharacters: 50,
    };
    const task = await taskOf(60, PROMPT, defaults);
    const wishes = { guidance: 'From the run.', pinned: ['Sort the fruit'] };
    const models = used([]);
    const state = await startRun(task, { maxCalls: 300, wishes }, models);
    const both = { guidance: 'From the run.', pinned: ['Be kind.', 'Sort the fruit'], maxWords: 3 };
    expect(state.setup).toMatchObject({ wishes: both, traceCharacters: 50 });
    expect(runResult(state).wishes).toEqual(both);
    expect(models.models.optimizer.requests.every((each) => textOf(each).includes('From the run.'))).toBe(
      true,
    );
    const { notes } = await planRun(task, {}, models);
    expect(notes.join()).toContain('The prompt has 6 words already');
    expect([...state.candidates.values()].flatMap(({ reasons }) => reasons).join()).toContain(
      'it may have 6',
    );
  });

  it('is refused where a pin stands nowhere in the file', async () => {
    const options = { wishes: { pinned: ['be kind.'] } };
    await expect(startRun(await taskOf(60), options, used([]))).rejects.toThrow(
      'The pinned passage "be kind." does not stand in prompts/fruit.md.',
    );
  });

  it('takes settings from hone.yaml for the strategy that they are of', async () => {
    const task = await taskOf(60, PROMPT, { strategy: 'hill-climb', settings: { steps: 1, candidates: 2 } });
    const own = await startRun(task, { strategySettings: { candidates: 1 } }, used([]));
    expect(own.setup).toMatchObject({
      strategy: 'hill-climb',
      strategySettings: { steps: 1, candidates: 1 },
    });
    const other = await startRun(task, { strategy: 'random', strategySettings: { steps: 1 } }, used([]));
    expect(other.setup).toMatchObject({ strategy: 'random', strategySettings: { steps: 1 } });
    const { notes } = await planRun(task, { strategy: 'random' }, used([]));
    expect(notes.join()).toContain('those of hill-climb');
  });
});

describe('advice from run to run', () => {
  const mute = () =>
    new ScriptedModel('test:optimizer', (request) => {
      const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(textOf(request))![1]!;
      return `<feedback>It rambles. Direction: Be brief.</feedback><prompt>${current}\nHello ${request.repeat}.</prompt>`;
    });
  const feedbackOf = async (text: string) => {
    const state = await startRun(await taskOf(60, text), { maxCalls: 200 }, used([], obedient(), mute()));
    return { runId: state.setup.runId, state, feedback: runResult(state).feedback };
  };
  const GOOD = `${PROMPT}\nAnswer BRIEFLY.`;

  it('keeps its name, closes when its rows pass with the text in the file, and opens when they fail again', async () => {
    const first = await feedbackOf(PROMPT);
    const [advice] = first.feedback;
    expect(advice).toMatchObject({ status: 'open', since: first.runId });
    const again = await feedbackOf(PROMPT);
    expect(again.feedback.find(({ id }) => id === advice!.id)).toMatchObject({
      status: 'open',
      since: first.runId,
    });
    const fixed = await feedbackOf(GOOD);
    const closed = fixed.feedback.find(({ id }) => id === advice!.id);
    expect(closed).toMatchObject({ status: 'closed', since: first.runId, text: advice!.text });
    expect(fixed.state.advice.size).toBe(0);
    const broken = await feedbackOf(PROMPT);
    expect(broken.state.recalled.get(advice!.id)?.status).toBe('closed');
    expect(broken.feedback.find(({ id }) => id === advice!.id)).toMatchObject({
      status: 'open',
      since: first.runId,
    });
  });

  it('is only appended to, once for each change, and survives a line that was cut off', async () => {
    await feedbackOf(PROMPT);
    const file = path.join(root, '.hone', 'advice.jsonl');
    const before = await readFile(file, 'utf8');
    await feedbackOf(PROMPT);
    expect(await readFile(file, 'utf8')).toBe(before);
    await appendFile(file, '\n{"prompt":"prompts/fruit.md","sp');
    const fixed = await feedbackOf(GOOD);
    expect(fixed.feedback.map(({ status }) => status)).toContain('closed');
    const after = await readFile(file, 'utf8');
    expect(after.startsWith(before)).toBe(true);
    expect(after.trim().split('\n').at(-1)).toContain('"status":"closed"');
  });
});
