import { describe, expect, it } from 'vitest';
import { block, excerpt, taggedBlocks } from '../../../src/optimizer/metaPrompt.js';

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

  it('keeps placeholders and angle brackets of the text', () => {
    expect(taggedBlocks('<prompt>Use {{ticket}} in <b>bold</b>.</prompt>', 'prompt')).toEqual([
      'Use {{ticket}} in <b>bold</b>.',
    ]);
  });
});

describe('block and excerpt', () => {
  it('quotes attributes and shortens long texts', () => {
    expect(block('cause', 'x', { id: 'a "b"' })).toBe('<cause id="a \'b\'">\nx\n</cause>');
    expect(excerpt('  abcdef  ', 10)).toBe('abcdef');
    expect(excerpt('abcdefghijkl', 6)).toBe('abcd …');
  });
});
