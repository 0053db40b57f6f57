import fc from 'fast-check';
import { describe, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { encodeText, type PromptDocument } from '../../../src/core/prompt.js';
import { editableText, readPrompt, splice } from '../../../src/formats/index.js';
import { runs } from './propertyRuns.js';

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...Array.from('ab -#:\'"|>{}[]!@`$\\\t.?~1')), maxLength: 12 }),
  fc.constantFrom(
    '',
    '  ',
    '---',
    '--- ',
    '# A',
    '## B',
    '```',
    '~~~',
    'name: x',
    '- a',
    '$1',
    '!`ls`',
    '@a',
    '🙂',
  ),
);
const text = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => lines.join('\n'));

const header = fc.oneof(
  fc.constantFrom(
    '',
    '---\n---\n',
    '---\nname: x\ndescription: One. # why\n--- \n\n',
    "---\ndescription: 'It''s one'\nhandoffs:\n  - {label: a, prompt: go}\n  - prompt: >-\n      go\n      on\n---\n",
    '---\ndescription: |\n  One\n  two\n\nname: x\n---\n',
    '---\nglobs: **/*.ts, **/*.tsx\nargument-hint: [a] [b]\n---\n',
    '---\ndescription: a: b: [\n---\n',
  ),
  text.map((inner) => `---\n${inner}\n---\n`),
);
const lineEnds = fc.oneof(
  fc.constantFrom(['\n'], ['\r\n'], ['\r']),
  fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 2, maxLength: 6 }),
);

/** A file of a header and a body, each line end chosen apart. */
const file = fc
  .record({ mark: fc.constantFrom('', '\ufeff'), header, body: text, ends: lineEnds })
  .map(({ mark, header: head, body, ends }) => {
    let count = 0;
    return mark + (head + body).replaceAll('\n', () => ends[count++ % ends.length]!);
  });

/** New texts in the form of a span. */
const edit = text.map(editableText).filter((each) => each !== '');

function readOrNone(path: string, content: string, span?: string): PromptDocument | undefined {
  try {
    return readPrompt(path, encodeText(content), { named: true, span });
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return undefined;
    throw error;
  }
}

/**
 * What every write must hold: an unchanged text gives the same bytes; a changed one changes the span alone and reads back,
 * or is refused with a reason.
 */
function check(document: PromptDocument, newText: string): void {
  for (const span of document.spans) {
    const before = Buffer.from(document.bytes);
    if (!before.equals(splice(document, { [span.id]: span.text }).bytes))
      throw new Error('not the same bytes');
    let after: PromptDocument;
    try {
      after = splice(document, { [span.id]: newText });
    } catch (error) {
      if (HoneError.is(error, 'splice-refused') && error.nextStep !== '') continue;
      throw error;
    }
    const written = Buffer.from(after.bytes);
    const { start, end } = span.range;
    const again = readPrompt(document.path, after.bytes, { named: true, span: document.focus });
    const held = again.spans.map((each) => [each.id, each.text]);
    const meant = document.spans.map((each) => [each.id, each.id === span.id ? newText : each.text]);
    if (!written.subarray(0, start).equals(before.subarray(0, start)))
      throw new Error('changed before the span');
    if (!written.subarray(written.length - (before.length - end)).equals(before.subarray(end)))
      throw new Error('changed after the span');
    if (JSON.stringify(held) !== JSON.stringify(meant)) throw new Error('another text reads back');
  }
}

const PATHS = [
  'a.prompt.md',
  'a.instructions.md',
  'a.agent.md',
  'x/SKILL.md',
  'AGENTS.md',
  '.claude/commands/a.md',
  '.claude/agents/a.md',
  '.claude/rules/a.md',
  '.cursor/rules/a.mdc',
  '.cursorrules',
  '.clinerules',
  'prompts/a.md',
];

describe('splice, on generated Markdown files', { timeout: 120_000 }, () => {
  it.each(PATHS)('%s: unchanged, or the span alone, or refused', (path) => {
    fc.assert(
      fc.property(file, edit, (content, newText) => {
        const document = readOrNone(path, content);
        if (document) check(document, newText);
      }),
      runs(1000),
    );
  });

  it('a section: unchanged, or the span alone, or refused', () => {
    const sections = fc
      .tuple(file, text, text)
      .map(([head, own, rest]) => `${head}\n# Own\n${own}\n# Rest\n${rest}`);
    fc.assert(
      fc.property(sections, edit, (content, newText) => {
        const document = readOrNone('prompts/a.md', content, 'section:Own');
        if (document) check(document, newText);
      }),
      runs(1000),
    );
  });

  it('a Gemini CLI command: unchanged, or the span alone, or refused', () => {
    const value = fc.oneof(
      text.map((each) => JSON.stringify(each).replaceAll('\x7f', '\\u007f')),
      text.map((each) => `"""${each.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"""`),
      text.map((each) => `'''${each.replaceAll("'", '')}'''`),
      text.map((each) => `'${each.replace(/['\n]/g, '')}'`),
    );
    const toml = fc
      .tuple(fc.constantFrom('', '\ufeff'), fc.constantFrom('', 'a = "prompt = 1" # c\n'), value, lineEnds)
      .map(([mark, head, prompt, ends]) => {
        let count = 0;
        return (
          mark +
          `${head}prompt = ${prompt} # c\nz = 1\n[t]\nprompt = "x"\n`.replaceAll(
            '\n',
            () => ends[count++ % ends.length]!,
          )
        );
      });
    fc.assert(
      fc.property(toml, edit, (content, newText) => {
        const document = readOrNone('.gemini/commands/a.toml', content);
        if (document) check(document, newText);
      }),
      runs(1000),
    );
  });
});
