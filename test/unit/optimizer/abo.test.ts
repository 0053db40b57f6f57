import { describe, expect, it } from 'vitest';
import type { SettingValues } from '../../../src/optimizer/strategy.js';
import { abo } from '../../../src/optimizer/strategies/abo.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

const INSTRUCTION = '1. Read {{text}}. 2. Answer.';
const DEMONSTRATED = `${INSTRUCTION} Example: 1. I read. 2. I answer.`;

const kindOf = (content: string) => {
  if (content.includes('step-by-step instruction: every step')) return 'instruction';
  if (content.includes('one worked demonstration')) return 'demonstration';
  return content.includes('<wanted>') ? 'refinement' : 'deviation';
};

const scripted = (content: string, count: number) =>
  ({
    instruction: `<prompt>${INSTRUCTION}</prompt>`,
    demonstration: `<prompt>${DEMONSTRATED}</prompt>`,
    deviation: `<feedback>Step 2 was left ${count}. Direction: say it</feedback>`,
    refinement: `<prompt>${DEMONSTRATED} Better ${count}.</prompt>`,
  })[kindOf(content)];

/** What each text scores; all others as the prompt in the file. */
function run(settings: SettingValues = {}, scores: Record<string, number> = {}, answer = scripted) {
  return countedRun(abo, { settings, answer, score: (text) => scores[text] ?? 0.3 });
}

const kinds = (asked: readonly { content: string }[]) => asked.map(({ content }) => kindOf(content));
const texts = (state: Awaited<ReturnType<typeof run>>['state']) =>
  [...state.candidates.values()].slice(1).map(({ candidate }) => Object.values(candidate.spans)[0]);

describe('abo', () => {
  it('writes the instruction from four examples, adds one demonstration, and refines twice', async () => {
    const { asked, state } = await run();
    expect(kinds(asked)).toEqual([
      'instruction',
      'demonstration',
      'deviation',
      'refinement',
      'deviation',
      'refinement',
    ]);
    expect(blocksOf(asked[0]!.content, 'current_prompt')).toEqual([START]);
    expect(blocksOf(asked[0]!.content, 'exemplar')).toHaveLength(4);
    expect(blocksOf(asked[1]!.content, 'current_prompt')).toEqual([INSTRUCTION]);
    expect(blocksOf(asked[1]!.content, 'exemplar')).toEqual(blocksOf(asked[0]!.content, 'exemplar'));
    expect(asked.every(({ content }) => !/text [vx]\d/.test(content))).toBe(true);
    expect(texts(state)[0]).toBe(DEMONSTRATED);
  });

  it('shows the step that answers left together with the errors, after the instruction', async () => {
    const { asked } = await run();
    const [deviation, refinement] = asked.slice(2);
    expect(blocksOf(deviation!.content, 'row')).toHaveLength(4);
    expect(blocksOf(refinement!.content, 'row')).toEqual(blocksOf(deviation!.content, 'row'));
    expect(blocksOf(refinement!.content, 'critique')).toEqual(['Step 2 was left 2. Direction: say it']);
    const places = ['<current_prompt>', '<row ', '<critique>', 'Refine the step', '<wanted>1<'].map((mark) =>
      refinement!.content.indexOf(mark),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(blocksOf(asked[4]!.content, 'row')).not.toEqual(blocksOf(deviation!.content, 'row'));
  });

  it('refines its own best instruction, also where the prompt in the file is better', async () => {
    const first = `${DEMONSTRATED} Better 3.`;
    const worse = await run({}, { [START]: 0.9, [DEMONSTRATED]: 0.2, [first]: 0.1 });
    expect(blocksOf(worse.asked[2]!.content, 'current_prompt')).toEqual([DEMONSTRATED]);
    expect(blocksOf(worse.asked[4]!.content, 'current_prompt')).toEqual([DEMONSTRATED]);
    const equal = await run({}, { [DEMONSTRATED]: 0.2, [first]: 0.2 });
    expect(blocksOf(equal.asked[4]!.content, 'current_prompt')).toEqual([DEMONSTRATED]);
    const better = await run({}, { [DEMONSTRATED]: 0.2, [first]: 0.4 });
    expect(blocksOf(better.asked[4]!.content, 'current_prompt')).toEqual([first]);
    expect([...better.state.candidates.values()].map(({ candidate }) => candidate.parent)).toEqual([
      undefined,
      'baseline',
      'c1',
      'c2',
    ]);
  });

  it('leaves the demonstration out when told to, and does as many rounds as it is told', async () => {
    const { asked, state } = await run({ demonstration: false, refinements: 1 });
    expect(kinds(asked)).toEqual(['instruction', 'deviation', 'refinement']);
    expect(texts(state)[0]).toBe(INSTRUCTION);
    expect(asked[2]!.content).not.toContain('piece of the demonstration');
    expect((await run()).asked[3]!.content).toContain('piece of the demonstration');
    expect(kinds((await run({ refinements: 0 })).asked)).toEqual(['instruction', 'demonstration']);
  });

  it('costs two requests per step, and all train rows for each new text', async () => {
    const { asked, searched, scored } = await run({ refinements: 3 });
    expect(asked).toHaveLength(2 * (1 + 3));
    expect(searched).toBe((1 + 1 + 3) * 10);
    // Nothing beats the prompt in the file: no exam.
    expect(scored).toHaveLength(searched);
  });

  it('keeps the instruction where the demonstration does not come, and asks anew where it broke the rules', async () => {
    const silent = await run({ refinements: 0 }, {}, (content, count) =>
      kindOf(content) === 'demonstration' ? 'I cannot.' : scripted(content, count),
    );
    expect(texts(silent.state)).toEqual([INSTRUCTION]);
    const broken = await run({ demonstration: false, refinements: 1 }, {}, (content, count) =>
      count === 0 ? '<prompt>No placeholder.</prompt>' : scripted(content, count),
    );
    expect(kinds(broken.asked)).toEqual(['instruction', 'instruction']);
    expect([...broken.state.candidates.values()].map(({ status }) => status)).toEqual([
      'kept',
      'rejected',
      'kept',
    ]);
  });
});
