import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { readPrompt } from '../../../src/formats/index.js';
import { block, excerpt, howUsed, taggedBlocks } from '../../../src/optimizer/metaPrompt.js';

describe('taggedBlocks', () => {
  it('takes several blocks in order, with text around them', () => {
    const answer =
      'Sure.\n<feedback>too long</feedback>\n<prompt>\nOne\nline two\n</prompt> and <prompt>Two</prompt> done';
    expect(taggedBlocks(answer, 'prompt')).toEqual(['One\nline two', 'Two']);
    expect(taggedBlocks(answer, 'feedback')).toEqual(['too long']);
  });

  it('takes a block that was cut off at the end, or whose end tag is missing', () => {
    expect(taggedBlocks('<prompt>first\n<prompt>second', 'prompt')).toEqual(['first', 'second']);
  });

  it('takes away one code fence around a text, and keeps fences inside of it', () => {
    expect(taggedBlocks('<prompt>\n```markdown\nSay hi.\n```\n</prompt>', 'prompt')).toEqual(['Say hi.']);
    expect(taggedBlocks('<prompt>Do:\n```\nx\n```\nthen stop</prompt>', 'prompt')).toEqual([
      'Do:\n```\nx\n```\nthen stop',
    ]);
  });

  it('keeps the indentation of the first line, and not a blank after the tag', () => {
    expect(taggedBlocks('<prompt>\n  - one\n  - two\n</prompt><prompt> inline </prompt>', 'prompt')).toEqual([
      '  - one\n  - two',
      'inline',
    ]);
  });

  it('ignores empty blocks and attributes, and folds Windows line ends', () => {
    expect(taggedBlocks('<prompt></prompt><prompt id="2">a\r\nb</prompt>', 'prompt')).toEqual(['a\nb']);
  });

  it('is not misled by tags that a model only speaks of', () => {
    const answer =
      '<think>I put it between <prompt> and </prompt>.</think><feedback>It lacks <prompt> tags.</feedback>\n' +
      '<prompt>Ask for <feedback> at the end.</prompt>';
    expect(taggedBlocks(answer, 'prompt')).toEqual(['Ask for <feedback> at the end.']);
    expect(taggedBlocks(answer, 'feedback')).toEqual(['It lacks <prompt> tags.']);
  });

  it('keeps placeholders and angle brackets of the text', () => {
    expect(taggedBlocks('<prompt>Use {{ticket}} in <b>bold</b>.</prompt>', 'prompt')).toEqual([
      'Use {{ticket}} in <b>bold</b>.',
    ]);
  });
});

describe('howUsed', () => {
  const used = (file: string, text: string, id?: string) => {
    const document = readPrompt(file, encodeText(text));
    const span = document.spans.find((each) => each.id === id) ?? document.spans[0]!;
    return howUsed(document, span);
  };

  it('says where the inputs of a row go', () => {
    expect(used('prompts/a.md', 'Sort {{ticket}} by {{rule}}.')).toBe(
      "For each row {{ticket}}, {{rule}} are replaced by the row's own text.",
    );
    expect(used('prompts/a.md', 'Sort the ticket.')).toContain('sent as the system message');
  });

  it('shows the other messages, which stay as they are', () => {
    const yaml =
      'messages:\n  - role: system\n    content: Sort it.\n  - role: user\n    content: "Ticket: {{ticket}}"\n';
    const text = used('a.prompt.yml', yaml, 'messages[0]');
    expect(text).toContain('<message role="user">\nTicket: {{ticket}}\n</message>');
    expect(text).not.toContain('Sort it.');
  });
});

describe('block and excerpt', () => {
  it('quotes attributes and shortens long texts', () => {
    expect(block('cause', 'x', { id: 'a "b"' })).toBe('<cause id="a \'b\'">\nx\n</cause>');
    expect(excerpt('  abcdef  ', 10)).toBe('abcdef');
    expect(excerpt('abcdefghijkl', 6)).toBe('abcd …');
  });
});
