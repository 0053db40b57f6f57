import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { isPromptPath, readPrompt } from '../../../src/formats/index.js';
import { errorOf, fixture, rawSpan, read, spanOf } from './helpers.js';

describe('isPromptPath', () => {
  it.each([
    'a.prompt.yml',
    'x/y.prompt.yaml',
    '.github/prompts/review.prompt.md',
    'anywhere/review.prompt.md',
    'prompts/triage.md',
    'src/prompts/deep/er/system.txt',
    'prompts/license-check.md',
  ])('takes %s', (path) => expect(isPromptPath(path)).toBe(true));

  it.each([
    'a.yml',
    'prompts/data.csv',
    'prompts/config.yml',
    'prompts.md',
    'my-prompts/a.md',
    'docs/a.md',
    'prompts/README.md',
    'prompts/x/readme.de.md',
    'prompts/CHANGELOG.md',
    'prompts/LICENSE.txt',
    'prompt.yml',
  ])('leaves %s', (path) => expect(isPromptPath(path)).toBe(false));
});

describe('readPrompt', () => {
  it('takes a named file that no format claims as plain text', () => {
    expect(readPrompt('docs/a.md', new TextEncoder().encode('x'), { named: true }).format).toBe('plain-text');
    expect(errorOf(() => readPrompt('docs/a.md', new TextEncoder().encode('x'))).reason).toBe(
      'bad-prompt-file',
    );
  });

  it('takes a named YAML file with messages as a GitHub Models prompt', () => {
    const text = 'messages:\n  - role: user\n    content: x\n';
    expect(read('triage_prompt.yml', text).format).toBe('github-models');
    expect(read('other.yml', 'a: b\n').format).toBe('plain-text');
  });

  it('refuses bytes that are not UTF-8 and files that no one wrote', () => {
    const error = errorOf(() => readPrompt('prompts/a.txt', new Uint8Array([0x61, 0xff, 0xfe])));
    expect(error.message).toBe('prompts/a.txt: the file is not UTF-8 text.');
    expect(error.place.file).toBe('prompts/a.txt');
    expect(errorOf(() => readPrompt('prompts/a.txt', new Uint8Array(5_000_001))).message).toContain('5.0 MB');
  });
});

