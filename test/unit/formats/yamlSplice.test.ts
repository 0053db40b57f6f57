import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { splice } from '../../../src/formats/index.js';
import { errorOf, rawSpan, read, spanOf, textOf, write } from './helpers.js';

const PATH = 'a.prompt.yml';

/** One scalar in every style, in the places where it can stand. `file` holds it as `messages[0].content`. */
const STYLES: Record<string, string> = {
  plain: 'messages:\n  - role: system\n    content: old text\n    note: kept # c\n',
  'plain with comment': 'messages:\n  - role: system\n    content: old text # why\n    note: kept\n',
  'plain over lines': 'messages:\n  - role: system\n    content: old\n      text\n    note: kept\n',
  'plain on its own line': 'messages:\n  - role: system\n    content:\n      old text\n    note: kept\n',
  single: "messages:\n  - role: system\n    content: 'old ''text'''\n    note: kept\n",
  'single over lines': "messages:\n  - role: system\n    content: 'old\n\n      text'\n    note: kept\n",
  double: 'messages:\n  - role: system\n    content: "old\\ttext\\n"\n    note: kept\n',
  'double with comment': 'messages:\n  - role: system\n    content: "old text" # why\n    note: kept\n',
  'double over lines':
    'messages:\n  - role: system\n    content: "old \\\n      text\n\n      here"\n    note: kept\n',
  literal: 'messages:\n  - role: system\n    content: |\n      old\n\n      text\n    note: kept\n',
  'literal strip': 'messages:\n  - role: system\n    content: |-\n      old\n      text\n\n    note: kept\n',
  'literal keep': 'messages:\n  - role: system\n    content: |+\n      old\n      text\n\n\n    note: kept\n',
  'literal with indicator':
    'messages:\n  - role: system\n    content: |2\n        old\n      text\n    note: kept\n',
  'literal with both':
    'messages:\n  - role: system\n    content: |-4\n            old\n        text\n    note: kept\n',
  'literal with header comment':
    'messages:\n  - role: system\n    content: |- # why  \n      old\n      text\n    note: kept\n',
  'literal after blank lines':
    'messages:\n  - role: system\n    content: |\n\n   \n      old\n      text\n    note: kept\n',
  'literal in deep indent':
    'messages:\n      - role: system\n        content: |\n                old\n        note: kept\n',
  'literal at the left': 'messages:\n- content: |\n    old\n  role: system\n  note: kept\n',
  'literal, empty': 'messages:\n  - role: system\n    content: |-\n    note: kept\n',
  folded:
    'messages:\n  - role: system\n    content: >\n      old\n      text\n\n      more\n    note: kept\n',
  'folded strip': 'messages:\n  - role: system\n    content: >-\n      old\n      text\n    note: kept\n',
  'folded keep':
    'messages:\n  - role: system\n    content: >+\n      old\n       more\n      text\n\n    note: kept\n',
  'folded with indicator':
    'messages:\n  - role: system\n    content: >2- # why\n        old\n      text\n    note: kept\n',
  'flow mapping': 'messages:\n  - {role: system, content: old text, note: kept}\n',
  'flow all over': '{"messages": [{"role": "system", "content": "old text"}], "note": [kept]}\n',
  'flow over lines': "messages: [\n  {role: system,\n   content: 'old text' } , # c\n  ]\n",
  'with tag and anchor':
    'messages:\n  - role: system\n    content: !!str &sys |\n      old\n    note: kept\n',
  'next to others':
    'name: "x"\nmessages:\n  - role: system\n    content: |\n      old {{a}}\n  # between\n  - role: user\n    content: >\n      {{a}}\n\n# end\n',
};

