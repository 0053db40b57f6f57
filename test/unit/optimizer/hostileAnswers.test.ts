import { describe, expect, it } from 'vitest';
import type { SettingValues } from '../../../src/optimizer/strategy.js';
import { configureStrategy, strategyOf } from '../../../src/optimizer/strategies/index.js';
import { countedRun, START } from '../../fixtures/countedRun.js';

/** Small enough for a test. */
const SETTINGS: Readonly<Record<string, SettingValues>> = {
  'prompt-agent': { iterations: 1, depthLimit: 2 },
  abo: {},
  directional: { steps: 3 },
  reflexion: { steps: 3 },
  gepa: { steps: 3 },
  ace: { steps: 3, evaluateEvery: 1 },
};

function run(id: string, answer: (content: string, count: number) => string) {
  return countedRun(strategyOf(id), {
    settings: SETTINGS[id]!,
    answer,
    score: (text) => (text === START ? 0.3 : 0.4),
  });
}

describe.each(Object.keys(SETTINGS))('%s', (id) => {
  it.each([
    ['nothing', ''],
    ['no tags', 'Here is a better prompt: Say it {{text}} nicely.'],
    ['empty tags', '<prompt>\n</prompt><feedback> </feedback>'],
    ['tags in its thoughts alone', '<think><prompt>Say {{text}}</prompt></think>Done.'],
  ])('says that the answer could not be used: %s', async (_, answer) => {
    await expect(run(id, () => answer)).rejects.toMatchObject({ reason: 'missing-tags' });
  });

  it('goes on with feedback alone, and invents no prompt', async () => {
    const { state, asked } = await run(id, (_, count) => `<feedback>It is vague, ${count} times.</feedback>`);
    expect(asked.length).toBeGreaterThan(0);
    const texts = [...state.candidates.values()]
      .slice(1)
      .map(({ candidate }) => Object.values(candidate.spans)[0]!);
    // The lesson is the text's change for a method that keeps lessons.
    expect(texts.length > 0).toBe(id === 'reflexion');
    for (const text of texts) expect(text.startsWith(START)).toBe(true);
  });

  it('takes no more prompts than it asked for', async () => {
    const many = (count: number) =>
      Array.from({ length: 9 }, (_, index) => `<prompt>Try ${count} ${index} {{text}}</prompt>`).join('\n');
    const { state } = await run(id, (_, count) => `${many(count)}<feedback>ADD: Rule ${count}.</feedback>`);
    const { perStep } = configureStrategy(strategyOf(id), SETTINGS[id]);
    const steps = [...state.candidates.values()].slice(1).map(({ candidate }) => candidate.step);
    expect(steps.length).toBeGreaterThan(0);
    for (const step of new Set(steps)) {
      expect(steps.filter((each) => each === step).length).toBeLessThanOrEqual(perStep);
    }
  });

  it('takes a prompt wherever it comes', async () => {
    const { state } = await run(id, (content, count) => `<prompt>Try ${count} {{text}}</prompt>`);
    const proposed = [...state.candidates.values()].slice(1);
    // Lessons are all that this method has a place for.
    expect(proposed.length > 0).toBe(id !== 'reflexion');
  });
});
