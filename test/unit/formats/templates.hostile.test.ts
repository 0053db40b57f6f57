import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { encodeText } from '../../../src/core/prompt.js';
import { guardSpan, isPromptFile, readPrompt, renderMessages } from '../../../src/formats/index.js';
import { errorOf, read } from './helpers.js';

const PATHS = ['a.prompty', 'a.prompt', 'prompts/a.j2', 'prompts/a.mustache', 'prompts/a.hbs'];
const list = JSON.stringify(Array.from({ length: 2000 }, (_, index) => index));

/** Longest time for anything done to one file, in milliseconds, on a busy machine. */
const BOUND = 15_000;

async function outcome(path: string, text: string, vars: Record<string, string> = {}): Promise<string> {
  try {
    const document = read(path, text);
    for (const span of document.spans) guardSpan(document, span, `${span.text.slice(0, 2000)} more`);
    await renderMessages(document, vars, undefined);
    return 'rendered';
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return 'refused';
    throw error;
  }
}

describe('hostile templates end in bounded time', { timeout: 60_000 }, () => {
  it.each(PATHS)('refuses 50 MB: %s', (path) => {
    const error = errorOf(() => readPrompt(path, new Uint8Array(50_000_000)));
    expect(error.message).toContain('50.0 MB');
  });

  it.each([
    ['a.prompty', 'user:\n{% for i in range(0, 1000000000) %}x{% endfor %}'],
    [
      'a.prompty',
      '---\ntemplate: mustache\n---\nuser:\n{{#list}}{{#list}}{{#list}}x{{/list}}{{/list}}{{/list}}',
    ],
    ['prompts/a.j2', '{% for i in range(0, 1000000000) %}x{% endfor %}'],
    ['prompts/a.j2', '{% set x = "xx" %}{% for i in range(99) %}{% set x = x ~ x %}{% endfor %}{{ x }}'],
    ['prompts/a.j2', '{{ r/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab") }}'],
    ['prompts/a.mustache', '{{#list}}{{#list}}{{#list}}x{{/list}}{{/list}}{{/list}}'],
    ['prompts/a.hbs', '{{#each list}}{{#each @root.list}}{{#each @root.list}}x{{/each}}{{/each}}{{/each}}'],
    [
      'a.prompt',
      '---\na: 1\n---\n{{#each list}}{{#each @root.list}}{{#each @root.list}}x{{/each}}{{/each}}{{/each}}',
    ],
    ['a.prompt', '---\na: 1\n---\n{{#*inline "p"}}{{> p}}{{> p}}{{/inline}}{{> p}}'],
    ['a.prompt', '---\na: 1\n---\n{{log "x"}}'],
  ])('refuses to render %s %j', async (path, text) => {
    const start = performance.now();
    expect(await outcome(path, text, { list })).toBe('refused');
    expect(performance.now() - start).toBeLessThan(BOUND);
  });

  it.each([
    ['deep blocks', '{% if x %}'.repeat(20_000)],
    ['deep Handlebars blocks', '{{#if x}}'.repeat(2_000)],
    ['deep sections', '{{#x}}'.repeat(2_000)],
    ['open braces', '{'.repeat(200_000)],
    ['open tags', '{{ '.repeat(50_000)],
    ['open texts', '{{"'.repeat(50_000)],
    ['open comments', '{{!-- '.repeat(50_000)],
    ['open raw blocks', '{% raw %}'.repeat(20_000)],
    ['blanks', `${' '.repeat(100_000)}x`],
    ['line ends', `${'\n'.repeat(100_000)}x`],
    ['a header without end', `---\n${'\n'.repeat(100_000)}`],
    ['half role lines', `${'#'.repeat(100_000)}\nsystem${' '.repeat(100_000)}x\n`],
    ['half pictures', '!['.repeat(50_000)],
    ['dashes', '---\n'.repeat(50_000)],
  ])('reads %s', async (_name, text) => {
    for (const path of PATHS) {
      const start = performance.now();
      isPromptFile(path, encodeText(text));
      expect(['rendered', 'refused']).toContain(await outcome(path, text));
      expect(performance.now() - start, path).toBeLessThan(BOUND);
    }
  });

  it.each(['a.prompty', 'a.prompt'])('runs no header of another language: %s', async (path) => {
    await outcome(path, '---js\nglobalThis.honeRan = true\n---\nuser:\nHi');
    await outcome(path, '---\na: !!js/function "function () { globalThis.honeRan = true }"\n---\nuser:\nHi');
    expect('honeRan' in globalThis).toBe(false);
  });

  it('refuses aliases that multiply in a header', () => {
    const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]`);
    const bomb = `---\nl0: &l0 [x]\n${levels.join('\n')}\n---\nuser:\nHi`;
    expect(errorOf(() => read('a.prompty', bomb)).message).toContain('aliases');
  });

  it.each([
    ['a.prompty', 'user:\n{% include "../../etc/passwd" %}'],
    ['prompts/a.j2', '{% extends "/etc/passwd" %}'],
    ['prompts/a.mustache', '{{> /etc/passwd}}'],
    ['prompts/a.hbs', '{{> /etc/passwd}}'],
    ['a.prompt', '---\na: 1\n---\n{{> /etc/passwd}}'],
  ])('reads nothing outside of the file: %s %j', async (path, text) => {
    expect(await outcome(path, text)).toBe('refused');
  });
});
