import { describe, expect, it } from 'vitest';
import { opro } from '../../../src/optimizer/strategies/opro.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

const score = (text: string, caseId: string) =>
  text === START ? (caseId === 't3' ? 0 : 0.6) : Number(/#(\d+)/.exec(text)?.[1] ?? 0) / 100;

/** Texts 40, 41, … in the order in which they are asked for. */
function run(settings: Record<string, number | string | boolean> = {}, answer?: (count: number) => string) {
  return countedRun(opro, {
    settings: { steps: 3, candidates: 2, ...settings },
    answer: (_, count) => answer?.(count) ?? `<prompt>Text #${count + 40} {{text}}</prompt>`,
    score,
  });
}

const scoresIn = (content: string) =>
  [...content.matchAll(/<\/text>\nscore: (\S+)/g)].map((match) => match[1]);

describe('the settings of opro', () => {
  it('order: ascending, descending, random', async () => {
    const last = async (order: string) => scoresIn((await run({ order })).asked.at(-1)!.content);
    expect(await last('ascending')).toEqual(['40', '41', '42', '43', '54']);
    expect(await last('descending')).toEqual(['54', '43', '42', '41', '40']);
    const random = await last('random');
    expect(random).not.toEqual(await last('ascending'));
    expect([...random].sort()).toEqual(['40', '41', '42', '43', '54']);
  });

  it('trajectory and threshold: how many texts are shown, and from which score on', async () => {
    expect(scoresIn((await run({ trajectory: 2 })).asked.at(-1)!.content)).toEqual(['43', '54']);
    expect(scoresIn((await run({ threshold: 0.5 })).asked.at(-1)!.content)).toEqual(['54']);
  });

  it('scores: in buckets, exact, or hidden', async () => {
    const last = async (settings: Record<string, string | number>) =>
      (await run(settings)).asked.at(-1)!.content;
    const bucketed = await last({ buckets: 20 });
    expect(scoresIn(bucketed)).toEqual(['8', '8', '8', '9', '11']);
    expect(bucketed).toContain('from 0 to 20');
    expect(scoresIn(await last({ scores: 'exact' }))).toEqual(['40.0', '41.0', '42.0', '43.0', '54.0']);
    expect(await last({ scores: 'hidden' })).not.toMatch(/score: |from 0 to/);
  });

  it('exemplarPolicy: drawn anew for each step, the same for all, or the rows that are wrong most often', async () => {
    const exemplars = async (exemplarPolicy: string) =>
      (await run({ exemplarPolicy, exemplars: 2, buckets: 100 })).asked.map(({ content }) =>
        blocksOf(content, 'exemplar').join('\n'),
      );
    const drawn = await exemplars('random');
    expect(drawn[0]).toBe(drawn[1]);
    expect(new Set(drawn).size).toBeGreaterThan(1);
    expect(new Set(await exemplars('constant')).size).toBe(1);
  });

  it('exemplarPolicy: wrong rows count over all texts so far, or over those shown', async () => {
    const wrong = (texts: Record<string, readonly string[]>, exemplarPolicy: string) =>
      countedRun(opro, {
        settings: { steps: 2, candidates: 3, exemplars: 1, exemplarPolicy, trajectory: 1, threshold: 0 },
        answer: (_, count) => `<prompt>Text #${count} {{text}}</prompt>`,
        score: (text, caseId) => {
          const name = /#(\d)/.exec(text)?.[1] ?? 'start';
          return texts[name]?.includes(caseId) ? 0 : 1;
        },
      });
    const fails = { start: ['t1', 't2'], 0: ['t4', 't5'], 1: ['t4', 't6'], 2: ['t7'] };
    const over = async (policy: string) =>
      blocksOf((await wrong(fails, policy)).asked.at(-1)!.content, 'exemplar')[0];
    expect(await over('accumulative-wrong')).toContain('text: text t4');
    // Text 2 is the best, and the only one shown.
    expect(await over('current-wrong')).toContain('text: text t7');
  });

  it('instructionPosition: where the exemplars show the prompt', async () => {
    const exemplar = async (instructionPosition: string) =>
      blocksOf((await run({ instructionPosition })).asked[0]!.content, 'exemplar')[0]!.split('\n');
    expect(await exemplar('question-begin')).toEqual([
      '<INS>',
      expect.stringContaining('text: '),
      'output: x',
    ]);
    expect(await exemplar('question-end')).toEqual([expect.stringContaining('text: '), '<INS>', 'output: x']);
    expect(await exemplar('answer-begin')).toEqual([expect.stringContaining('text: '), 'output: <INS> x']);
  });

  it('temperatureSchedule: constant, or rising in equal parts', async () => {
    const temperatures = async (settings: Record<string, string | number>) =>
      (await run({ candidates: 1, ...settings })).asked.map(({ temperature }) => temperature);
    expect(await temperatures({ temperature: 0.5 })).toEqual([0.5, 0.5, 0.5]);
    const rising = await temperatures({ temperatureSchedule: 'linear-increase' });
    expect(rising.map((each) => each!.toFixed(3))).toEqual(['1.000', '1.167', '1.333']);
  });

  it('allowDigits and maxCharacters: texts that are dropped before they cost anything', async () => {
    expect((await run({ allowDigits: false })).searched).toBe(10);
    expect((await run({ maxCharacters: 10 })).searched).toBe((1 + 6) * 10);
    const long = await run(
      { maxCharacters: 10 },
      (count) => `<prompt>${'long '.repeat(9)}#${count} {{text}}</prompt>`,
    );
    expect(long.searched).toBe(10);
  });

  it('costs steps times candidates requests, and all rows for each new valid text', async () => {
    const { asked, searched, scored } = await run(
      {},
      (count) => `<prompt>Text #${70 + (count % 4)} {{text}}</prompt>`,
    );
    const unique = 4;
    expect(asked).toHaveLength(3 * 2);
    expect(searched).toBe((1 + unique) * 10);
    expect(scored).toHaveLength(searched + 2 * 6);
  });
});
