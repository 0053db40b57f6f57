import { describe, expect, it } from 'vitest';
import { apo } from '../../../src/optimizer/strategies/apo.js';
import { apoSum } from '../../../src/optimizer/strategies/apoSum.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

/** Every text ends in a number that makes it unlike all others; edits score better the later they come. */
const score = (text: string) => Number(/#(\d+)/.exec(text)?.[1] ?? 0) / 1000;

const kindOf = (content: string) => {
  if (content.includes('other words, the same meaning')) return 'paraphrase';
  if (content.includes('Sum them up')) return 'summary';
  return content.includes('<wanted>') ? 'edit' : 'gradient';
};

function answer(content: string, count: number): string {
  const kind = kindOf(content);
  if (kind === 'gradient' || kind === 'summary') return `<feedback>${kind} ${count}</feedback>`;
  const wanted = Number(/<wanted>(\d+)</.exec(content)![1]);
  return Array.from(
    { length: wanted },
    (_, at) => `<prompt>${kind} #${count * 2 + at} {{text}}</prompt>`,
  ).join('');
}

function run(strategy = apo, settings = {}, train = 20) {
  return countedRun(strategy, { settings: { rounds: 3, ...settings }, train, answer, score });
}

const count = (asked: readonly { content: string }[], kind: string) =>
  asked.filter(({ content }) => kindOf(content) === kind).length;

describe('apo', () => {
  it('asks for 4 critiques of 4 errors, an edit against each, and 2 paraphrases of each edit and of the prompt', async () => {
    const { asked } = await run();
    // Quick effort takes a third of the rounds: one, with the prompt in the file as the beam.
    expect(count(asked, 'gradient')).toBe(4);
    expect(count(asked, 'edit')).toBe(4);
    expect(count(asked, 'paraphrase')).toBe(5);
    expect(asked).toHaveLength(13);
    expect(asked.every(({ temperature }) => temperature === 0.7)).toBe(true);
    const gradients = asked.filter(({ content }) => kindOf(content) === 'gradient');
    for (const { content } of gradients) {
      expect(blocksOf(content, 'current_prompt')).toEqual([START]);
      expect(blocksOf(content, 'row')).toHaveLength(4);
      expect(content.indexOf('<current_prompt>')).toBeLessThan(content.indexOf('<row '));
      expect(content).not.toMatch(/text [vx]\d/);
    }
    expect(new Set(gradients.map(({ content }) => content)).size).toBe(4);
  });

  it('edits against the critique with the rows that it came from', async () => {
    const { asked } = await run();
    const gradients = asked.filter(({ content }) => kindOf(content) === 'gradient');
    const edits = asked.filter(({ content }) => kindOf(content) === 'edit');
    edits.forEach(({ content }, index) => {
      expect(blocksOf(content, 'row')).toEqual(blocksOf(gradients[index]!.content, 'row'));
      expect(blocksOf(content, 'critique')).toEqual([`gradient ${index}`]);
      const order = ['<current_prompt>', '<row ', '<critique>', '<wanted>1<'].map((mark) =>
        content.indexOf(mark),
      );
      expect(order).toEqual([...order].sort((a, b) => a - b));
    });
  });

  it('looks for errors in a minibatch only', async () => {
    const { asked } = await run(apo, { minibatch: 2 });
    const gradients = asked.filter(({ content }) => kindOf(content) === 'gradient');
    expect(new Set(gradients.flatMap(({ content }) => blocksOf(content, 'row'))).size).toBe(2);
  });

  it('keeps 8 of 14 successors of each prompt, drawn at random, and ties edits to their critique', async () => {
    const { state } = await run();
    const proposed = [...state.candidates.values()].slice(1);
    expect(proposed).toHaveLength(8);
    const edits = proposed.filter(({ candidate }) => candidate.operator === 'edit');
    for (const { candidate } of edits) {
      const [id] = candidate.adviceIds;
      const advice = state.advice.get(id!)!;
      expect(advice.text).toMatch(/^gradient \d$/);
      expect(advice.rows.every((row) => state.setup.splits.train.includes(row))).toBe(true);
    }
    expect((await run(apo, { expansion: 20 })).state.candidates.size).toBe(1 + 14);
  });

  it('goes on from the beam: the best 4 of its parents and their successors', async () => {
    const settings = { selector: 'full', rounds: 6 };
    const { asked, state } = await run(apo, settings);
    const second = asked.slice(13).filter(({ content }) => kindOf(content) === 'gradient');
    const parents = [...new Set(second.map(({ content }) => blocksOf(content, 'current_prompt')[0]!))];
    const best = [...state.candidates.values()]
      .filter(({ candidate }) => candidate.step <= 1)
      .map(({ candidate }) => candidate.spans.body ?? Object.values(candidate.spans)[0] ?? START)
      .sort((a, b) => score(b) - score(a))
      .slice(0, 4);
    expect(new Set(parents)).toEqual(new Set(best));
  });

  it('costs 13 requests per prompt of the beam, and all rows for each of its 8 successors', async () => {
    const { asked, searched, scored } = await run(apo, { selector: 'full', rounds: 6 });
    const [rows, beams] = [20, 1 + 4];
    expect(asked).toHaveLength(beams * 13);
    expect(searched).toBe((1 + beams * 8) * rows);
    expect(scored).toHaveLength(searched + 2 * 6);
  });

  it('costs a bandit no more than its budget and the rest of the rows of the beam', async () => {
    const sizes = { evaluationRounds: 3, evaluationPrompts: 3, evaluationRows: 4 };
    const { searched } = await run(apo, sizes);
    // Nine pulls of 4 rows: the baseline is known and takes one or more of them; 4 texts at most are scored to the end.
    expect(searched).toBeLessThanOrEqual(20 + 3 * 3 * 4 + 4 * 20);
    expect(searched).toBeLessThan((1 + 8) * 20);
  });

  it('asks for paraphrases alone when nothing in the minibatch fails', async () => {
    const { asked } = await countedRun(apo, {
      settings: { rounds: 3, minibatch: 1 },
      answer,
      score: (text, caseId) => (text === START && caseId !== 't0' ? 1 : 0),
    });
    expect(asked.map(({ content }) => kindOf(content))).toEqual(['paraphrase']);
  });

  it('takes a prompt that comes where a critique was asked for', async () => {
    const { asked, state } = await countedRun(apo, {
      settings: { rounds: 3, paraphrases: 0 },
      answer: (content, at) => `<prompt>direct #${at} {{text}}</prompt>`,
      score,
    });
    expect(asked).toHaveLength(4);
    expect([...state.candidates.values()].slice(1).map(({ candidate }) => candidate.operator)).toEqual(
      Array.from({ length: 4 }, () => 'edit'),
    );
  });
});

describe('apo-sum', () => {
  it('sums up the critiques in one request, and makes one edit against the summary', async () => {
    const { asked } = await run(apoSum);
    expect([
      count(asked, 'gradient'),
      count(asked, 'summary'),
      count(asked, 'edit'),
      count(asked, 'paraphrase'),
    ]).toEqual([4, 1, 1, 2]);
    const summary = asked.find(({ content }) => kindOf(content) === 'summary')!;
    expect(blocksOf(summary.content, 'critique')).toEqual([
      'gradient 0',
      'gradient 1',
      'gradient 2',
      'gradient 3',
    ]);
    const edit = asked.find(({ content }) => kindOf(content) === 'edit')!;
    expect(blocksOf(edit.content, 'critique')).toEqual(['summary 4']);
  });

  it('costs 8 requests per prompt of the beam, and all rows for each of its 5 successors', async () => {
    const { asked, searched } = await run(apoSum, { selector: 'full', rounds: 6 });
    const beams = 1 + 4;
    expect(asked).toHaveLength(beams * 8);
    expect(searched).toBe((1 + beams * 5) * 20);
  });
});
