import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document } from 'yaml';
import { encodeText } from '../../../src/core/prompt.js';
import { editableText, guardSpan, readPrompt, renderMessages, splice } from '../../../src/formats/index.js';
import { errorOf, rawSpan, spanOf, textOf, write } from './helpers.js';
import { runs } from './propertyRuns.js';

const read = (path: string, text: string) => readPrompt(path, encodeText(text));

const PROMPT = `{
  "_type": "prompt",
  "input_variables": ["city", "day"],
  "partial_variables": {"day": "Monday"},
  "template": "Weather in {city} on {day}?\\n\\nAnswer as {{\\"t\\": 1}}. Caf\\u00e9"
}
`;

const FEW_SHOT = `_type: few_shot
input_variables: [adjective]
prefix: >-
  Write antonyms
  for words.
example_prompt:
  _type: prompt
  input_variables: [input, output]
  template: "In: {input}\\nOut: {output}"
examples:
  - {input: happy, output: sad}
  - {input: tall, output: short}
suffix: "In: {adjective}\\nOut:"
`;

const CHAT_TREE = JSON.stringify({
  lc: 1,
  type: 'constructor',
  id: ['langchain', 'prompts', 'chat', 'ChatPromptTemplate'],
  kwargs: {
    input_variables: ['q', 'tone'],
    partial_variables: { tone: 'kind' },
    messages: [
      message('SystemMessagePromptTemplate', 'Be {tone}.'),
      { lc: 1, id: ['x', 'MessagesPlaceholder'], kwargs: { variable_name: 'history' } },
      { lc: 1, id: ['x', 'AIMessage'], kwargs: { content: 'Ask {me}.' } },
      message('HumanMessagePromptTemplate', '{{q}}', 'mustache'),
    ],
  },
});

function message(name: string, template: string, format = 'f-string') {
  const prompt = { lc: 1, id: ['x', 'PromptTemplate'], kwargs: { template, template_format: format } };
  return { lc: 1, type: 'constructor', id: ['langchain', 'prompts', 'chat', name], kwargs: { prompt } };
}

describe('LangChain prompts', () => {
  it('reads and fills a prompt template as Python does', async () => {
    const document = read('prompt.json', PROMPT);
    expect(document).toMatchObject({ format: 'langchain', placeholders: ['city'], problems: [] });
    expect(document.spans).toMatchObject([{ id: 'template', role: 'user', firstLine: 5 }]);
    expect(await renderMessages(document, { city: '{day}' }, undefined)).toEqual([
      { role: 'user', content: 'Weather in {day} on Monday?\n\nAnswer as {"t": 1}. Café' },
    ]);
  });

  it('writes JSON in the spelling of the file', () => {
    const document = read('prompt.json', PROMPT);
    const { text } = spanOf(document, 'template');
    const after = write(document, 'template', text.replace('?', '?\nIn é?'));
    expect(rawSpan(after, 'template')).toBe(
      '"Weather in {city} on {day}?\\nIn \\u00e9?\\n\\nAnswer as {{\\"t\\": 1}}. Caf\\u00e9"',
    );
  });

  it('renders few-shot prompts with their examples, and edits prefix and suffix', async () => {
    const document = read('antonyms.yaml', FEW_SHOT);
    expect(document.spans.map(({ id, text }) => [id, text])).toEqual([
      ['prefix', 'Write antonyms for words.'],
      ['suffix', 'In: {adjective}\nOut:'],
    ]);
    expect(await renderMessages(document, { adjective: 'big' }, undefined)).toEqual([
      {
        role: 'user',
        content: 'Write antonyms for words.\n\nIn: happy\nOut: sad\n\nIn: tall\nOut: short\n\nIn: big\nOut:',
      },
    ]);
    const after = write(document, 'prefix', 'Write the opposite.');
    expect(textOf(after)).toBe(FEW_SHOT.replace('Write antonyms\n  for words.', 'Write the opposite.'));
  });

  it('reads chat trees: roles, partial values, formats of their own', async () => {
    const document = read('hub/chat.json', CHAT_TREE);
    expect(document.placeholders).toEqual(['q']);
    expect(document.spans.map(({ id, role }) => [id, role])).toEqual([
      ['messages[0]', 'system'],
      ['messages[2]', 'assistant'],
      ['messages[3]', 'user'],
    ]);
    expect(document.problems).toMatchObject([
      { severity: 'info', message: expect.stringContaining('MessagesPlaceholder') as string },
    ]);
    expect(await renderMessages(document, { q: 'a<b' }, undefined)).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'assistant', content: 'Ask {me}.' },
      { role: 'user', content: 'a<b' },
    ]);
    write(document, 'messages[3]', 'Say "{{q}}"');
  });

  it('sends the first message alone of the chat files that the loader takes', async () => {
    const messages = [{ prompt: { template: 'Hi {x}' } }, { prompt: { template: 'Bye' } }];
    const text = JSON.stringify({ _type: 'chat', input_variables: ['x'], messages });
    const document = read('chat.json', text);
    expect(document.spans.map(({ id }) => id)).toEqual(['messages[0].prompt.template']);
    expect(document.problems).toMatchObject([{ severity: 'info' }]);
    expect(await renderMessages(document, { x: 'A' }, undefined)).toEqual([
      { role: 'user', content: 'Hi A' },
    ]);
  });

  it('renders jinja2', async () => {
    const document = read(
      'p.yaml',
      'template: "{% if x %}Hi {{ x }}{% endif %}"\ninput_variables: [x]\ntemplate_format: jinja2\n',
    );
    expect(await renderMessages(document, { x: 'A' }, undefined)).toEqual([
      { role: 'user', content: 'Hi A' },
    ]);
    const [span] = document.spans;
    expect(guardSpan(document, span!, '{% if x %}Hello {{x}}{% endif %}')).toEqual([]);
    expect(guardSpan(document, span!, '{% if x %}{{ x }} {{')).not.toEqual([]);
  });

  it('guards fields and single braces', () => {
    const document = read('prompt.json', PROMPT);
    const [span] = document.spans;
    expect(guardSpan(document, span!, '{day} {city} {{x}}')).toEqual([]);
    expect(guardSpan(document, span!, '{day} {city} {"x": 1}')).not.toEqual([]);
    expect(guardSpan(document, span!, '{day}')).toEqual(['The placeholder {city} was lost.']);
  });

  it.each([
    ['template_path: a.txt\n_type: prompt\n', 'in the file a.txt'],
    ['_type: prompt\ntemplate: hi\ntemplate_format: ejs\n', 'template format "ejs"'],
    ['_type: prompt\nx: &a hi\ntemplate: *a\n', 'alias'],
  ])('says why it does not edit %j', (text, reason) => {
    const document = read('p.yaml', text.replace(/^/, 'input_variables: []\n'));
    expect(document.spans).toEqual([]);
    expect(document.problems).toMatchObject([
      { severity: 'info', message: expect.stringContaining(reason) as string },
    ]);
  });

  it('does not render examples of another file', async () => {
    const document = read('p.yaml', FEW_SHOT.replace(/^examples:\n(?: {2}.*\n)*/m, 'examples: a.json\n'));
    expect(document.spans).toHaveLength(2);
    await expect(renderMessages(document, { adjective: 'a' }, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
      message: expect.stringContaining('another file') as string,
    });
  });

  it.each([
    ['package.json', '{"name": "x"}'],
    ['a.json', '{"input_variables": 1, "template": "x"}'],
    ['a.json', '{"input_variables": [], "template": '],
    ['a.yaml', 'input_variables:\n  - 1\ntemplate: hi\n'],
  ])('does not take %s %j for one', (path, text) => {
    expect(errorOf(() => read(path, text)).message).toContain('no prompt format');
  });
});

