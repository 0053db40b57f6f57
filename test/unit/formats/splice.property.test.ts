import fc from 'fast-check';
import { Document, parseDocument, type Scalar } from 'yaml';
import { describe, it } from 'vitest';
import { editableText } from '../../../src/formats/index.js';
import { read, spanOf, textOf, write } from './helpers.js';

const RUNS = { numRuns: 500 };

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...Array.from('ab -#:\'"|>{}[],&*!%@`\\\t.?~1')), maxLength: 12 }),
  fc.constantFrom('', '  ', '---', '...', '# x', 'a: b', '- a', '{{input}}', 'yes', 'null', '🙂', 'a\u2028b'),
);

/** Texts as a span holds them. */
const spanText = fc
  .array(line, { minLength: 1, maxLength: 6 })
  .map((lines) => editableText(lines.join('\n')))
  .filter((text) => text !== '' && !text.startsWith('\ufeff'));

/** Each line end of a file chosen apart. */
const withLineEnds = (text: string, ends: readonly string[]) => {
  let count = 0;
  return text.replaceAll('\n', () => ends[count++ % ends.length]!);
};
const lineEnds = fc.oneof(
  fc.constantFrom(['\n'], ['\r\n'], ['\r']),
  fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 2, maxLength: 6 }),
);
const byteOrderMark = fc.constantFrom('', '\ufeff');

describe('splice, on generated files', { timeout: 60_000 }, () => {
  it('writes any text into any YAML scalar, and back', () => {
    const style = fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
    const file = fc
      .record({
        texts: fc.array(spanText, { minLength: 2, maxLength: 3 }),
        style,
        trailing: fc.constantFrom('', '\n', '\n\n'),
        indent: fc.integer({ min: 2, max: 6 }),
        indentSeq: fc.boolean(),
        lineWidth: fc.constantFrom(0, 30, 80),
        comment: fc.boolean(),
      })
      .map(({ texts, style, trailing, indent, indentSeq, lineWidth, comment }) => {
        const document = new Document({
          name: 'x',
          messages: texts.map((text) => ({ role: 'user', content: text + trailing, note: 'kept' })),
        });
        texts.forEach((_, index) => {
          const scalar = document.getIn(['messages', index, 'content'], true) as Scalar;
          scalar.type = style;
          if (comment) scalar.comment = ' why';
        });
        return document.toString({ indent, indentSeq, lineWidth });
      });
    fc.assert(
      fc.property(file, lineEnds, byteOrderMark, spanText, fc.nat(1), (text, ends, mark, edit, index) => {
        // The generator's own writer has faults.
        fc.pre(parseDocument(text).errors.length === 0);
        const document = read('a.prompt.yml', mark + withLineEnds(text, ends));
        const id = `messages[${index}]`;
        const old = spanOf(document, id).text;
        write(write(document, id, edit), id, old);
      }),
      RUNS,
    );
  });

  it('writes any text into the body of a prompt file, and back', () => {
    const header = fc.constantFrom('', '---\nmode: ask\n---\n', '---\ndescription: Ä 🙂\n# c\n--- \n\n');
    fc.assert(
      fc.property(
        header,
        spanText,
        lineEnds,
        byteOrderMark,
        spanText,
        fc.constantFrom('', '\n', '\n \n'),
        (head, body, ends, mark, edit, tail) => {
          fc.pre(head !== '' || (!/^---\s*$/m.test(body) && !/^---\s*$/m.test(edit)));
          const document = read('a.prompt.md', mark + withLineEnds(head + body + tail, ends));
          const after = write(document, 'body', edit);
          if (ends.length === 1 && (head + tail).includes('\n')) {
            const back = textOf(write(after, 'body', body));
            if (back !== textOf(document)) throw new Error('the way back gives another file');
          }
        },
      ),
      RUNS,
    );
  });

  it('writes any text into a plain file, and keeps the lines that stay', () => {
    const anyEnds = fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(spanText, anyEnds, byteOrderMark, spanText, (body, ends, mark, added) => {
        const document = read('a.txt', mark + withLineEnds(body, ends));
        const old = spanOf(document, 'body').text;
        const after = textOf(write(document, 'body', `${old}\n${added}`));
        if (!after.startsWith(textOf(document))) throw new Error('a line that stays has changed');
      }),
      RUNS,
    );
  });
});
