import { describe, expect, it } from 'vitest';
import { encodeText, type PromptDocument } from '../../../src/core/prompt.js';
import { guardSpan, isPromptFile, readPrompt, renderMessages, splice } from '../../../src/formats/index.js';
import { errorOf, read, spanOf, textOf } from './helpers.js';

const CONFIG = 'evals/promptfooconfig.yaml';

/** A file that a configuration names. */
function pointed(path: string, text: string, span?: string): PromptDocument {
  return readPrompt(path, encodeText(text), { format: 'promptfoo-prompt', span });
}

function spans(document: PromptDocument) {
  return document.spans.map(({ id, role, text, firstLine }) => [id, role, text, firstLine]);
}

function messages(document: PromptDocument): string[] {
  return document.problems.map(({ severity, message }) => `${severity}: ${message}`);
}

describe('promptfoo configurations', () => {
  it('give each text of a prompt as a span of its own', () => {
    const document = read(
      CONFIG,
      `# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json
description: sorting
prompts:
  - Sort {{ticket}}.
  - >-
    Sort this ticket
    into one class: {{ ticket }}
  - id: long
    label: Long
    raw: |
      You sort.

      Ticket: {{ ticket | upper }}
  - file://prompts/a.txt
providers:
  - id: openai:chat:gpt-4o-mini
    config: { temperature: 0, max_tokens: 50, response_format: { type: json_object } }
`,
    );
    expect(document.format).toBe('promptfoo');
    expect(spans(document)).toEqual([
      ['prompts[0]', 'user', 'Sort {{ticket}}.', 4],
      ['prompts[1]', 'user', 'Sort this ticket into one class: {{ ticket }}', 6],
      ['prompts[2]', 'user', 'You sort.\n\nTicket: {{ ticket | upper }}', 11],
    ]);
    expect(document.placeholders).toEqual(['ticket']);
    expect(document.settings).toEqual({
      model: 'gpt-4o-mini',
      temperature: 0,
      maxTokens: 50,
      responseFormat: { type: 'json_object' },
    });
    expect(document.references).toEqual([
      { path: 'evals/prompts/a.txt', written: 'file://prompts/a.txt', line: 14 },
    ]);
    expect(document.problems).toEqual([]);
  });

  it('take one text, a list of names, a mapping and JSON as well', () => {
    expect(spans(read(CONFIG, 'prompts: Sort {{x}}\n'))).toEqual([['prompts[0]', 'user', 'Sort {{x}}', 1]]);
    expect(spans(read(CONFIG, 'prompts:\n- Say hello\n'))).toEqual([
      ['prompts[0]', 'system', 'Say hello', 2],
    ]);
    const mapping = read(CONFIG, 'prompts:\n  prompts/a.txt: First\n  "Sort {{x}}": Second\n');
    expect(mapping.references?.map(({ path }) => path)).toEqual(['evals/prompts/a.txt']);
    expect(messages(mapping)).toEqual([
      'info: prompts[1] is the key of a mapping, so Hone does not edit it.',
    ]);
    const json = read('promptfooconfig.json', '{\n\t"prompts": ["Sort {{x}} \\u00e9"],\n\t"tests": []\n}');
    expect(spans(json)).toEqual([['prompts[0]', 'user', 'Sort {{x}} é', 2]]);
    expect(textOf(splice(json, { 'prompts[0]': 'Say "{{x}}" à' }))).toBe(
      '{\n\t"prompts": ["Say \\"{{x}}\\" \\u00e0"],\n\t"tests": []\n}',
    );
  });

  it('are found by name, or by their keys', () => {
    const isConfig = (path: string, text: string) => isPromptFile(path, encodeText(text));
    expect(isConfig('promptfooconfig.prod.yml', 'x: 1\n')).toBe(true);
    expect(isConfig('eval.yaml', 'prompts: [a]\nproviders: [echo]\n')).toBe(true);
    expect(isConfig('eval.yml', '"tests": t.csv\n"prompts" : [a]\n')).toBe(true);
    expect(isConfig('eval.yaml', 'prompts: [a]\n')).toBe(false);
    expect(isConfig('hone.yaml', 'prompts: []\ntests: []\n')).toBe(false);
    expect(isConfig('compose.yaml', 'x:\n  prompts: 1\n  tests: 1\n')).toBe(false);
  });

  it('say why a prompt cannot be edited', () => {
    const document = read(
      CONFIG,
      `prompts:
  - exec:python make.py
  - langfuse://mine:3:chat
  - &a Hello {{x}}
  - *a
  - { id: only-a-name }
  - 7
`,
    );
    expect(messages(document)).toEqual([
      'info: prompts[0] runs a program, which Hone does not do.',
      'info: prompts[1] is kept by another service, where Hone does not look.',
      'info: prompts[3] is an alias, so Hone does not edit it.',
      'info: prompts[4] stands for a name as well, so Hone does not edit it.',
      'warning: prompts[5] has no text, so it is left out.',
    ]);
    expect(document.spans.map(({ id }) => id)).toEqual(['prompts[2]']);
    expect(errorOf(() => splice(document, { 'prompts[2]': 'Bye {{x}}' })).reason).toBe('splice-refused');
  });

  it('that are programs are shown without a span', () => {
    for (const name of [
      'promptfooconfig.js',
      'promptfooconfig.ts',
      'a/promptfooconfig.mjs',
      'promptfooconfig.py',
    ]) {
      const document = read(name, 'export default {}\n');
      expect(document.spans).toEqual([]);
      expect(messages(document)).toEqual([
        'info: The configuration is what this program gives, and Hone runs no programs.',
      ]);
    }
  });

  it.each([
    ['prompts/a', 'a path'],
    ['a.md', 'a path'],
    ['Is it 3.14', 'a path'],
    ['Say a*b', 'a path'],
    ['exec:ls', 'runs a program'],
    ['portkey://x', 'another service'],
    ['[{"role": "user", "content": "x"}]', 'JSON'],
    ['{ not json }', 'JSON'],
    ['Say {{', 'nothing closes'],
    ['Say {{ word', 'nothing closes'],
    ['Say {{\nword }}', 'A tag goes over the end of a line'],
  ])('refuse the one line %j', (text, why) => {
    const document = read(CONFIG, 'prompts:\n  - Say hello\nproviders: [echo]\n');
    expect(guardSpan(document, document.spans[0]!, text).join(' ')).toContain(why);
  });

  it('take any words over several lines', () => {
    const document = read(CONFIG, 'prompts:\n  - |\n    Say hello\nproviders: [echo]\n');
    for (const text of ['a/b', 'See notes.md', 'a\n---\nb', 'one\nfile://x']) {
      expect(guardSpan(document, document.spans[0]!, text)).toEqual([]);
      expect(spanOf(splice(document, { 'prompts[0]': text }), 'prompts[0]').text).toBe(text);
    }
  });

  it('keep tags, filters and comments by the guard', () => {
    const text = 'A {{ x | upper }}{% if y %}!{% endif %}{# c #}{{z}}';
    const document = read(CONFIG, `prompts:\n  - '${text}'\n`);
    expect(document.placeholders).toEqual(['x', 'y', 'z']);
    const [span] = document.spans;
    expect(guardSpan(document, span!, `So: ${text}`)).toEqual([]);
    expect(guardSpan(document, span!, text.replace(' | upper', ''))).toEqual([
      'The expression {{ x | upper }} was lost.',
      'The placeholder {{x}} was invented.',
    ]);
    expect(guardSpan(document, span!, text.replace('{{z}}', '{{ z }}'))).toEqual([]);
  });

  it('refuse what is no mapping, with the line', () => {
    expect(errorOf(() => read(CONFIG, '- a\n'))).toMatchObject({
      reason: 'bad-prompt-file',
      place: { line: 1 },
    });
    expect(errorOf(() => read(CONFIG, 'prompts:\n  - "a\n'))).toMatchObject({ reason: 'bad-prompt-file' });
  });
});

