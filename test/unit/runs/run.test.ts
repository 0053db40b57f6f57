import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { cancelled, HoneError } from '../../../src/core/errors.js';
import { encodeText } from '../../../src/core/prompt.js';
import { callsMade, recordOf, type RunState } from '../../../src/core/run.js';
import type { TestCase, TestSet } from '../../../src/core/testset.js';
import { readPrompt } from '../../../src/formats/index.js';
import type { ModelRequest } from '../../../src/models/model.js';
import {
  acceptedBytes,
  listRuns,
  loadRun,
  planRun,
  resumeRun,
  runResult,
  startRun,
} from '../../../src/runs/index.js';
import { createScorers } from '../../../src/scorers/index.js';
import type { PromptTask } from '../../../src/workspace/index.js';
import { ScriptedModel } from '../../fixtures/models.js';

const PROMPT = 'Sort the fruit {{fruit}}.\r\nBe kind.';
const COLOURS = ['red', 'green', 'blue', 'grey'];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hone-run-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function testset(rows: number, guard: (index: number) => boolean = () => false): TestSet {
  const cases = Array.from({ length: rows }, (_, index): TestCase => {
    const colour = COLOURS[index % COLOURS.length]!;
    return {
      id: `row-${index}`,
      vars: { fruit: `fruit number ${index} of ${colour} kind with seed ${index * 37}` },
      expected: colour,
      guard: guard(index),
      line: index + 2,
    };
  });
  return {
    path: 'fruit.csv',
    format: 'csv',
    columns: ['fruit', 'colour'],
    expectedColumn: 'colour',
    cases,
    problems: [],
  };
}

async function taskOf(set: TestSet, text = PROMPT): Promise<PromptTask> {
  const scorerConfigs = [{ type: 'equals' }];
  return {
    root,
    document: readPrompt('prompts/fruit.md', encodeText(text)),
    testset: set,
    scorerConfigs,
    scorersFrom: 'config',
    scorers: await createScorers(scorerConfigs, set),
    notes: [],
  };
}

const textOf = (request: ModelRequest) => request.messages.map((message) => message.content).join('\n');

/** Chats until told to be brief; knows red and green, and the colours that the prompt names in capitals. */
function fruitModel(): ScriptedModel {
  return new ScriptedModel('test:task', (request) => {
    const text = textOf(request);
    const colour = COLOURS.find((each) => text.includes(`of ${each} kind`))!;
    if (!text.includes('BRIEFLY')) return `I believe it is ${colour}!`;
    return ['red', 'green'].includes(colour) || text.includes(colour.toUpperCase()) ? colour : 'pink';
  });
}

/** Adds the next missing rule to the prompt that it is shown. */
function helpfulOptimizer(): ScriptedModel {
  return new ScriptedModel('test:optimizer', (request) => {
    const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(textOf(request))![1]!;
    const rules = ['Answer BRIEFLY.', 'Take your time.', 'Colours: BLUE GREY.', 'Colours: RED GREEN.'];
    const missing = rules.filter((rule) => !current.includes(rule));
    return `<feedback>It lacks a rule. Direction: Add the rule.</feedback>${missing
      .slice(0, 2)
      .map((rule) => `<prompt>\n${current}\n${rule}\n</prompt>`)
      .join('\n')}`;
  });
}

function models(task = fruitModel(), optimizer = helpfulOptimizer()) {
  return { models: { task, optimizer, judge: optimizer }, concurrency: 4 };
}

/** A run's outcome without its name and what it used. */
function comparable(state: RunState): unknown {
  return { ...runResult(state), runId: '', usage: undefined };
}