describe('a GitHub Models file', () => {
  it('gives messages, spans, settings and tests', () => {
    const document = fixture('triage.prompt.yml');
    expect(document.format).toBe('github-models');
    expect(document.messages).toEqual([
      {
        role: 'system',
        text: 'You sort support tickets.\n\nAnswer with one word: bug, billing or other.',
        spanId: 'messages[0]',
      },
      {
        role: 'user',
        text: 'Ticket of {{customer}}: {{input}} Answer in one word, please.\n',
        spanId: 'messages[1]',
      },
    ]);
    expect(document.spans.map(({ id, role, firstLine }) => [id, role, firstLine])).toEqual([
      ['messages[0]', 'system', 12],
      ['messages[1]', 'user', 17],
    ]);
    expect(spanOf(document, 'messages[1]').text).toBe(
      'Ticket of {{customer}}: {{input}} Answer in one word, please.',
    );
    expect(rawSpan(document, 'messages[0]')).toMatch(/^\|- # the part.*other\.$/s);
    expect(document.placeholders).toEqual(['customer', 'input']);
    expect(document.settings).toEqual({
      model: 'openai/gpt-4.1-mini',
      temperature: 0.2,
      topP: 0.9,
      maxTokens: 200,
      responseFormat: {
        type: 'json_schema',
        json_schema: {
          name: 'team',
          schema: { type: 'object', properties: { team: { type: 'string' } } },
        },
      },
    });
    expect(document.embedded).toEqual({
      rows: [
        { input: 'The invoice has the wrong address', customer: 'Ada', expected: 'billing' },
        { input: 'It crashes: every time', customer: 'Grace', expected: 'bug' },
      ],
      lines: [20, 23],
      evaluators: [{ name: 'Right team', string: { equals: '{{expected}}' } }],
    });
    expect(document.problems).toEqual([]);
  });

  it('has no embedded tests when the file has none', () => {
    const document = read('a.prompt.yml', 'messages: [{role: user, content: x}]');
    expect(document.embedded).toBeUndefined();
    expect(document.settings).toEqual({});
  });

  it('takes a lone CR as the line end that it is in YAML', () => {
    const document = read('a.prompt.yml', 'messages:\r  - role: user\r    content: |\r      a\r      b\r');
    expect(document.messages[0]!.text).toBe('a\nb\n');
    expect(spanOf(document, 'messages[0]').firstLine).toBe(4);
  });

  it('shows the text of an alias but does not offer to edit it', () => {
    const document = read('a.prompt.yml', 'name: &t text\nmessages:\n  - role: user\n    content: *t\n');
    expect(document.messages).toEqual([{ role: 'user', text: 'text' }]);
    expect(document.spans).toEqual([]);
    expect(document.problems).toMatchObject([{ severity: 'info', line: 4 }]);
  });

  it('warns of what GitHub Models would not do as it looks', () => {
    const document = read(
      'a.prompt.yml',
      'messages:\n  - role: user\n    content: "{{ input }} {{#if x}}"\nmodelParameters:\n  temperature: hot\njsonSchema: "{}"\n',
    );
    expect(document.placeholders).toEqual([]);
    expect(document.problems.map(({ severity, line }) => [severity, line])).toEqual([
      ['warning', 3],
      ['warning', 5],
      ['warning', 6],
    ]);
    expect(document.problems[0]!.message).toContain('{{input}}');
  });

  const good = 'messages:\n  - role: user\n    content: x\n';
  it.each([
    ['a mapping is not closed', 'messages:\n  - {role: user\n', 2, 'not valid YAML'],
    ['a colon stands in plain text', 'name: a: b\nmessages: []\n', 1, 'not valid YAML'],
    ['a key stands twice', `name: a\nname: b\n${good}`, 2, 'unique'],
    ['two documents', `${good}---\n${good}`, 4, 'second YAML document'],
    ['not a mapping', '- a\n- b\n', 1, 'mapping'],
    ['empty', '', 1, 'mapping'],
    ['messages missing', '# c\nname: x\n', 2, 'messages is missing'],
    ['messages not a list', 'name: x\nmessages:\n  role: user\n', 2, 'must be a list'],
    ['messages empty', 'name: x\nmessages: []\n', 2, 'empty'],
    ['message not a mapping', 'messages:\n  - hello\n', 2, 'messages[0] must be a mapping'],
    ['role missing', 'messages:\n  - content: x\n', 2, 'no role'],
    ['role unknown', 'messages:\n  - content: x\n    role: wizard\n', 3, 'unknown role "wizard"'],
    ['content missing', 'messages:\n  - role: user\n', 2, 'no content'],
    ['content null', 'messages:\n  - role: user\n    content:\n', 3, 'must be a text'],
    ['content a number', 'messages:\n  - role: user\n    content: 42\n', 3, 'must be a text'],
    ['content a list', 'messages:\n  - role: user\n    content:\n      - x\n', 4, 'must be a text'],
    ['rows not a list', `${good}testData: x\n`, 4, 'testData must be a list'],
    ['row not a mapping', `${good}testData:\n  - a: b\n  - x\n`, 6, 'testData[1]'],
    ['response format unknown', `${good}responseFormat: xml\n`, 4, 'responseFormat "xml"'],
    ['schema missing', `${good}responseFormat: json_schema\n`, 4, 'needs the key jsonSchema'],
    [
      'schema as YAML',
      `${good}responseFormat: json_schema\njsonSchema:\n  name: x\n`,
      6,
      'written as a text',
    ],
    ['schema not JSON', `${good}responseFormat: json_schema\njsonSchema: "{"\n`, 5, 'not valid JSON'],
    ['schema incomplete', `${good}responseFormat: json_schema\njsonSchema: "{}"\n`, 5, 'name and schema'],
    ['parameters a text', `${good}modelParameters: hot\n`, 4, 'modelParameters'],
  ])('names file and line when %s', (_name, text, line, part) => {
    const error = errorOf(() => read('dir/a.prompt.yml', text));
    expect(error.reason).toBe('bad-prompt-file');
    expect(error.place).toEqual({ file: 'dir/a.prompt.yml', line });
    expect(error.message).toMatch(new RegExp(`^dir/a\\.prompt\\.yml:${line}: .*\\.$`));
    expect(error.message).toContain(part);
    expect(error.message).not.toContain('\n');
    expect(error.nextStep).not.toBe('');
  });

  it('refuses YAML that blows up', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const item = level === 0 ? 'lol' : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 9 }, () => item).join(', ')}]`;
    });
    const bomb = `${levels.join('\n')}\ntestData: *a8\n${good}`;
    expect(errorOf(() => read('a.prompt.yml', bomb)).message).toContain('aliases cannot be expanded');
    const deep = errorOf(() => read('a.prompt.yml', `name: ${'['.repeat(200_000)}\n${good}`));
    expect(deep.reason).toBe('bad-prompt-file');
  });
});

describe('a VS Code prompt file', () => {
  it('is its body, under the header', () => {
    const document = fixture('review.prompt.md');
    expect(document.format).toBe('vscode-prompt');
    expect(document.spans).toHaveLength(1);
    const body = spanOf(document, 'body');
    expect(body.text.startsWith('# Review\n\nReview ${file}')).toBe(true);
    expect(body.text.endsWith('`{{file}}:{{line}}`.')).toBe(true);
    expect(body.firstLine).toBe(8);
    expect(document.placeholders).toEqual(['language']);
    expect(document.messages).toEqual([{ role: 'user', text: body.text, spanId: 'body' }]);
    expect(document.settings).toEqual({ model: 'GPT-4.1' });
    expect(document.problems.map((problem) => problem.severity)).toEqual(['info']);
  });

  it('is the system message when nothing is put into it', () => {
    const document = read('a.prompt.md', 'Sort {{this}} by ${file}.');
    expect(spanOf(document, 'body').role).toBe('system');
    expect(document.placeholders).toEqual([]);
  });

  it('has a header only when the first line is three dashes and blanks', () => {
    expect(spanOf(read('a.prompt.md', '--- \t\nmode: ask\n---\t\nx'), 'body').text).toBe('x');
    expect(spanOf(read('a.prompt.md', '\n---\nmode: ask\n---\nx'), 'body').text).toBe(
      '---\nmode: ask\n---\nx',
    );
    expect(spanOf(read('a.prompt.md', '----\nx'), 'body').text).toBe('----\nx');
    expect(spanOf(read('a.prompt.md', '---\n---\nx'), 'body').text).toBe('x');
  });

  it('takes the first of several models', () => {
    expect(read('a.prompt.md', '---\nmodel: [a, b]\n---\nx').settings).toEqual({ model: 'a' });
  });

  it('reads past free text that is not YAML, with a warning', () => {
    const document = read('a.prompt.md', '---\nmodel: m\nargument-hint: [file] [style]\n---\nx');
    expect(document.settings).toEqual({ model: 'm' });
    expect(document.problems).toMatchObject([{ severity: 'warning', line: 3 }]);
  });

  it('warns of an empty body', () => {
    expect(read('a.prompt.md', '---\nmode: ask\n---\n\n').problems).toMatchObject([
      { severity: 'warning', message: 'The prompt has no text.' },
    ]);
  });

  it.each([
    ['has no end', '---\nmode: ask\n\nText.\n', 1, 'no closing line'],
    ['is not valid YAML', '---\nmode: ask\nmodel: [a\n---\nText.\n', 3, 'not valid YAML'],
    ['is not a mapping', '---\n- a\n---\nText.\n', 2, 'must be a YAML mapping'],
  ])('names file and line when the header %s', (_name, text, line, part) => {
    const error = errorOf(() => read('a.prompt.md', text));
    expect(HoneError.is(error, 'bad-prompt-file')).toBe(true);
    expect(error.place).toEqual({ file: 'a.prompt.md', line });
    expect(error.message).toContain(part);
  });
});

describe('a plain file', () => {
  it('is all of its text, without a header', () => {
    const document = fixture('summary.md');
    expect(document.format).toBe('plain-text');
    expect(spanOf(document, 'body').text).toBe('Summarise the text below in {{ words }} words.\n\n{{text}}');
    expect(spanOf(document, 'body').firstLine).toBe(4);
    expect(document.placeholders).toEqual(['words', 'text']);
    expect(document.messages[0]!.role).toBe('user');
  });

  it('has placeholders with simple names only', () => {
    const document = read(
      'a.txt',
      '{{a}} {{ b.c-d }} {{a}} {{{raw}}} {{#each x}} {{x | upper}} ${{ y }} ${z} {n} {"k": {{ e }}} {{1}}',
    );
    expect(document.placeholders).toEqual(['a', 'b.c-d', 'e']);
  });

  it('is the system message when it has none', () => {
    expect(read('a.txt', 'Sort the ticket.').messages[0]!.role).toBe('system');
  });

  it('takes dashes as a header only in Markdown and only above a key', () => {
    expect(spanOf(read('a.txt', '---\na: b\n---\nx'), 'body').text).toBe('---\na: b\n---\nx');
    expect(spanOf(read('a.md', '---\nJust text.\n---\nx'), 'body').text).toBe('---\nJust text.\n---\nx');
    expect(spanOf(read('a.md', '---\n# note\n\na: b\n---\nx'), 'body').text).toBe('x');
  });

  it('is not slow on many blank lines', () => {
    const text = `---\n${' \n'.repeat(20_000)}x\n${'\n'.repeat(20_000)}y`;
    expect(spanOf(read('a.md', text), 'body').text).toBe(text);
  });

  it('refuses a header without an end, and warns of one that is not YAML', () => {
    expect(errorOf(() => read('a.md', '---\ntitle: x\n\nText.')).place).toEqual({ file: 'a.md', line: 1 });
    const document = read('a.md', '---\ntitle: [x\n---\nText.');
    expect(spanOf(document, 'body').text).toBe('Text.');
    expect(document.problems).toMatchObject([{ severity: 'warning' }]);
  });
});
