import Handlebars from 'handlebars/dist/cjs/handlebars.js';
import Mustache from 'mustache';
import nunjucks from 'nunjucks/browser/nunjucks.js';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../../src/core/prompt.js';
import { guardSpan, isPromptFile, renderMessages } from '../../../src/formats/index.js';
import { read, spanOf, textOf, write } from './helpers.js';

const VARS = { name: 'Ada & co', items: '["a", "b"]' };
const DATA = { name: 'Ada & co', items: ['a', 'b'] };

describe('raw templates', () => {
  it('sends what Nunjucks renders', async () => {
    const text = 'Dear {{ name }}:\n{% for item in items %}- {{ item }}\n{% endfor %}';
    const document = read('prompts/letter.j2', text);
    expect(document).toMatchObject({ format: 'jinja', placeholders: ['name', 'items'] });
    const env = new nunjucks.Environment([], { autoescape: false });
    const content = new nunjucks.Template(text, env).render(DATA);
    expect(await renderMessages(document, VARS, undefined)).toEqual([{ role: 'user', content }]);
  });

  it('sends what Mustache renders', async () => {
    const text = 'Dear {{name}}:\n{{#items}}\n- {{.}}\n{{/items}}\n';
    const document = read('prompts/letter.mustache', text);
    expect(document).toMatchObject({ format: 'mustache', placeholders: ['name', 'items'] });
    const content = Mustache.render(text, DATA, {}, { escape: String });
    expect(await renderMessages(document, VARS, undefined)).toEqual([{ role: 'user', content }]);
  });

  it('sends what Handlebars renders', async () => {
    const text = 'Dear {{name}}:\n{{#each items}}\n- {{this}}\n{{/each}}\n';
    const document = read('prompts/letter.hbs', text);
    expect(document).toMatchObject({ format: 'handlebars', placeholders: ['name', 'items'] });
    const content = Handlebars.create().compile(text, { noEscape: true })(DATA);
    expect(await renderMessages(document, VARS, undefined)).toEqual([{ role: 'user', content }]);
  });

  it('splits a Jinja template at role lines, as promptflow does', async () => {
    const document = read('chat.jinja2', '# system:\nBe kind to {{ name }}.\n\n# user:\n{{ question }}\n');
    expect(document.spans.map(({ id, role }) => [id, role])).toEqual([
      ['messages[0]', 'system'],
      ['messages[1]', 'user'],
    ]);
    expect(await renderMessages(document, { name: 'Ada', question: 'user:' }, undefined)).toEqual([
      { role: 'system', content: 'Be kind to Ada.' },
      { role: 'user', content: 'user:' },
    ]);
  });

  it('takes a template without placeholders as the system message', async () => {
    const document = read('prompts/a.jinja', 'Be kind.\n');
    expect(await renderMessages(document, {}, 'Hello')).toMatchObject([
      { role: 'system' },
      { role: 'user', content: 'Hello' },
    ]);
  });

  it('takes plain text in a .prompt file as Mustache', () => {
    expect(read('a.prompt', 'Answer {{question}}').format).toBe('mustache');
    expect(read('a.prompt', 'Answer.').format).toBe('mustache');
  });

  it.each([
    ['prompts/answer.j2', 'Answer {{ q }}', true],
    ['src/Prompts/answer.jinja', 'Answer {{ q }}', true],
    ['templates/answer_prompt.jinja2', 'Answer {{ q }}', true],
    ['templates/system.j2', 'Answer {{ q }}', true],
    ['src/chat.jinja2', 'system:\nAnswer {{ q }}', true],
    ['src/prompt.mustache', 'Answer {{q}}', true],
    ['prompts/answer.md.j2', 'Answer', true],
    ['a.prompt', 'Answer', true],
    ['templates/index.j2', 'Answer {{ q }}', false],
    ['templates/deploy.yml.j2', 'on: {{ q }}', false],
    ['prompts/deploy.yml.j2', 'on: {{ q }}', false],
    ['prompts/page.j2', '<!DOCTYPE html><html>{{ q }}', false],
    ['prompts/page.html.hbs', '{{q}}', false],
    ['prompts/page.hbs', '\n<div>{{q}}</div>', false],
    ['prompts/child.j2', '{% extends "base.j2" %}', false],
    ['views/user-card.hbs', 'Hello', false],
    ['lib/prompt/generator.go', 'x', false],
  ])('is found without being named: %s %j %s', (path, text, expected) => {
    expect(isPromptFile(path, encodeText(text))).toBe(expected);
  });

  it('is read by its engine whatever it is called, when the user names it', () => {
    expect(read('views/index.j2', '<p>{{ a }}</p>').format).toBe('jinja');
    expect(read('views/index.hbs', '<p>{{a}}</p>').format).toBe('handlebars');
  });

  it('changes nothing but the text', () => {
    const text = '\ufeff\r\n{# keep #}\r\nDear {{ name }}\r\n\r\n';
    const document = read('prompts/a.j2', text);
    const after = write(document, 'body', '{# keep #}\nDear friend {{ name }}');
    expect(textOf(after)).toBe(text.replace('Dear', 'Dear friend'));
  });

  it.each([
    ['prompts/a.j2', 'Hi {{ x }}', 'Hi', 'was lost'],
    ['prompts/a.j2', '{% if x %}a{% endif %}', 'a{% endif %}{% if x %}', 'cannot be rendered'],
    ['prompts/a.j2', 'Hi', 'Hi {{', 'nothing closes'],
    ['prompts/a.j2', 'Hi', 'Hi {% raw %}', 'nothing closes'],
    ['prompts/a.j2', 'Hi {{ x }}', 'user:\nHi {{ x }}', 'would begin a new message'],
    ['prompts/a.mustache', '{{#x}}a{{/x}}', 'a{{/x}}{{#x}}', 'cannot be rendered'],
    ['prompts/a.mustache', 'Hi', 'Hi {{x}}', 'was invented'],
    ['prompts/a.hbs', '{{#if x}}a{{/if}}', 'a{{/if}}{{#if x}}', 'cannot be rendered'],
    ['prompts/a.hbs', 'Hi', 'Hi {{x', 'nothing closes'],
  ])('guards %s %j against %j', (path, text, edit, reason) => {
    const document = read(path, text);
    expect(guardSpan(document, spanOf(document, 'body'), edit).join(' ')).toContain(reason);
  });

  it.each([
    ['prompts/a.j2', '{% include "../secret" %}'],
    ['prompts/a.mustache', '{{> ../secret}}'],
    ['prompts/a.hbs', '{{> ../secret}}'],
  ])('shows a template that reads files, and does not render it: %s', async (path, text) => {
    const document = read(path, text);
    expect(document.problems).toMatchObject([{ severity: 'info' }]);
    await expect(renderMessages(document, {}, undefined)).rejects.toMatchObject({
      reason: 'bad-prompt-file',
    });
  });

  it.each([
    ['prompts/a.j2', '\n{{ x | }}\n', 2],
    ['prompts/a.mustache', 'a\n{{#x}}\n', 3],
    ['prompts/a.hbs', 'a\n{{#x}}\n{{/y}}', 2],
  ])('shows a template that does not compile, and does not send it: %s', async (path, text, line) => {
    const document = read(path, text);
    expect(document.problems).toMatchObject([{ severity: 'error', line }]);
    await expect(renderMessages(document, {}, undefined)).rejects.toMatchObject({ place: { line } });
  });
});
