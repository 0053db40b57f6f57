import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/hash.js';
import type { Feedback } from '../../../src/core/scoring.js';
import { betaDraw, chooseOperator } from '../../../src/optimizer/operators/choice.js';
import type { Operator } from '../../../src/optimizer/operators/operator.js';
import { hone } from '../../../src/optimizer/strategies/hone.js';
import { selectionFor } from '../../../src/optimizer/selection.js';
import { bestCandidate } from '../../../src/optimizer/trajectory.js';
import { countedRun, START } from '../../fixtures/countedRun.js';

/** Even rows need RED, the others LOUD. */
const needs = (caseId: string) => (Number(caseId.slice(1)) % 2 === 0 ? 'RED' : 'LOUD');
const score = (text: string, caseId: string) => (text.includes(needs(caseId)) ? 1 : 0);
const feedback = (text: string, caseId: string): Feedback[] =>
  text.includes(needs(caseId))
    ? []
    : [
        {
          scorer: 'test',
          kind: 'directional',
          cause: `missing ${needs(caseId)}`,
          text: `no ${needs(caseId)}`,
          direction: `Say ${needs(caseId)}.`,
        },
      ];
const prompts = (...texts: string[]) => texts.map((text) => `<prompt>\n${text}\n</prompt>`).join('\n');
const withLine = (line: string) => `${START}\n${line}`;

describe('hone', () => {
  it('asks once about several causes, in the order of their rows, and joins the edits in one prompt', async () => {
    const run = await countedRun(hone, {
      train: 13,
      score,
      feedback,
      answer: () =>
        `<feedback>RED is missing. Direction: say RED.</feedback><feedback>LOUD too. Direction: say LOUD.</feedback>${prompts(
          withLine('Say RED.'),
          withLine('Be LOUD.'),
        )}`,
    });
    const [first] = run.asked;
    expect(first!.content.match(/<cause id="[^"]*">/g)).toEqual([
      '<cause id="missing RED">',
      '<cause id="missing LOUD">',
    ]);
    expect(first!.content).toContain('Direction: Say RED.');
    expect(first!.content).toMatch(/<words_budget>\d+<\/words_budget>/);
    const joined = [...run.state.candidates.values()][1]!.candidate;
    expect(joined.operator).toBe('joined edits');
    expect(joined.text).toBe(`${START}\nSay RED.\nBe LOUD.`);
    expect(bestCandidate(run.state)?.score).toBe(1);
    expect(run.asked).toHaveLength(1);
    expect([...run.state.advice.values()].map(({ text, direction }) => [text, direction])).toEqual([
      ['RED is missing.', 'Say RED.'],
      ['LOUD too.', 'Say LOUD.'],
    ]);
  });

  it('goes on from an edit that changed what the scorers say, though no row passes by it alone', async () => {
    const both = (text: string) => (text.includes('ONE') && text.includes('TWO') ? 1 : 0);
    const run = await countedRun(hone, {
      score: (text) => both(text),
      feedback: (text) =>
        both(text)
          ? []
          : [
              {
                scorer: 'test',
                kind: 'directional',
                cause: text.includes('ONE') ? 'no two' : 'no one',
                text: 'x',
                direction: text.includes('ONE') ? 'Say TWO.' : 'Say ONE.',
              },
            ],
      answer: (content) => {
        const current = /<current_prompt>\n([\s\S]*?)\n<\/current_prompt>/.exec(content)![1]!;
        return prompts(`${current}\n${content.includes('Direction: Say TWO.') ? 'TWO' : 'ONE'}`);
      },
    });
    const candidates = [...run.state.candidates.values()];
    expect(candidates[1]).toMatchObject({ status: 'dropped', candidate: { text: `${START}\nONE` } });
    const second = candidates.find(({ candidate }) => candidate.text === `${START}\nONE\nTWO`);
    expect(second?.candidate.parent).toBe(candidates[1]!.candidate.id);
    expect(bestCandidate(run.state)?.score).toBe(1);
  });

  it('shows rows that pass under another prompt, where the scorers give no direction', async () => {
    const run = await countedRun(hone, {
      // Three rows in four pass with RED alone, the others with LOUD alone.
      score: (text, id) => (text.includes(Number(id.slice(1)) % 4 === 0 ? 'LOUD' : 'RED') ? 1 : 0),
      feedback: (text, id) =>
        text.includes(Number(id.slice(1)) % 4 === 0 ? 'LOUD' : 'RED')
          ? []
          : [{ scorer: 'test', kind: 'non-directional', cause: 'wrong', text: 'wrong' }],
      changes: { effort: 'thorough' },
      answer: (_, count) => prompts(withLine(count === 0 ? 'LOUD' : `RED${'!'.repeat(count)}`)),
    });
    const contrast = run.asked.map(({ content }) =>
      /<contrast row="([^"]*)">([\s\S]*?)<\/contrast>/.exec(content),
    );
    const shown = contrast.find((each) => each !== null);
    expect(Number(shown![1]!.slice(1)) % 4).toBe(0);
    expect(shown![2]).toContain('LOUD');
  });

  it('turns down edits that change far more words than was asked for', async () => {
    const flood = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');
    const run = await countedRun(hone, {
      score: (text) => (text.includes('word1') ? 1 : 0),
      feedback,
      changes: { effort: 'quick' },
      answer: (content) => prompts(content.includes('Make small edits') ? withLine(flood) : withLine('same')),
    });
    expect(
      [...run.state.candidates.values()].every(({ candidate }) => !candidate.text.includes('word1')),
    ).toBe(true);
  });

  it('asks again, once, for an answer without prompts, and uses it', async () => {
    const run = await countedRun(hone, {
      score,
      feedback,
      changes: { maxCalls: 60 },
      answer: (_, count) => (count === 0 ? 'I would say RED.' : prompts(withLine('Say RED. Be LOUD.'))),
    });
    expect(run.asked[1]!.content).toContain('Your last answer had no <prompt> tags');
    expect(bestCandidate(run.state)?.score).toBe(1);
  });

  it('drops lines without asking anybody, and keeps the shorter text when nothing is lost', async () => {
    const run = await countedRun(hone, {
      score: (text, id) => (text.includes('RED') && id !== 't0' && id !== 'v0' ? 1 : 0),
      feedback,
      changes: { effort: 'thorough' },
      answer: (content) =>
        content.includes('Make small edits')
          ? prompts(`${START}\nSay RED.\nBe polite.`)
          : prompts(`${START}\nNo.`),
    });
    const dropped = [...run.state.candidates.values()].filter(
      ({ candidate }) => candidate.operator === 'drop line',
    );
    expect(dropped.length).toBeGreaterThan(0);
    expect(bestCandidate(run.state)?.record.candidate.text).toBe(`${START}\nSay RED.`);
  });
});

