import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { editableText, guardSpan, readPrompt, renderMessages, splice } from '../../../src/formats/index.js';
import { errorOf, rawSpan, read, spanOf, textOf, write } from './helpers.js';
import { runs } from './propertyRuns.js';

const PYTHON = `import os
# hone: prompt
SYSTEM: str = """\\
You are "terse".

Answer in {language}. Literal {{braces}}.
"""

class Agent:
    # hone: prompt
    task = r'Match \\d+ in {{ text }} {"a": 1}'

    prompts = {
        # hone: prompt
        "rank": (
            "Rank\\u00e9 it.\\nNow."
        ),
    }

# hone: prompt
WEATHER = f"The weather in {city}, doubled {{x}}"
`;

const SCRIPT = `import x from 'y';
// hone: prompt
export const SYSTEM = \`You are terse.
Answer \${name} with \\\`code\\\`.\`;

const config = {
  // hone: prompt
  user: 'It\\'s {{ticket}}',
  // hone: prompt
  'other key': "One line" as const,
};
`;

/** A document of the one literal that holds a text, as if the user had put the cursor there. */
function select(path: string, text: string, where: string) {
  const start = Buffer.byteLength(text.slice(0, text.indexOf(where)));
  return readPrompt(path, encodeText(text), { selection: { start, end: start + where.length } });
}

const reasonOf = (path: string, text: string) => {
  const document = read(path, text);
  expect(document.spans).toEqual([]);
  expect(document.problems).toHaveLength(1);
  expect(document.problems[0]!.severity).toBe('info');
  return document.problems[0]!.message;
};