const VALUES: Record<string, string> = {
  'one line': 'New text.',
  'several lines': 'First line.\nSecond line.\n\nFourth line.',
  'leading blanks': '   indented\nthen not',
  'leading tab': '\tindented\nthen not',
  'blanks at line ends': 'one  \ntwo\t\n  \nthree ',
  'deeper lines': 'List:\n  - a\n    - b\n\n\n  - c\nend',
  'colon and blank': 'Answer: one of these: a',
  'ends with colon': 'Answer:',
  'comment sign': 'Take #1 # not a comment',
  heading: '# Task\nSort it.',
  'single quotes': "It's 'quoted'",
  'double quotes and backslash': 'Say "yes" or C:\\new\\table',
  'flow signs': '{"a": [1, 2]}, [x], {y}',
  'flow signs within': 'a, b] c} d',
  indicators: '- item\n? key\n| > & * ! % @ `',
  'starts with dash': '- item',
  'starts with star': '*bold* text',
  'starts with at': '@file',
  'document marks': '---\na: b\n...',
  unicode: 'Grüße, 東京, مرحبا',
  astral: '🙂 smile 🇩🇪',
  'line separators': 'a\u2028b\u2029c\u0085d',
  'control character': 'bell \u0007 and escape \u001b',
  'byte-order mark inside': 'a\ufeffb',
  'like a number': '42',
  'like a boolean': 'yes',
  'like null': '~',
  'like a date': '2024-01-31',
  'placeholder first': '{{input}} is the ticket',
  'very long': 'word '.repeat(400).trim(),
  empty: '',
};

const ENDS: Record<string, (text: string) => string> = {
  LF: (text) => text,
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'mixed line ends': (text) => {
    let count = 0;
    return text.replaceAll('\n', () => (count++ % 3 === 0 ? '\r\n' : '\n'));
  },
  'lone CR': (text) => text.replaceAll('\n', '\r'),
  'byte-order mark': (text) => `\ufeff${text}`,
  'CRLF and byte-order mark': (text) => `\ufeff${text.replaceAll('\n', '\r\n')}`,
  'no final newline': (text) => text.replace(/\n+$/, ''),
};

/** All values of a file but the edited one, by a reader that is not Hone's. */
function otherValues(text: string): unknown {
  const data = parse(text.replace(/\r\n?/g, '\n')) as { messages: Record<string, unknown>[] };
  const { content, ...rest } = data.messages[0]!;
  return { ...data, messages: [rest, ...data.messages.slice(1)], isText: typeof content };
}

