import { describe, expect, it } from 'vitest';
import { TextReader } from '../../../src/lab/simulated/features.js';
import { DrawnRows, meanQuality, reachableScore, trueScore } from '../../../src/lab/simulated/population.js';
import type { SimulatedTask } from '../../../src/lab/simulated/task.js';
import { SIMULATED_TASKS } from '../../../src/lab/simulated/tasks/index.js';

function taskOf(id: string): SimulatedTask {
  return SIMULATED_TASKS.find((task) => task.id === id)!;
}

/** The true score of a text that says these atoms in words that are always obeyed. */
function scoreOf(task: SimulatedTask, atoms: readonly string[], words = 60): number {
  return meanQuality(task, { of: (id) => (atoms.includes(id) ? 1 : 0), words });
}

describe.each(SIMULATED_TASKS.map((task) => [task.id, task] as const))('the task %s', (_, task) => {
  it('has a population whose shares add up, and qualities that are probabilities', () => {
    expect(task.kinds.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    const ids = task.atoms.map(({ id }) => id);
    for (const atoms of [[], ids, ...ids.map((id) => [id])]) {
      for (const kind of task.kinds) {
        const quality = kind.quality({ of: (id) => (atoms.includes(id) ? 1 : 0), words: 60 });
        expect(quality).toBeGreaterThanOrEqual(0);
        expect(quality).toBeLessThanOrEqual(1);
      }
    }
  });

  it('names as ideal what no single change makes better', () => {
    const { atoms, words } = task.ideal;
    const best = reachableScore(task);
    for (const { id } of task.atoms) {
      const changed = atoms.includes(id) ? atoms.filter((each) => each !== id) : [...atoms, id];
      expect(scoreOf(task, changed, words)).toBeLessThanOrEqual(best + 1e-9);
    }
  });

  it('gives outcomes whose mean over many rows is the true score', () => {
    const drawn = new DrawnRows(task, 4000, 1);
    for (const text of [
      task.start,
      [task.start, ...task.atoms.map(({ wordings }) => wordings[0]!)].join('\n'),
    ]) {
      const outcomes = drawn.cases.map(({ id }) => drawn.outcome(text, id));
      const mean = outcomes.reduce((sum, each) => sum + (each.status === 'scored' ? each.score.value : 0), 0);
      expect(Math.abs(mean / 4000 - trueScore(task, text))).toBeLessThan(0.03);
    }
  });

  it('gives the same outcome for the same text, row and repeat, and feedback on failures only', () => {
    const [first, second] = [new DrawnRows(task, 60, 7), new DrawnRows(task, 60, 7)];
    expect(first.cases).toEqual(second.cases);
    for (const { id } of first.cases) {
      const outcome = first.outcome(task.start, id);
      expect(second.outcome(task.start, id)).toEqual(outcome);
      if (outcome.status === 'scored')
        expect(outcome.score.feedback).toHaveLength(outcome.score.pass ? 0 : 1);
    }
  });

  it('answers another time in another way exactly where answers are drawn', () => {
    const drawn = new DrawnRows(task, 60, 7);
    const differs = drawn.cases.some(
      ({ id }) =>
        JSON.stringify(drawn.outcome(task.start, id, 1)) !== JSON.stringify(drawn.outcome(task.start, id)),
    );
    expect(differs).toBe(task.isStochastic);
  });

  it('has wordings that say what they are wordings of, each for itself', () => {
    const reader = new TextReader(task);
    for (const atom of task.atoms) {
      for (const wording of atom.wordings) {
        expect(reader.atomsOf(wording).map(({ id }) => id)).toContain(atom.id);
        expect(reader.featuresOf(wording).of(atom.id)).toBeGreaterThan(0);
      }
      for (const wrong of atom.misreadings ?? []) expect(reader.atomsOf(wrong)).not.toContain(atom);
      for (const wording of atom.spares?.wordings ?? []) expect(reader.atomsOf(wording)).toContain(atom);
    }
  });
});

describe('the character of', () => {
  it('no-headroom: no text changes the true score', () => {
    const task = taskOf('no-headroom');
    const texts = [task.start, 'Nothing.', ...task.atoms.map(({ wordings }) => wordings[0]!)];
    for (const text of texts) expect(trueScore(task, text)).toBeCloseTo(reachableScore(task), 12);
  });

  it('interacting: half a pair brings nothing', () => {
    const task = taskOf('interacting');
    const none = scoreOf(task, []);
    expect(scoreOf(task, ['policy number'])).toBeCloseTo(none, 12);
    expect(scoreOf(task, ['cover table'])).toBeCloseTo(none, 12);
    expect(scoreOf(task, ['policy number', 'cover table'])).toBeGreaterThan(none + 0.1);
  });

  it('deceptive: the bait beats each half of the structure, and blocks the whole', () => {
    const task = taskOf('deceptive');
    const bait = scoreOf(task, ['readings']);
    expect(bait).toBeGreaterThan(scoreOf(task, ['last-clause']));
    expect(scoreOf(task, ['last-clause', 'first-clause'])).toBeGreaterThan(bait + 0.3);
    expect(scoreOf(task, ['readings', 'last-clause', 'first-clause'])).toBeLessThan(bait + 0.1);
  });

  it('demonstration: steps alone make it worse, with the demonstration far better', () => {
    const task = taskOf('demonstration');
    expect(scoreOf(task, ['steps'])).toBeLessThan(scoreOf(task, []));
    expect(scoreOf(task, ['steps', 'demonstration'])).toBeGreaterThan(scoreOf(task, []) + 0.3);
  });

  it('verbosity: the same rules score less in more words', () => {
    const task = taskOf('verbosity');
    expect(scoreOf(task, task.ideal.atoms, 150)).toBeCloseTo(scoreOf(task, task.ideal.atoms, 50) - 0.25, 9);
  });

  it('drift: a rule without its exception breaks what passed', () => {
    const task = taskOf('drift');
    const careless = ['labels', 'rule:refund'];
    expect(scoreOf(task, careless)).toBeLessThan(scoreOf(task, ['labels']));
    expect(scoreOf(task, [...careless, 'keep:voucher'])).toBeGreaterThan(scoreOf(task, ['labels']));
  });

  it('noisy-grades: scores in quarters', () => {
    const drawn = new DrawnRows(taskOf('noisy-grades'), 200, 3);
    const values = drawn.cases.map(({ id }) => {
      const outcome = drawn.outcome(drawn.task.start, id);
      return outcome.status === 'scored' ? outcome.score.value : -1;
    });
    expect(new Set(values)).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]));
  });
});
