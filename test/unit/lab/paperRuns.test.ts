import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOf } from '../../../src/lab/papers/numeric.js';
import { regression } from '../../../src/lab/papers/regression.js';
import { planOf, PROBLEM_KINDS } from '../../../src/lab/papers/index.js';
import type { SeriesReport } from '../../../src/lab/papers/report.js';
import { runSeries, settingsOf } from '../../../src/lab/papers/run.js';
import { labTaskOf } from '../../../src/lab/registry.js';
import type { LabRequest } from '../../../src/lab/registry.js';
import { HoneError } from '../../../src/core/errors.js';
import type { Model } from '../../../src/models/model.js';
import { HoneUnderTest } from '../cli/hone.js';

const { signal } = new AbortController();

function planFor(id: string, request: Omit<LabRequest, 'signal'>) {
  return planOf(
    PROBLEM_KINDS.find((kind) => kind.id === id)!,
    { ...request, signal },
  );
}

async function report(id: string, request: Omit<LabRequest, 'signal'>): Promise<SeriesReport> {
  const { json } = await labTaskOf(id).run({ ...request, signal });
  return json as SeriesReport;
}

/** Always says the same. */
function scripted(text: string, onAsked: (content: string) => void = () => undefined): Model {
  return {
    id: 'scripted:same',
    label: 'Scripted',
    destination: 'this machine',
    complete({ messages }) {
      onAsked(messages.map(({ content }) => content).join('\n'));
      return Promise.resolve({ text, finishReason: 'stop' });
    },
  };
}

describe('a task of the papers', { timeout: 120_000 }, () => {
  it('is solved within the horizon for most seeds by the simulated optimizer under directional feedback', async () => {
    const { solved, seeds, ability, runs } = await report('rosenbrock', {
      strategy: 'directional',
      seeds: 10,
    });
    expect(seeds).toBe(10);
    expect(solved).toBeGreaterThanOrEqual(6);
    expect(ability.verdict).toBe('able');
    for (const { solvedAt, best, stop } of runs) {
      if (solvedAt === undefined) continue;
      expect(stop).toBe('perfect');
      expect(Math.abs(best!)).toBeLessThan(0.01);
    }
  });

  it('says so when an optimizer gets no further than guesses', async () => {
    const same = scripted('<prompt>\nx = [9, -4]\n</prompt>');
    const { solved, ability, runs } = await report('booth', { optimizer: same, seeds: 5, steps: 15 });
    expect(solved).toBe(0);
    expect(ability.verdict).toBe('unable');
    expect(ability.sentence).toContain('not up to this task');
    for (const { rejected, tries } of runs) expect(rejected).toBe(15 - tries);
  });

  it('does not judge a model by two seeds', async () => {
    const { ability } = await report('booth', { seeds: 2, steps: 5 });
    expect(ability.verdict).toBe('too-few-seeds');
  });

  it('shows the true values, and of the feedback what was chosen', async () => {
    const asked: string[] = [];
    const optimizer = scripted('<prompt>\nx = [2, 2]\n</prompt>', (content) => asked.push(content));
    for (const feedback of ['none', 'non-directional', 'directional']) {
      await runSeries(planFor('booth', { optimizer, feedback, seeds: 1, steps: 1 }));
    }
    expect(asked).toHaveLength(3);
    for (const content of asked) expect(content).toMatch(/answer: y = [\d.]+/);
    expect(asked[0]).not.toContain('feedback: ');
    expect(asked[1]).toMatch(/feedback: Try another value for x[12]\.\n/);
    expect(asked[2]).toMatch(/feedback: Choose a (?:larger|smaller) x1\./);
  });

  it('asks a synthesizer first where directions are to be read from tries', async () => {
    const asked: string[] = [];
    const optimizer = scripted('<prompt>\nx = [2, 2]\n</prompt>', (content) => asked.push(content));
    await runSeries(planFor('booth', { optimizer, feedback: 'synthesized', seeds: 1, steps: 3 }));
    // One try cannot be compared; after it each step asks twice.
    expect(asked).toHaveLength(1 + 2 + 2);
  });

  it.each(['booth', 'linear-regression', 'tsp', 'haiku'])(
    '%s runs the same for the same seed',
    async (id) => {
      const plan = planFor(id, { seeds: 2, steps: 5 });
      const first = await runSeries(plan);
      expect(await runSeries(plan)).toEqual(first);
      expect(first.runs[0]!.bestText).not.toBe(first.runs[1]!.bestText);
    },
  );

  it("runs OPRO's tasks with its strategy, and shows it the other starts with exact scores", async () => {
    const asked: string[] = [];
    const optimizer = scripted('<prompt>\nx = [15, 14]\n</prompt>', (content) => asked.push(content));
    const plan = planFor('linear-regression', { optimizer, seeds: 1 });
    expect(settingsOf(plan)).toMatchObject({ scores: 'exact', threshold: 0, steps: 50 });
    const { runs } = await runSeries(plan);
    const starts = new Set([0, 1, 2, 3, 4].map((index) => String(startOf(regression(1), `1 ${index}`))));
    expect(runs[0]).toMatchObject({ solvedAt: 1, tries: 1, stop: 'perfect', optimizerCalls: 8 });
    expect(asked[0]!.match(/x = \[\d+, \d+\]\n<\/text>\nscore: [\d.]+/g)).toHaveLength(starts.size);
  });

  it('measures tours against the optimum and the heuristics', async () => {
    const { runs } = await report('tsp', { cities: 7, seeds: 3 });
    for (const { best, start, references } of runs) {
      expect(best!).toBeGreaterThanOrEqual(references.optimum! - 1e-9);
      expect(best!).toBeLessThan(start!);
      expect(references['farthest insertion']!).toBeGreaterThanOrEqual(references.optimum! - 1e-9);
    }
    const many = await runSeries(planFor('tsp', { cities: 20, seeds: 1, steps: 2 }));
    expect(many.runs[0]!.references).not.toHaveProperty('optimum');
  });

  it('lets a model of the user write the poems', async () => {
    const poem = 'rain rain rain rain rain\nrain rain rain rain rain rain rain\nrain rain rain rain rain';
    const { runs } = await runSeries(planFor('haiku', { agent: scripted(poem), seeds: 1 }));
    expect(runs[0]).toMatchObject({ solvedAt: 0, best: 1, stop: 'already-good' });
  });

  it('keeps the runs before a fault of a model, and says what it was', async () => {
    let left = 4;
    const fault = new HoneError({ reason: 'unreachable', message: 'No answer.', nextStep: 'Try again.' });
    const optimizer: Model = {
      ...scripted('<prompt>\nx = [2, 2]\n</prompt>'),
      complete: () =>
        left-- > 0
          ? Promise.resolve({ text: '<prompt>\nx = [2, 2]\n</prompt>', finishReason: 'stop' })
          : Promise.reject(fault),
    };
    const { runs, trouble } = await runSeries(planFor('booth', { optimizer, seeds: 3, steps: 3 }));
    expect(runs).toHaveLength(1);
    expect(trouble).toBe(fault);
  });

  it('names what there is for a feedback that a task does not have', () => {
    expect(() => planFor('tsp', { feedback: 'directional' })).toThrow(/has no feedback "directional"/);
    expect(() => planFor('booth', { feedback: 'loud' })).toThrow(/has no feedback "loud"/);
  });
});