describe('splice into a YAML scalar', { timeout: 30_000 }, () => {
  for (const [style, file] of Object.entries(STYLES)) {
    describe(style, () => {
      for (const [ends, convert] of Object.entries(ENDS)) {
        it(`holds every value, file with ${ends}`, () => {
          const document = read(PATH, convert(file));
          const others = otherValues(textOf(document));
          for (const [name, value] of Object.entries(VALUES)) {
            const after = write(document, 'messages[0]', value);
            expect(otherValues(textOf(after)), name).toEqual(others);
          }
        });
      }

      it('keeps every byte when the text does not change', () => {
        for (const convert of Object.values(ENDS)) {
          const document = read(PATH, convert(file));
          const same = splice(document, { 'messages[0]': spanOf(document, 'messages[0]').text });
          expect(textOf(same)).toBe(convert(file));
        }
      });

      it('keeps the blank lines that the value has around the text', () => {
        const document = read(PATH, file);
        const core = spanOf(document, 'messages[0]').text;
        const value = document.messages[0]!.text;
        const at = value.indexOf(core);
        const after = write(document, 'messages[0]', 'Something\nelse.');
        expect(after.messages[0]!.text).toBe(
          `${value.slice(0, at)}Something\nelse.${value.slice(at + core.length)}`,
        );
      });

      it('uses one kind of line end where the file has one', () => {
        const after = write(read(PATH, file.replaceAll('\n', '\r\n')), 'messages[0]', 'a\nb\n\n  c');
        expect(textOf(after).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      });
    });
  }
});

describe('the style of a scalar', () => {
  const rewritten = (scalar: string, text: string) => {
    const file = `messages:\n  - role: system\n    content: ${scalar}\n    note: kept\n`;
    return rawSpan(write(read(PATH, file), 'messages[0]', text), 'messages[0]');
  };

  it('stays where the value can stand in it', () => {
    expect(rewritten('old', 'new text')).toBe('new text');
    expect(rewritten("'old'", "it's")).toBe("'it''s'");
    expect(rewritten('"old"', 'a "b"\nc')).toBe('"a \\"b\\"\\nc"');
    expect(rewritten('|\n      old', 'a\n\n  b')).toBe('|\n      a\n\n        b');
    expect(rewritten('|- # why\n        old', 'a\nb')).toBe('|- # why\n        a\n        b');
    expect(rewritten('|1+\n     old', 'a\nb')).toBe('|1+\n     a\n     b');
    expect(rewritten('>-\n      old', 'a\nb\n\nc')).toBe('>-\n      a\n\n      b\n\n\n      c');
  });

  it('gets an indentation indicator when the text begins with a blank', () => {
    expect(rewritten('|-\n      old', '  a\nb')).toBe('|2-\n        a\n      b');
    expect(rewritten('>\n        old', '  a\nb')).toBe('>4\n          a\n        b');
  });

  it('falls back to a literal block for several lines, and to double quotes where no block can stand', () => {
    expect(rewritten('old', 'a\nb')).toBe('|-\n      a\n      b');
    expect(rewritten("'old'", 'a\nb')).toBe('|-\n      a\n      b');
    expect(rewritten('old # why', 'a\nb')).toBe('"a\\nb"');
    expect(rewritten('old', 'a: b')).toBe('"a: b"');
    for (const special of ['yes', '42', '~', '2024-01-31', '=', '<<', '12:30:45', 'a\tb']) {
      expect(rewritten('old', special)).toBe(JSON.stringify(special));
    }
    expect(rewritten('| # why\n      old', 'a\u0007')).toBe('"a\\u0007\\n"');
  });

  it('keeps a header comment when a block becomes a quoted text', () => {
    const file = 'messages:\n  - role: system\n    content: | # why\n      old\n';
    expect(textOf(write(read(PATH, file), 'messages[0]', 'a\u2028b'))).toBe(
      'messages:\n  - role: system\n    content: "a\\u2028b\\n" # why\n',
    );
  });

  it('wraps a folded paragraph as the old one was wrapped, so that other paragraphs do not move', () => {
    const paragraph = (word: string) =>
      `      You are a careful ${word} who reads every ticket twice before\n      answering, and who never guesses.`;
    const folded = `>-\n${paragraph('clerk')}\n\n      Answer with one word that names the team which has to act on the\n      ticket.`;
    expect(
      rewritten(
        folded,
        folded
          .replace(/^>-\n/, '')
          .replace(/\n {6}(?! )/g, ' ')
          .replace(/\n /g, '\n')
          .trim()
          .replace('clerk', 'agent'),
      ),
    ).toBe(folded.replace('clerk', 'agent'));
  });

  it('leaves untouched lines of a block byte for byte, their line ends and blanks too', () => {
    const file =
      'messages:\r\n  - role: system\r\n    content: |\n      one\r\n      \n      two\n      three\r\n      four\n';
    const after = write(read(PATH, file), 'messages[0]', 'one\n\ntwo\n3\n3b\nfour');
    expect(textOf(after)).toBe(
      'messages:\r\n  - role: system\r\n    content: |\n      one\r\n      \n      two\n      3\n      3b\n      four\n',
    );
  });
});

describe('splice into several messages', () => {
  const file = 'messages:\n  - role: system\n    content: short\n  - role: user\n    content: |\n      ask\n';

  it('writes all of them', () => {
    const after = splice(read(PATH, file), { 'messages[0]': 'a much\nlonger text', 'messages[1]': 'say' });
    expect(textOf(after)).toBe(
      'messages:\n  - role: system\n    content: |-\n      a much\n      longer text\n  - role: user\n    content: |\n      say\n',
    );
    expect(after.messages.map((message) => message.text)).toEqual(['a much\nlonger text', 'say\n']);
  });
});

describe('splice refuses', () => {
  const file = 'messages:\n  - role: system\n    content: short\n';

  it('an unknown span, naming those that there are', () => {
    const error = errorOf(() => splice(read(PATH, file), { body: 'x' }));
    expect(error.reason).toBe('splice-refused');
    expect(error.message).toContain('messages[0]');
  });

  it('blank lines at either end, since the file would not show them as part of the span', () => {
    for (const text of ['x\n', '\nx', ' \nx', 'x\n  ', '\n']) {
      expect(errorOf(() => splice(read(PATH, file), { 'messages[0]': text })).reason).toBe('splice-refused');
    }
  });

  it('half of a surrogate pair', () => {
    expect(errorOf(() => splice(read(PATH, file), { 'messages[0]': 'a\ud83d' })).reason).toBe(
      'splice-refused',
    );
  });

  it('a text that stands in another place too through an alias', () => {
    const shared = 'description: &d text\nmessages:\n  - role: system\n    content: &s short\nname: *s\n';
    const error = errorOf(() => splice(read(PATH, shared), { 'messages[0]': 'long' }));
    expect(error.reason).toBe('splice-refused');
    expect(error.message).toContain('another part of the file');
  });
});