describe('tests in promptfoo configurations', () => {
  it('keep their shape', () => {
    const document = read(
      CONFIG,
      `prompts: ['Sort {{ticket}}']
defaultTest:
  vars: { tone: kind }
  assert:
    - { type: word-count, value: { max: 3 } }
tests:
  - description: money
    vars: { ticket: Refund }
    assert:
      - { type: equals, value: billing }
  - vars: &v
      ticket: Crash
    threshold: 1
  - vars: { <<: *v, other: 1 }
`,
    );
    expect(document.embedded).toEqual({
      kind: 'promptfoo',
      rows: [
        { description: 'money', vars: { ticket: 'Refund' }, assert: [{ type: 'equals', value: 'billing' }] },
        { vars: { ticket: 'Crash' }, threshold: 1 },
        { vars: { ticket: 'Crash', other: 1 } },
      ],
      lines: [7, 11, 14],
      evaluators: [{ type: 'word-count', value: { max: 3 } }],
    });
  });

  it.each(['tests: tests.csv', 'tests: [file://t.yaml]', 'scenarios: [{ config: [] }]'])(
    'may stand elsewhere: %j',
    (tests) => {
      const { embedded } = read(CONFIG, `prompts: [x]\n${tests}\n`);
      expect(embedded).toEqual({ kind: 'promptfoo', rows: [], lines: [], evaluators: [] });
      expect(read(CONFIG, 'prompts: [x]\ntests: []\n').embedded).toBeUndefined();
    },
  );
});

