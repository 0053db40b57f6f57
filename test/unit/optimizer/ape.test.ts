import { describe, expect, it } from 'vitest';
import { ape } from '../../../src/optimizer/strategies/ape.js';
import { blocksOf, countedRun } from '../../fixtures/countedRun.js';

/** Guess N and its variations score N hundredths, and a little more for each variation. */
const score = (text: string) => {
  const [, number = '0', variation = ''] = /Guess (\d+)( varied)?/.exec(text) ?? [];
  return Number(number) / 100 + (variation ? 0.005 : 0);
};

const SETTINGS = { steps: 2, candidates: 6, demonstrationSets: 3, demonstrations: 4, keep: 2 };

function run(settings = {}) {
  return countedRun(ape, {
    settings: { ...SETTINGS, ...settings },
    answer: (content, count) =>
      content.includes('<current_prompt>')
        ? `<prompt>${blocksOf(content, 'current_prompt')[0]!.replace(' {{text}}', '')} varied ${count} {{text}}</prompt>`
        : `<prompt>Guess ${count + 10} {{text}}</prompt>`,
    score,
  });
}

describe('ape', () => {
  it('guesses from demonstrations alone at first: no prompt, no score, no failure, several draws of rows', async () => {
    const { asked, state } = await run();
    const first = asked.slice(0, 6).map(({ content }) => content);
    for (const content of first) {
      expect(content).not.toMatch(/<current_prompt>|<text>|<row|score/);
      expect(blocksOf(content, 'exemplar')).toHaveLength(4);
      expect(content).toContain('{{text}}');
      expect(content).not.toMatch(/text [vx]\d/);
    }
    expect(new Set(first).size).toBe(3);
    expect(asked.every(({ temperature }) => temperature === 0.9)).toBe(true);
    expect([...state.candidates.values()].slice(1, 7).map(({ candidate }) => candidate.operator)).toEqual(
      Array.from({ length: 6 }, () => 'guess'),
    );
  });

  it('then varies the best ones in turn, without showing rows', async () => {
    const { asked, state } = await run();
    const later = asked.slice(6).map(({ content }) => content);
    expect(later.map((content) => blocksOf(content, 'current_prompt')[0])).toEqual(
      Array.from({ length: 3 }, () => ['Guess 15 {{text}}', 'Guess 14 {{text}}']).flat(),
    );
    for (const content of later) expect(content).not.toMatch(/<row|<exemplar/);
    const varied = [...state.candidates.values()].filter(
      ({ candidate }) => candidate.operator === 'variation',
    );
    expect(varied.map(({ candidate }) => candidate.parent)).toEqual(['c6', 'c5', 'c6', 'c5', 'c6', 'c5']);
  });

  it('costs a request and all rows per new text', async () => {
    const { asked, searched, scored } = await run();
    expect(asked).toHaveLength(2 * 6);
    expect(searched).toBe((1 + 2 * 6) * 10);
    expect(scored).toHaveLength(searched + 2 * 6);
  });

  it('costs less with a bandit: its budget, and the rest of the rows for those that it keeps', async () => {
    const bandit = {
      selector: 'ucb',
      evaluationRounds: 2,
      evaluationPrompts: 4,
      evaluationRows: 3,
      steps: 1,
    };
    const { searched, state } = await run(bandit);
    // Round one: the baseline (known) and three new ones on 3 rows; round two: the other three, and of those seen
    // the best one once more.
    const kept = [...state.candidates.values()].filter(
      ({ status }) => status === 'kept' || status === 'best',
    );
    expect(
      kept.every(({ outcomes }) => [...outcomes.keys()].filter((id) => id.startsWith('v')).length === 10),
    ).toBe(true);
    const dropped = [...state.candidates.values()].filter(({ status }) => status === 'dropped');
    expect(dropped.map(({ reasons }) => reasons[0])).toEqual(
      dropped.map(() => 'It is not among the 2 best of its step.'),
    );
    expect(kept).toHaveLength(3);
    expect(searched).toBe(3 * 10 + dropped.reduce((sum, { outcomes }) => sum + outcomes.size, 0));
    expect(dropped.map(({ outcomes }) => outcomes.size)).toEqual([3, 3, 6, 3]);
  });
});