describe('strings in code', () => {
  it('finds marked literals in Python', () => {
    const document = read('src/agent.py', PYTHON);
    expect(document.format).toBe('code-string');
    expect(document.problems).toEqual([]);
    expect(document.spans.map(({ id, role, text, firstLine }) => ({ id, role, text, firstLine }))).toEqual([
      {
        id: 'SYSTEM',
        role: 'user',
        text: 'You are "terse".\n\nAnswer in {language}. Literal {{braces}}.',
        firstLine: 4,
      },
      { id: 'task', role: 'user', text: 'Match \\d+ in {{ text }} {"a": 1}', firstLine: 11 },
      { id: 'rank', role: 'system', text: 'Ranké it.\nNow.', firstLine: 16 },
      { id: 'WEATHER', role: 'user', text: 'The weather in {city}, doubled {{x}}', firstLine: 21 },
    ]);
    expect(document.placeholders).toEqual(['language', 'text', 'city']);
  });

  it('finds marked literals in TypeScript', () => {
    const document = read('src/agent.ts', SCRIPT);
    expect(document.problems).toEqual([]);
    expect(document.spans.map(({ id, text }) => [id, text])).toEqual([
      ['SYSTEM', 'You are terse.\nAnswer ${name} with `code`.'],
      ['user', "It's {{ticket}}"],
      ['other key', 'One line'],
    ]);
    expect(document.placeholders).toEqual(['name', 'ticket']);
  });

  it.each([
    ['SYSTEM', { language: 'French' }, 'You are "terse".\n\nAnswer in French. Literal {braces}.'],
    ['task', { text: '{city}' }, 'Match \\d+ in {city} {"a": 1}'],
    ['WEATHER', { city: '{{x}}' }, 'The weather in {{x}}, doubled {x}'],
  ])('fills %s as Python would', async (span, vars, content) => {
    const document = readPrompt('a.py', encodeText(PYTHON), { span });
    expect(document.spans).toHaveLength(1);
    expect(await renderMessages(document, vars, undefined)).toEqual([{ role: 'user', content }]);
  });

  it('does not send several literals as one prompt', async () => {
    await expect(renderMessages(read('a.py', PYTHON), {}, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
      nextStep: expect.stringContaining('SYSTEM, task, rank, WEATHER') as string,
    });
  });

  it('keeps quotes, raw flag, escapes, and the lines that stay', () => {
    const python = read('a.py', PYTHON.replaceAll('\n', '\r\n'));
    const edit = (id: string, from: string, to: string) =>
      rawSpan(write(python, id, spanOf(python, id).text.replace(from, to)), id);
    expect(edit('SYSTEM', 'in {l', 'always,\nwith """ and \\ in {l')).toBe(
      'You are "terse".\r\n\r\nAnswer always,\r\nwith ""\\" and \\\\ in {language}. Literal {{braces}}.',
    );
    expect(edit('task', 'Match', 'Find')).toBe('Find \\d+ in {{ text }} {"a": 1}');
    expect(edit('rank', 'Now', 'Thé "now"')).toBe('Rank\\u00e9 it.\\nTh\\u00e9 \\"now\\".');
    const script = read('a.ts', SCRIPT);
    const { text } = spanOf(script, 'SYSTEM');
    expect(rawSpan(write(script, 'SYSTEM', `${text}\nNo \`x\` or \\`), 'SYSTEM')).toBe(
      'You are terse.\nAnswer ${name} with \\`code\\`.\nNo \\`x\\` or \\\\',
    );
    const plain = read('a.ts', '// hone: prompt\nconst A = `Hi`;\n');
    expect(rawSpan(write(plain, 'A', 'Hi ${y} and ${'), 'A')).toBe('Hi \\${y} and \\${');
  });

  it('refuses what a raw string cannot hold', () => {
    const document = read('a.py', PYTHON);
    for (const text of ["It's {{ text }}", 'Two\nlines {{ text }}', 'Ends with \\']) {
      expect(errorOf(() => splice(document, { task: text })).reason).toBe('splice-refused');
    }
  });

  it('guards fields, substitutions and lone braces', () => {
    const document = read('a.py', PYTHON);
    const guard = (id: string, text: string) => guardSpan(document, spanOf(document, id), text);
    expect(guard('WEATHER', 'In {city}, {{x}} and {{y}}')).toEqual([]);
    expect(guard('WEATHER', 'In {town}')).toHaveLength(2);
    expect(guard('WEATHER', 'In {city} and {')).toEqual([
      'A single brace was added; in this format string a literal brace is written twice ({{ or }}).',
    ]);
    const script = read('a.ts', SCRIPT);
    const faults = guardSpan(script, spanOf(script, 'SYSTEM'), 'For ${name} and ${os}');
    expect(faults).toEqual(['The placeholder ${os} was invented.']);
  });

  it('takes the literal that the user selected, without a marker, and finds it again after a write', () => {
    const text = 'x = 1\nllm.invoke("Tell a joke")\nB = "Two"\nB = "Three"\n';
    const document = select('a.py', text, 'joke');
    expect(document.spans.map(({ id }) => id)).toEqual(['line 2']);
    const after = write(document, 'line 2', 'Tell a "story"\nor two');
    expect(textOf(after)).toContain('llm.invoke("Tell a \\"story\\"\\nor two")\n');
    expect(select('a.py', text, 'Three').focus).toBe('B#2');
    expect(select('b.tsx', 'const a = <p>x</p>;\nf(`Hi ${you}`);', 'Hi').placeholders).toEqual(['you']);
    expect(errorOf(() => select('a.py', text, 'x = 1')).place.line).toBe(1);
    expect(errorOf(() => select('a.py', text, '"Two"\nB = "Three"')).message).toContain('more than one');
  });

  it.each([
    ['a.py', '# hone: prompt\nA = "a" "b"\n', 'joined from several'],
    ['a.py', '# hone: prompt\nA = (\n  "a"\n  "b"\n)\n', 'joined from several'],
    ['a.py', 'f(\n  # hone: prompt\n  a="a"\n  "b")\n', 'joined from several'],
    ['a.py', '# hone: prompt\nA = "a" + b\n', 'longer expression'],
    ['a.py', '# hone: prompt\nA = "a %s" % b\n', 'longer expression'],
    ['a.py', '# hone: prompt\nA = "a" if b else "c"\n', 'longer expression'],
    ['a.py', '# hone: prompt\nA = ("a"\n  .strip())\n', 'longer expression'],
    ['a.py', '# hone: prompt\nA = dedent("""a""")\n', 'does not assign'],
    ['a.py', '# hone: prompt\nb = 1\nA = "a"\n', 'does not assign'],
    ['a.py', '# hone: prompt\nA = f"a {b.c}"\n', 'more than names ({b.c})'],
    ['a.py', '# hone: prompt\nA = f"a {b!r} {c["d"]}"\n', 'more than names'],
    ['a.py', '# hone: prompt\nA = f"\\x7bb} {c}"\n', 'escaped brace'],
    ['a.py', '# hone: prompt\nA = "\\N{BULLET}"\n', 'the escape \\N'],
    ['a.py', '# hone: prompt\nA = "\\ud83d"\n', 'half of a character'],
    ['a.py', '# hone: prompt\nA = b"a"\n', 'bytes'],
    ['a.py', '# hone: prompt\nA = """a\n', 'no end'],
    ['a.ts', '// hone: prompt\nexport default `Hi`\n', 'does not assign'],
    ['a.ts', '// hone: prompt\nconst A = dedent`a`;\n', 'does not assign'],
    ['a.ts', '// hone: prompt\nconst A = `a ${b.c}`;\n', 'more than names'],
    ['a.ts', '// hone: prompt\nconst A = `${a} \\${b}`;\n', 'escaped brace'],
    ['a.ts', '// hone: prompt\nconst A = "a" +\n  "b";\n', 'longer expression'],
    ['a.ts', '// hone: prompt\nconst A = "a"\n  .trim();\n', 'longer expression'],
    ['a.ts', '// hone: prompt\nconst A = "a" ? 1 : 2;\n', 'longer expression'],
    ['a.ts', '// hone: prompt\nconst A = "a', 'no end'],
    ['a.py', 'A = "a"\n', 'No literal is marked'],
  ])('says why it does not edit: %s %j', (path, text, reason) => {
    expect(reasonOf(path, text)).toContain(reason);
  });

  it.each([
    ['a.py', '# hone: prompt\nA = "Hi {b}".format(b=1)\n', ['b']],
    ['a.py', '# hone: prompt\nA = "Hi"  # why\nB = 1\n', []],
    ['a.py', '# hone: prompt\nself.a["k"] = (\n  """Hi"""\n)\n', []],
    ['a.py', 'x = f"{a["b"]} # no" # c\n# hone: prompt\nA = "Hi"\n', []],
    ['a.ts', '// hone: prompt\nconst A = "Hi"\nconst b = 1\n', []],
    ['a.js', 'a = /["`]/;\n// hone: prompt\nA = ("Hi");\n', []],
    ['a.ts', '// hone: prompt\nprivate readonly a: string = `Hi ${b}`;\n', ['b']],
    ['a.ts', '// hone: prompt\nconst A = `Hi \\${b} {{c}}`;\n', ['c']],
  ])('takes %s %j', (path, text, placeholders) => {
    const document = read(path, text);
    expect(document.spans).toHaveLength(1);
    expect(document.placeholders).toEqual(placeholders);
  });

  it('does not look at programs without a marker, and takes a marker only on a line of its own', () => {
    expect(errorOf(() => readPrompt('a.py', encodeText('A = "a"\n'))).message).toContain('no prompt format');
    expect(readPrompt('a.py', encodeText('x = 1 # hone: prompt\nA = "a"\n')).spans).toEqual([]);
    expect(readPrompt('a.py', encodeText('X = "# hone: prompt"\nA = "a"\n')).spans).toEqual([]);
  });
});

