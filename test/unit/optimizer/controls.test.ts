import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { hillClimb } from '../../../src/optimizer/strategies/hillClimb.js';
import { random } from '../../../src/optimizer/strategies/random.js';
import { blocksOf, countedRun, looseScore, START } from '../../fixtures/countedRun.js';

describe('random', () => {
  it('rewrites the text in the file without evidence, and costs a request and all rows per new text', async () => {
    const run = await countedRun(random, {
      settings: { steps: 3, candidates: 4 },
      answer: (_, count) => `<prompt>Rewrite ${count} {{text}}</prompt>`,
      score: (text) => (text === 'Rewrite 7 {{text}}' ? 0.9 : 0.2),
    });
    const steps = 3;
    const perStep = 4;
    expect(run.asked).toHaveLength(steps * perStep);
    expect(run.searched).toBe((1 + steps * perStep) * 10);
    expect(run.scored).toHaveLength(run.searched + 2 * 6);
    for (const { content } of run.asked) {
      expect(blocksOf(content, 'current_prompt')).toEqual([START]);
      expect(content).not.toMatch(/<row|<exemplar|score:|text [tvx]\d/);
    }
    const parents = [...run.state.candidates.values()].slice(1).map(({ candidate }) => candidate.parent);
    expect(new Set(parents)).toEqual(new Set([BASELINE_ID]));
  });

  it('pays nothing for a text that has been tried', async () => {
    const run = await countedRun(random, {
      settings: { steps: 2, candidates: 3 },
      answer: () => '<prompt>The same {{text}}</prompt>',
      score: looseScore,
    });
    expect(run.asked).toHaveLength(6);
    expect(run.searched).toBe(2 * 10);
  });
});

describe('hill-climb', () => {
  const better = (text: string) => Number(/(\d+)/.exec(text)?.[1] ?? 0) / 100;

  it('shows failing train rows of the best text, asks once a step, and goes on from what is better', async () => {
    const run = await countedRun(hillClimb, {
      settings: { steps: 3, candidates: 2, rowsRead: 5, rowsShown: 4 },
      answer: (_, count) =>
        ['Rank 20', 'Rank 10', 'Rank 5', 'Rank 6', 'Rank 30', 'Rank 31']
          .slice(count * 2, count * 2 + 2)
          .map((each) => `<prompt>${each} {{text}}</prompt>`)
          .join(''),
      score: better,
    });
    expect(run.asked.map(({ content }) => blocksOf(content, 'current_prompt')[0])).toEqual([
      START,
      'Rank 20 {{text}}',
      'Rank 20 {{text}}',
    ]);
    expect(run.asked.every(({ content }) => content.includes('<wanted>2</wanted>'))).toBe(true);
    for (const { content } of run.asked) {
      expect(blocksOf(content, 'row')).toHaveLength(4);
      expect(content).not.toMatch(/text [vx]\d/);
    }
    // Each step draws other rows of the five that were read.
    const shown = run.asked.map(({ content }) =>
      [...content.matchAll(/<row id="(t\d)"/g)].map((each) => each[1]),
    );
    expect(shown[1]).not.toEqual(shown[2]);
    // The baseline and the first winner are read on 5 rows each; all 7 texts are scored on 10.
    expect(run.asked).toHaveLength(3);
    expect(run.searched).toBe(7 * 10);
    expect(run.scored).toHaveLength(2 * 5 + 7 * 10 + 2 * 6);
  });
});
