import { describe, expect, it } from 'vitest';
import {
  candidacyOf,
  expressionsOf,
  guardSpan,
  isPromptFile,
  isPromptPath,
  renderMessages,
  splice,
} from '../../../src/formats/index.js';
import { encodeText } from '../../../src/core/prompt.js';
import { errorOf, rawSpan, read, spanOf, textOf, write } from './helpers.js';

const BODY = '# Rules\n\nBe brief. See [style](../style.md).\n';

/** Path, format. Each is also a file that `hone list` finds. */
const PATHS: readonly (readonly [string, string])[] = [
  ['.github/instructions/web/ts.instructions.md', 'vscode-instructions'],
  ['prompts/ts.instructions.md', 'vscode-instructions'],
  ['.github/copilot-instructions.md', 'agent-instructions'],
  ['docs/copilot-instructions.md', 'agent-instructions'],
  ['.github/agents/planner.agent.md', 'vscode-agent'],
  ['.github/agents/planner.md', 'vscode-agent'],
  ['.github/chatmodes/plan.chatmode.md', 'vscode-agent'],
  ['.claude/skills/pdf/SKILL.md', 'agent-skill'],
  ['AGENTS.md', 'agent-instructions'],
  ['packages/a/AGENTS.md', 'agent-instructions'],
  ['.claude/CLAUDE.md', 'agent-instructions'],
  ['CLAUDE.local.md', 'agent-instructions'],
  ['GEMINI.md', 'agent-instructions'],
  ['.claude/commands/git/commit.md', 'claude-command'],
  ['plugins/review/commands/review.md', 'claude-command'],
  ['.claude/agents/tester.md', 'claude-agent'],
  ['plugins/review/agents/tester.md', 'claude-agent'],
  ['.claude/rules/api/errors.md', 'claude-rule'],
  ['.cursor/rules/api/errors.mdc', 'cursor-rule'],
  ['.cursor/rules/errors/RULE.md', 'cursor-rule'],
  ['.cursorrules', 'cursorrules'],
  ['.clinerules/workflows/release.md', 'cline-rule'],
  ['.clinerules', 'cline-rule'],
];

describe('Markdown customisation files', () => {
  it.each(PATHS)('%s is %s', (path, format) => {
    expect(isPromptFile(path, encodeText(BODY))).toBe(true);
    const document = read(path, BODY);
    expect(document.format).toBe(format);
    expect(document.messages).toEqual([{ role: 'system', text: BODY.trimEnd(), spanId: 'body' }]);
    expect(document.placeholders).toEqual([]);
    expect(expressionsOf(document, document.spans[0]!.text)).toContain('../style.md');
  });

  it.each([
    '.github/agents/README.md',
    '.github/agents/more/planner.md',
    '.claude/agents/deep/tester.md',
    '.claude/commands/README.md',
    'agents.md',
    'claude.md',
    'docs/CLAUDE.notes.md',
    'src/commands/run.md',
    'rules/errors.mdc',
    '.cursor/rules/errors.md',
    '.clinerules/data.txt',
    'instructions.md',
  ])('%s is none of them', (path) => expect(isPromptPath(path)).toBe(false));

  it('sends the body as the system message, the row as the user message, and fills nothing', async () => {
    const text = 'Use {{name}}, ${file}, ${{ github.ref }} and {% if x %}.\n';
    for (const [path] of PATHS) {
      expect(await renderMessages(read(path, text), { name: 'x', input: 'y' }, 'y')).toEqual([
        { role: 'system', content: text.trimEnd() },
        { role: 'user', content: 'y' },
      ]);
    }
  });

  it('keeps what stands in braces, and links, wherever they stand', () => {
    const before =
      'Use {{name}}, ${file} and ${{ github.ref }}. Read [a](b.md "why"), #file:x.ts and #tool:run.';
    for (const [path] of PATHS) {
      const document = read(path, before);
      const span = document.spans[0]!;
      expect(guardSpan(document, span, `Please: ${before}`)).toEqual([]);
      expect(guardSpan(document, span, 'Nothing.')).toHaveLength(6);
      const added = `${before} {{more}} ![picture](p.png) [home](https://example.com) [key](<../.env file>)`;
      expect(guardSpan(document, span, added)).toEqual([
        'The expression {{more}} was invented.',
        'The reference ../.env file was invented.',
      ]);
    }
  });

  it('leaves the header alone, whatever it holds', () => {
    const header = '---\r\nname: x # why\r\ndescription:   "y"\r\n---\r\n\r\n';
    for (const [path] of PATHS.filter(([, format]) => format !== 'cursorrules')) {
      const document = read(path, `\ufeff${header}One.\r\n\r\n---\r\n\r\nTwo.\r\n`);
      expect(spanOf(document, 'body').text).toBe('One.\n\n---\n\nTwo.');
      expect(spanOf(document, 'body').firstLine).toBe(6);
      expect(textOf(write(document, 'body', 'One.\n\n---\n\n2.'))).toBe(
        `\ufeff${header}One.\r\n\r\n---\r\n\r\n2.\r\n`,
      );
    }
  });

  it('refuses a first line that begins a header', () => {
    for (const [path, format] of PATHS) {
      const document = read(path, 'One.\n');
      const faults = guardSpan(document, document.spans[0]!, '---\nname: x\n---\nTwo.');
      expect(faults).toHaveLength(format === 'cursorrules' ? 0 : 1);
    }
  });

  it('knows a header only where the host does', () => {
    const rule = '---\nJust a rule.\n---\nText.';
    expect(spanOf(read('AGENTS.md', rule), 'body').text).toBe(rule);
    expect(spanOf(read('.cursorrules', '---\na: b\n---\nx'), 'body').text).toBe('---\na: b\n---\nx');
    for (const path of ['AGENTS.md', '.cursor/rules/a.mdc', '.claude/commands/a.md']) {
      expect(spanOf(read(path, '---\na: b\n\nText.'), 'body').text).toBe('---\na: b\n\nText.');
    }
    for (const path of ['a.instructions.md', 'a.agent.md', 'x/SKILL.md']) {
      expect(errorOf(() => read(path, '---\na: b\n\nText.')).place).toEqual({ file: path, line: 1 });
    }
  });

  it('reads past a header that is not YAML, with a warning where YAML was meant', () => {
    const text = '---\nname: x\ndescription: a: b: [c\n---\nText.\n';
    for (const path of ['a.instructions.md', 'a.agent.md', 'x/SKILL.md']) {
      const document = read(path, text);
      expect(document.spans.map(({ id }) => id)).toEqual(['body']);
      expect(document.problems[0]).toMatchObject({ severity: 'warning', line: 3 });
      expect(textOf(write(document, 'body', 'New.'))).toBe(text.replace('Text.', 'New.'));
    }
    for (const path of ['.cursor/rules/a.mdc', '.claude/agents/a.md', '.claude/commands/a.md', 'AGENTS.md']) {
      expect(read(path, text).problems).toEqual([]);
    }
  });
});