describe('strings in code, on hostile files', () => {
  const half = 400_000;
  it.each([
    ['a.py', '"'.repeat(half)],
    ['a.py', 'f"{'.repeat(half / 4)],
    ['a.py', 'f"""{{{'.repeat(half / 4)],
    ['a.py', '= "" '.repeat(half / 4)],
    ['a.py', "'''" + '\\'.repeat(half)],
    ['a.py', '('.repeat(half)],
    ['a.py', '#'.repeat(half)],
    ['a.py', '# hone: prompt\n'.repeat(half / 16)],
    ['a.py', `A = "${'{'.repeat(half)}"`],
    ['a.py', `A = "${'{a'.repeat(half / 2)}"`],
    ['a.ts', '`${'.repeat(half / 8)],
    ['a.ts', '/'.repeat(half)],
    ['a.ts', '<'.repeat(half)],
    ['a.ts', '\\'.repeat(half)],
    ['a.ts', '/*' + '*'.repeat(half)],
    ['a.ts', '= `` '.repeat(half / 4)],
    ['a.ts', `const a = \`${'$'.repeat(half)}\``],
    ['a.ts', `const a = "a"${' /**/'.repeat(half / 8)}`],
  ])('ends in bounded time: %s %#', (path, hostile) => {
    const start = performance.now();
    const comment = path === 'a.py' ? '#' : '//';
    for (const text of [
      `${comment} hone: prompt\nB = "b"\n${hostile}`,
      `${comment} hone: prompt\n${hostile}`,
    ]) {
      try {
        read(path, text);
        readPrompt(path, encodeText(text), { span: 'A' });
      } catch (error) {
        expect(error).toMatchObject({ reason: 'bad-prompt-file' });
      }
    }
    expect(performance.now() - start).toBeLessThan(8_000);
  });
});

