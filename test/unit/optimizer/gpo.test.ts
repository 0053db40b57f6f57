import { describe, expect, it } from 'vitest';
import { byRelevance } from '../../../src/optimizer/relevance.js';
import { editBudget } from '../../../src/optimizer/schedule.js';
import { chosenPrompts, gpo, type GpoMemo } from '../../../src/optimizer/strategies/gpo.js';
import { wordDistance } from '../../../src/optimizer/wordDistance.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

const PER_STEP = 2;
/** Rank N scores N hundredths. */
const rank = (text: string) => Number(/Rank (\d+)/.exec(text)?.[1] ?? 50) / 100;
const TEXTS = [
  'Rank 10 red apples',
  'Rank 30 blue sky',
  'Rank 20 red apples here',
  'Rank 25 green',
  'Rank 5 blue sky',
  'Rank 6 red apples',
];

function run(settings: Record<string, number | string | boolean> = {}, steps = 3) {
  return countedRun(gpo, {
    settings: { steps, candidates: PER_STEP, ...settings },
    answer: (content, count) =>
      content.includes('<wanted>')
        ? `<prompt>${TEXTS[count] ?? `Rank 1 late ${count}`} {{text}}</prompt>`
        : '<feedback>It is vague.</feedback>',
    score: rank,
  });
}

describe('the edit budget of gpo', () => {
  const cosine = { schedule: 'cosine', first: 50, last: 10, warmup: 0 } as const;

  it('has the published numbers for 18 steps', () => {
    const budgets = Array.from({ length: 18 }, (_, index) => editBudget(index + 1, 18, cosine));
    expect(budgets[0]).toBe(49);
    expect(budgets[8]).toBe(30);
    expect(budgets[17]).toBe(10);
    expect(budgets).toEqual([...budgets].sort((a, b) => b - a));
  });

  it('warms up in equal parts before the cosine begins', () => {
    const budgets = Array.from({ length: 18 }, (_, index) =>
      editBudget(index + 1, 18, { ...cosine, warmup: 5 }),
    );
    expect(budgets.slice(0, 6)).toEqual([10, 20, 30, 40, 50, 49]);
    expect(budgets.at(-1)).toBe(10);
  });

  it('can fall in a line, or stay', () => {
    const linear = { ...cosine, schedule: 'linear' } as const;
    expect([0, 9, 18, 30].map((time) => editBudget(time, 18, linear))).toEqual([50, 30, 10, 10]);
    expect([0, 9, 18].map((time) => editBudget(time, 18, { ...cosine, schedule: 'fixed' }))).toEqual([
      50, 50, 50,
    ]);
  });
});

describe('word distance', () => {
  it('counts words added, taken away and replaced', () => {
    expect(wordDistance('a b c', 'a b c')).toBe(0);
    expect(wordDistance('a b c', 'a  x\nc d')).toBe(2);
    expect(wordDistance('', 'one two')).toBe(2);
    expect(wordDistance('one two three', 'three one two')).toBe(2);
  });
});

describe('relevance', () => {
  it('puts texts that share words with the query first, and loses none', () => {
    const texts = ['nothing in common', 'sort the ticket', 'sort the ticket into bug or billing'];
    expect(byRelevance('sort each ticket into billing', texts)).toEqual([2, 1, 0]);
    expect(byRelevance('', ['a', 'b'])).toEqual([0, 1]);
  });
});

