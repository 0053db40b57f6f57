import { describe, expect, it } from 'vitest';
import type { Feedback } from '../../../src/core/scoring.js';
import type { SettingValues } from '../../../src/optimizer/strategy.js';
import { directional, FEEDBACK_LEVELS } from '../../../src/optimizer/strategies/directional.js';
import { blocksOf, countedRun, START } from '../../fixtures/countedRun.js';

const POINTING: Feedback = {
  scorer: 'length',
  kind: 'directional',
  cause: 'length/too-long',
  text: 'It has 12 words.',
  direction: 'Use fewer words.',
};
const PLAIN: Feedback = {
  scorer: 'regex',
  kind: 'non-directional',
  cause: 'regex/no-match',
  text: 'No match.',
};

interface Options {
  readonly feedback?: readonly Feedback[];
  readonly scores?: readonly number[];
}

/** Text number N scores `scores[N]`, the prompt in the file `scores[0]`. */
function run(settings: SettingValues = {}, { feedback = [POINTING], scores = [0.5] }: Options = {}) {
  let proposed = 0;
  return countedRun(directional, {
    settings: { steps: 3, ...settings },
    answer: (content, count) =>
      content.includes('<wanted>')
        ? `<prompt>Try #${++proposed} {{text}}</prompt>`
        : `<feedback>Direction: go there ${count}</feedback>`,
    score: (text) => scores[Number(/#(\d+)/.exec(text)?.[1] ?? 0)] ?? 0.1,
    feedback: () => feedback,
  });
}

const isSynthesis = ({ content }: { content: string }) => !content.includes('<wanted>');
const currents = (asked: readonly { content: string }[]) =>
  asked.flatMap(({ content }) => blocksOf(content, 'current_prompt'));

describe('the feedback levels', () => {
  /** All that a level lets through of a directional and a plain feedback, and of the right answers. */
  const told = async (level: string) => {
    const { asked } = await run({ feedback: level, synthesizer: false }, { feedback: [POINTING, PLAIN] });
    const all = asked.map(({ content }) => content).join('\n');
    return {
      way: /fewer words|12 words/.test(all),
      cause: all.includes('too-long'),
      what: all.includes('"length" looks at'),
      plain: all.includes('feedback: No match.'),
      label: /^expected:/m.test(all),
      answer: all.includes('answer: answer to t'),
      score: all.includes('score: 50'),
    };
  };

  it('none shows answers and rewards', async () => {
    expect(await told('none')).toEqual({
      way: false,
      cause: false,
      what: false,
      plain: false,
      label: false,
      answer: true,
      score: true,
    });
  });

  it('non-directional says what matters, and not which way to go', async () => {
    expect(await told('non-directional')).toEqual({
      way: false,
      cause: false,
      what: true,
      plain: true,
      label: false,
      answer: true,
      score: true,
    });
  });

  it('directional shows all that the scorers say, and the right answer', async () => {
    expect(await told('directional')).toEqual({
      way: true,
      cause: false,
      what: false,
      plain: true,
      label: true,
      answer: true,
      score: true,
    });
  });

  it('synthesized shows no more than none does, and a direction that was read from it', async () => {
    const { asked } = await run({ feedback: 'synthesized' }, { feedback: [POINTING, PLAIN] });
    const all = asked.map(({ content }) => content).join('\n');
    expect(all).not.toMatch(/fewer words|12 words|too-long|No match|^expected:/m);
    expect(all).toContain('answer: answer to t');
    expect(asked.flatMap(({ content }) => blocksOf(content, 'direction'))).toEqual([
      'Direction: go there 1',
      'Direction: go there 3',
    ]);
  });

  it.each(FEEDBACK_LEVELS)('%s shows train rows only', async (level) => {
    const { asked } = await run({ feedback: level });
    expect(asked.length).toBeGreaterThan(2);
    for (const { content } of asked) expect(content).not.toMatch(/(?:text|answer to) [vx]\d/);
  });
});

describe('the synthesizer', () => {
  it('compares attempts, so that it has nothing to say before there are two', async () => {
    const { asked } = await run({ feedback: 'synthesized' });
    expect(asked.map(isSynthesis)).toEqual([false, true, false, true, false]);
    const synthesis = asked[3]!.content;
    expect(blocksOf(synthesis, 'text')).toEqual([START, 'Try #1 {{text}}', 'Try #2 {{text}}']);
    expect(synthesis).toContain('Compare pairs of attempts');
  });

  it('is asked at the directional level only where the newest attempt got no direction', async () => {
    const plain = await run({}, { feedback: [PLAIN] });
    expect(plain.asked.map(isSynthesis)).toEqual([false, true, false, true, false]);
    expect((await run()).asked.some(isSynthesis)).toBe(false);
    expect((await run({ synthesizer: false }, { feedback: [PLAIN] })).asked.some(isSynthesis)).toBe(false);
  });

  it.each(['none', 'non-directional'])('is not asked at the level %s', async (level) => {
    expect((await run({ feedback: level })).asked.some(isSynthesis)).toBe(false);
  });
});

describe('directional', () => {
  it('shows the history, the prompt to go on from, the direction and the request, in this order', async () => {
    const { asked } = await run({ feedback: 'synthesized' });
    const { content } = asked.at(-1)!;
    const marks = ['<text>', 'score: 50', '<row ', '<current_prompt>', '<direction>', '<wanted>1<'];
    const places = marks.map((mark) => content.indexOf(mark));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const row = content.indexOf('<row ', content.indexOf('Try #1'));
    expect(row).toBeLessThan(content.indexOf('Try #2'));
    expect(blocksOf(content, 'row')).toHaveLength(3 * 3);
  });

  it('goes on from a new prompt only when its reward is the best so far; the others stay in the history', async () => {
    const scores = [0.5, 0.4, 0.7, 0.7, 0.6];
    const { asked, state } = await run({ steps: 5 }, { scores });
    expect(currents(asked)).toEqual([START, START, 'Try #2 {{text}}', 'Try #2 {{text}}', 'Try #2 {{text}}']);
    expect(blocksOf(asked.at(-1)!.content, 'text')).toHaveLength(5);
    expect([...state.candidates.values()].slice(1).map(({ candidate }) => candidate.parent)).toEqual([
      'baseline',
      'baseline',
      'c2',
      'c2',
      'c2',
    ]);
  });

  it('goes on from the newest prompt when told to', async () => {
    const { asked } = await run({ accept: 'always' }, { scores: [0.5, 0.4, 0.7] });
    expect(currents(asked)).toEqual([START, 'Try #1 {{text}}', 'Try #2 {{text}}']);
  });

  it('shows as much of the history and of the failing rows as it is told', async () => {
    const { asked } = await run({ steps: 5, history: 2, rowsShown: 1 });
    expect(blocksOf(asked.at(-1)!.content, 'text')).toEqual(['Try #3 {{text}}', 'Try #4 {{text}}']);
    expect(blocksOf(asked.at(-1)!.content, 'row')).toHaveLength(2);
  });

  it('costs one request per step, two where a direction is read, and all train rows for each new text', async () => {
    const directed = await run();
    expect(directed.asked).toHaveLength(3);
    expect(directed.searched).toBe((1 + 3) * 10);
    const synthesized = await run({ feedback: 'synthesized' });
    expect(synthesized.asked).toHaveLength(3 + 2);
    expect(synthesized.searched).toBe((1 + 3) * 10);
    expect(synthesized.scored).toHaveLength(synthesized.searched);
  });
});