describe('a run', () => {
  it('finds the better prompt, judges it on rows that nobody has seen, and keeps its bytes', async () => {
    const task = await taskOf(testset(60));
    const used = models();
    const state = await startRun(task, { maxCalls: 600 }, used);
    const result = runResult(state);
    expect(state.stop?.reason).toBe('perfect');
    expect(result.verdict).toBe('better');
    expect(result.best.n).toBe(state.setup.splits.exam.length);
    expect(result.best.delta).toBe(1);
    expect(result.best.interval[0]).toBeGreaterThan(0.5);
    expect(result.best.text).toContain('Sort the fruit {{fruit}}.\r\nBe kind.\r\nAnswer BRIEFLY.');
    const asked = used.models.optimizer.requests.map(textOf).join('\n');
    for (const part of ['validation', 'exam'] as const) {
      for (const id of state.setup.splits[part]) {
        const row = task.testset.cases.find((each) => each.id === id)!;
        expect(asked).not.toContain(row.vars.fruit);
      }
    }
    expect(state.examined).toHaveLength(1);
    const { bytes } = acceptedBytes(state, undefined, encodeText(PROMPT));
    expect(Buffer.from(bytes).toString()).toBe(result.best.text);
  });

  it('ties feedback to train rows and to lines of the prompt', async () => {
    const state = await startRun(await taskOf(testset(60)), { maxCalls: 600 }, models());
    const { feedback } = runResult(state);
    expect(feedback.length).toBeGreaterThan(0);
    for (const { rows, lines, direction } of feedback) {
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every((id) => state.setup.splits.train.includes(id))).toBe(true);
      expect(lines.every((line) => line >= 1 && line <= 4)).toBe(true);
      expect(direction).not.toBe('');
    }
  });

  it('never sends more than the limit, and holds the exam all the same', async () => {
    const used = models();
    const state = await startRun(await taskOf(testset(60)), { maxCalls: 100 }, used);
    expect(used.models.task.requests.length + used.models.optimizer.requests.length).toBeLessThanOrEqual(100);
    expect(callsMade(state.usage)).toBe(
      used.models.task.requests.length + used.models.optimizer.requests.length,
    );
    expect(state.stop?.reason).toBe('calls-spent');
    expect(state.verdict?.comparison?.n).toBe(state.setup.splits.exam.length);
  });

  it('says already-good without asking the optimizer', async () => {
    const used = models();
    const good = `${PROMPT}\nAnswer BRIEFLY. RED GREEN BLUE GREY`;
    const state = await startRun(await taskOf(testset(40), good), {}, used);
    expect(state.verdict?.kind).toBe('already-good');
    expect(used.models.optimizer.requests).toHaveLength(0);
  });

  it('says no-headroom when nothing helps, and accepts nothing', async () => {
    const useless = new ScriptedModel('test:optimizer', (request) => {
      const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(textOf(request))![1]!;
      return `<prompt>${current}\nPlease try ${request.messages[0]!.content.length + request.repeat}.</prompt>`;
    });
    const state = await startRun(
      await taskOf(testset(40)),
      { effort: 'thorough' },
      models(fruitModel(), useless),
    );
    expect(state.verdict?.kind).toBe('no-headroom');
    expect(state.verdict?.tried).toBeGreaterThanOrEqual(4);
    expect(state.verdict?.sentence).toMatch(/\d+ different ones were tried/);
    expect(() => acceptedBytes(state, undefined, encodeText(PROMPT))).toThrow('no candidate to accept');
  });

  it('does not say no-headroom when it hardly looked', async () => {
    const useless = new ScriptedModel('test:optimizer', (request) => {
      const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(textOf(request))![1]!;
      return `<prompt>${current}\nPlease try.</prompt>`;
    });
    const state = await startRun(await taskOf(testset(40)), {}, models(fruitModel(), useless));
    expect(state.verdict).toMatchObject({ kind: 'undecided', tried: 1 });
  });

  it('measures how much the baseline changes by itself before it says better', async () => {
    const used = models();
    const state = await startRun(await taskOf(testset(60)), { maxCalls: 600 }, used);
    expect(state.verdict).toMatchObject({ kind: 'better', noise: { n: 8, changed: 0, smallestGain: 0 } });
    expect(used.models.task.requests.filter(({ repeat }) => repeat === 1)).toHaveLength(8);
  });

  it('counts how often the exam was opened, and asks for more each time; the same comparison is not a new look', async () => {
    const verdictAfter = async (rule: string) => {
      const optimizer = new ScriptedModel('test:optimizer', (request) => {
        const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(textOf(request))![1]!;
        return `<prompt>${current}\nAnswer BRIEFLY. RED GREEN BLUE GREY ${rule}</prompt>`;
      });
      const used = { ...models(fruitModel(), optimizer), sharedCache: false };
      return (await startRun(await taskOf(testset(60)), {}, used)).verdict!;
    };
    const first = await verdictAfter('once');
    const again = await verdictAfter('once');
    const second = await verdictAfter('twice');
    expect(first.kind).toBe('better');
    expect([first.look, again.look, second.look]).toEqual([1, 1, 2]);
    expect(again.level).toBe(first.level);
    expect(second.level).toBeLessThan(first.level! / 2);
    expect(second.sentence).toContain('comparison 2');
    expect(first.sentence).not.toContain('comparison 1');
  });

  it('cross-fits few rows: what is examined on a half was made and chosen on the other', async () => {
    const task = await taskOf(testset(20));
    const used = models();
    const state = await startRun(task, { maxCalls: 900 }, used);
    const { splits } = state.setup;
    expect(splits.crossFitted).toBe(true);
    const halves = [splits.train, splits.exam].map((ids) =>
      ids.map((id) => task.testset.cases.find((each) => each.id === id)!.vars.fruit!),
    );
    const shows = (text: string, half: number) => halves[half]!.some((fruit) => text.includes(fruit));
    const asked = used.models.optimizer.requests.map(textOf);
    expect(asked.some((text) => shows(text, 0))).toBe(true);
    expect(asked.some((text) => shows(text, 1))).toBe(true);
    expect(asked.filter((text) => shows(text, 0) && shows(text, 1))).toEqual([]);
    expect(state.verdict).toMatchObject({ kind: 'better', crossFitted: true, level: 0.03 });
    expect(state.verdict?.comparison?.n).toBe(20);
    expect(state.examined).toHaveLength(2);
    for (const id of state.examined) {
      const { candidate, outcomes } = recordOf(state, id);
      expect(candidate.direction).toBe(state.examined.indexOf(id));
      expect(outcomes.size).toBe(20);
    }
    for (const { candidate, outcomes } of state.candidates.values()) {
      if (candidate.direction === undefined || state.examined.includes(candidate.id)) continue;
      const own = candidate.direction === 0 ? splits.train : splits.exam;
      expect([...outcomes.keys()].every((id) => own.includes(id))).toBe(true);
      const { parent } = candidate;
      expect([undefined, candidate.direction]).toContain(recordOf(state, parent!).candidate.direction);
    }
    const result = runResult(state);
    expect(result.best.n).toBe(20);
    expect(result.splits).toEqual({ train: splits.train.length, validation: 0, exam: splits.exam.length });
  });

  it('holds both exams of a cross-fitted run within a narrow limit', async () => {
    for (const maxCalls of [80, 95, 110]) {
      const used = models();
      const state = await startRun(await taskOf(testset(21)), { maxCalls }, { ...used, sharedCache: false });
      expect(callsMade(state.usage)).toBeLessThanOrEqual(maxCalls);
      expect(state.verdict?.comparison?.n, `${maxCalls} calls`).toBeGreaterThan(9);
    }
  });

  it('rejects candidates that lose a placeholder without sending them, and tells the optimizer', async () => {
    const careless = new ScriptedModel('test:optimizer', (request) => {
      const told = textOf(request).includes('turned down');
      const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(textOf(request))![1]!;
      return told
        ? `<prompt>${current}\nAnswer BRIEFLY, RED.</prompt>`
        : '<prompt>Answer BRIEFLY, RED.</prompt>';
    });
    const used = models(fruitModel(), careless);
    const state = await startRun(await taskOf(testset(60)), { maxCalls: 400 }, used);
    const [rejected] = runResult(state).candidates.filter(({ status }) => status === 'rejected');
    expect(rejected?.reasons.join()).toContain('fruit');
    expect(used.models.task.requests.every((request) => textOf(request).includes('Sort the fruit'))).toBe(
      true,
    );
    expect(state.verdict?.kind).toBe('better');
  });

  it('vetoes a candidate that breaks a guarded row', async () => {
    const set = testset(60, (index) => index % 4 === 0);
    const fickle = new ScriptedModel('test:task', (request) => {
      const text = textOf(request);
      const colour = COLOURS.find((each) => text.includes(`of ${each} kind`))!;
      if (!text.includes('BRIEFLY')) return colour === 'red' ? 'red' : 'unsure';
      return colour === 'red' ? 'pink' : colour;
    });
    const state = await startRun(await taskOf(set), { maxCalls: 400 }, models(fickle));
    expect(state.verdict?.kind).not.toBe('better');
    expect([...state.candidates.values()].some(({ reasons }) => reasons.join().includes('guarded'))).toBe(
      true,
    );
  });

  it('stops with a sentence when the optimizer forgets the tags, and can be resumed with a better one', async () => {
    const mute = new ScriptedModel('test:optimizer', () => 'I would make it shorter.');
    const task = await taskOf(testset(40));
    const stopped = await startRun(task, {}, models(fruitModel(), mute));
    expect(stopped.stop?.reason).toBe('model-failed');
    expect(stopped.stop?.nextStep).toContain('<prompt>');
    const resumed = await resumeRun(root, stopped.setup.runId, { ...models(), sharedCache: false });
    expect(resumed.verdict?.kind).toBe('better');
  });

  it('goes on with another optimizer, and only with that', async () => {
    const mute = new ScriptedModel('test:mute', () => 'I would make it shorter.');
    const stopped = await startRun(await taskOf(testset(40)), {}, models(fruitModel(), mute));
    expect(stopped.stop?.error).toBe('missing-tags');
    const used = models();
    const judge = mute;
    const resumed = await resumeRun(root, stopped.setup.runId, {
      ...used,
      models: { ...used.models, judge },
    });
    expect(resumed.verdict?.kind).toBe('better');
    expect(resumed.setup.models.optimizer.id).toBe('test:optimizer');
    expect(runResult(resumed).stop).not.toHaveProperty('error');
  });

  it('goes on with a higher limit where the first left no room for a candidate', async () => {
    const faulty = fruitModel();
    let requests = 0;
    const everyOtherFails: typeof faulty.complete = async (request, options) => {
      if (requests++ % 2 === 0) {
        throw new HoneError({ reason: 'rate-limited', message: 'Slower.', nextStep: '', retryAfterMs: 0 });
      }
      return ScriptedModel.prototype.complete.call(faulty, request, options);
    };
    const task = Object.assign(faulty, { complete: everyOtherFails });
    const stopped = await startRun(await taskOf(testset(40)), { maxCalls: 90 }, models(task));
    expect(stopped.stop?.reason).toBe('calls-spent');
    expect(stopped.verdict).toBeUndefined();
    const { runId } = stopped.setup;
    const resumed = await resumeRun(root, runId, models(), {}, { maxCalls: 600 });
    expect(resumed.verdict?.kind).toBe('better');
    expect(callsMade(resumed.usage)).toBeGreaterThan(90);
  });

  it('does not say that nothing beats the prompt when nothing was tried', async () => {
    const copier = new ScriptedModel('test:optimizer', () => '<prompt>Lost the placeholder.</prompt>');
    const state = await startRun(await taskOf(testset(40)), {}, models(fruitModel(), copier));
    expect(state.stop?.reason).toBe('no-proposals');
    expect(state.verdict?.kind).toBe('undecided');
  });

  it('counts the requests that a cancelled run gives up', async () => {
    const abort = new AbortController();
    const stalled = fruitModel();
    let sent = 0;
    stalled.complete = (_, options) => {
      if (++sent === 4) abort.abort();
      return new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(cancelled()));
      });
    };
    const state = await startRun(await taskOf(testset(40)), {}, models(stalled), { signal: abort.signal });
    expect(state.stop?.reason).toBe('cancelled');
    expect(callsMade(state.usage)).toBe(4);
  });

  it('says where runs cannot be stored, before anything is sent', async () => {
    await writeFile(path.join(root, '.hone'), 'in the way');
    const used = models();
    await expect(startRun(await taskOf(testset(40)), {}, used)).rejects.toMatchObject({
      reason: 'bad-config',
      message: expect.stringContaining('.hone') as string,
    });
    expect(used.models.task.requests).toHaveLength(0);
  });

  it('refuses rows that are all the same', async () => {
    const set = testset(40);
    const alike = { ...set, cases: set.cases.map((row) => ({ ...row, vars: set.cases[0]!.vars })) };
    const task = await taskOf(alike);
    let refusals = 0;
    for (let seed = 0; seed < 10; seed++) {
      try {
        await planRun(task, { seed }, models());
      } catch (error) {
        expect(error).toMatchObject({ reason: 'bad-test-set' });
        refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(3);
  });

  it('drops a row whose answer fails, and ends when the endpoint is gone', async () => {
    const refused = new ScriptedModel('test:task', () => {
      throw new HoneError({
        reason: 'unauthorized',
        message: 'The key was refused by test.',
        nextStep: 'Enter it.',
      });
    });
    const state = await startRun(await taskOf(testset(40)), {}, models(refused));
    expect(state.stop).toMatchObject({ reason: 'model-failed' });
    expect(state.stop?.nextStep).toContain('The key was refused by test.');
    expect(recordOf(state, BASELINE_ID).outcomes.size).toBe(0);
  });

  it('runs opro on train scores', async () => {
    const writer = new ScriptedModel('test:optimizer', (request) =>
      request.repeat % 2
        ? `<prompt>Sort {{fruit}} BRIEFLY: RED GREEN BLUE GREY ${request.repeat}</prompt>`
        : '<prompt>Sort {{fruit}} BRIEFLY, RED.</prompt>',
    );
    const used = models(fruitModel(), writer);
    const state = await startRun(await taskOf(testset(60)), { strategy: 'opro', maxCalls: 500 }, used);
    expect(state.setup.selection).toBe('train');
    expect(state.verdict?.kind).toBe('better');
    expect(textOf(writer.requests[0]!)).toContain('score: 0');
  });

  it('refuses a span that is not there, or that no answer depends on', async () => {
    const task = await taskOf(testset(60));
    await expect(planRun(task, { spanId: 'title' }, models())).rejects.toThrow('no editable span "title"');
    const [body] = task.document.spans;
    const described = {
      ...task,
      document: { ...task.document, spans: [{ ...body!, id: 'description' }, body!] },
    };
    await expect(planRun(described, { spanId: 'description' }, models())).rejects.toThrow(
      'No answer depends on',
    );
    await expect(planRun(described, {}, models())).resolves.toBeDefined();
  });

  it('divides rows as the repository says', async () => {
    const task = { ...(await taskOf(testset(80))), splits: { seed: 9, train: 0.2, validation: 0.2 } };
    const { splits } = await planRun(task, {}, models());
    expect(splits.exam).toBeGreaterThan(splits.train + splits.validation);
    const other = await planRun({ ...task, splits: { ...task.splits, seed: 10 } }, {}, models());
    expect(other.splits).not.toEqual(splits);
  });

  it('plans before it sends, and refuses a limit that cannot reach one candidate', async () => {
    const task = await taskOf(testset(60));
    const plan = await planRun(task, { maxCalls: 200 }, models());
    expect(plan.splits.train + plan.splits.validation + plan.splits.exam).toBe(60);
    expect(plan.maxCalls).toBe(200);
    await expect(planRun(task, { maxCalls: 20 }, models())).rejects.toThrow('does not reach');
  });
});