describe('gpo', () => {
  it('moves to the best text of each step, also when it is worse, and shows it as the current one', async () => {
    const { asked, state } = await run();
    const current = asked.map(({ content }) => blocksOf(content, 'current_prompt')[0]);
    const chosen = [START, 'Rank 30 blue sky {{text}}', 'Rank 25 green {{text}}'];
    expect(current).toEqual(chosen.flatMap((text) => [text, text]));
    expect(chosenPrompts(state)).toHaveLength(4);
    expect([...state.candidates.values()].slice(1).map(({ candidate }) => candidate.parent)).toEqual([
      'baseline',
      'baseline',
      'c2',
      'c2',
      'c4',
      'c4',
    ]);
  });

  it('shows history, current prompt, examples, request and budget, in this order', async () => {
    const { asked, state } = await run();
    const { content, temperature } = asked.at(-1)!;
    expect(temperature).toBe(1);
    const order = [
      '<text>',
      '<current_prompt>',
      '<exemplar>',
      'write a new prompt',
      '<words_budget>',
      '<wanted>',
    ];
    const places = order.map((mark) => content.indexOf(mark));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(content).toContain('</current_prompt>\nscore: 25');
    expect([...state.memos.values()].map((memo) => (memo as GpoMemo).budget)).toEqual([40, 20, 10]);
    const exemplars = asked.map((each) => blocksOf(each.content, 'exemplar').join());
    expect(new Set(exemplars).size).toBe(1);
    expect(blocksOf(content, 'exemplar')).toHaveLength(3);
    expect(content).not.toMatch(/text [vx]\d/);
  });

  it('retrieves what is most like the current prompt, the latest, the best, or nothing', async () => {
    const shown = async (retrieval: string) => {
      const { asked } = await run({ retrieval, selectionNumber: 2, candidates: 1 }, 5);
      return blocksOf(asked.at(-1)!.content, 'text');
    };
    // Chosen: the start, Rank 10 red apples, Rank 30 blue sky, Rank 20 red apples here, Rank 25 green; step 5 goes on from the last.
    expect(await shown('recency')).toEqual(['Rank 20 red apples here {{text}}']);
    expect(await shown('importance')).toEqual([START]);
    expect(await shown('none')).toEqual([]);
    const { asked } = await run({ selectionNumber: 2, candidates: 1 }, 4);
    expect(blocksOf(asked.at(-1)!.content, 'text')).toEqual(['Rank 10 red apples {{text}}']);
  });

  it('measures how many words changed, and turns longer edits down only when told to', async () => {
    const { state } = await run();
    const memo = state.memos.get(1) as GpoMemo;
    expect(memo.changed).toEqual(
      ['Rank 10 red apples {{text}}', 'Rank 30 blue sky {{text}}'].map((text) => wordDistance(START, text)),
    );
    const strict = { enforceBudget: true, budgetSchedule: 'fixed', candidates: 1 };
    const tight = await run({ ...strict, firstBudget: 4 }, 1);
    expect((tight.state.memos.get(1) as GpoMemo).changed).toEqual([5]);
    expect(tight.state.candidates.size).toBe(1);
    expect((await run({ ...strict, firstBudget: 5 }, 1)).state.candidates.size).toBe(2);
  });

  it('edits instead of writing anew, and reflects first, when told to', async () => {
    const { asked, scored } = await run(
      { refinement: 'editing', reflection: true, batch: 4, candidates: 1 },
      2,
    );
    expect(asked[0]!.content).not.toContain('<wanted>');
    expect(blocksOf(asked[0]!.content, 'row')).toHaveLength(4);
    expect(blocksOf(asked[1]!.content, 'critique')).toEqual(['It is vague.']);
    expect(asked[1]!.content).toContain('Edit the current prompt');
    expect(asked).toHaveLength(2 * 2);
    const rows = [...asked[0]!.content.matchAll(/<row id="(t\d)"/g)].map((each) => each[1]);
    expect(rows).toEqual(['t0', 't1', 't2', 't3']);
    expect([...asked[2]!.content.matchAll(/<row id="(t\d)"/g)].map((each) => each[1])).toEqual([
      't4',
      't5',
      't6',
      't7',
    ]);
    expect(scored.filter((each) => / t\d$/.test(each))).toHaveLength(2 * 4);
  });

  it('costs steps times candidates requests, and all rows for each new text', async () => {
    const { asked, searched, scored } = await run();
    const [steps, rows] = [3, 10];
    expect(asked).toHaveLength(steps * PER_STEP);
    expect(searched).toBe((1 + steps * PER_STEP) * rows);
    // The start scores best: no exam.
    expect(scored).toHaveLength(searched);
  });
});
