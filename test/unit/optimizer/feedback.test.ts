import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import type { EditableSpan } from '../../../src/core/prompt.js';
import { recordOf, replay } from '../../../src/core/run.js';
import type { Feedback } from '../../../src/core/scoring.js';
import { adviceFor, linesConcerned } from '../../../src/optimizer/feedback/advice.js';
import { causesOf } from '../../../src/optimizer/feedback/causes.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

const feedback = (cause: string, direction?: string): Feedback => ({
  scorer: 'label',
  kind: direction === undefined ? 'non-directional' : 'directional',
  text: `text of ${cause}`,
  cause,
  ...(direction !== undefined && { direction }),
});

const span: EditableSpan = {
  id: 'body',
  role: 'system',
  range: { start: 0, end: 0 },
  text: 'Sort the ticket into a team.\n\nTeams: billing, bug.\nBe friendly.',
  firstLine: 5,
};

const state = () =>
  replay([
    startedEvent(['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8']),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    scored(BASELINE_ID, 'r1', 0, [feedback('wrapped', 'Answer with the label alone.')]),
    scored(BASELINE_ID, 'r2', 0, [feedback('wrapped', 'Answer with the label alone.'), feedback('odd')]),
    scored(BASELINE_ID, 'r3', 1),
    scored(BASELINE_ID, 'r5', 0, [feedback('wrapped', 'Answer with the label alone.')]),
  ])!;

describe('causesOf', () => {
  it('groups failing train rows by cause, most rows first, and never looks at other parts', () => {
    const causes = causesOf(state(), recordOf(state(), BASELINE_ID));
    expect(
      causes.map(({ name, rows, direction }) => [name, rows.map(({ row }) => row.id).sort(), direction]),
    ).toEqual([
      ['wrapped', ['r1', 'r2'], 'Answer with the label alone.'],
      ['odd', ['r2'], ''],
    ]);
  });
});

describe('adviceFor', () => {
  it('keeps its id while prompt, span and cause stay, and takes another for another cause', () => {
    const [wrapped, odd] = causesOf(state(), recordOf(state(), BASELINE_ID));
    const first = adviceFor(wrapped!, span, 'prompts/a.md', undefined);
    const again = adviceFor(
      { ...wrapped!, rows: wrapped!.rows.slice(0, 1) },
      span,
      'prompts/a.md',
      'in other words',
    );
    expect(again.id).toBe(first.id);
    expect(again.text).toBe('in other words');
    expect(again.direction).toBe('Answer with the label alone.');
    expect(first.rows.toSorted()).toEqual(['r1', 'r2']);
    expect(adviceFor(odd!, span, 'prompts/a.md', 'It rambles.\nDirection: Be short.')).toMatchObject({
      text: 'It rambles.',
      direction: 'Be short.',
    });
    expect(adviceFor(odd!, span, 'prompts/a.md', undefined).id).not.toBe(first.id);
    expect(adviceFor(wrapped!, span, 'prompts/b.md', undefined).id).not.toBe(first.id);
  });
});

describe('linesConcerned', () => {
  it('names the lines of the file that speak of the same things', () => {
    expect(linesConcerned(span, 'said "billing" where "bug" was expected')).toEqual([7]);
  });

  it('names the last line with text when no line speaks of it', () => {
    expect(linesConcerned(span, 'zzz')).toEqual([8]);
  });
});
