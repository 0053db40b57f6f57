import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimalChange, withoutBom } from '../../../src/editor/textChange.js';

const pieces = fc.array(fc.constantFrom('a', 'b', '\n', '\r\n', '\r', '😀', '😁', 'é', ' '), {
  maxLength: 12,
});
const text = pieces.map((parts) => parts.join(''));

function apply(before: string, change: ReturnType<typeof minimalChange>): string {
  return change ? before.slice(0, change.start) + change.text + before.slice(change.end) : before;
}

describe('minimalChange', () => {
  it('makes the second text of the first, whatever they are', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(apply(before, minimalChange(before, after))).toBe(after);
      }),
    );
  });

  it('never begins or ends inside a character or a CRLF', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const change = minimalChange(before, after);
        if (!change) return;
        for (const at of [change.start, change.end]) {
          const around = before.slice(Math.max(0, at - 1), at + 1);
          if (at > 0 && at < before.length)
            expect(around).not.toMatch(/^(\r\n|[\uD800-\uDBFF][\uDC00-\uDFFF])$/);
        }
        expect(change.text).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/);
      }),
    );
  });

  it('touches only what differs', () => {
    expect(minimalChange('one two three', 'one 2 three')).toEqual({ start: 4, end: 7, text: '2' });
    expect(minimalChange('aa', 'aaa')).toEqual({ start: 2, end: 2, text: 'a' });
    expect(minimalChange('x😀y', 'x😁y')).toEqual({ start: 1, end: 3, text: '😁' });
    expect(minimalChange('same', 'same')).toBeUndefined();
  });
});

describe('withoutBom', () => {
  it('drops one byte-order mark at the start and nothing else', () => {
    expect(withoutBom('\uFEFFtext')).toBe('text');
    expect(withoutBom('text\uFEFF')).toBe('text\uFEFF');
  });
});
