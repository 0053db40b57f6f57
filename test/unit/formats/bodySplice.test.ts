import { describe, expect, it } from 'vitest';
import { splice } from '../../../src/formats/index.js';
import { errorOf, rawSpan, read, spanOf, textOf, write } from './helpers.js';

const FILES: Record<string, { path: string; text: string }> = {
  text: { path: 'prompts/a.txt', text: 'One.\nTwo.\n\nThree.\n' },
  'text with blank lines around': { path: 'prompts/a.txt', text: '\n  \nOne.\n  Two.  \n\n \n\n' },
  'text of dashes': { path: 'prompts/a.txt', text: '---\na: b\n---\nOne.\n' },
  Markdown: { path: 'prompts/a.md', text: '# One\n\nTwo.\n' },
  'Markdown with a header': { path: 'prompts/a.md', text: '---\ntitle: x\n---\n\nOne.\n---\nTwo.\n' },
  'Markdown that starts with a rule': { path: 'prompts/a.md', text: '---\nOne two.\n---\nThree.\n' },
  'prompt file': { path: 'a.prompt.md', text: '# One\n\nTwo.\n' },
  'prompt file with a header': {
    path: '.github/prompts/a.prompt.md',
    text: "---\nmode: 'agent'\n# kept\n---  \n\nOne.\n\n---\n\n```yaml\n---\na: b\n---\n```\n",
  },
};

const VALUES = [
  'New.',
  'One.\nNew.\n\nThree.',
  '   indented\n\ttab  \n\n\n🙂 Grüße',
  'a\u2028b\u0085c\u0000d\ufeffe',
  'x\n---\ny\n---',
  '\'quoted\' "text" # not: yaml',
];

const ENDS: Record<string, (text: string) => string> = {
  LF: (text) => text,
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'mixed line ends': (text) => {
    let count = 0;
    return text.replaceAll('\n', () => ['\r\n', '\n', '\r'][count++ % 3]!);
  },
  'lone CR': (text) => text.replaceAll('\n', '\r'),
  'byte-order mark': (text) => `\ufeff${text}`,
  'no final newline': (text) => text.replace(/\s+$/, ''),
};

describe('splice into a body', () => {
  for (const [name, { path, text }] of Object.entries(FILES)) {
    for (const [ends, convert] of Object.entries(ENDS)) {
      it(`${name}, file with ${ends}`, () => {
        const document = read(path, convert(text));
        expect(textOf(splice(document, { body: spanOf(document, 'body').text }))).toBe(convert(text));
        for (const value of VALUES) {
          const after = write(document, 'body', value);
          expect(textOf(write(after, 'body', spanOf(document, 'body').text)).replace(/\r\n?/g, '\n')).toBe(
            convert(text).replace(/\r\n?/g, '\n'),
          );
        }
      });
    }
  }

  it('leaves a missing final newline missing and a present one present', () => {
    expect(textOf(write(read('a.txt', 'One.'), 'body', 'Two.'))).toBe('Two.');
    expect(textOf(write(read('a.txt', 'One.\n\n'), 'body', 'Two.'))).toBe('Two.\n\n');
  });

  it('keeps lines that stay byte for byte where line ends are mixed', () => {
    const document = read('a.txt', 'a\r\nb\nc\rd\r\ne\r\nf');
    expect(textOf(write(document, 'body', 'a\nB\nB2\nc\nd\ne\nf\ng'))).toBe(
      'a\r\nB\r\nB2\r\nc\rd\r\ne\r\nf\r\ng',
    );
  });

  it('never lets a lone CR and an LF grow together', () => {
    const document = read('a.txt', 'a\rb\n\nc\n');
    expect(textOf(write(document, 'body', 'a\n\nc'))).toBe('a\r\n\nc\n');
  });

  it('gives new lines of a one-line body the line end that most of the file has', () => {
    const document = read('a.prompt.md', '---\r\nmode: ask\r\n---\r\nOne.');
    expect(textOf(write(document, 'body', 'One.\nTwo.'))).toBe('---\r\nmode: ask\r\n---\r\nOne.\r\nTwo.');
  });

  it('takes any line ends in the new text', () => {
    expect(textOf(splice(read('a.txt', 'x\ny\n'), { body: 'a\r\nb\rc' }))).toBe('a\nb\nc\n');
    expect(textOf(splice(read('a.txt', 'x\r\ny\r\n'), { body: 'a\nb' }))).toBe('a\r\nb\r\n');
  });

  it('counts the range in bytes of the file', () => {
    const document = read('a.prompt.md', '\ufeff---\r\ndescription: Grüße 🙂\r\n---\r\n\r\nÄ 🙂\r\nb\r\n');
    expect(rawSpan(document, 'body')).toBe('Ä 🙂\r\nb');
    expect(spanOf(document, 'body').text).toBe('Ä 🙂\nb');
    expect(spanOf(document, 'body').firstLine).toBe(5);
  });

  it('fills an empty body', () => {
    expect(textOf(write(read('a.prompt.md', '---\nmode: ask\n---\n'), 'body', 'x\ny'))).toBe(
      '---\nmode: ask\n---\nx\ny',
    );
    expect(textOf(write(read('a.txt', ''), 'body', 'x'))).toBe('x');
  });

  it('refuses a text that would be read as a header', () => {
    for (const path of ['a.prompt.md', 'prompts/a.md']) {
      const document = read(path, 'One.\n');
      const error = errorOf(() => splice(document, { body: '---\nmode: agent\n---\nTwo.' }));
      expect(error.reason).toBe('splice-refused');
      expect(errorOf(() => splice(document, { body: '---\nmode: agent' })).reason).toBe('splice-refused');
    }
  });

  it('refuses a text that would be read as a byte-order mark', () => {
    expect(errorOf(() => splice(read('a.txt', 'One.'), { body: '\ufeffTwo.' })).reason).toBe(
      'splice-refused',
    );
    expect(textOf(write(read('a.txt', '\ufeffOne.'), 'body', '\ufeffTwo.'))).toBe('\ufeff\ufeffTwo.');
  });
});
