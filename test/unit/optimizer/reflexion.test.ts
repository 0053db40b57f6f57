import { describe, expect, it } from 'vitest';
import type { SettingValues } from '../../../src/optimizer/strategy.js';
import { reflexion } from '../../../src/optimizer/strategies/reflexion.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

function run(settings: SettingValues = {}, changes: Partial<Parameters<typeof countedRun>[1]> = {}) {
  return countedRun(reflexion, {
    settings: { steps: 5, ...settings },
    answer: (_, count) => `<feedback>Lesson ${count}.</feedback>`,
    score: (_, caseId) => (caseId === 't0' ? 1 : 0.2),
    ...changes,
  });
}

const lessons = (text: string) => [...text.matchAll(/^- (.+)$/gm)].map(([, lesson]) => lesson);
const textsOf = ({ state }: Awaited<ReturnType<typeof run>>) =>
  [...state.candidates.values()].slice(1).map(({ candidate }) => Object.values(candidate.spans)[0]!);

describe('reflexion', () => {
  it('keeps the last three lessons behind the prompt in the file', async () => {
    const texts = textsOf(await run());
    expect(texts.map(lessons)).toEqual([
      ['Lesson 0.'],
      ['Lesson 0.', 'Lesson 1.'],
      ['Lesson 0.', 'Lesson 1.', 'Lesson 2.'],
      ['Lesson 1.', 'Lesson 2.', 'Lesson 3.'],
      ['Lesson 2.', 'Lesson 3.', 'Lesson 4.'],
    ]);
    for (const text of texts)
      expect(text.startsWith(`${START}\n\nLessons from earlier attempts:\n`)).toBe(true);
    expect(
      textsOf(await run({ memory: 1 }))
        .map(lessons)
        .at(-1),
    ).toEqual(['Lesson 4.']);
  });

  it('goes on from the latest attempt, better or not', async () => {
    const { asked, state } = await run({}, { score: (text) => (text === START ? 0.9 : 0.1) });
    const shown = asked.map(({ content }) => blocksOf(content, 'current_prompt')[0]);
    const texts = [...state.candidates.values()].map(
      ({ candidate }) => Object.values(candidate.spans)[0] ?? START,
    );
    expect(shown).toEqual(texts.slice(0, 5));
  });

  it('asks for a lesson from the failing rows of a batch of four, without chance', async () => {
    const { asked } = await run({ steps: 3 });
    const rows = asked.map(({ content }) => [...content.matchAll(/<row id="(t\d)"/g)].map(([, id]) => id!));
    expect(rows.flat().sort()).toEqual(Array.from({ length: 9 }, (_, index) => `t${index + 1}`));
    expect(rows.every((each) => each.length <= 4)).toBe(true);
    for (const { content, temperature } of asked) {
      expect(temperature).toBe(0);
      expect(content).not.toContain('<wanted>');
      expect(content.indexOf('<current_prompt>')).toBeLessThan(content.indexOf('<row '));
      expect(content.indexOf('<row ')).toBeLessThan(content.indexOf('Reflect:'));
      expect(content).not.toMatch(/text [vx]\d/);
    }
  });

  it('learns nothing from a batch that passes, and takes the order out of a longer lesson', async () => {
    const passing = await run({ rows: 1, steps: 10 });
    expect(passing.asked).toHaveLength(9);
    const { state } = await run(
      { steps: 1 },
      { answer: () => '<feedback>It was long.\nDirection: Be\tshort.</feedback>' },
    );
    expect(textsOf({ state } as Awaited<ReturnType<typeof run>>).map(lessons)).toEqual([['Be short.']]);
  });

  it('forgets a lesson that broke the rules', async () => {
    const run3 = await run(
      { steps: 3 },
      { answer: (_, count) => `<feedback>Lesson ${count}${count === 1 ? ' {{other}}' : ''}.</feedback>` },
    );
    expect([...run3.state.candidates.values()].map(({ status }) => status)).toEqual([
      'kept',
      'kept',
      'rejected',
      'kept',
    ]);
    expect(lessons(textsOf(run3).at(-1)!)).toEqual(['Lesson 0.', 'Lesson 2.']);
  });

  it('costs one request per step, and all train rows for each attempt', async () => {
    const { asked, searched, scored } = await run();
    expect(asked).toHaveLength(5);
    expect(searched).toBe((1 + 5) * 10);
    expect(scored).toHaveLength(searched);
  });
});