describe('resuming', () => {
  it.each([
    ['with an exam of its own', 40, 260],
    ['that is cross-fitted', 22, 200],
  ])('gives the same result from every point of the journal of a run %s', async (_, rows, maxCalls) => {
    const task = await taskOf(testset(rows));
    const options = { maxCalls, seed: 4 };
    const whole = await startRun(task, options, models());
    const { runId } = whole.setup;
    const folder = path.join(root, '.hone', 'runs', runId);
    const journal = await readFile(path.join(folder, 'journal.jsonl'), 'utf8');
    const lines = journal.split('\n').slice(0, -1);
    const answers = await readdir(path.join(root, '.hone', 'answers'));
    expect(answers).toHaveLength(1);
    await cp(path.join(root, '.hone', 'answers'), path.join(root, 'kept'), { recursive: true });
    const stored = (await readFile(path.join(root, 'kept', answers[0]!), 'utf8')).split('\n').slice(0, -1);
    const before = (count: number, type: string) =>
      lines.slice(0, count).filter((line) => (JSON.parse(line) as { type: string }).type === type).length;

    for (let count = 2; count < lines.length; count += 7) {
      // The process died after `count` events; up to three more answers had come in, and a line was cut off.
      const paid = Math.min(stored.length, before(count, 'called') + 3);
      await rm(path.join(root, '.hone', 'answers'), { recursive: true });
      await cp(path.join(root, 'kept'), path.join(root, '.hone', 'answers'), { recursive: true });
      await writeFile(
        path.join(root, '.hone', 'answers', answers[0]!),
        `${stored.slice(0, paid).join('\n')}\n{"key":"cu`,
      );
      await writeFile(
        path.join(folder, 'journal.jsonl'),
        `${lines.slice(0, count).join('\n')}\n{"type":"sco`,
      );
      const used = models();
      const resumed = await resumeRun(root, runId, used);
      expect(comparable(resumed), `after ${count} events`).toEqual(comparable(whole));
      // Nobody knows what came of requests that were under way, so they count against the limit.
      const lost = Math.max(0, before(count, 'sent') - paid);
      expect(callsMade(resumed.usage), `after ${count} events`).toBe(callsMade(whole.usage) + lost);
      const sent = used.models.task.requests.length + used.models.optimizer.requests.length;
      expect(sent, `after ${count} events`).toBe(stored.length - paid);
    }
  });

  it('refuses other models, and a run that another process is running', async () => {
    const abort = new AbortController();
    const stopped = await startRun(await taskOf(testset(40)), {}, models(), {
      signal: abort.signal,
      onEvent: (_, state) => {
        if (callsMade(state.usage) > 12) abort.abort();
      },
    });
    expect(stopped.stop?.reason).toBe('cancelled');
    const { runId } = stopped.setup;
    const other = { models: { ...models().models, task: new ScriptedModel('test:other', () => '') } };
    await expect(resumeRun(root, runId, other)).rejects.toThrow('test:other');
    await writeFile(path.join(root, '.hone', 'runs', runId, 'lock'), String(process.ppid));
    await expect(resumeRun(root, runId, models())).rejects.toThrow('is being run by process');
    // In a container the process that died may have had the same id.
    await writeFile(path.join(root, '.hone', 'runs', runId, 'lock'), String(process.pid));
    const resumed = await resumeRun(root, runId, models());
    expect(resumed.verdict?.kind).toBe('better');
    expect((await loadRun(root, runId)).verdict).toEqual(resumed.verdict);
    expect((await listRuns(root)).runs).toMatchObject([{ runId, verdict: 'better', accepted: [] }]);
  });
});

