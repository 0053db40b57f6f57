import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldLines,
  nameWhitespace,
  showWhitespace,
  toLines,
  wordDiff,
  type Segment,
} from '../../../webview/wordDiff.js';

const side = (segments: readonly Segment[], without: Segment['kind']) =>
  segments
    .filter((segment) => segment.kind !== without)
    .map((segment) => segment.text)
    .join('');

const short = (segments: readonly Segment[]) =>
  segments
    .map(({ kind, text }) => ({ same: text, removed: `[-${text}-]`, added: `{+${text}+}` })[kind])
    .join('');

/** Texts that share words and lines, as prompts and their edits do. */
const promptText = fc
  .array(
    fc.constantFrom(
      'Answer',
      'with',
      'the label',
      'alone.',
      ' ',
      '  ',
      '\n',
      '\r\n',
      '\t',
      '{{ticket}}',
      'ß',
      '👩‍🔧',
      ',',
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));

describe('wordDiff', () => {
  it('marks words, not lines, in a line that was edited', () => {
    expect(
      short(wordDiff('Answer in a friendly tone.\nBe brief.\n', 'Answer in a formal tone.\nBe brief.\n')),
    ).toBe('Answer in a [-friendly-]{+formal+} tone.\nBe brief.\n');
  });

  it('replaces neighbouring words as one', () => {
    expect(
      short(
        wordDiff(
          'Please use plain short words in the answer.',
          'Please use simple clear words in the answer.',
        ),
      ),
    ).toBe('Please use [-plain short-]{+simple clear+} words in the answer.');
  });

  it('shows old and new where almost nothing is kept', () => {
    expect(short(wordDiff('Be friendly and helpful.\n', 'One word, in lower case!\n'))).toBe(
      '[-Be friendly and helpful.\n-]{+One word, in lower case!\n+}',
    );
  });

  it('finds a missing line end and other line ends', () => {
    expect(short(wordDiff('label\n', 'label'))).toBe('label[-\n-]');
    expect(short(wordDiff('label\n', 'label\r\n'))).toBe('label[-\n-]{+\r\n+}');
  });

  it('holds exactly both texts', () => {
    fc.assert(
      fc.property(promptText, promptText, (before, after) => {
        const segments = wordDiff(before, after);
        expect(side(segments, 'added')).toBe(before);
        expect(side(segments, 'removed')).toBe(after);
      }),
    );
  });

  it('answers for long texts without anything in common', () => {
    const words = (letter: string) => Array.from({ length: 6000 }, (_, at) => `${letter}${at}`).join(' ');
    expect(wordDiff(words('a'), words('b')).map((segment) => segment.kind)).toEqual(['removed', 'added']);
  });
});

describe('toLines', () => {
  it('numbers the lines of the new text, once each', () => {
    fc.assert(
      fc.property(promptText, promptText, (before, after) => {
        const lines = toLines(wordDiff(before, after));
        const count = after === '' ? 0 : after.split('\n').length - (after.endsWith('\n') ? 1 : 0);
        expect(lines.flatMap((line) => line.number ?? [])).toEqual(
          Array.from({ length: count }, (_, at) => at + 1),
        );
        expect(
          side(
            lines.flatMap((line) => line.segments),
            'removed',
          ),
        ).toBe(after);
      }),
    );
  });

  it('keeps a replaced line end on its line', () => {
    expect(toLines(wordDiff('a b c\nd\n', 'a b c\r\nd\n'))).toHaveLength(2);
  });

  it('says how a line changed', () => {
    const lines = toLines(wordDiff('keep\nfriendly old line\nx\n', 'keep\nx\nbrand new\n'));
    expect(lines.map((line) => line.change)).toEqual(['none', 'removed', 'none', 'added']);
  });
});

describe('foldLines', () => {
  const numbered = (n: number) => Array.from({ length: n }, (_, at) => `line ${at + 1}\n`).join('');
  const shape = (before: string, after: string) =>
    foldLines(toLines(wordDiff(before, after))).map(
      (block) => `${block.folded ? 'folded' : 'open'} ${block.lines.length}`,
    );

  it('keeps two lines in sight around a change', () => {
    const before = numbered(20);
    expect(shape(before, before.replace('line 10\n', 'line 10 changed\n'))).toEqual([
      'folded 7',
      'open 5',
      'folded 8',
    ]);
  });

  it('does not fold a few lines', () => {
    const before = numbered(6);
    expect(
      shape(before, before.replace('line 1\n', 'other 1\n')).every((block) => block.startsWith('open')),
    ).toBe(true);
  });

  it('shows the head of a text without changes', () => {
    expect(shape(numbered(40), numbered(40))).toEqual(['open 12', 'folded 28']);
  });

  it('loses no line', () => {
    fc.assert(
      fc.property(promptText, promptText, (before, after) => {
        const lines = toLines(wordDiff(before, after));
        expect(foldLines(lines).flatMap((block) => block.lines)).toEqual(lines);
      }),
    );
  });
});

it('makes white space visible, to eyes and to ears', () => {
  expect(showWhitespace(' \t\r\n\u00a0')).toBe('·→CR↵⍽');
  expect(nameWhitespace('  \t\r\n\n')).toBe('2 spaces, tab, Windows line end, line end');
  expect(nameWhitespace('\u00a0')).toBe('other white space');
});
