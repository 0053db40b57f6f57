import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HoneUnderTest } from './hone.js';

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let hone: HoneUnderTest;
beforeAll(async () => {
  hone = await HoneUnderTest.build();
}, 60_000);
afterAll(() => hone.dispose());

interface Listing {
  readonly path: string;
  readonly format: string;
  readonly spans: readonly { readonly id: string; readonly start: number; readonly end: number }[];
  readonly placeholders: readonly string[];
  readonly problems: readonly { readonly severity: string }[];
}

/** A prompt file in a format, and what the commands say of it. */
interface Example {
  readonly path: string;
  readonly format: string;
  readonly file: string;
  readonly spans: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** Span, new text, and what `before` becomes in the file. */
  readonly edits: readonly (readonly [span: string, text: string, before: string, after: string])[];
}

const ROW = { input: 'a row' };
const asSystem = (content: string) => [
  { role: 'system', content },
  { role: 'user', content: 'a row' },
];

const MARKDOWN: readonly Example[] = [
  {
    path: '.github/instructions/ts.instructions.md',
    format: 'vscode-instructions',
    file: "---\r\napplyTo: '**/*.ts,**/*.tsx'\r\n---\r\n\r\nUse types.\r\n",
    spans: ['body'],
    vars: ROW,
    messages: asSystem('Use types.'),
    edits: [['body', 'Use types.\nAlways.', 'Use types.', 'Use types.\r\nAlways.']],
  },
  {
    path: '.github/agents/planner.agent.md',
    format: 'vscode-agent',
    file: "---\ndescription: 'Plans'\nhandoffs:\n  - label: Go\n    prompt: Do it.\n---\nPlan {{this}}.\n",
    spans: ['body', 'description', 'handoffs[0].prompt'],
    vars: ROW,
    messages: asSystem('Plan {{this}}.'),
    edits: [
      ['body', 'Please plan {{this}}.', 'Plan {{this}}.', 'Please plan {{this}}.'],
      ['description', "Plans a team's work", "'Plans'", "'Plans a team''s work'"],
      ['handoffs[0].prompt', 'Do it: now', 'Do it.', '"Do it: now"'],
    ],
  },
  {
    path: '.claude/skills/pdf/SKILL.md',
    format: 'agent-skill',
    file: '---\nname: pdf\ndescription: Reads PDF files.\n---\n\n# PDF\n\nRead it.\n',
    spans: ['body', 'description'],
    vars: ROW,
    messages: asSystem('# PDF\n\nRead it.'),
    edits: [
      ['body', '# PDF\n\nRead.', 'Read it.', 'Read.'],
      ['description', 'PDF: reads', 'Reads PDF files.', '"PDF: reads"'],
    ],
  },
  {
    path: 'CLAUDE.md',
    format: 'agent-instructions',
    file: '# Rules\n\nSee @docs/style.md.',
    spans: ['body'],
    vars: ROW,
    messages: asSystem('# Rules\n\nSee @docs/style.md.'),
    edits: [['body', 'Read @docs/style.md.', '# Rules\n\nSee', 'Read']],
  },
  {
    path: '.claude/commands/fix.md',
    format: 'claude-command',
    file: '---\nargument-hint: [issue] [priority]\n---\nFix $1: $ARGUMENTS. !`git status`\n',
    spans: ['body'],
    vars: { '1': '42', ARGUMENTS: '42 high' },
    messages: [{ role: 'user', content: 'Fix 42: 42 high. !`git status`' }],
    edits: [['body', 'Do fix $1: $ARGUMENTS. !`git status`', 'Fix', 'Do fix']],
  },
  {
    path: '.cursor/rules/ts.mdc',
    format: 'cursor-rule',
    file: '---\ndescription:\nglobs: **/*.ts, **/*.tsx\nalwaysApply: false\n---\nUse types.',
    spans: ['body'],
    vars: ROW,
    messages: asSystem('Use types.'),
    edits: [['body', 'Always use types.', 'Use types.', 'Always use types.']],
  },
  {
    path: '.cursorrules',
    format: 'cursorrules',
    file: '\ufeffUse types.\n',
    spans: ['body'],
    vars: ROW,
    messages: asSystem('Use types.'),
    edits: [['body', 'Always.', 'Use types.', 'Always.']],
  },
  {
    path: '.clinerules/ts.md',
    format: 'cline-rule',
    file: 'Use types.\n',
    spans: ['body'],
    vars: ROW,
    messages: asSystem('Use types.'),
    edits: [['body', 'Always.', 'Use types.', 'Always.']],
  },
  {
    path: '.gemini/commands/fix.toml',
    format: 'gemini-command',
    file: 'description = "x" # c\nprompt = """\nFix {{args}}.\n"""\n',
    spans: ['prompt'],
    vars: { args: '42' },
    messages: [{ role: 'user', content: 'Fix 42.\n' }],
    edits: [['prompt', 'Fix "{{args}}".\n\\d', 'Fix {{args}}.', 'Fix "{{args}}".\n\\\\d']],
  },
];

