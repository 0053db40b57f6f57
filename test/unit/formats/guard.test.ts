import { describe, expect, it } from 'vitest';
import { editableText, expressionsOf, guardSpan, renderMessages } from '../../../src/formats/index.js';
import { fixture, read, spanOf } from './helpers.js';

function faults(path: string, before: string, after: string): string[] {
  const document = read(path, before);
  return guardSpan(document, spanOf(document, 'body'), after);
}

describe('guardSpan', () => {
  it('lets a text through that keeps every expression', () => {
    expect(faults('a.txt', 'Sort {{ticket}} for ${team}.', 'For ${team}, please sort {{ ticket }}.')).toEqual(
      [],
    );
  });

  it('names placeholders and expressions that were lost, invented or multiplied', () => {
    expect(faults('a.txt', 'Sort {{ticket}}.', 'Sort it.')).toEqual(['The placeholder {{ticket}} was lost.']);
    expect(faults('a.txt', 'Sort it.', 'Sort {{ticket}}.')).toEqual([
      'The placeholder {{ticket}} was invented.',
    ]);
    expect(faults('a.txt', '{{a}} {{a}}', '{{a}}')).toEqual([
      'The placeholder {{a}} stands once instead of 2 times.',
    ]);
    expect(faults('a.txt', '{{#if a}}x{{/if}}', '{{#if a}}x')).toEqual(['The expression {{/if}} was lost.']);
    expect(faults('a.txt', 'x ${y}', 'x')).toEqual(['The expression ${y} was lost.']);
  });

  it('takes blanks within the braces as a change only where the host does', () => {
    const document = read('a.prompt.yml', 'messages: [{role: user, content: "{{a}}"}]');
    expect(guardSpan(document, spanOf(document, 'messages[0]'), 'x {{ a }}')).toEqual([
      'The placeholder {{a}} was lost.',
      'The expression {{ a }} was invented.',
    ]);
  });

  it('refuses an opener that nothing closes', () => {
    expect(faults('a.txt', 'x', 'use {{ here')).toEqual(['An opening {{ that nothing closes was added.']);
    expect(faults('a.prompt.md', 'x', 'use ${input: here')).toEqual([
      'An opening ${ that nothing closes was added.',
    ]);
    expect(faults('a.txt', 'use {{ here', 'use {{ there')).toEqual([]);
  });

  it('refuses an empty text', () => {
    expect(faults('a.txt', 'x', '')).toEqual(['The text is empty.']);
    expect(faults('a.txt', 'x', ' \n')).toEqual(['The text is empty.']);
  });

  it('refuses a first line that begins a header, in Markdown without one', () => {
    for (const path of ['a.md', 'a.prompt.md']) {
      expect(faults(path, 'x', '---\ny')).toEqual(['The first line is "---", which would begin a header.']);
    }
    expect(faults('a.txt', 'x', '---\ny')).toEqual([]);
    expect(faults('a.prompt.md', '---\nmode: ask\n---\nx', '---\ny')).toEqual([]);
  });

  it('keeps what VS Code adds to the context of a prompt file', () => {
    const before =
      'Follow [rules](../rules.md), #file:a.ts and #tool:search. See [home](https://example.com).';
    expect(
      faults('a.prompt.md', before, before.replace('Follow', 'Obey').replace('[rules]', '[the rules]')),
    ).toEqual([]);
    expect(faults('a.prompt.md', before, 'Nothing.')).toEqual([
      'The reference ../rules.md was lost.',
      'The reference #file:a.ts was lost.',
      'The reference #tool:search was lost.',
    ]);
    expect(
      faults('a.prompt.md', 'x', 'See [secrets](.env), #tool:run and ![picture](a.png), [top](#top).'),
    ).toEqual(['The reference .env was invented.', 'The reference #tool:run was invented.']);
    expect(faults('a.prompt.md', 'x', 'Ask ${input:name:your name}.')).toEqual([
      'The placeholder ${input:name:your name} was invented.',
    ]);
  });

  it('says so when the file cannot hold the text', () => {
    const [sentence] = faults('a.txt', 'x', 'y\n');
    expect(sentence).toContain('blank line');
  });
});

describe('expressionsOf', () => {
  it('lists each occurrence in order', () => {
    const document = fixture('review.prompt.md');
    expect(expressionsOf(document, spanOf(document, 'body').text)).toEqual([
      '${file}',
      '${input:language:which language?}',
      '{{file}}',
      '{{line}}',
      '../docs/rules.md',
    ]);
  });
});

describe('editableText', () => {
  it('drops blank lines at the ends, not blanks within lines', () => {
    expect(editableText('\r\n \t\r\n  a \r\n\r\nb  \r\n \r\n')).toBe('  a \n\nb  ');
    expect(editableText(' \n\t\n')).toBe('');
    expect(editableText('a')).toBe('a');
  });
});

describe('renderMessages', () => {
  it('sends a prompt without placeholders as the system message and the input as the user', async () => {
    expect(await renderMessages(read('a.txt', 'Sort it.\n'), { other: 'x' }, 'A {{ticket}}')).toEqual([
      { role: 'system', content: 'Sort it.' },
      { role: 'user', content: 'A {{ticket}}' },
    ]);
    expect(await renderMessages(read('a.txt', 'Sort it.\n'), {}, undefined)).toEqual([
      { role: 'system', content: 'Sort it.' },
    ]);
  });

  it('adds the input after a user message that has no placeholder', async () => {
    const document = read('a.prompt.yml', 'messages: [{role: system, content: a}, {role: user, content: b}]');
    expect((await renderMessages(document, {}, 'c')).map((message) => message.content)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('fills placeholders and adds nothing', async () => {
    expect(
      await renderMessages(fixture('triage.prompt.yml'), { customer: 'Ada', input: 'Help' }, 'Help'),
    ).toEqual([
      {
        role: 'system',
        content: 'You sort support tickets.\n\nAnswer with one word: bug, billing or other.',
      },
      { role: 'user', content: 'Ticket of Ada: Help Answer in one word, please.\n' },
    ]);
    expect(
      (await renderMessages(read('a.txt', '{{ a }}-{{a}}-{{b}}'), { a: '1' }, undefined))[0]!.content,
    ).toBe('1-1-{{b}}');
    expect(
      await renderMessages(
        read('a.prompt.md', '${input:a} ${input:a:hint} ${file} {{a}}'),
        { a: '1' },
        undefined,
      ),
    ).toEqual([{ role: 'user', content: '1 1 ${file} {{a}}' }]);
  });

  it('never reads a value as a template', async () => {
    const document = read('a.txt', '{{a}} {{b}}');
    expect((await renderMessages(document, { a: '{{b}} $& $1', b: '{{a}}' }, undefined))[0]!.content).toBe(
      '{{b}} $& $1 {{a}}',
    );
  });

  it('takes no value from what every object has', async () => {
    expect(
      (await renderMessages(read('a.txt', '{{toString}} {{constructor}}'), {}, undefined))[0]!.content,
    ).toBe('{{toString}} {{constructor}}');
  });
});