describe('the choice of an operator', () => {
  const operator = (id: string, prior: Operator['prior']): Operator => ({
    id,
    asks: 1,
    prior,
    isPossible: () => true,
    apply: () => Promise.resolve({ advice: [], proposals: [], shown: [] }),
  });

  it('begins with what is expected to help most, mostly', async () => {
    const { state } = await countedRun(hone, {
      score: () => 0,
      answer: () => prompts(START),
      changes: { maxCalls: 40 },
    });
    const fresh = { ...state, memos: new Map(), proposedStep: 0 };
    const counts = { likely: 0, unlikely: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const chosen = chooseOperator({ ...fresh, setup: { ...state.setup, seed } }, [
        operator('unlikely', [1, 6]),
        operator('likely', [6, 1]),
      ]);
      counts[chosen!.id as keyof typeof counts]++;
    }
    expect(counts.likely).toBeGreaterThan(180);
  });

  it('draws from Beta: means by hand', () => {
    const random = seededRandom(1);
    const mean = (a: number, b: number) =>
      Array.from({ length: 4000 }, () => betaDraw(a, b, random)).reduce((sum, each) => sum + each, 0) / 4000;
    expect(mean(1, 1)).toBeCloseTo(1 / 2, 1);
    expect(mean(3, 1)).toBeCloseTo(3 / 4, 1);
    expect(mean(2, 6)).toBeCloseTo(2 / 8, 1);
  });
});

describe('the rows of a selection', () => {
  const splits = { train: ['a', 'b', 'c', 'd'], validation: ['e', 'f'], exam: ['g', 'h'] };

  it('are those of both parts when the calls reach for ten candidates, else the validation rows', () => {
    expect(selectionFor({ selection: 'both' }, splits, 60)).toBe('both');
    expect(selectionFor({ selection: 'both' }, splits, 59)).toBe('validation');
    expect(selectionFor({ selection: 'validation' }, splits, 1000)).toBe('validation');
    expect(selectionFor({ selection: 'both' }, { ...splits, validation: [] }, 1000)).toBe('train');
  });
});
