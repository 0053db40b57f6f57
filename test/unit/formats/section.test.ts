import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { guardSpan, readPrompt, renderMessages, splice } from '../../../src/formats/index.js';
import { errorOf, rawSpan, read, spanOf, textOf } from './helpers.js';

const FILE = `Intro.

# Context

Some.

# Task #

Sort the ticket.

## Detail

More.

\`\`\`md
# Not a heading
\`\`\`

# Output

One word. {{ticket}}
`;
const TASK = 'Sort the ticket.\n\n## Detail\n\nMore.\n\n```md\n# Not a heading\n```';

function section(title: string, text = FILE, path = 'prompts/a.md') {
  return readPrompt(path, encodeText(text), { named: true, span: `section:${title}` });
}

describe('a section of a Markdown prompt', () => {
  it('is the text up to the next heading of its level', () => {
    const document = section('Task');
    const [span] = document.spans;
    expect(document.spans).toHaveLength(1);
    expect(span).toMatchObject({ id: 'section:Task', role: 'user', text: TASK, firstLine: 9 });
    expect(rawSpan(document, 'section:Task')).toBe(TASK);
    expect(spanOf(section('Detail'), 'section:Detail').text).toBe('More.\n\n```md\n# Not a heading\n```');
    expect(spanOf(section('Output'), 'section:Output').text).toBe('One word. {{ticket}}');
  });

  it('is sent with all of the prompt around it', async () => {
    for (const document of [section('Task'), read('prompts/a.md', FILE)]) {
      expect(document.placeholders).toEqual(['ticket']);
      expect(await renderMessages(document, { ticket: 'x' }, undefined)).toEqual([
        { role: 'user', content: FILE.trimEnd().replace('{{ticket}}', 'x') },
      ]);
    }
  });

  it.each(['\n', '\r\n', '\r'])('is written alone, line ends %j', (lineEnd) => {
    const file = `\ufeff${FILE}`.replaceAll('\n', lineEnd);
    const after = splice(section('Task', file), { 'section:Task': 'Sort it.\n\n## Else\nGrüße' });
    expect(textOf(after)).toBe(
      `\ufeff${FILE.replace(TASK, 'Sort it.\n\n## Else\nGrüße')}`.replaceAll('\n', lineEnd),
    );
    expect(spanOf(after, 'section:Task').text).toBe('Sort it.\n\n## Else\nGrüße');
    expect(textOf(splice(after, { 'section:Task': TASK }))).toBe(file);
  });

  it('takes no text that would end it or swallow what follows', () => {
    const document = section('Task');
    const span = spanOf(document, 'section:Task');
    expect(guardSpan(document, span, 'a\n# More\nb')).toEqual([
      'The heading "More" would end the section "Task".',
    ]);
    expect(guardSpan(document, span, 'a\n## More\n```\n# x\n```')).toEqual([]);
    expect(guardSpan(document, span, 'a\n```\nopen')).toHaveLength(1);
    expect(guardSpan(document, span, 'a {{ticket}}')).toEqual(['The placeholder {{ticket}} was invented.']);
    expect(errorOf(() => splice(document, { 'section:Task': 'a\n# Task\nb' })).reason).toBe('splice-refused');
  });

  it('says which headings there are when there is none of the name, or two', () => {
    const none = errorOf(() => section('Tasks'));
    expect(none.reason).toBe('bad-prompt-file');
    expect(none.nextStep).toContain('"Task"');
    expect(errorOf(() => section('Task', 'No headings.')).nextStep).toContain('Add the heading');
    expect(errorOf(() => section('A', '# A\nx\n## A\ny')).place.line).toBe(3);
  });

  it('works below a header, and in every Markdown format with a body', () => {
    for (const path of [
      'a.prompt.md',
      'AGENTS.md',
      'x/SKILL.md',
      '.cursor/rules/a.mdc',
      '.claude/commands/a.md',
    ]) {
      const text = `---\ndescription: d\n---\n\n${FILE}`;
      const document = section('Task', text, path);
      expect(spanOf(document, 'section:Task').firstLine).toBe(13);
      expect(textOf(splice(document, { 'section:Task': 'New.' }))).toBe(text.replace(TASK, 'New.'));
    }
  });

  it('is what is edited in the layout of the ProTeGi prompts', () => {
    const text =
      '# Task\nIs it a lie?\n\n# Output format\nAnswer Yes or No.\n\n# Prediction\nText: {{ text }}\nLabel:';
    const document = read('prompts/liar.md', text);
    expect(document.spans.map(({ id, text: held }) => [id, held])).toEqual([
      ['section:Task', 'Is it a lie?'],
    ]);
    expect(document.messages[0]!.text).toBe(text);
    expect(textOf(splice(document, { 'section:Task': 'Is it?' }))).toBe(
      text.replace('Is it a lie?', 'Is it?'),
    );
    const whole = readPrompt('prompts/liar.md', encodeText(text), { span: 'body' });
    expect(whole.spans.map(({ id }) => id)).toEqual(['body']);
    expect(textOf(splice(whole, { body: 'New.' }))).toBe('New.');
  });

  it('is not what a text makes of a file that had none', () => {
    const document = read('prompts/a.md', 'Sort.');
    const text = '# Task\nSort.\n# Prediction\nx';
    expect(textOf(splice(document, { body: text }))).toBe(text);
  });
});