const TEMPLATES: readonly Example[] = [
  {
    path: 'chat.prompty',
    format: 'prompty',
    file: '---\nname: Chat\nmodel: { id: gpt-4o }\n---\nsystem:\nBe kind to {{ name }}.\n\nuser:\n{% for q in questions %}{{ q }} {% endfor %}\n',
    spans: ['messages[0]', 'messages[1]'],
    vars: { name: 'Ada', questions: '["Why?", "How?"]' },
    messages: [
      { role: 'system', content: 'Be kind to Ada.' },
      { role: 'user', content: 'Why? How? ' },
    ],
    edits: [['messages[0]', 'Be very kind to {{ name }}.', 'Be kind', 'Be very kind']],
  },
  {
    path: 'greet.prompt',
    format: 'dotprompt',
    file: '---\nmodel: googleai/gemini-2.0-flash\ninput: { default: { tone: warm } }\n---\n{{role "system"}}\nGreet in a {{tone}} tone.\n{{role "user"}}\n{{#each names}}{{this}}, {{/each}}\n',
    spans: ['messages[0]', 'messages[1]'],
    vars: { names: '["Ada", "Alan"]' },
    messages: [
      { role: 'system', content: '\nGreet in a warm tone.\n' },
      { role: 'user', content: '\nAda, Alan, ' },
    ],
    edits: [['messages[0]', 'Greet briefly in a {{tone}} tone.', 'Greet in', 'Greet briefly in']],
  },
  {
    path: 'explain.prompt',
    format: 'dotprompt-yaml',
    file: 'config: { temperature: 0 }\nprompts:\n  system: Explain. # short\n  user: "About {{ topic }}"\n',
    spans: ['prompts.system', 'prompts.user'],
    vars: { topic: 'ice' },
    messages: [
      { role: 'system', content: 'Explain.' },
      { role: 'user', content: 'About ice' },
    ],
    edits: [['prompts.system', 'Explain: briefly.', 'Explain.', '"Explain: briefly."']],
  },
  {
    path: 'plain.prompt',
    format: 'mustache',
    file: 'Say <{{word}}>{{#more}} and {{.}}{{/more}}.',
    spans: ['body'],
    vars: { word: '&', more: '["a", "b"]' },
    messages: [{ role: 'user', content: 'Say <&> and a and b.' }],
    edits: [['body', 'Do say <{{word}}>{{#more}} and {{.}}{{/more}}.', 'Say', 'Do say']],
  },
  {
    path: 'prompts/letter.j2',
    format: 'jinja',
    file: '{# kept #}Dear {{ name | upper }}',
    spans: ['body'],
    vars: { name: 'Ada' },
    messages: [{ role: 'user', content: 'Dear ADA' }],
    edits: [['body', '{# kept #}Dearest {{ name | upper }}', 'Dear', 'Dearest']],
  },
  {
    path: 'prompts/letter.hbs',
    format: 'handlebars',
    file: 'Dear {{#if name}}{{name}}{{else}}friend{{/if}}',
    spans: ['body'],
    vars: { name: 'Ada' },
    messages: [{ role: 'user', content: 'Dear Ada' }],
    edits: [['body', 'Dearest {{#if name}}{{name}}{{else}}friend{{/if}}', 'Dear', 'Dearest']],
  },
];

/** `list`, `render` and `apply` on each example. Formats add their own. */
const PROMPTFOO: readonly Example[] = [
  {
    path: 'evals/promptfooconfig.yaml',
    format: 'promptfoo',
    file: '# c\nprompts:\n  - file://text.txt\n  - chat.json\n  - >-\n    Sort {{ ticket | upper }}\n    now.\ntests:\n  - vars: { ticket: a }\n',
    spans: ['prompts[2]'],
    vars: { ticket: '<b>' },
    messages: [{ role: 'user', content: 'Sort <B> now.' }],
    edits: [
      [
        'prompts[2]',
        'Order {{ ticket | upper }} now.',
        'Sort {{ ticket | upper }}\n    now.',
        'Order {{ ticket | upper }} now.',
      ],
    ],
  },
  {
    path: 'evals/text.txt',
    format: 'promptfoo-prompt',
    file: '\n  Sort {{ticket}}.\r\n---\r\n',
    spans: ['prompt[0]'],
    vars: { ticket: 'a' },
    messages: [{ role: 'user', content: 'Sort a.' }],
    edits: [['prompt[0]', 'Sort\n{{ticket}}.', 'Sort {{', 'Sort\r\n{{']],
  },
  {
    path: 'evals/chat.json',
    format: 'promptfoo-prompt',
    file: '[{"role": "system", "content": "S\\u00e9 {{kind}}"}, {"role": "user", "content": "{{ticket}}"}]',
    spans: ['messages[0]', 'messages[1]'],
    vars: { ticket: '"a"', kind: 'k' },
    messages: [
      { role: 'system', content: 'Sé k' },
      { role: 'user', content: '"a"' },
    ],
    edits: [
      ['messages[0]', 'Sà\n{{kind}}', '\\u00e9 {', '\\u00e0\\n{'],
      ['messages[1]', 'T: "{{ticket}}"', '"{{ticket}}"', '"T: \\"{{ticket}}\\""'],
    ],
  },
];