describe('strings in code, on generated files', { timeout: 60_000 }, () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...Array.from('ab \'"`\\{}$\t#/nx0u')), maxLength: 12 }),
    fc.constantFrom('', '  ', '"""', "'''", '${x}', '{x}', '\\n', '\\', '# a', '🙂', 'é\u2028'),
  );
  const text = fc
    .array(line, { minLength: 1, maxLength: 5 })
    .map((lines) => editableText(lines.join('\n')))
    .filter((each) => each !== '');
  const head = '# hone: prompt\nA = ';
  const forms = [
    ['a.py', (old: string) => `${head}${JSON.stringify(old)}  # after\n`],
    ['a.py', (old: string) => `${head}"""\\\n${old.replace(/[\\"]/g, '\\$&')}\n"""\nB = "b"\n`],
    ['a.py', (old: string) => `${head}'''${old.replace(/[\\']/g, '\\$&')}'''`],
    ['a.py', (old: string) => `${head}r"""${old.replace(/[\\"]/g, '')}"""\n`],
    ['a.py', (old: string) => `${head}f"${old.replace(/[\\"{}\n]/g, '')}{x}"\n`],
    ['a.ts', (old: string) => `// hone: prompt\nconst A = ${JSON.stringify(old)};\nconst b = 'b';\n`],
    ['a.ts', (old: string) => `const o = {\n  // hone: prompt\n  A: '${old.replace(/[\\'\n]/g, '')}',\n};`],
    ['a.ts', (old: string) => `// hone: prompt\nconst A = \`\n  ${old.replace(/[\\`$]/g, '\\$&')}\n\`;\n`],
    ['a.ts', (old: string) => `// hone: prompt\nconst A = \`\${x} ${old.replace(/[\\`$]/g, '')}\`;\n`],
  ] as const;

  it('writes exactly, or refuses with the reason', () => {
    let written = 0;
    let tried = 0;
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom(...forms),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom('', '\ufeff'),
        (old, edit, [path, form], lineEnd, mark) => {
          const document = read(path, mark + form(old).replaceAll('\n', lineEnd));
          const [span] = document.spans;
          if (!span) {
            expect(document.problems).not.toEqual([]);
            return;
          }
          expect(splice(document, { A: span.text }).bytes).toBe(document.bytes);
          tried++;
          try {
            write(document, 'A', edit);
            written++;
          } catch (error) {
            expect(error).toMatchObject({
              reason: 'splice-refused',
              message: expect.stringContaining('because') as string,
            });
          }
        },
      ),
      runs(500),
    );
    expect(written / tried).toBeGreaterThan(0.7);
  });
});