describe('a custom agent', () => {
  const FILE = `---
# who
description: 'Plans the work'
tools: ['search', "edit"]
model: [GPT-5, Claude]
handoffs:
  - label: Start
    agent: coder
    prompt: Now write it.
  - { label: Test, prompt: "Test it: all of it" }
  - label: None
---
You plan.
`;

  it('has its description and the prompts of its handoffs as further spans', () => {
    const document = read('a.agent.md', FILE);
    expect(document.spans.map(({ id, role, text, firstLine }) => [id, role, text, firstLine])).toEqual([
      ['body', 'system', 'You plan.', 13],
      ['description', 'system', 'Plans the work', 3],
      ['handoffs[0].prompt', 'user', 'Now write it.', 9],
      ['handoffs[1].prompt', 'user', 'Test it: all of it', 10],
    ]);
    expect(document.settings).toEqual({ model: 'GPT-5' });
    expect(document.problems.map(({ severity }) => severity)).toEqual(['info']);
  });

  it('writes each in its own style', () => {
    let document = read('a.agent.md', FILE);
    for (const [id, text] of [
      ['description', "Plans the team's work"],
      ['handoffs[0].prompt', 'Write it: now'],
      ['handoffs[1].prompt', 'Test "it"'],
      ['body', 'You plan well.'],
    ] as const) {
      document = write(document, id, text);
    }
    expect(textOf(document)).toBe(
      FILE.replace("'Plans the work'", "'Plans the team''s work'")
        .replace('Now write it.', '"Write it: now"')
        .replace('"Test it: all of it"', '"Test \\"it\\""')
        .replace('You plan.', 'You plan well.'),
    );
  });

  it('offers no text that stands in two places', () => {
    const text = '---\ndescription: &d text\nhandoffs: [{prompt: *d}]\n---\nx';
    expect(read('a.agent.md', text).spans.map(({ id }) => id)).toEqual(['body']);
  });
});

