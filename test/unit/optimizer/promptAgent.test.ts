import { describe, expect, it } from 'vitest';
import type { SettingValues } from '../../../src/optimizer/strategy.js';
import { promptAgent } from '../../../src/optimizer/strategies/promptAgent.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

const ROWS = 10;
/** Later texts are better, and nothing is ever right. */
const rank = (text: string) => Number(/#(\d+)/.exec(text)?.[1] ?? 0) / 1000;

function run(settings: SettingValues = {}, options: { train?: number; answer?: string } = {}) {
  return countedRun(promptAgent, {
    settings: { iterations: 1, depthLimit: 2, ...settings },
    train: options.train ?? 20,
    answer: (content, count) =>
      options.answer ??
      (content.includes('<wanted>')
        ? Array.from(
            { length: Number(/<wanted>(\d+)</.exec(content)![1]) },
            (_, at) => `<prompt>New #${count * 5 + at + 1} {{text}}</prompt>`,
          ).join('')
        : `<feedback>Reasons ${count}.</feedback>`),
    score: rank,
  });
}

const isRewrite = ({ content }: { content: string }) => content.includes('<wanted>');
const textOf = (record: { candidate: { spans: Readonly<Record<string, string>> } }) =>
  Object.values(record.candidate.spans)[0] ?? START;

describe('prompt-agent', () => {
  it('expands a node by three batches of five rows, a critique and a new prompt for each', async () => {
    const { asked, state } = await run({ depthLimit: 1 });
    expect(asked).toHaveLength(6);
    expect(asked.every(({ temperature }) => temperature === 1)).toBe(true);
    const critiques = asked.filter((each) => !isRewrite(each));
    const rows = critiques.flatMap(({ content }) => blocksOf(content, 'row'));
    expect(rows).toHaveLength(15);
    expect(new Set(rows).size).toBe(15);
    for (const { content } of critiques) {
      expect(blocksOf(content, 'row')).toHaveLength(5);
      expect(blocksOf(content, 'current_prompt')).toEqual([START]);
      expect(content.indexOf('<current_prompt>')).toBeLessThan(content.indexOf('<row '));
      expect(content).not.toMatch(/text [vx]\d/);
    }
    expect(state.candidates.size).toBe(1 + 3);
    expect([...state.candidates.values()].slice(1).map(({ candidate }) => candidate.parent)).toEqual([
      'baseline',
      'baseline',
      'baseline',
    ]);
  });

  it('shows prompt, errors, reasons and ancestors, in this order', async () => {
    const { asked } = await run({ depthLimit: 3 });
    const rewrites = asked.filter(isRewrite);
    const { content } = rewrites.at(-1)!;
    const marks = ['<current_prompt>', '<row ', '<critique>', '<ancestor>', '<wanted>1<'];
    const places = marks.map((mark) => content.indexOf(mark));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const ancestors = blocksOf(content, 'ancestor');
    expect(ancestors).toHaveLength(2);
    expect(ancestors[0]).toBe(START);
    expect(ancestors).not.toContain(blocksOf(content, 'current_prompt')[0]);
    expect(rewrites[0]!.content).not.toContain('<ancestor>');
    expect(blocksOf(rewrites[0]!.content, 'critique')).toEqual(['Reasons 0.']);
  });

  it('goes on from the best child, and scores every child on all rows', async () => {
    const { state, asked } = await run();
    const records = [...state.candidates.values()];
    const best = records.slice(1, 4).sort((a, b) => rank(textOf(b)) - rank(textOf(a)))[0]!;
    expect(records.slice(4).map(({ candidate }) => candidate.parent)).toEqual(
      Array.from({ length: 3 }, () => best.candidate.id),
    );
    expect(asked.slice(6).every(({ content }) => content.includes(textOf(best)))).toBe(true);
    expect(state.stop).toBeUndefined();
  });

  it('costs, per expansion, six requests, the batches, and all rows for each child', async () => {
    const { asked, scored, searched } = await run();
    const [expansions, children, batches] = [2, 3, 3 * 5];
    expect(asked).toHaveLength(expansions * children * 2);
    expect(searched).toBe((1 + expansions * children) * ROWS);
    const exam = 2 * 6;
    expect(scored).toHaveLength(searched + expansions * batches + exam);
  });

  it('reads a row once where batches overlap in a small train part', async () => {
    const { scored } = await run({ depthLimit: 1 }, { train: 7 });
    const read = scored.filter((each) => / t\d$/.test(each));
    expect(read).toHaveLength(7);
    expect(new Set(read).size).toBe(7);
  });

  it('asks for a better prompt at once where a batch has no errors', async () => {
    const { asked } = await countedRun(promptAgent, {
      settings: { iterations: 1, depthLimit: 1 },
      answer: (_, count) => `<prompt>New #${count} {{text}}</prompt>`,
      score: (_, caseId) => (caseId.startsWith('t') ? 1 : 0),
    });
    expect(asked).toHaveLength(3);
    expect(asked.every(({ content }) => content.includes('make it better still'))).toBe(true);
  });

  it('plays its iterations over the same tree', async () => {
    const one = await run({ iterations: 1 });
    const many = await run({ iterations: 4 });
    const parents = (state: typeof one.state) => [
      ...new Set([...state.candidates.values()].slice(1).map(({ candidate }) => candidate.parent)),
    ];
    expect(parents(one.state)).toEqual(parents(many.state).slice(0, 2));
    expect(parents(many.state).length).toBeGreaterThan(2);
  });

  it('searches with a beam: three batches first, then one for each of the three best new prompts', async () => {
    const { asked, state, searched } = await run({ search: 'beam', depthLimit: 2 });
    expect(asked.filter(isRewrite).every(({ content }) => content.includes('<wanted>3<'))).toBe(true);
    const steps = [1, 2, 3].map((step) =>
      [...state.candidates.values()].filter(({ candidate }) => candidate.step === step),
    );
    expect(steps.map((each) => each.length)).toEqual([9, 9, 9]);
    steps.slice(1).forEach((each, index) => {
      const best = [...steps[index]!].sort((a, b) => rank(textOf(b)) - rank(textOf(a))).slice(0, 3);
      expect(new Set(each.map(({ candidate }) => candidate.parent))).toEqual(
        new Set(best.map(({ candidate }) => candidate.id)),
      );
    });
    expect(asked).toHaveLength(3 * 6);
    expect(searched).toBe((1 + 27) * ROWS);
  });

  it('searches greedily with a beam of one', async () => {
    const { asked, state } = await run({ search: 'beam', beamWidth: 1, expandWidth: 1, depthLimit: 3 });
    expect(asked).toHaveLength(4 * 2);
    expect(state.candidates.size).toBe(1 + 4 * 3);
    const parents = [...state.candidates.values()].slice(1).map(({ candidate }) => candidate.parent);
    expect(new Set(parents).size).toBe(4);
  });

  it('ends after two expansions that brought nothing', async () => {
    const { asked, state } = await run({ iterations: 5 }, { answer: '<feedback>It is vague.</feedback>' });
    expect(asked).toHaveLength(12);
    expect(state.candidates.size).toBe(1);
  });
});
