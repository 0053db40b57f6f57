import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/core/run.js';
import type { SettingValues } from '../../../src/optimizer/strategy.js';
import { gepa } from '../../../src/optimizer/strategies/gepa.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

const [ROWS, MINIBATCH, STEPS] = [10, 3, 8];
const numberOf = (text: string) => Number(/#(\d+)/.exec(text)?.[1] ?? 0);

/** Text number N comes from the question before which N - 1 came. */
function run(settings: SettingValues, score: (text: string, caseId: string) => number) {
  return countedRun(gepa, {
    settings: { steps: STEPS, ...settings },
    // Enough for minibatches that have no row in common.
    train: STEPS * MINIBATCH,
    validation: ROWS,
    answer: (_, count) => `<prompt>New #${count + 1} {{text}}</prompt>`,
    score,
  });
}

const rising = (text: string) => 0.2 + numberOf(text) / 100;
const statuses = (state: RunState) => [...state.candidates.values()].map(({ status }) => status);
const currents = (asked: readonly { content: string }[]) =>
  asked.map(({ content }) => blocksOf(content, 'current_prompt')[0]);

describe('gepa', () => {
  it('shows the prompt and three rows with answers, passing ones too, and neither scores nor history', async () => {
    const { asked } = await run({}, (text, caseId) => (caseId.endsWith('1') ? 1 : rising(text)));
    const rows = asked.flatMap(({ content }) =>
      [...content.matchAll(/<row id="(t\d+)"/g)].map(([, id]) => id),
    );
    expect(asked).toHaveLength(STEPS);
    expect(new Set(rows).size).toBe(STEPS * MINIBATCH);
    for (const { content, temperature } of asked) {
      expect(temperature).toBe(1);
      expect(blocksOf(content, 'row')).toHaveLength(MINIBATCH);
      const places = ['<current_prompt>', '<row ', 'Read all inputs', '<wanted>1<'].map((mark) =>
        content.indexOf(mark),
      );
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(content).not.toMatch(/^score:|<text>|text [vx]\d/m);
    }
  });

  it('costs two minibatches and a request per step, and all rows for each that is accepted', async () => {
    const accepted = await run({}, rising);
    expect(
      statuses(accepted.state)
        .slice(1)
        .every((status) => status !== 'dropped'),
    ).toBe(true);
    expect(accepted.asked).toHaveLength(STEPS);
    expect(accepted.searched).toBe((1 + STEPS) * ROWS);
    expect(accepted.scored).toHaveLength(accepted.searched + STEPS * 2 * MINIBATCH + 2 * 6);

    const refused = await run({}, (text) => (text === START ? 0.5 : 0.4));
    expect(statuses(refused.state).slice(1)).toEqual(Array.from({ length: STEPS }, () => 'dropped'));
    expect(refused.searched).toBe(ROWS);
    expect(refused.scored).toHaveLength(ROWS + STEPS * 2 * MINIBATCH);
  });

  it('turns an equal candidate back, unless told to take it', async () => {
    const equal = () => 0.5;
    expect(statuses((await run({}, equal)).state)[1]).toBe('dropped');
    expect(statuses((await run({ strictImprovement: false }, equal)).state)[1]).toBe('kept');
  });

  it('makes nothing of a minibatch that passes, unless told to', async () => {
    const passing = (_: string, caseId: string) => (caseId.startsWith('t') ? 1 : 0.5);
    const skipped = await run({}, passing);
    expect(skipped.asked).toHaveLength(0);
    expect(skipped.scored).toHaveLength(ROWS + STEPS * MINIBATCH);
    expect((await run({ skipPerfect: false }, passing)).asked).toHaveLength(STEPS);
  });

  it('draws parents from all that are best on some row', async () => {
    // Text N is the best one on row N, the prompt in the file on the others.
    const score = (text: string, caseId: string) => {
      if (caseId.startsWith('t')) return rising(text);
      return caseId === `v${numberOf(text)}` ? 0.9 : text === START ? 0.5 : 0.3;
    };
    const { asked, state } = await run({}, score);
    const parents = new Set(currents(asked));
    expect(parents.size).toBeGreaterThan(2);
    for (const { candidate, status } of [...state.candidates.values()].slice(1)) {
      const parent = state.candidates.get(candidate.parent!)!;
      expect(['kept', 'best']).toContain(parent.status);
      expect(status).not.toBe('pending');
    }
    const narrow = await run({ candidateSelection: 'top-k-pareto', topK: 1 }, score);
    expect(new Set(currents(narrow.asked))).toEqual(new Set([START]));
  });

  it('goes on from the best mean when told to, the oldest of equals, or the newest', async () => {
    const level = (text: string, caseId: string) => (caseId.startsWith('t') ? rising(text) : 0.5);
    const best = { candidateSelection: 'current-best' };
    expect(new Set(currents((await run(best, level)).asked))).toEqual(new Set([START]));
    const texts = Array.from({ length: STEPS - 1 }, (_, index) => `New #${index + 1} {{text}}`);
    expect(currents((await run({ ...best, ties: 'newest' }, level)).asked)).toEqual([START, ...texts]);
    expect(currents((await run(best, rising)).asked)).toEqual([START, ...texts]);
  });

  it('takes any prompt of the pool with a chance', async () => {
    const greedy = { candidateSelection: 'epsilon-greedy' };
    const texts = Array.from({ length: STEPS - 1 }, (_, index) => `New #${index + 1} {{text}}`);
    expect(currents((await run({ ...greedy, epsilon: 0 }, rising)).asked)).toEqual([START, ...texts]);
    const drawn = currents((await run({ ...greedy, epsilon: 1 }, rising)).asked);
    expect(drawn).not.toEqual([START, ...texts]);
    expect(new Set(drawn).size).toBeGreaterThan(2);
  });

  it('can draw minibatches anew each time', async () => {
    const { asked } = await run({ batches: 'random' }, rising);
    const rows = asked.flatMap(({ content }) =>
      [...content.matchAll(/<row id="(t\d+)"/g)].map(([, id]) => id),
    );
    expect(rows).toHaveLength(STEPS * MINIBATCH);
    expect(new Set(rows).size).toBeLessThan(STEPS * MINIBATCH);
  });
});

describe('the merge of gepa', () => {
  const rowOf = (caseId: string) => Number(caseId.slice(1));

  /** Rules are written one by one, each of them into the prompt in the file; `value` scores a text by its rules. */
  const runMerge = (
    settings: SettingValues,
    rules: string,
    value: (rules: string, row: number) => number,
  ) => {
    const written = [...rules.split('')];
    return countedRun(gepa, {
      settings: { steps: 20, ...settings },
      train: 60,
      answer: (content) =>
        blocksOf(content, 'current_prompt')[0] === START && written.length > 0
          ? `<prompt>${START}\n- ${written.shift()}</prompt>`
          : '<feedback>It is good as it is.</feedback>',
      score: (text, caseId) => {
        const own = [...text.matchAll(/^- (.)$/gm)]
          .map(([, rule]) => rule)
          .sort()
          .join('');
        if (caseId.startsWith('t')) return own === '' ? 0.3 : 0.7;
        return value(own, rowOf(caseId));
      },
    });
  };

  /** Rule A is good for even rows and bad for the others, B the other way round. */
  const opposed = (both: number) => (rules: string, row: number) => {
    if (rules.length !== 1) return rules === '' ? 0.5 : both;
    return (rules === 'A') === (row % 2 === 0) ? 0.8 : 0.4;
  };
  const mergesOf = ({ state }: { state: RunState }) =>
    [...state.candidates.values()].filter(({ candidate }) => candidate.operator === 'merge');

  it('joins the lines of two members of the front after one was accepted', async () => {
    const { state, asked } = await runMerge({ merge: true }, 'AB', opposed(0.9));
    const [, first, second, merged] = [...state.candidates.values()];
    expect([first, second].map((record) => record?.candidate.parent)).toEqual(['baseline', 'baseline']);
    expect(merged?.candidate.operator).toBe('merge');
    expect(merged?.candidate.step).toBe(second!.candidate.step + 1);
    expect(Object.values(merged!.candidate.spans)[0]!.split('\n').sort()).toEqual(['- A', '- B', START]);
    expect(merged?.status).toBe('best');
    // A merge asks nothing.
    expect(asked).toHaveLength(20 - 1);
    const { minibatch } = state.memos.get(merged!.candidate.step) as { minibatch: string[] };
    expect(minibatch).toHaveLength(5);
    expect([2, 3]).toContain(minibatch.filter((id) => rowOf(id) % 2 === 0).length);
    expect(minibatch.every((id) => id.startsWith('v'))).toBe(true);
  });

  it('has to do as well as the better of both on five rows before it is scored on all', async () => {
    // B is better on the whole, A on the five rows: one of A's and four of B's, 2.9 against 2.7.
    const value = (both: number) => (rules: string, row: number) => {
      if (rules.length === 2) return both;
      if (row === 0) return { A: 0.9, B: 0.3 }[rules] ?? 0.4;
      return { A: 0.5, B: 0.6 }[rules] ?? 0.55;
    };
    const [worse] = mergesOf(await runMerge({ merge: true }, 'AB', value(0.56)));
    expect(worse?.candidate.parent).toBe('c2');
    expect(worse?.status).toBe('dropped');
    expect(worse?.outcomes.size).toBe(5);
    const [equal] = mergesOf(await runMerge({ merge: true }, 'AB', value(0.58)));
    expect(equal?.status).not.toBe('dropped');
    expect(equal?.outcomes.size).toBeGreaterThanOrEqual(10);
  });

  it('is tried once after each prompt that was accepted, and never twice with the same two', async () => {
    const value = (rules: string, row: number) => {
      if (rules.length !== 1) return rules === '' ? 0.5 : 0.45;
      return 'ABC'.indexOf(rules) === row % 3 ? 0.8 : 0.4;
    };
    const result = await runMerge({ merge: true, steps: 40 }, 'ABC', value);
    const steps = [...result.state.candidates.values()]
      .filter(({ candidate }) => candidate.operator === 'reflect')
      .map(({ candidate }) => candidate.step);
    expect(steps).toHaveLength(3);
    const merges = mergesOf(result);
    expect(merges.map(({ candidate }) => candidate.step)).toEqual([steps[1]! + 1, steps[2]! + 1]);
    expect(new Set(merges.map(({ candidate }) => Object.values(candidate.spans)[0])).size).toBe(2);
  });

  it('is off by default, and has its limit', async () => {
    expect(mergesOf(await runMerge({}, 'AB', opposed(0.9)))).toEqual([]);
    expect(mergesOf(await runMerge({ merge: true, maxMerges: 0 }, 'AB', opposed(0.9)))).toEqual([]);
  });
});