const PROGRAMS: readonly Example[] = [
  {
    path: 'hub/weather.json',
    format: 'langchain',
    file: '{"_type": "prompt", "input_variables": ["city"],\n "template": "Caf\\u00e9 in {city}? {{}}"}\n',
    spans: ['template'],
    vars: { city: 'Rome' },
    messages: [{ role: 'user', content: 'Café in Rome? {}' }],
    edits: [['template', 'A café\nin {city}? {{}}', 'Caf\\u00e9 in', 'A caf\\u00e9\\nin']],
  },
  {
    path: 'hub/antonyms.yaml',
    format: 'langchain',
    file: 'prefix: Antonyms.\n_type: few_shot\nexample_prompt: { template: "{a}-{b}" }\nexamples:\n  - { a: hot, b: cold }\nsuffix: >-\n  {word}-\ninput_variables: [word]\n',
    spans: ['prefix', 'suffix'],
    vars: { word: 'big' },
    messages: [{ role: 'user', content: 'Antonyms.\n\nhot-cold\n\nbig-' }],
    edits: [['prefix', 'Opposites: words.', 'Antonyms.', '"Opposites: words."']],
  },
  {
    path: 'plugins/Writer/Sum/skprompt.txt',
    format: 'semantic-kernel-text',
    file: '\ufeff<message role="system">Be brief.</message>\r\n<message role="user">{{$input}}</message>',
    spans: ['body'],
    vars: { input: 'a < b' },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'a < b' },
    ],
    edits: [
      [
        'body',
        '<message role="system">Be very brief.</message>\n<message role="user">{{$input}}</message>',
        'Be brief',
        'Be very brief',
      ],
    ],
  },
  {
    path: 'functions/sum.yml',
    format: 'semantic-kernel-yaml',
    file: 'template: "{{#message role=\'user\'}}Sum {{text}}{{/message}}" # why\ntemplate_format: handlebars\n',
    spans: ['body'],
    vars: { text: 'this' },
    messages: [{ role: 'user', content: 'Sum this' }],
    edits: [['body', "{{#message role='user'}}Sum up {{text}}{{/message}}", 'Sum {{', 'Sum up {{']],
  },
  {
    path: 'baml_src/sort.baml',
    format: 'baml',
    file: 'function Sort(ticket: string) -> string {\r\n  client X\r\n  prompt #"\r\n    Sort.\r\n    {{ _.role("user") }}\r\n    {{ ticket }}\r\n  "#\r\n}\r\n',
    spans: ['Sort.prompt'],
    vars: { ticket: 'Lost' },
    messages: [
      { role: 'system', content: 'Sort.' },
      { role: 'user', content: 'Lost' },
    ],
    edits: [
      [
        'Sort.prompt',
        'Sort it.\n\nWell.\n{{ _.role("user") }}\n{{ ticket }}',
        '    Sort.\r\n',
        '    Sort it.\r\n\r\n    Well.\r\n',
      ],
    ],
  },
  {
    path: 'src/agent.py',
    format: 'code-string',
    file: 'class A:\n    # hone: prompt\n    task = """\\\nSay "{word}".\n    """\n',
    spans: ['task'],
    vars: { word: 'hi' },
    messages: [{ role: 'user', content: 'Say "hi".' }],
    edits: [['task', 'Say """{word}""" \\o/', 'Say "{word}".', 'Say ""\\"{word}""\\" \\\\o/']],
  },
  {
    path: 'src/agent.ts',
    format: 'code-string',
    file: "// hone: prompt\nexport const PROMPT = `Say ${word}.`;\nexport const other = 'x';\n",
    spans: ['PROMPT'],
    vars: { word: 'hi' },
    messages: [{ role: 'user', content: 'Say hi.' }],
    edits: [['PROMPT', 'Say `${word}`!', 'Say ${word}.', 'Say \\`${word}\\`!']],
  },
];

