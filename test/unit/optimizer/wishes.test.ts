import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { replay } from '../../../src/core/run.js';
import type { Wishes } from '../../../src/core/wishes.js';
import { readPrompt } from '../../../src/formats/index.js';
import { guard } from '../../../src/optimizer/guards.js';
import { STRATEGIES } from '../../../src/optimizer/strategies/index.js';
import { missingPins, withWishes } from '../../../src/optimizer/wishes.js';
import { countedRun, START } from '../../fixtures/countedRun.js';
import { startedEvent } from '../../fixtures/runs.js';

const PROMPT = 'Sort {{ticket}}.\nBe kind.\nAnswer with one word.';

/** Why the guards turn a text down, with these wishes. */
function reasons(wishes: Wishes, after: string, before = PROMPT): readonly string[] {
  const document = readPrompt('prompts/a.md', encodeText(before), { named: true });
  const state = replay([startedEvent(['r1', 'r2'], { wishes })])!;
  const result = guard({ state, document, span: document.spans[0]! }, after, new Set());
  return result.ok ? [] : result.reasons;
}

/** A third of the rows passes, others with each text. */
const valueOf = (text: string, id: string) => ((Number(id.slice(1)) + text.length) % 3 === 0 ? 1 : 0);

describe('pinned passages', () => {
  const pinned = ['Be kind.'];

  it('must stay, a line on a line of its own', () => {
    expect(reasons({ pinned }, `${PROMPT}\nUse the list.`)).toEqual([]);
    expect(reasons({ pinned }, 'Sort {{ticket}}.\nAnswer with one word.')).toEqual([
      'It changes what is pinned: "Be kind.".',
    ]);
    expect(reasons({ pinned }, PROMPT.replace('Be kind.', 'Never: Be kind. Be curt.'))).toHaveLength(1);
  });

  it('may stand anywhere when they are part of a line, and as often as before', () => {
    expect(reasons({ pinned: ['one word'] }, 'In one word: sort {{ticket}}.')).toEqual([]);
    const twice = 'Sort {{ticket}}, in one word.\nI said one word.';
    expect(reasons({ pinned: ['one word'] }, 'Sort {{ticket}}, in one word.', twice)).toHaveLength(1);
  });

  it('may hold several lines with any line ends', () => {
    const both = ['Be kind.\r\nAnswer with one word.\r\n'];
    expect(reasons({ pinned: both }, `${PROMPT}\nQuickly.`)).toEqual([]);
    expect(reasons({ pinned: both }, PROMPT.replace('Be kind.', 'Be kind.\nBe quick.'))).toHaveLength(1);
  });

  it('are missed where they stand nowhere', () => {
    expect(missingPins({ pinned: ['Be kind.', 'be kind.'] }, [PROMPT])).toEqual(['be kind.']);
  });
});

describe('the word limit', () => {
  it('turns down what is longer, and says by how much', () => {
    expect(reasons({ maxWords: 9 }, `${PROMPT} Now.`)).toEqual([]);
    expect(reasons({ maxWords: 9 }, `${PROMPT} Right now.`)).toEqual([
      'It has 10 words; it may have 9, the limit that you set.',
    ]);
  });

  it('lets a prompt that is longer already stay as long as it is, and no longer', () => {
    expect(reasons({ maxWords: 3 }, PROMPT.replace('kind', 'polite'))).toEqual([]);
    expect(reasons({ maxWords: 3 }, `${PROMPT} Now.`)).toEqual([
      'It has 9 words; it may have 8, as many as the prompt has now.',
    ]);
  });
});

describe('a question to the optimizer', () => {
  const question = [{ role: 'user' as const, content: 'Improve it.' }];

  it('has the wishes above all else', () => {
    const wishes = { guidance: 'Keep it formal.', pinned: ['Be kind.'], maxWords: 50 };
    const [message] = withWishes(question, wishes, PROMPT);
    expect(message!.content).toMatch(
      /^The user .*\n<guidance>\nKeep it formal\.\n<\/guidance>\n.*\n<pinned>\nBe kind\.\n<\/pinned>\n.*<words_limit>50<\/words_limit> words\.\n\nImprove it\.$/,
    );
  });

  it('is left alone without wishes, and does not speak of pins in other parts of the file', () => {
    expect(withWishes(question, undefined, PROMPT)).toBe(question);
    expect(withWishes(question, { pinned: ['Elsewhere.'] }, PROMPT)).toBe(question);
  });

  it.each(STRATEGIES)('carries the guidance and the credit horizon in $id', async (strategy) => {
    const { asked, state } = await countedRun(strategy, {
      maxCalls: 400,
      changes: { wishes: { guidance: 'Keep it formal.', pinned: [START] }, traceCharacters: 25 },
      answer: (_, count) =>
        `<feedback>It is vague. Direction: Say more. ADD: Say ${count}.</feedback><prompt>${START}\nSay ${count}.</prompt>`,
      score: valueOf,
      feedback: (text, id) =>
        valueOf(text, id) === 1
          ? []
          : [{ scorer: 'equals', kind: 'non-directional', cause: 'vague', text: 'Vague.' }],
    });
    expect(asked.length).toBeGreaterThan(0);
    for (const { content } of asked) {
      expect(content.startsWith('The user whose prompt this is')).toBe(true);
      expect(content).toContain('<guidance>\nKeep it formal.\n</guidance>');
      expect(content).toContain(`<pinned>\n${START}\n</pinned>`);
      for (const [, shown] of content.matchAll(/^(?:answer|expected): (.*)$/gm))
        expect(shown!.length).toBeLessThanOrEqual(25);
    }
    for (const { candidate, status } of state.candidates.values())
      if (status !== 'rejected') expect(candidate.text.split('\n')).toContain(START);
  });
});
