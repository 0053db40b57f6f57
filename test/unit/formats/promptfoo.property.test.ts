import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, parseDocument, type Scalar } from 'yaml';
import { HoneError } from '../../../src/core/errors.js';
import { encodeText, type PromptDocument } from '../../../src/core/prompt.js';
import { editableText, readPrompt, splice } from '../../../src/formats/index.js';
import { runs } from './propertyRuns.js';

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.string({ unit: fc.constantFrom(...Array.from('ab -#:\'"|>{}[],&*!%@`\\\t.?~1/')), maxLength: 10 }),
  fc.constantFrom(
    '',
    '---',
    ' --- ',
    '# x',
    'a: b',
    '- role: user',
    '{{input}}',
    '{% if a %}',
    '🙂',
    'a/b.md',
  ),
);
const spanText = fc
  .array(line, { minLength: 1, maxLength: 5 })
  .map((lines) => editableText(lines.join('\n')))
  .filter((text) => text !== '' && !text.startsWith('\ufeff'));
const lineEnd = fc.constantFrom('\n', '\r\n');
const byteOrderMark = fc.constantFrom('', '\ufeff');

/** How often an edit was refused, so that a property cannot hold because nothing is ever written. */
class Tally {
  written = 0;
  refused = 0;
}

/** Unchanged is identical; edited is identical outside of the span and reads back; or it is refused with a reason. */
function checkEdit(
  path: string,
  text: string,
  format: string,
  pick: number,
  edit: string,
  tally: Tally,
): void {
  const read = (bytes: Uint8Array): PromptDocument => readPrompt(path, bytes, { format });
  const document = read(encodeText(text));
  const same = Object.fromEntries(document.spans.map((span) => [span.id, span.text]));
  expect(Buffer.from(splice(document, same).bytes).equals(document.bytes)).toBe(true);
  const span = document.spans[pick % Math.max(1, document.spans.length)];
  if (!span) return;
  let after: PromptDocument;
  try {
    after = splice(document, { [span.id]: edit });
  } catch (error) {
    if (!HoneError.is(error, 'splice-refused')) throw error;
    expect(error.message).toContain(span.id);
    tally.refused++;
    return;
  }
  tally.written++;
  const before = Buffer.from(document.bytes);
  const written = Buffer.from(after.bytes);
  const tail = before.length - span.range.end;
  expect(written.subarray(0, span.range.start).equals(before.subarray(0, span.range.start))).toBe(true);
  expect(written.subarray(written.length - tail).equals(before.subarray(span.range.end))).toBe(true);
  const again = read(after.bytes);
  expect(again.spans.map((each) => each.text)).toEqual(
    document.spans.map((each) => (each.id === span.id ? edit : each.text)),
  );
}

const timeout = 60_000;

describe('edits of promptfoo files', () => {
  it('hold in configurations', { timeout }, () => {
    const tally = new Tally();
    const style = fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
    const file = fc
      .record({
        texts: fc.array(fc.record({ text: spanText, style, named: fc.boolean() }), {
          minLength: 1,
          maxLength: 3,
        }),
        indentSeq: fc.boolean(),
        lineWidth: fc.constantFrom(0, 40),
        asJson: fc.constantFrom(undefined, undefined, 0, 2, '\t'),
      })
      .map(({ texts, indentSeq, lineWidth, asJson }) => {
        const data = {
          prompts: texts.map(({ text, named }) => (named ? { label: 'x', raw: text } : text)),
          tests: [{ vars: { a: 1 } }],
        };
        if (asJson !== undefined)
          return { path: 'promptfooconfig.json', text: JSON.stringify(data, null, asJson) };
        const document = new Document(data);
        texts.forEach(({ style, named }, index) => {
          const way = ['prompts', index, ...(named ? ['raw'] : [])];
          (document.getIn(way, true) as Scalar).type = style;
        });
        return { path: 'promptfooconfig.yaml', text: document.toString({ indentSeq, lineWidth }) };
      });
    fc.assert(
      fc.property(
        file,
        lineEnd,
        byteOrderMark,
        spanText,
        fc.nat(2),
        ({ path, text }, end, mark, edit, pick) => {
          // The generator's own writer has faults.
          fc.pre(parseDocument(text).errors.length === 0);
          checkEdit(path, mark + text.replaceAll('\n', end), 'promptfoo', pick, edit, tally);
        },
      ),
      runs(200),
    );
    expect(tally.written).toBeGreaterThan(tally.refused);
  });

  it('hold in texts with several prompts', { timeout }, () => {
    const tally = new Tally();
    const file = fc.array(fc.oneof(spanText, fc.constant('---')), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        file,
        lineEnd,
        byteOrderMark,
        spanText,
        fc.nat(2),
        fc.boolean(),
        (texts, end, mark, edit, pick, whole) => {
          const text = mark + texts.join('\n').replaceAll('\n', end);
          checkEdit(whole ? 'p.md' : 'p.txt', text, 'promptfoo-prompt', pick, edit, tally);
        },
      ),
      runs(200),
    );
    expect(tally.written).toBeGreaterThan(tally.refused);
  });

  it('hold in chats', { timeout }, () => {
    const tally = new Tally();
    const chat = fc.array(
      fc.record({
        role: fc.constantFrom('system', 'user', 'assistant'),
        content: spanText,
        name: fc.constant('x'),
      }),
      { minLength: 1, maxLength: 3 },
    );
    const file = fc
      .record({
        chat,
        form: fc.constantFrom('json', 'escaped', 'jsonl', 'yaml'),
        indent: fc.constantFrom(0, 2, '\t'),
      })
      .map(({ chat, form, indent }) => {
        if (form === 'yaml') return { path: 'c.yaml', text: new Document(chat).toString() };
        if (form === 'jsonl')
          return { path: 'c.jsonl', text: `${JSON.stringify(chat)}\n${JSON.stringify(chat)}\n` };
        const text = JSON.stringify(chat, null, indent);
        const escape = (each: string) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`;
        return { path: 'c.json', text: form === 'json' ? text : text.replace(/[^\n\t -~]/g, escape) };
      });
    fc.assert(
      fc.property(
        file,
        lineEnd,
        byteOrderMark,
        spanText,
        fc.nat(5),
        ({ path, text }, end, mark, edit, pick) => {
          fc.pre(path !== 'c.yaml' || parseDocument(text).errors.length === 0);
          checkEdit(path, mark + text.replaceAll('\n', end), 'promptfoo-prompt', pick, edit, tally);
        },
      ),
      runs(200),
    );
    expect(tally.written).toBeGreaterThan(tally.refused);
  });
});