describe('hone lab TASK', { timeout: 120_000 }, () => {
  let hone: HoneUnderTest;
  let folder: string;
  beforeAll(async () => {
    hone = await HoneUnderTest.build();
    folder = await hone.workspace({});
  }, 120_000);
  afterAll(() => hone.dispose());

  it('prints a table of seeds and says whether the optimizer is up to it', async () => {
    const args = ['lab', 'six-hump-camel', '--strategy', 'directional', '--seeds', '4', '--steps', '40'];
    const { code, stdout, stderr } = await hone.run(args, folder);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^seed +y at start +best y +solved at step +tries +calls +optimum$/m);
    expect(stdout).toMatch(/^Solved [0-4] of 4; steps until solved/m);
    expect(stdout).toContain('The optimizer is up to this task.');
  });

  it('gives the same as JSON', async () => {
    const args = [
      'lab',
      'haiku',
      '--feedback',
      'non-directional',
      '--seeds',
      '1',
      '--steps',
      '3',
      '--json',
      '-',
    ];
    const { code, stdout, stderr } = await hone.run(args, folder);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      task: 'haiku',
      strategy: 'directional',
      feedback: 'non-directional',
      seeds: 1,
      steps: 3,
    });
  });

  it('ends with bad usage for a feedback or a strategy that there is not', async () => {
    for (const args of [
      ['lab', 'booth', '--feedback', 'loud'],
      ['lab', 'booth', '--strategy', 'magic'],
    ]) {
      expect((await hone.run(args, folder)).code).toBe(2);
    }
  });
});
