import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { editableText, guardSpan, readPrompt, renderMessages, splice } from '../../../src/formats/index.js';
import { errorOf, rawSpan, read, spanOf, textOf, write } from './helpers.js';
import { runs } from './propertyRuns.js';

const FILE = `// A comment with prompt #" inside.
class Ticket {
  title string @description(#"the "short" title"#)
}

template_string Rules(tone: string) #"
  Be {{ tone }}.
"#

function Triage(ticket: Ticket, tone: string) -> "bug" | "billing" {
  client "openai/gpt-4o" /* prompt #"not this"# */
  prompt #"
    {{ _.role("system") }}
    Sort the ticket.
      Keep it short.
    {{ Rules(tone) }}

    {{ _.role('user') }}
    {{ ticket.title }}
    {% if ticket.body %}
    {{ ticket.body }}
    {% endif %}
    {{ ctx.output_format }}
  "#
}

function Shout(text: string) -> string {
  client Fast
  prompt ##"Shout: {{ text }} "# "##
}

test first { functions [Triage] args { tone "kind" } }
`;

const focused = (span: string, text = FILE) =>
  readPrompt('baml_src/main.baml', encodeText(text), { named: true, span });

describe('BAML', () => {
  it('has a span per function, without the shared indentation', () => {
    const document = read('baml_src/main.baml', FILE);
    expect(document.format).toBe('baml');
    expect(document.spans.map(({ id, role, firstLine }) => ({ id, role, firstLine }))).toEqual([
      { id: 'Triage.prompt', role: 'system', firstLine: 13 },
      { id: 'Shout.prompt', role: 'system', firstLine: 29 },
    ]);
    expect(spanOf(document, 'Triage.prompt').text).toMatch(
      /^\{\{ _\.role\("system"\) \}\}\nSort the ticket\.\n {2}Keep it short\.\n/,
    );
    expect(rawSpan(document, 'Shout.prompt')).toBe('##"Shout: {{ text }} "# "##');
    expect(document.placeholders).toEqual(['tone', 'ticket', 'text']);
    expect(document.problems).toEqual([
      { severity: 'info', line: 23, message: expect.stringContaining('ctx.output_format') as string },
    ]);
  });

  it('splits messages at roles, fills arguments, and looks into JSON values', async () => {
    const document = focused('Triage.prompt');
    expect(document.placeholders).toEqual(['tone', 'ticket']);
    const vars = {
      tone: 'kind',
      ticket: JSON.stringify({ title: 'Broken', body: 'It {{ _.role("user") }}' }),
    };
    expect(await renderMessages(document, vars, undefined)).toEqual([
      { role: 'system', content: 'Sort the ticket.\n  Keep it short.\nBe kind.' },
      { role: 'user', content: 'Broken\nIt {{ _.role("user") }}\n{{ ctx.output_format }}' },
    ]);
  });

  it('does not send two prompts as one', async () => {
    const document = read('baml_src/main.baml', FILE);
    await expect(renderMessages(document, {}, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
      nextStep: 'Name the span of one of them: Triage.prompt, Shout.prompt.',
    });
  });

  it('writes with the indentation and the line ends of the block, and keeps the other prompt', () => {
    const document = focused('Triage.prompt', FILE.replaceAll('\n', '\r\n'));
    const { text } = spanOf(document, 'Triage.prompt');
    const after = write(
      document,
      'Triage.prompt',
      text.replace('Keep it short.', 'Keep it short.\n\nNo more.'),
    );
    expect(textOf(after)).toContain('      Keep it short.\r\n\r\n    No more.\r\n    {{ Rules(tone) }}\r\n');
    expect(readPrompt('a.baml', after.bytes).spans).toHaveLength(2);
  });

  it('takes more hashes where the text holds the closing delimiter', () => {
    const document = focused('Triage.prompt');
    const { text } = spanOf(document, 'Triage.prompt');
    const after = write(document, 'Triage.prompt', text.replace('short', '"short"## and "long"#'));
    expect(rawSpan(after, 'Triage.prompt')).toMatch(/^###"\n[^]*"###$/);
  });

  it('guards expressions', () => {
    const document = focused('Shout.prompt');
    const [span] = document.spans;
    expect(guardSpan(document, span!, 'Shout loudly: {{ text }}')).toEqual([]);
    expect(guardSpan(document, span!, 'Shout: {{ other }}')).toHaveLength(2);
    expect(guardSpan(document, span!, 'Shout: {{ text }} {{ x')).toEqual([
      'An opening brace pair that nothing closes was added.',
    ]);
    expect(guardSpan(document, span!, '{{ _.role("user") }} {{ text }}')).toEqual([
      'The expression {{ _.role("user") }} was invented.',
    ]);
  });

  it('says why a prompt cannot be edited', () => {
    const document = read(
      'a.baml',
      'function F(x: string) -> string {\n  client X\n  prompt "Hi {{ x }}"\n}\n',
    );
    expect(document.spans).toEqual([]);
    expect(document.problems).toEqual([
      { severity: 'info', line: 3, message: expect.stringContaining('F is not a block string') as string },
    ]);
  });

  it('refuses a block without an end, with the line', () => {
    const error = errorOf(() => read('a.baml', 'function F() -> string {\n  prompt #"Hi"\n}\n'));
    expect(error).toMatchObject({ reason: 'bad-prompt-file', place: { line: 2 } });
  });

  it('names the prompt whose template fails', async () => {
    const document = read(
      'a.baml',
      'function F(x: string) -> string {\n  prompt #"\n    Hi\n    {{ Other(x) }}\n  "#\n}\n',
    );
    await expect(renderMessages(document, { x: 'a' }, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
      place: { line: 3 },
    });
  });

  it('does not take a file of types alone for a prompt', () => {
    expect(() => readPrompt('types.baml', encodeText('class A {\n  b string\n}\n'))).toThrow(
      /no prompt format/,
    );
  });
});

describe('BAML, on hostile files', () => {
  it.each([
    ['braces', '{'.repeat(1_000_000)],
    ['hashes', '#'.repeat(1_000_000)],
    ['hashes and quotes', '#" "'.repeat(500_000)],
    ['a comment', '/*' + '*'.repeat(2_000_000)],
    ['quotes', '"'.repeat(1_000_000)],
    ['a string', `"${'a\\'.repeat(1_000_000)}`],
    ['parentheses', `function F${'('.repeat(1_000_000)}`],
    ['functions without a body', 'function F() '.repeat(100_000)],
  ])('ends in bounded time: %s', (_name, hostile) => {
    const start = performance.now();
    try {
      read('a.baml', `function A(x: string) -> string { prompt #"Hi {{ x }}"# }\n${hostile}`);
    } catch (error) {
      expect(error).toMatchObject({ reason: 'bad-prompt-file' });
    }
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('ends a template that multiplies itself', async () => {
    const loops = '{% for a in range(99999) %}'.repeat(5) + '{{ x }}' + '{% endfor %}'.repeat(5);
    const document = read('a.baml', `function A(x: string) -> string { prompt #"${loops}"# }\n`);
    await expect(renderMessages(document, { x: 'a' }, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
    });
  });
});

describe('BAML, on generated files', { timeout: 60_000 }, () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...Array.from('ab "#\\{}\t/*')), maxLength: 12 }),
    fc.constantFrom('', '  ', '"#', '"##', '#"', '{{ x }}', '// a', '}', '🙂'),
  );
  const text = fc
    .array(line, { minLength: 1, maxLength: 6 })
    .map((lines) => editableText(lines.join('\n')))
    .filter((each) => each !== '');

  it('writes exactly, or refuses with the reason', () => {
    let written = 0;
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom('', '  ', '    ', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom('', '\ufeff'),
        fc.boolean(),
        (old, edit, indent, lineEnd, mark, isInline) => {
          const body = isInline ? old : `\n${old.replace(/^/gm, indent)}\n  `;
          fc.pre(!body.includes('"#####'));
          const file = `${mark}function A(x: string) -> string {\n  prompt #####"${body}"#####\n}\nfunction B() -> int { prompt #"b"# }`;
          const document = read('a.baml', file.replaceAll('\n', lineEnd));
          const { text: now } = spanOf(document, 'A.prompt');
          expect(splice(document, { 'A.prompt': now }).bytes).toBe(document.bytes);
          try {
            write(document, 'A.prompt', edit);
            written++;
          } catch (error) {
            expect(error).toMatchObject({
              reason: 'splice-refused',
              message: expect.stringContaining('because') as string,
            });
          }
        },
      ),
      runs(300),
    );
    expect(written).toBeGreaterThan(runs(300).numRuns * 0.5);
  });
});
