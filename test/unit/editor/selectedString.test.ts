import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteRange } from '../../../src/editor/selectedString.js';

const part = fc.constantFrom('a', 'é', '漢', '😀', ' ', '"', '\n', '\r\n', '\r');

/** The lines as an editor has them, which shows neither byte-order marks nor the kind of a line end. */
const linesOf = (text: string) => text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);

describe('byteRange', () => {
  it('selects in the file what is selected in the editor', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(part, { maxLength: 30 }), fc.nat(), (hasMark, parts, pick) => {
        const text = (hasMark ? '\uFEFF' : '') + parts.join('');
        const lines = linesOf(text);
        const line = pick % lines.length;
        const whole = { start: { line, character: 0 }, end: { line, character: lines[line]!.length } };
        const { start, end } = byteRange(text, whole);
        const bytes = Buffer.from(text);
        expect(bytes.subarray(start, end).toString()).toBe(lines[line]);
        expect(linesOf(bytes.subarray(0, start).toString()).length - 1).toBe(line);
      }),
    );
  });

  it('counts a byte-order mark, wide characters and mixed line ends', () => {
    const text = '\uFEFFé\r\n漢\nx = "😀!"\n';
    const selection = { start: { line: 2, character: 5 }, end: { line: 2, character: 8 } };
    const { start, end } = byteRange(text, selection);
    expect(Buffer.from(text).subarray(start, end).toString()).toBe('😀!');
    expect(start).toBe(3 + 2 + 2 + 3 + 1 + 5);
  });
});