describe('LangChain prompts, hostile', () => {
  it.each([
    ['a.json', `{"input_variables": [], "template": ${'['.repeat(500_000)}`],
    ['a.yaml', `input_variables: []\ntemplate: ${'['.repeat(100_000)}`],
    [
      'a.yaml',
      `input_variables: []\ntemplate: x\na: &a [x, x]\n${Array.from('bcdefghijk', (name, index) => `${name}: &${name} [*${'abcdefghij'[index]}, *${'abcdefghij'[index]}]`).join('\n')}\n`,
    ],
  ])('is refused in bounded time: %s %#', (path, text) => {
    const start = performance.now();
    expect(errorOf(() => readPrompt(path, encodeText(text), { format: 'langchain' })).reason).toBe(
      'bad-prompt-file',
    );
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('reads no prototype and no file', async () => {
    const text = (template: string) =>
      JSON.stringify({ _type: 'prompt', input_variables: [], template, template_format: 'jinja2' });
    const document = read('a.json', text('{% include "/etc/passwd" %}'));
    await expect(renderMessages(document, {}, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
    });
    const reach = read('a.json', text('{{ x.constructor.constructor("return 1")() }}'));
    await expect(renderMessages(reach, { x: 'a' }, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
    });
    const field = read(
      'a.json',
      JSON.stringify({ input_variables: [], template: '{constructor} {__proto__}' }),
    );
    expect(await renderMessages(field, {}, undefined)).toMatchObject([
      { content: '{constructor} {__proto__}' },
    ]);
  });
});

describe('LangChain prompts, generated', { timeout: 60_000 }, () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...Array.from('ab -#:\'"|>{}[],\\\t.?/')), maxLength: 12 }),
    fc.constantFrom('', '{x}', '{{x}}', 'a: b', '- a', '🙂', 'é'),
  );
  const text = fc
    .array(line, { minLength: 1, maxLength: 5 })
    .map((lines) => editableText(lines.join('\n')))
    .filter((each) => each !== '' && !each.startsWith('\ufeff'));

  it('writes exactly, or refuses with the reason', () => {
    let written = 0;
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom('a.json', 'a.yaml'),
        fc.constantFrom(undefined, 1, '\t'),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('prefix', 'suffix'),
        (old, edit, path, indent, lineEnd, id) => {
          const data = { _type: 'few_shot', input_variables: ['x'], prefix: old, examples: [], suffix: old };
          const file = path === 'a.json' ? JSON.stringify(data, null, indent) : new Document(data).toString();
          const document = readPrompt(path, encodeText(file.replaceAll('\n', lineEnd)), {
            format: 'langchain',
          });
          expect(splice(document, { [id]: spanOf(document, id).text }).bytes).toBe(document.bytes);
          try {
            write(document, id, edit);
            written++;
          } catch (error) {
            expect(error).toMatchObject({ reason: 'splice-refused' });
          }
        },
      ),
      runs(300),
    );
    expect(written).toBeGreaterThan(runs(300).numRuns * 0.9);
  });
});
