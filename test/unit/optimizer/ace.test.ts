import { describe, expect, it } from 'vitest';
import type { SettingValues } from '../../../src/optimizer/strategy.js';
import { ace } from '../../../src/optimizer/strategies/ace.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

const [ROWS, STEPS] = [10, 6];
const isCuration = (content: string) => content.includes('rule by rule');
const rules = (text: string) => [...text.matchAll(/^- (.+)$/gm)].map(([, rule]) => rule!);

function run(settings: SettingValues = {}, options: Partial<Parameters<typeof countedRun>[1]> = {}) {
  return countedRun(ace, {
    settings: { steps: STEPS, evaluateEvery: 3, ...settings },
    train: 20,
    answer: (content, count) =>
      isCuration(content)
        ? `<feedback>ADD: Rule number${count} about thing${count}.</feedback>`
        : `<feedback>It lacks ${count}.\nDirection: mend ${count}</feedback>`,
    score: (text) => 0.1 + rules(text).length / 100,
    ...options,
  });
}

const textsOf = ({ state }: Awaited<ReturnType<typeof run>>) =>
  [...state.candidates.values()].map(({ candidate }) => Object.values(candidate.spans)[0] ?? START);

describe('ace', () => {
  it('reflects on one row, and curates rules from the lesson', async () => {
    const { asked } = await run();
    expect(asked.map(({ content }) => isCuration(content))).toEqual(
      Array.from({ length: 2 * STEPS }, (_, index) => index % 2 === 1),
    );
    const [reflection, curation] = asked.slice(2).map(({ content }) => content);
    expect(blocksOf(reflection!, 'row')).toHaveLength(1);
    expect(reflection).toContain('r1: Rule number1 about thing1.');
    const places = ['<current_prompt>', 'r1: ', '<row ', 'which rules helped'].map((mark) =>
      reflection!.indexOf(mark),
    );
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(blocksOf(curation!, 'critique')).toEqual(['It lacks 2.\nDirection: mend 2']);
    expect(curation).toContain('r1: Rule number1 about thing1.');
    expect(curation).not.toContain('<row ');
    expect(asked.some(({ content }) => /<wanted>|text [vx]\d/.test(content))).toBe(false);
  });

  it('goes through the train rows one by one, and on from the last text without measuring it', async () => {
    const result = await run();
    const rows = result.asked.flatMap(({ content }) =>
      [...content.matchAll(/<row id="(t\d+)"/g)].map(([, id]) => id),
    );
    expect(new Set(rows).size).toBe(STEPS);
    const texts = textsOf(result);
    texts.slice(1).forEach((text, index) => expect(text.startsWith(texts[index]!)).toBe(true));
    expect(rules(texts.at(-1)!)).toHaveLength(STEPS);
    expect([...result.state.candidates.values()].map(({ status }) => status)).toEqual([
      ...Array.from({ length: STEPS }, () => 'kept'),
      'best',
    ]);
  });

  it('goes on from the last text also where it was measured and is worse', async () => {
    const result = await run({}, { score: (text) => 0.5 - rules(text).length / 100 });
    expect(rules(textsOf(result).at(-1)!)).toHaveLength(STEPS);
    expect(result.state.verdict?.candidateId).toBeUndefined();
  });

  it('costs a row and two requests per step, and all rows of each third text', async () => {
    const { asked, searched, scored } = await run();
    expect(asked).toHaveLength(2 * STEPS);
    expect(searched).toBe((1 + STEPS / 3) * ROWS);
    expect(scored).toHaveLength(searched + STEPS + 2 * 6);
  });

  it('learns from rows that fail, unless told to learn from all', async () => {
    const score = (_: string, caseId: string) => (caseId.startsWith('t') ? 1 : 0.2);
    const failing = await run({}, { score });
    expect(failing.asked).toHaveLength(0);
    expect(failing.scored).toHaveLength(ROWS + STEPS);
    expect((await run({ reflectOnSuccess: true }, { score })).asked).toHaveLength(2 * STEPS);
    const batch = await run({ batch: 3 }, { score: (_, caseId) => (caseId === 't0' ? 0 : 1) });
    expect(batch.asked.length).toBeLessThan(2 * STEPS);
    for (const { content } of batch.asked.filter((each) => !isCuration(each.content))) {
      expect(blocksOf(content, 'row').length).toBeGreaterThan(1);
    }
  });

  it('curates from the rows themselves without a reflector', async () => {
    const { asked } = await run({ reflector: false });
    expect(asked).toHaveLength(STEPS);
    for (const { content } of asked) {
      expect(isCuration(content)).toBe(true);
      expect(blocksOf(content, 'row')).toHaveLength(1);
    }
  });

  it('merges and drops rules', async () => {
    const answers = [
      'ADD: Alpha comes first.\nADD: Beta comes second.\nADD: Gamma hurts.',
      'MERGE: r1 r2: Alpha comes before beta.\nDROP: r3\nDROP: r9',
    ];
    const result = await run(
      { steps: 2 },
      { answer: (content) => `<feedback>${isCuration(content) ? answers.shift() : 'It is so.'}</feedback>` },
    );
    expect(textsOf(result).map(rules)).toEqual([
      [],
      ['Alpha comes first.', 'Beta comes second.', 'Gamma hurts.'],
      ['Alpha comes before beta.'],
    ]);
  });

  it('makes no candidate of a rule that is there already', async () => {
    const { state, asked } = await run(
      {},
      { answer: () => '<feedback>ADD: Say the label alone.</feedback>' },
    );
    expect(asked).toHaveLength(2 * STEPS);
    expect(state.candidates.size).toBe(2);
    expect(
      (
        await run(
          { sameness: 1 },
          { answer: (_, count) => `<feedback>ADD: Say the label alone ${count}.</feedback>` },
        )
      ).state.candidates.size,
    ).toBe(1 + STEPS);
  });

  it('takes rules from a prompt that is answered instead of changes, and the direction where no change comes', async () => {
    const whole = await run(
      { steps: 1 },
      { answer: () => `<prompt>Something else entirely.\nSay it {{text}}.</prompt>` },
    );
    expect(textsOf(whole)[1]).toBe(`${START}\n\n- Something else entirely.`);
    expect(whole.asked).toHaveLength(1);
    const silent = await run(
      { steps: 1 },
      {
        answer: (content) =>
          isCuration(content) ? 'Let me see.' : '<feedback>Direction: Be short.</feedback>',
      },
    );
    expect(rules(textsOf(silent)[1]!)).toEqual(['Be short.']);
  });
});
