import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../src/optimizer/summary.js';

const base = 'Sort the ticket into one of the teams.\n\n{{ticket}}';

describe('summaryOf', () => {
  it.each([
    [
      'an added line',
      'Sort the ticket into one of the teams.\nAnswer briefly.\n\n{{ticket}}',
      'Adds “Answer briefly.”',
    ],
    ['a removed line', '{{ticket}}', 'Removes “Sort the ticket into one of the teams.”'],
    ['replaced words', 'Sort the ticket into exactly one of the teams.\n\n{{ticket}}', 'Adds “exactly”'],
    [
      'a swapped word',
      'Sort the message into one of the teams.\n\n{{ticket}}',
      'Changes “ticket” to “message”',
    ],
    ['a rewrite', 'You are a clerk.\n\n{{ticket}}', 'Rewrites a line: “You are a clerk.”'],
    ['blank lines', 'Sort the ticket into one of the teams.\n\n\n{{ticket}}', 'Changes white space only.'],
  ])('%s', (_, after, summary) => {
    expect(summaryOf(base, after)).toBe(summary);
  });

  it('stays one line, however much is added', () => {
    const long = summaryOf(base, `${base}\n${'many words '.repeat(60)}`);
    expect(long.length).toBeLessThan(140);
    expect(long).not.toContain('\n');
  });
});
