import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { equalBytes } from '../../../src/core/prompt.js';
import { editableText, guardSpan, splice } from '../../../src/formats/index.js';
import { read, write } from './helpers.js';
import { runs } from './propertyRuns.js';

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...Array.from('ab -#:{}%"\'\\~!&^/>[]|?.1')), maxLength: 12 }),
  fc.constantFrom(
    '',
    '  ',
    '---',
    '+++',
    'system:',
    '# User:',
    'Be kind.',
    '{{input}}',
    '{% if a %}',
    '{% endif %}',
  ),
  fc.constantFrom(
    '{{role "user"}}',
    '{{#each a}}{{this}}{{/each}}',
    '\\{{x}}',
    '{# c #}',
    '{{! c }}',
    '🙂',
    'a: b',
  ),
);
const text = fc
  .array(line, { minLength: 1, maxLength: 5 })
  .map((lines) => editableText(lines.join('\n')))
  .filter((each) => each !== '' && !each.startsWith('\ufeff'));

const lineEnds = fc.oneof(
  fc.constantFrom(['\n'], ['\r\n'], ['\r']),
  fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 2, maxLength: 6 }),
);
const mark = fc.constantFrom('', '\ufeff');
const tail = fc.constantFrom('', '\n', '\n\n \n');

/** Files of each format around some texts. */
const FORMATS: Readonly<
  Record<string, (texts: readonly string[], choice: number) => readonly [string, string]>
> = {
  prompty: ([a = '', b = '', c = ''], choice) => [
    'a.prompty',
    `${['', '---\nname: x\n---\n', '\n+++\nmodel: { id: x } # c\n+++\n'][choice]}system:\n${a}\n\nuser:\n${b}\nassistant:\n${c}`,
  ],
  dotprompt: ([a = '', b = '', c = ''], choice) => [
    'a.prompt',
    `${['', '---\nmodel: x # c\n---\n', '# c\n---\ninput: { default: { a: 1 } }\n---\n\n'][choice]}{{role "system"}}\n${a}\n{{role "user"}}${b}{{role "model"}}\n\n${c}`,
  ],
  'dotprompt-yaml': ([a = '', b = ''], choice) => [
    'a.prompt',
    `model: x\nprompts:\n  # c\n  system: ${JSON.stringify(a)} # c\n${choice === 0 ? '' : `  user: |${choice}\n${b.replace(/^(?=.)/gm, ' '.repeat(2 + choice))}\n`}`,
  ],
  jinja: (texts, choice) =>
    choice === 0
      ? ['prompts/a.j2', texts.join('\n')]
      : ['prompts/a.j2', `# system:\n${texts.join('\nuser:\n\n')}`],
  mustache: (texts) => ['prompts/a.mustache', texts.join('\n')],
  handlebars: (texts) => ['prompts/a.hbs', texts.join('\n')],
};

describe('templates, on generated files', { timeout: 120_000 }, () => {
  it.each(Object.entries(FORMATS))('%s: an edit changes its span alone, or is refused', (format, build) => {
    let written = 0;
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 3 }),
        fc.nat(2),
        lineEnds,
        mark,
        tail,
        text,
        fc.nat(5),
        (texts, choice, ends, start, end, edit, index) => {
          const [path, content] = build(texts, choice);
          let count = 0;
          const whole = (start + content + end).replaceAll('\n', () => ends[count++ % ends.length]!);
          const document = readable(path, whole);
          fc.pre(document !== undefined && document.spans.length > 0);
          const span = document.spans[index % document.spans.length]!;
          const same = splice(document, { [span.id]: span.text });
          expect(equalBytes(same.bytes, document.bytes)).toBe(true);
          const faults = guardSpan(document, span, edit);
          try {
            write(document, span.id, edit);
            if (faults.length === 0) written++;
          } catch (error) {
            if (!HoneError.is(error, 'splice-refused')) throw error;
            expect(faults.join(' ')).not.toBe('');
          }
        },
      ),
      runs(200),
    );
    expect(written, `${format} takes edits`).toBeGreaterThan(20);
  });
});

/** A generated file may be none of its format, such as broken YAML. */
function readable(path: string, content: string) {
  try {
    return read(path, content);
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return undefined;
    throw error;
  }
}
