import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { encodeText } from '../../../src/core/prompt.js';
import { recordOf, replay, type RunEvent } from '../../../src/core/run.js';
import { readPrompt } from '../../../src/formats/index.js';
import { polish } from '../../../src/optimizer/sampling.js';
import { configureStrategy } from '../../../src/optimizer/strategies/index.js';
import { opro } from '../../../src/optimizer/strategies/opro.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

const TEXT = 'Say {{text}}.';

function context(scores: readonly number[], answer: (repeat: number) => string, step = 2, text = TEXT) {
  const document = readPrompt('prompts/a.md', encodeText(text));
  const ids = Array.from({ length: 10 }, (_, index) => `r${index}`);
  const events: RunEvent[] = [startedEvent(ids, { selection: 'train', strategy: 'opro' })];
  scores.forEach((score, index) => {
    const id = index === 0 ? BASELINE_ID : `c${index}`;
    const each = index === 0 ? candidate(id) : candidate(id, BASELINE_ID, `Text number ${index} {{text}}`);
    events.push({ type: 'proposed', step: index, advice: [], candidates: [each], rejected: [] });
    ids.slice(0, 5).forEach((row, at) => events.push(scored(id, row, at < Math.round(score * 5) ? 1 : 0)));
    events.push({ type: 'settled', candidateId: id, status: 'kept', reasons: [] });
  });
  const state = replay(events)!;
  const asked: { content: string; repeat: number; temperature: number | undefined }[] = [];
  return {
    asked,
    proposals: configureStrategy(opro).propose({
      state,
      document,
      span: document.spans[0]!,
      spanTextOf: (id) => recordOf(state, id).candidate.spans.body ?? text,
      parent: BASELINE_ID,
      step,
      room: 8,
      ask: (messages, { repeat = 0, temperature } = {}) => {
        asked.push({ content: messages[0]!.content, repeat, temperature });
        return Promise.resolve(answer(repeat));
      },
    }),
  };
}

describe('opro', () => {
  it('shows texts in ascending order with whole scores, leaves low ones out, and draws eight samples at temperature 1', async () => {
    const { asked, proposals } = context(
      [0.2, 0.8, 0.4, 0.6],
      (repeat) => `<prompt>New ${repeat} {{text}}</prompt>`,
    );
    expect((await proposals).proposals).toHaveLength(8);
    expect(asked).toHaveLength(8);
    expect(new Set(asked.map(({ content }) => content)).size).toBe(1);
    expect(asked.map(({ repeat }) => repeat)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect(asked[0]!.temperature).toBe(1);
    const shown = [...asked[0]!.content.matchAll(/<text>\n(.*)\n<\/text>\nscore: (\d+)/g)].map((match) =>
      match.slice(1),
    );
    expect(shown).toEqual([
      ['Text number 2 {{text}}', '40'],
      ['Text number 3 {{text}}', '60'],
      ['Text number 1 {{text}}', '80'],
    ]);
  });

  it('shows low texts when there are no others, and never rows of other parts', async () => {
    const { asked, proposals } = context([0], () => '<prompt>New {{text}}</prompt>', 1);
    await proposals;
    expect(asked[0]!.content).toContain('score: 0');
    for (const row of ['r5', 'r6', 'r7', 'r8', 'r9']) expect(asked[0]!.content).not.toContain(`text ${row}`);
    expect([...asked[0]!.content.matchAll(/<exemplar>/g)]).toHaveLength(3);
  });

  it('drops repeated and overlong texts, and takes the first of several', async () => {
    const long = 'x'.repeat(600);
    const { proposals } = context([0.4], (repeat) =>
      repeat % 2 ? `<prompt>${long}</prompt>` : '<prompt>same {{text}}</prompt><prompt>second</prompt>',
    );
    expect((await proposals).proposals.map(({ spanText }) => spanText)).toEqual(['Same {{text}}']);
  });

  it('drops texts with the mark of the slot, unless the prompt itself has these letters', async () => {
    const answer = () => '<prompt>INSURANCE claims: {{text}}</prompt>';
    expect((await context([0.4], answer).proposals).proposals).toEqual([]);
    const own = await context([0.4], answer, 2, 'INSURANCE: {{text}}').proposals;
    expect(own.proposals).toHaveLength(1);
  });

  it('says so when no answer has the tags', async () => {
    const { proposals } = context([0.4], () => 'no tags here');
    await expect(proposals).rejects.toMatchObject({ reason: 'missing-tags' });
  });
});

describe('polish', () => {
  it('follows the published clean-up', () => {
    expect(polish("  **let's** think ")).toBe("Let's think");
  });
});
