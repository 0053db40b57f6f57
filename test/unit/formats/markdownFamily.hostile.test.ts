import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { encodeText } from '../../../src/core/prompt.js';
import { expressionsOf, guardSpan, readPrompt, splice } from '../../../src/formats/index.js';
import { errorOf, read, textOf, write } from './helpers.js';

const PATHS = [
  'a.prompt.md',
  'a.instructions.md',
  'a.agent.md',
  'x/SKILL.md',
  'AGENTS.md',
  '.claude/commands/a.md',
  '.cursor/rules/a.mdc',
  '.cursorrules',
  'prompts/a.md',
];

/** Ends soon, in a document or in a refusal. A test that hangs is ended by its time limit. */
function readOrRefuse(path: string, text: string) {
  try {
    return read(path, text);
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return undefined;
    throw error;
  }
}

describe('hostile Markdown files', { timeout: 20_000 }, () => {
  it.each(PATHS)('%s: 50 MB are refused unread', (path) => {
    const error = errorOf(() => readPrompt(path, new Uint8Array(50_000_000), { named: true }));
    expect(error.reason).toBe('bad-prompt-file');
    expect(error.message).toContain('50.0 MB');
  });

  it.each(PATHS)('%s: a header in JavaScript is text, and is not run', (path) => {
    const text = '---js\n{ get name() { globalThis.hostile = true; } }\n---\nText.\n';
    const document = read(path, text);
    expect(document.spans[0]!.text).toBe(text.trimEnd());
    expect(document.settings).toEqual({});
    expect(globalThis).not.toHaveProperty('hostile');
  });

  it.each(['a.instructions.md', 'a.agent.md', 'x/SKILL.md'])(
    '%s: a header that multiplies is not used',
    (path) => {
      const levels = Array.from({ length: 9 }, (_, level) => {
        const item = level === 0 ? 'lol' : `*a${level - 1}`;
        return `a${level}: &a${level} [${Array.from({ length: 9 }, () => item).join(', ')}]`;
      });
      const text = `---\n${levels.join('\n')}\ndescription: *a8\n---\nText.\n`;
      const document = read(path, text);
      expect(document.problems[0]).toMatchObject({ severity: 'warning' });
      expect(textOf(write(document, 'body', 'New.'))).toBe(text.replace('Text.', 'New.'));
    },
  );

  it.each(['a.agent.md', 'x/SKILL.md', '.cursor/rules/a.mdc'])(
    '%s: a header of great depth or length',
    (path) => {
      for (const inner of ['['.repeat(90_000), `${'- '.repeat(40_000)}x`, `a: ${'x'.repeat(2_000_000)}`]) {
        expect(readOrRefuse(path, `---\nname: x\nb: ${inner}\n---\nText.\n`)?.spans[0]?.text).toBe('Text.');
      }
    },
  );

  it.each(['__proto__', 'constructor', 'toString'])('a key %s changes nothing', (key) => {
    for (const path of PATHS) {
      const document = readOrRefuse(path, `---\n${key}: {tools: [x], model: y}\nmodel: z\n---\nText.\n`);
      expect(document?.spans.map(({ id }) => id)).toEqual(['body']);
    }
    expect({}).not.toHaveProperty('tools');
  });

  it('long runs of what expressions start with take no time', () => {
    const runs = [
      '[',
      '![',
      '](',
      '{{',
      '${',
      '{%',
      '@',
      '@a/',
      '!`',
      '#file:',
      '`',
      '```\n',
      '$',
      '# ',
      '---\n',
      ' \n',
    ]
      .flatMap((unit) => [unit.repeat(100_000), `${unit.repeat(50_000)}x`])
      .concat('](' + '('.repeat(200_000), `](a${'(b)'.repeat(100_000)}`, `x${' '.repeat(500_000)}y`);
    for (const path of ['.claude/commands/a.md', 'x/SKILL.md', '.cursor/rules/a.mdc', 'prompts/a.md']) {
      for (const run of runs) {
        const document = readOrRefuse(path, `Text.\n${run}\nEnd.`);
        if (document) expressionsOf(document, document.spans[0]!.text);
      }
    }
  });

  it('a path that leads out of the workspace is never opened, and cannot be added', () => {
    const document = read('.claude/commands/a.md', 'See @../../etc/passwd and [x](/etc/passwd).');
    const span = document.spans[0]!;
    expect(document.messages[0]!.text).toBe('See @../../etc/passwd and [x](/etc/passwd).');
    expect(guardSpan(document, span, `${span.text} Also @~/.ssh/id_rsa.`)).toEqual([
      'The reference @~/.ssh/id_rsa was invented.',
    ]);
  });

  it('a heading or a fence without end is bounded by the file', () => {
    const text = `# A\n${'# '.repeat(100_000)}\n\`\`\`\n# B\nx`;
    const document = readPrompt('prompts/a.md', encodeText(text), { span: 'section:A' });
    expect(errorOf(() => splice(document, { 'section:A': '# C' })).reason).toBe('splice-refused');
    expect(errorOf(() => readPrompt('prompts/a.md', encodeText(text), { span: 'section:B' })).reason).toBe(
      'bad-prompt-file',
    );
  });
});

describe('hostile TOML files', { timeout: 20_000 }, () => {
  const path = '.gemini/commands/a.toml';

  it.each([
    ['deep', `prompt = "x"\na = ${'['.repeat(200_000)}`],
    ['unclosed', `prompt = """${'""\\'.repeat(100_000)}`],
    ['keys without end', 'prompt = "x\n'.repeat(20_000)],
    ['dotted keys', `${'a.'.repeat(50_000)}b = 1\nprompt = 1`],
    ['a prompt that is a table', '[prompt]\nx = 1\n'],
  ])('%s: refused', (_name, text) => {
    expect(errorOf(() => read(path, text)).reason).toBe('bad-prompt-file');
  });

  it('many places that look like the prompt are not all tried', () => {
    const text = `a = """\n${'prompt = "x"\n'.repeat(50_000)}"""\nprompt = "y"\n`;
    const document = read(path, text);
    expect(document.messages[0]!.text).toBe('y');
    expect(document.spans).toEqual([]);
    expect(document.problems.map(({ severity }) => severity)).toEqual(['info']);
  });

  it('a key __proto__ changes nothing', () => {
    expect(readOrRefuse(path, '__proto__.prompt = "x"\n')).toBeUndefined();
    expect({}).not.toHaveProperty('prompt');
  });
});