function describeFormats(family: string, examples: readonly Example[]): void {
  describe(`list, render and apply: ${family}`, () => {
    const files = Object.fromEntries(examples.map((example) => [example.path, example.file]));

    it('lists each file with its format and its spans in bytes', async () => {
      const cwd = await hone.workspace(files);
      const { code, stdout } = await hone.run(['list', '--json', '-'], cwd);
      expect(code).toBe(0);
      const listings = JSON.parse(stdout) as Listing[];
      for (const { path: name, format, spans, file } of examples) {
        const listing = listings.find((each) => each.path === name);
        expect(listing).toMatchObject({ format });
        expect(listing!.spans.map(({ id }) => id)).toEqual(spans);
        expect(listing!.problems.filter(({ severity }) => severity !== 'info')).toEqual([]);
        for (const { start, end } of listing!.spans) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(Buffer.byteLength(file));
        }
      }
      expect(listings).toHaveLength(examples.length);
    });

    it.each(examples.map((example) => [example.format, example] as const))(
      'renders %s',
      async (_, example) => {
        const cwd = await hone.workspace(files);
        const args = ['render', example.path, '--vars', JSON.stringify(example.vars), '--json', '-'];
        const { code, stdout, stderr } = await hone.run(args, cwd);
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(JSON.parse(stdout)).toEqual({ messages: example.messages });
      },
    );

    const edits = examples.flatMap((example) =>
      example.edits.map((edit) => [example.format, edit[0], example, edit] as const),
    );
    it.each(edits)('writes into %s, %s', async (_format, span, example, [, text, before, after]) => {
      const cwd = await hone.workspace({ ...files, 'new.txt': text });
      const file = path.join(cwd, example.path);
      const same = await hone.run(['apply', example.path, '--span', span, '--text-file', 'new.txt'], cwd);
      expect({ code: same.code, stderr: same.stderr }).toMatchObject({ code: 0 });
      expect(await readFile(file, 'utf8')).toBe(example.file.replace(before, () => after));
    });
  });
}

describeFormats('Markdown customisation files', MARKDOWN);
describeFormats('Templates', TEMPLATES);
describeFormats('promptfoo', PROMPTFOO);
describeFormats('Libraries and programs', PROGRAMS);

describe('a file with several prompts', () => {
  const files = {
    'promptfooconfig.yaml': 'prompts: [p.txt]\ntests:\n  - vars: { x: a }\n',
    'p.txt': 'One {{x}}\n---\nTwo {{x}}\n',
    'new.txt': 'Three\n---\n{{x}}',
  };

  it('is rendered one prompt at a time, and keeps their number', async () => {
    const cwd = await hone.workspace(files);
    const render = ['render', 'p.txt', '--vars', '{"x": "a"}', '--json', '-'];
    const all = await hone.run(render, cwd);
    expect(all.code).toBe(2);
    expect(all.stderr).toContain('prompt[0], prompt[1]');
    const second = await hone.run([...render, '--span', 'prompt[1]'], cwd);
    expect(JSON.parse(second.stdout)).toEqual({ messages: [{ role: 'user', content: 'Two a' }] });
    const split = await hone.run(['apply', 'p.txt', '--span', 'prompt[1]', '--text-file', 'new.txt'], cwd);
    expect(split.code).toBe(1);
    expect(split.stderr).toContain('split the prompt in two');
  });
});

describe('a section', () => {
  const FILE = '# Task\nSort.\n\n# Output\nOne word: {{ticket}}\n';

  it('is listed and written where hone.yaml names it', async () => {
    const cwd = await hone.workspace({
      'hone.yaml': 'prompts:\n  - path: prompts/sort.md\n    section: Task\n',
      'prompts/sort.md': FILE,
      'new.txt': 'Sort it.',
      'ends.txt': 'Sort.\n# More\n',
    });
    const { stdout } = await hone.run(['list', '--json', '-'], cwd);
    expect((JSON.parse(stdout) as Listing[])[0]!.spans).toEqual([
      { id: 'section:Task', role: 'user', start: 7, end: 12 },
    ]);
    const apply = ['apply', 'prompts/sort.md', '--span', 'section:Task', '--text-file'];
    expect((await hone.run([...apply, 'new.txt'], cwd)).code).toBe(0);
    expect(await readFile(path.join(cwd, 'prompts/sort.md'), 'utf8')).toBe(FILE.replace('Sort.', 'Sort it.'));
    const refused = await hone.run([...apply, 'ends.txt'], cwd);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('"More"');
  });
});
