import { describe, expect, it } from 'vitest';
import { encodeText, type PromptDocument } from '../../../src/core/prompt.js';
import { guardSpan, readPrompt, renderMessages } from '../../../src/formats/index.js';
import { errorOf } from './helpers.js';

const CONFIG = 'promptfooconfig.yaml';

function pointed(path: string, text: string): PromptDocument {
  return readPrompt(path, encodeText(text), { format: 'promptfoo-prompt' });
}

function bomb(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi']) {
    lines.push(`${to!}: &${to!} [${Array.from({ length: 9 }, () => `*${from!}`).join(', ')}]`);
  }
  return lines.join('\n');
}

describe('hostile promptfoo files end in a clear refusal', { timeout: 15_000 }, () => {
  it('aliases that multiply', () => {
    const text = `${bomb()}\nprompts: [x]\ntests: *i\n`;
    expect(errorOf(() => readPrompt(CONFIG, encodeText(text)))).toMatchObject({ reason: 'bad-prompt-file' });
    const chat = bomb().replaceAll(/^(\w):/gm, '- $1:');
    expect(errorOf(() => pointed('c.yaml', chat))).toMatchObject({ reason: 'bad-prompt-file' });
  });

  it('nesting without end', () => {
    const deep = '['.repeat(200_000);
    expect(errorOf(() => readPrompt(CONFIG, encodeText(`prompts: ${deep}`))).reason).toBe('bad-prompt-file');
    for (const path of ['c.json', 'c.jsonl', 'c.yaml', 'c.txt', 'c.md']) {
      const document = pointed(path, deep + ']'.repeat(200_000));
      expect(document.problems.map(({ message }) => message).join()).toContain('nested too deeply');
    }
  });

  it('50 MB', () => {
    const bytes = new Uint8Array(50_000_000).fill(0x61);
    for (const path of [CONFIG, 'c.txt', 'c.json']) {
      expect(errorOf(() => readPrompt(path, bytes, { format: 'promptfoo-prompt' })).message).toContain(
        '50.0 MB',
      );
    }
  });

  it('text that is not UTF-8', () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x00]);
    expect(errorOf(() => readPrompt('c.txt', bytes, { format: 'promptfoo-prompt' })).message).toContain(
      'UTF-8',
    );
    expect(errorOf(() => readPrompt(CONFIG, bytes)).message).toContain('UTF-8');
  });

  it('templates that loop, multiply, hang or reach for the machine', async () => {
    for (const text of [
      '{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}',
      '{% set x = "aaaaaaaaaa" %}{% for a in range(40) %}{% set x = x + x %}{% endfor %}{{ x }}',
      '{{ r/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!") }}',
      '{{ range.constructor("return process")().exit() }}',
      '{% include "/etc/passwd" %}',
    ]) {
      await expect(async () => renderMessages(pointed('p.md', text), {}, undefined)).rejects.toMatchObject({
        reason: 'bad-prompt-file',
      });
    }
  });

  it('values that multiply themselves', async () => {
    const vars: Record<string, string> = { x0: 'a'.repeat(1000) };
    for (let index = 1; index < 20; index++) vars[`x${index}`] = `{{x${index - 1}}}`.repeat(40);
    const document = pointed('p.md', '{{x19}}');
    const rendered = await renderMessages(document, vars, undefined).catch((error: unknown) => error);
    if (Array.isArray(rendered)) expect(JSON.stringify(rendered).length).toBeLessThan(20_000_000);
    else expect(rendered).toMatchObject({ reason: 'bad-prompt-file' });
  });

  it('braces in masses', () => {
    for (const text of [
      '{{'.repeat(500_000),
      '{%'.repeat(500_000),
      '{{}'.repeat(300_000),
      '{#'.repeat(500_000),
    ]) {
      expect(pointed('p.md', text).messages).toHaveLength(1);
    }
    const document = pointed('p.md', 'Say hello');
    for (const text of [
      '{{'.repeat(20_000),
      '{{ a }}'.repeat(5_000),
      '{'.repeat(50_000) + '}'.repeat(50_000),
    ]) {
      expect(guardSpan(document, document.spans[0]!, text)).not.toEqual([]);
    }
  });
});
