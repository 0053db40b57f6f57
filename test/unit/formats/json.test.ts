import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { encodeJsonScalar } from '../../../src/formats/jsonScalar.js';
import { JsonSource } from '../../../src/formats/jsonSource.js';
import { editableText } from '../../../src/formats/margins.js';
import { SourceText, toLf } from '../../../src/formats/source.js';
import { errorOf } from './helpers.js';

function source(text: string): JsonSource {
  return new JsonSource('a.json', new SourceText('a.json', encodeText(text)));
}

describe('the literal of a new text in JSON', () => {
  it.each([
    ['characters as they are', '"é"', '"é"', 'à', '"à"'],
    ['escapes where the literal has them', '"\\u00e9x"', '"é"', 'àx', '"\\u00e0x"'],
    ['escapes where only the file has them', '"x"', '["\\u00E9", "x"]', 'ñ', '"\\u00F1"'],
    ['its own habit against that of the file', '"é"', '["é", "\\u00e8"]', 'éè', '"é\\u00e8"'],
    ['slashes', '"a\\/b"', '"a\\/b"', 'c/d', '"c\\/d"'],
    ['characters that a writer for HTML escapes', '"\\u003cb\\u003e"', '', '<i>', '"\\u003ci\\u003e"'],
    ['pairs as two escapes', '"\\ud83d\\ude00"', '', '😁', '"\\ud83d\\ude01"'],
    ['line ends', '"a\\r\\nb"', '', 'a\nc\nd', '"a\\r\\nc\\r\\nd"'],
    ['blank lines around the text', '"\\n\\na\\n"', '', 'b', '"\\n\\nb\\n"'],
    ['the ends of the text to the letter', '"\\u0061 é \\u0062"', '', 'a x b', '"\\u0061 x \\u0062"'],
    ['quotes and backslashes', '"a"', '', 'say "\\n"', '"say \\"\\\\n\\""'],
    ['controls', '"a"', '', 'a\tb\u0001\u2028', '"a\\tb\\u0001\\u2028"'],
  ])('keeps %s', (_, raw, file, text, expected) => {
    expect(encodeJsonScalar({ raw, file }, text)).toBe(expected);
  });

  it('reads back, and is the same for the same text', () => {
    const character = fc.constantFrom(...Array.from('ab"\\/é😀\u2028<\n\t\u0001'));
    const spelling = (text: string, escape: readonly boolean[]) =>
      Array.from(text)
        .map((each, index) =>
          escape[index % escape.length]
            ? Array.from({ length: each.length }, (_, unit) => {
                return `\\u${each.charCodeAt(unit).toString(16).padStart(4, '0')}`;
              }).join('')
            : JSON.stringify(each).slice(1, -1),
        )
        .join('');
    fc.assert(
      fc.property(
        fc.string({ unit: character, maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        fc.string({ unit: fc.oneof(character, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) }),
        (old, escape, edit) => {
          // Blanks alone are no text: they stay as they are, around the new one.
          fc.pre(old === '' || editableText(old) !== '');
          const raw = `"${spelling(old, escape)}"`;
          const same = editableText(old);
          expect(encodeJsonScalar({ raw, file: raw }, same)).toBe(raw);
          const text = editableText(edit);
          const read = JSON.parse(encodeJsonScalar({ raw, file: raw }, text)) as string;
          expect(editableText(read)).toBe(text);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('strings in JSON', () => {
  it('have their paths and places, in the order of the file', () => {
    const text = '\ufeff{ "ä": [1, "x"],\r\n "b": { "c": "\\u00e9\\ud83d\\ude00" } }';
    const strings = source(text).strings;
    expect(strings.map(({ path, value }) => [path, value])).toEqual([
      [['ä', 1], 'x'],
      [['b', 'c'], 'é😀'],
    ]);
    const clean = toLf(text.slice(1));
    expect(strings.map(({ start, end }) => clean.slice(start, end))).toEqual([
      '"x"',
      '"\\u00e9\\ud83d\\ude00"',
    ]);
    expect(source(text).stringAt('b', 'c')?.value).toBe('é😀');
    expect(source(text).lineOf(['b', 'c', 'd'])).toBe(2);
  });

  it('count once where a key stands twice', () => {
    const { data, strings } = source('{"a": "x", "a": "y"}');
    expect(data).toEqual({ a: 'y' });
    expect(strings).toMatchObject([{ path: ['a'], value: 'y', start: 16 }]);
  });

  it.each([
    ['{"a": }', 1],
    ['{\n"a": "x",\n}', 3],
    ['["a"\n', 1],
    ['// no\n[]', 1],
    ['["a"] x', 1],
    ['["\\x"]', 1],
    ['[01]', 1],
    ['', 1],
  ])('refuses %j with its line', (text, line) => {
    const error = errorOf(() => source(text));
    expect(error).toMatchObject({ reason: 'bad-prompt-file', place: { file: 'a.json', line } });
  });

  it('refuses nesting without end, quickly', () => {
    const error = errorOf(() => source('['.repeat(1_000_000)));
    expect(error.message).toContain('nested');
    expect(source(`["${'['.repeat(500)}"]`).data).toEqual(['['.repeat(500)]);
  });
});