describe('the lock of a run', () => {
  it.runIf(process.platform === 'linux')(
    'is taken over from a process that has ended but was not waited for',
    async () => {
      // The shell leaves its child unwaited while it sleeps itself.
      const shell = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 20'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [line] = (await once(shell.stdout, 'data')) as [Buffer];
      const zombie = Number(line.toString());
      const abort = new AbortController();
      const stopped = await startRun(await taskOf(testset(40)), {}, models(), {
        signal: abort.signal,
        onEvent: (_, state) => {
          if (callsMade(state.usage) > 5) abort.abort();
        },
      });
      const { runId } = stopped.setup;
      await writeFile(path.join(root, '.hone', 'runs', runId, 'lock'), String(zombie));
      try {
        await vi.waitFor(() => expect(readFileSync(`/proc/${zombie}/stat`, 'utf8')).toContain(') Z '), {
          timeout: 10_000,
        });
        expect((await resumeRun(root, runId, models())).verdict?.kind).toBe('better');
      } finally {
        shell.kill();
      }
    },
  );
});

describe('acceptedBytes', () => {
  it('refuses a file that has changed since it was scored', async () => {
    const state = await startRun(await taskOf(testset(40)), {}, models());
    expect(() => acceptedBytes(state, undefined, encodeText(`${PROMPT} `))).toThrow('has changed since');
    expect(() => acceptedBytes(state, 'c99', encodeText(PROMPT))).toThrow('has no candidate c99');
  });
});