describe('a skill', () => {
  const file = (description: string, name = 'pdf') =>
    `---\nname: ${name}\ndescription: ${description}\nmetadata: { v: 1 }\n---\n\n# PDF\n\nRead it.\n`;
  const at = (description: string, name?: string) => read('skills/pdf/SKILL.md', file(description, name));

  it('has its description as the second span', () => {
    const document = at('Reads PDF files. Use it for forms.');
    expect(document.spans.map(({ id, role }) => [id, role])).toEqual([
      ['body', 'system'],
      ['description', 'system'],
    ]);
    expect(rawSpan(document, 'description')).toBe('Reads PDF files. Use it for forms.');
    expect(document.problems).toEqual([]);
    expect(textOf(write(document, 'description', 'Forms: read them'))).toBe(file('"Forms: read them"'));
    expect(textOf(write(document, 'body', 'Read.'))).toBe(
      file('Reads PDF files. Use it for forms.').replace('# PDF\n\nRead it.', 'Read.'),
    );
  });

  it.each([
    ["'single'", "it''s: new", "'it''''s: new'"],
    ['"double"', 'a "b"', '"a \\"b\\""'],
    ['>-\n  folded\n  text', 'other text', '>-\n  other text'],
    ['|\n  literal', 'a\nb', '|\n  a\n  b'],
  ])('writes a description in the style of %s', (old, text, raw) => {
    expect(textOf(write(at(old), 'description', text))).toBe(file(raw));
  });

  it('keeps to the limits of a description', () => {
    const document = at('Reads PDF files.');
    const span = spanOf(document, 'description');
    expect(guardSpan(document, span, '🙂'.repeat(1024))).toEqual([]);
    expect(guardSpan(document, span, 'x'.repeat(1025))).toEqual([
      "The description has 1025 characters, and a skill's may have 1024.",
    ]);
    expect(guardSpan(document, span, 'a\nb')).toEqual(['The description must stay on one line.']);
    expect(guardSpan(document, span, '')).toEqual(['The text is empty.']);
    expect(guardSpan(document, spanOf(document, 'body'), `${'x'.repeat(2000)}\ny`)).toEqual([]);
  });

  it.each([
    ['x'.repeat(1025), 'pdf', /description .*1025/],
    ['""', 'pdf', /no description/],
    ['Reads.', 'PDF', /lower-case/],
    ['Reads.', 'pdf-', /lower-case/],
    ['Reads.', 'pdf--x', /lower-case/],
    ['Reads.', 'other', /folder of another name/],
  ])('warns of a header that hosts refuse: %.10s, %s', (description, name, sentence) => {
    expect(at(description, name).problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  it('is known in lower case only by its content', () => {
    expect(candidacyOf('docs/skill.md')).toBe('by-content');
    expect(isPromptFile('docs/skill.md', encodeText('# My skill\n'))).toBe(false);
    expect(isPromptFile('docs/skill.md', encodeText(file('x')))).toBe(true);
    expect(isPromptFile('docs/SKILL.md', encodeText('# My skill\n'))).toBe(true);
  });

  it('keeps the commands that are run before it is read', () => {
    const document = read('x/SKILL.md', 'Changes: !`git diff`\n\n```!\nls\n```\n\nDone.\n');
    const span = document.spans[0]!;
    expect(guardSpan(document, span, span.text.replace('Done', 'Ready'))).toEqual([]);
    expect(guardSpan(document, span, span.text.replace('ls', 'rm -rf .'))).toHaveLength(2);
    expect(guardSpan(document, span, `${span.text}\n!\`curl evil\``)).toEqual([
      'The reference !`curl evil` was invented.',
    ]);
  });
});

describe('a Claude command', () => {
  const PATH = '.claude/commands/fix.md';
  const FILE = `---
description: Fix an issue
argument-hint: [issue] [priority]
allowed-tools: Bash(git:*), Read
model: opus
---

State: !\`git status\`. Fix issue $1 with priority $2, see @docs/style.md. All: $ARGUMENTS.
Costs $100 or $5.99, in $HOME of me@example.com.
`;

  it('has a header that is not YAML, and is read without a word', () => {
    const document = read(PATH, FILE);
    expect(document.placeholders).toEqual(['1', '2', 'ARGUMENTS']);
    expect(document.settings).toEqual({ model: 'opus' });
    expect(document.problems.map(({ severity }) => severity)).toEqual(['info']);
    expect(document.messages[0]!.role).toBe('user');
    expect(textOf(write(document, 'body', 'x'))).toBe(`${FILE.slice(0, FILE.indexOf('State'))}x\n`);
  });

  it('is filled in one pass', async () => {
    const [message] = await renderMessages(
      read(PATH, 'A $1 b $2, $ARGUMENTS[0] $ARGUMENTS.\n'),
      { '1': '$2', '2': 'two', ARGUMENTS: 'all $1', 'ARGUMENTS[0]': 'first' },
      undefined,
    );
    expect(message).toEqual({ role: 'user', content: 'A $2 b two, first all $1.' });
  });

  it('keeps arguments, commands and files, and invents none', () => {
    const document = read(PATH, FILE);
    const span = spanOf(document, 'body');
    expect(expressionsOf(document, span.text)).toEqual([
      '$1',
      '$2',
      '$ARGUMENTS',
      '@docs/style.md',
      '!`git status`',
    ]);
    expect(guardSpan(document, span, `Please. ${span.text}`)).toEqual([]);
    for (const added of ['!`rm -rf .`', '@.env', '`@.env`', '$3', '${CLAUDE_PLUGIN_ROOT}']) {
      expect(guardSpan(document, span, `${span.text}\n${added}`)).toHaveLength(1);
    }
  });
});

describe('a Cursor rule', () => {
  it('has a header that is not YAML, and is read without a word', () => {
    const header = '---\ndescription:\nglobs: **/*.ts, **/*.tsx\nalwaysApply: false\n---\n\n';
    const document = read('.cursor/rules/ts.mdc', `${header}Use types. See @types.ts and [x](mdc:a/b.ts).`);
    expect(document.problems.map(({ severity }) => severity)).toEqual(['info']);
    expect(expressionsOf(document, document.spans[0]!.text)).toEqual(['mdc:a/b.ts', '@types.ts']);
    expect(textOf(splice(document, { body: 'See @types.ts and [x](mdc:a/b.ts).' }))).toBe(
      `${header}See @types.ts and [x](mdc:a/b.ts).`,
    );
  });

  it('takes an @ in code for code', () => {
    const text = 'Use `@Input()` as here:\n\n```ts\n@Input() a;\n```\n\nSee @a/b.ts.';
    expect(expressionsOf(read('.cursor/rules/ts.mdc', text), text)).toEqual(['@a/b.ts']);
    expect(expressionsOf(read('CLAUDE.md', text), text)).toEqual(['@a/b.ts']);
  });
});

describe('a Gemini CLI command', () => {
  const PATH = '.gemini/commands/git/fix.toml';
  const FILE = `# why
description = "prompt = 'x'"
prompt = """
Fix {{args}}, see @{docs/style.md}.

State: !{git status}
"""
[other]
prompt = "no"
`;

  it('is the string prompt', () => {
    const document = read(PATH, FILE);
    expect(document.format).toBe('gemini-command');
    expect(document.placeholders).toEqual(['args']);
    expect(spanOf(document, 'prompt').text).toBe(
      'Fix {{args}}, see @{docs/style.md}.\n\nState: !{git status}',
    );
    expect(spanOf(document, 'prompt').firstLine).toBe(4);
    expect(document.problems.map(({ severity }) => severity)).toEqual(['info']);
    expect(textOf(write(document, 'prompt', 'Fix {{args}}:\n"""\\d"""'))).toBe(
      FILE.replace(/Fix [^]*?\n"""/, 'Fix {{args}}:\n\\"""\\\\d\\"""\n"""'),
    );
  });

  it.each([
    ['"one"', 'two "x"', '"two \\"x\\""'],
    ['"one"', 'a\nb', '"""a\nb"""'],
    ["'one'", 'a\\b', "'a\\b'"],
    ["'one'", "it's", '"it\'s"'],
    ["'''\none\n'''", 'a\\b\nc', "'''\na\\b\nc\n'''"],
    ['"""one"""', 'end"', '"""end\\""""'],
  ])('writes into %s', (old, text, raw) => {
    const file = (value: string) => `a = 1\nprompt = ${value} # c\nb = "x"`;
    expect(textOf(write(read(PATH, file(old)), 'prompt', text))).toBe(file(raw));
  });

  it('names file and line of what is wrong', () => {
    expect(errorOf(() => read(PATH, 'a = 1\nprompt = """x\n')).place.file).toBe(PATH);
    expect(errorOf(() => read(PATH, 'a = 1\nb = = 2\n')).place).toEqual({ file: PATH, line: 2 });
    expect(errorOf(() => read(PATH, 'a = 1\n')).message).toContain('prompt');
  });

  it('keeps what is put into the prompt, and invents none', () => {
    const document = read(PATH, FILE);
    const span = spanOf(document, 'prompt');
    for (const added of ['!{rm -rf {a}}', '@{.env}', '{{args}}', '!{x']) {
      expect(guardSpan(document, span, `${span.text}\n${added}`)).toHaveLength(1);
    }
  });
});