describe('prompt files of promptfoo', () => {
  it('split a text at lines of three dashes', () => {
    const text = '\ufeff\r\n  First {{x}}\r\nmore\r\n --- \r\n\r\n---\r\nSecond\u00a0\r\n';
    const document = pointed('p.txt', text);
    expect(spans(document)).toEqual([
      ['prompt[0]', 'user', 'First {{x}}\nmore', 2],
      ['prompt[1]', 'system', 'Second', 7],
    ]);
    expect(textOf(splice(document, { 'prompt[1]': 'Third\nline' }))).toBe(
      '\ufeff\r\n  First {{x}}\r\nmore\r\n --- \r\n\r\n---\r\nThird\r\nline\u00a0\r\n',
    );
    expect(guardSpan(document, document.spans[1]!, 'a\n  ---\t\nb').join()).toContain('split the prompt');
    expect(errorOf(() => splice(document, { 'prompt[1]': 'a\n---\nb' })).reason).toBe('splice-refused');
    expect(errorOf(() => splice(document, { 'prompt[1]': '  indented' })).reason).toBe('splice-refused');
    expect(spans(pointed('p.txt', 'a\r---\rb'))).toEqual([['prompt[0]', 'system', 'a\n---\nb', 1]]);
    expect(messages(pointed('p.txt', '\n---\n'))).toEqual(['warning: The prompt has no text.']);
  });

  it('send one of several prompts at a time', async () => {
    const text = 'A {{x}}\n---\nB {{y}}\n';
    await expect(renderMessages(pointed('p.txt', text), {}, undefined)).rejects.toMatchObject({
      nextStep: 'Name the span of one of them: prompt[0], prompt[1].',
    });
    const second = pointed('p.txt', text, 'prompt[1]');
    expect(second.placeholders).toEqual(['y']);
    expect(second.spans.map(({ id }) => id)).toEqual(['prompt[1]']);
    expect(await renderMessages(second, { y: '1' }, undefined)).toEqual([{ role: 'user', content: 'B 1' }]);
    expect(textOf(splice(second, { 'prompt[1]': 'C {{y}}' }))).toBe('A {{x}}\n---\nC {{y}}\n');
  });

  it('take all of Markdown and Jinja files, header and blank lines included', async () => {
    const document = pointed('p.md', '---\na: 1\n---\n\nHi {{x}}\n---\nyou\n\n');
    expect(spans(document)).toEqual([['prompt[0]', 'user', '---\na: 1\n---\n\nHi {{x}}\n---\nyou', 1]]);
    expect(await renderMessages(document, { x: 'A' }, undefined)).toEqual([
      { role: 'user', content: '---\na: 1\n---\n\nHi A\n---\nyou\n\n' },
    ]);
    const loop = pointed('p.j2', '{% for o in options %}- {{ o.name }}\n{% endfor %}');
    expect(loop.placeholders).toEqual(['options']);
    expect(await renderMessages(loop, { options: '[{"name":"a"},{"name":"b"}]' }, undefined)).toEqual([
      { role: 'user', content: '- a\n- b\n' },
    ]);
  });

  it('give the messages of a chat in JSON', async () => {
    const text = `[
  {"role": "system", "content": "Sort \\u00e9 {{ kind }}.\\r\\nNow."},
  {"role": "user", "content": "{{ticket}}"}
]`;
    const document = pointed('chat.json', text);
    expect(spans(document)).toEqual([
      ['messages[0]', 'system', 'Sort é {{ kind }}.\nNow.', 2],
      ['messages[1]', 'user', '{{ticket}}', 3],
    ]);
    expect(document.placeholders).toEqual(['kind', 'ticket']);
    expect(await renderMessages(document, { kind: 'x', ticket: '"a"\n' }, undefined)).toEqual([
      { role: 'system', content: 'Sort é x.\r\nNow.' },
      { role: 'user', content: '"a"' },
    ]);
    expect(textOf(splice(document, { 'messages[0]': 'Order à {{ kind }}.\nNow.' }))).toBe(
      text.replace('Sort \\u00e9', 'Order \\u00e0'),
    );
    expect(guardSpan(document, document.spans[1]!, 'file://x{{ticket}}').join()).toContain('a file in place');
  });

  it('give the messages of a chat in YAML', async () => {
    const text =
      '# why\n- role: system\n  content: >-\n    Sort\n    {{ kind }}\n- {role: user, content: "{{t}}"} # c\n';
    const document = pointed('chat.yaml', text);
    expect(spans(document)).toEqual([
      ['messages[0]', 'system', 'Sort {{ kind }}', 3 + 1],
      ['messages[1]', 'user', '{{t}}', 6],
    ]);
    const after = splice(document, { 'messages[0]': 'Sort\nby {{ kind }}', 'messages[1]': 'a: {{t}}' });
    expect(textOf(after)).toContain('# why\n');
    expect(await renderMessages(after, { kind: 'k', t: 't' }, undefined)).toEqual([
      { role: 'system', content: 'Sort\nby k' },
      { role: 'user', content: 'a: t' },
    ]);
  });

  it('give one prompt on each line of JSON lines', () => {
    const text = '[{"role":"user","content":"A {{x}}"}]\r\n\r\nPlain {{y}}\r\n';
    const document = pointed('p.jsonl', text);
    expect(spans(document)).toEqual([
      ['prompt[0].messages[0]', 'user', 'A {{x}}', 1],
      ['prompt[1]', 'user', 'Plain {{y}}', 3],
    ]);
    expect(textOf(splice(document, { 'prompt[0].messages[0]': 'B\n{{x}}' }))).toBe(
      text.replace('A {', 'B\\n{'),
    );
    expect(guardSpan(document, document.spans[1]!, 'a\n{{y}}').join()).toContain('another prompt');
    expect(errorOf(() => splice(document, { 'prompt[1]': 'a\nb' })).reason).toBe('splice-refused');
  });

  it('take JSON that is a template for a text that gives a chat', async () => {
    const text =
      '[{% for m in history %}{"role": "{{ m.role }}", "content": {{ m.content | dump }}},{% endfor %}\n' +
      ' {"role": "user", "content": {{ question | dump }}}]';
    const document = pointed('chat.json', text);
    expect(spans(document)).toEqual([['prompt[0]', 'user', text, 1]]);
    expect(messages(document)).toEqual([
      'info: This is not JSON as it stands, so promptfoo takes it as a text.',
    ]);
    const vars = { history: '[{"role":"assistant","content":"a\\n\\"b\\""}]', question: 'q"' };
    expect(await renderMessages(document, vars, undefined)).toEqual([
      { role: 'assistant', content: 'a\n"b"' },
      { role: 'user', content: 'q"' },
    ]);
    const yaml = pointed('chat.txt', '- role: system\n  content: Be {{tone}}\n- role: user\n  content: Hi\n');
    expect(await renderMessages(yaml, { tone: 'kind' }, undefined)).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('are shown where they cannot be edited', async () => {
    const data = pointed('p.json', '{"task": "Sort {{x}}"}');
    expect(data.spans).toEqual([]);
    expect(messages(data).join()).toContain('no list of role and content');
    expect(await renderMessages(data, { x: 'a' }, undefined)).toEqual([
      { role: 'user', content: '{\n  "task": "Sort a"\n}' },
    ]);
    const mixed = pointed(
      'p.json',
      '[{"role":"system","content":"file://s.txt"},{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"tool","content":"y"}]',
    );
    expect(mixed.spans).toEqual([]);
    expect(messages(mixed)).toEqual([
      'info: The content of messages[0] stands in another file, so Hone does not edit it.',
      'info: The content of messages[1] is not one text, so Hone does not edit it.',
      'error: messages[2] has the role "tool", so the prompt cannot be sent.',
    ]);
    await expect(renderMessages(mixed, {}, undefined)).rejects.toMatchObject({ reason: 'bad-prompt-file' });
    for (const name of ['p.js', 'p.ts', 'p.py', 'p.csv', 'p.njk']) {
      const document = pointed(name, 'x');
      expect(document.spans).toEqual([]);
      expect(document.problems).toMatchObject([{ severity: 'info' }]);
    }
  });

  it('keep the format of their name where that says more', () => {
    const chat = 'messages:\n  - role: user\n    content: x\n';
    const format = (path: string, text: string) =>
      readPrompt(path, encodeText(text), { referenced: true }).format;
    expect(format('a.prompt.yml', chat)).toBe('github-models');
    expect(format('prompts/a.txt', 'x')).toBe('promptfoo-prompt');
    expect(format('a.yaml', chat)).toBe('promptfoo-prompt');
  });
});

describe('rendering as promptfoo does', () => {
  const render = async (prompt: string, vars: Record<string, string>) => {
    const [message] = await renderMessages(pointed('p.md', prompt), vars, undefined);
    return message!.content;
  };

  it.each([
    ['<b>{{x}}</b>', { x: '&"\'' }, '<b>&"\'</b>'],
    ['{{ x }}|{{ gone }}|{{ gone.deep }}', { x: 'a\n' }, 'a||'],
    ['{{ x | upper | replace("A", "b") }}', { x: 'aa' }, 'bb'],
    ['{% if x == "a" %}yes{% else %}no{% endif %}', { x: 'a' }, 'yes'],
    ['a {% raw %}{{ x }}{% endraw %}', { x: 'a' }, 'a {{ x }}'],
    ['{{ x }} and {{', { x: 'a' }, '{{ x }} and {{'],
    ['{{ (x | load).k }}', { x: '{"k": 1}' }, '1'],
    ['{{ x }}', { x: 'a {{ y }}', y: 'b {{ z }}', z: 'c' }, 'a b c'],
    ['{{ x }}', { x: '{{ y | upper }}', y: 'b' }, 'B'],
    ['a {{ x }}', { x: '{{ gone }}' }, 'a {{ gone }}'],
    ['{{ x }}', { x: '{% broken' }, '{% broken'],
    ['{{ env.HOME }}', {}, ''],
    ['{{ x }}', { x: '$& $1' }, '$& $1'],
  ])('%j', async (prompt, vars, expected) => {
    expect(await render(prompt, vars as Record<string, string>)).toBe(expected);
  });

  it('names what the environment would give, and templates that are broken', () => {
    expect(messages(pointed('p.md', 'a\n{{ env.KEY }}'))).toEqual([
      'warning: The prompt reads the environment (env), which Hone leaves empty.',
    ]);
    const broken = pointed('p.md', 'a\n\n{% if %}x');
    expect(broken.problems).toMatchObject([{ severity: 'error', line: 3 }]);
  });

  it('refuses what promptfoo refuses', async () => {
    await expect(render('{{x}}', { x: '{"a": ' + '}' })).rejects.toMatchObject({ reason: 'bad-prompt-file' });
    await expect(render('{% include "x" %}', {})).rejects.toMatchObject({ reason: 'bad-prompt-file' });
    expect(await render('{{x}}', { x: '{"a": 1}' })).toBe('{"a": 1}');
  });
});
