import Mustache from 'mustache';
import { describe, expect, it } from 'vitest';
import { TemplateError } from '../../../../src/formats/engines/bounds.js';
import {
  mustacheExpressions,
  mustacheNames,
  renderMustache,
} from '../../../../src/formats/engines/mustache.js';
import { DATA, thrown, VARS } from './samples.js';

const TEMPLATES = [
  'No variables at all.\n',
  'Hello {{name}}, {{{text}}} {{&text}} {{ missing }}!',
  '{{#name}}yes{{/name}}{{^name}}no{{/name}} {{^empty}}empty{{/empty}}',
  '{{#items}}{{.}}, {{/items}}{{^missing}}nothing{{/missing}}',
  '{{#people}}\n- {{name}} ({{age}}) {{text}}\n{{/people}}\n',
  '{{#user}}{{name}}: {{#roles}}{{.}} {{/roles}}{{/user}}{{user.name}} {{user.roles.length}} {{user.none.more}}',
  '{{! a comment\non two lines }}after',
  '{{=<% %>=}}<% name %> {{name}} <%={{ }}=%>{{name}}',
  '  {{#items}}\r\n  {{.}}\r\n  {{/items}}\r\nend',
  '{{#people}}{{#roles}}x{{/roles}}{{user.name}}{{/people}}',
];

describe('renderMustache', () => {
  it.each(TEMPLATES)('renders as Mustache does: %j', (template) => {
    expect(renderMustache(template, VARS)).toBe(Mustache.render(template, DATA, {}, { escape: String }));
  });

  it('prints a JSON value as it stands in the row, also where the template looks into it', () => {
    const data = '{ "a" :  [1,2] }';
    expect(renderMustache('{{data}}', { data })).toBe(data);
    expect(renderMustache('{{data}} {{data.a.1}}', { data })).toBe(`${data} 2`);
  });

  it('does not read partials', () => {
    expect(thrown(() => renderMustache('{{> ../secret}}', {})).message).toContain('another file');
  });

  it('names the line of a syntax error', () => {
    expect(thrown(() => renderMustache('one\n{{#if}}\ntwo', {})).line).toBe(3);
    expect(thrown(() => renderMustache('one\n{{x', {})).line).toBe(2);
  });

  it.each([
    '{{constructor}}',
    '{{name.constructor}}',
    '{{#constructor}}x{{/constructor}}',
    '{{items.map}}',
    '{{toString}}',
  ])('finds nothing in prototypes: %s', (template) => {
    expect(renderMustache(template, VARS)).toBe('');
  });

  it.each([
    `${'{{#list}}'.repeat(6)}x${'{{/list}}'.repeat(6)}`,
    '{{#x}}'.repeat(50_000),
    `${'{{#x}}'.repeat(20_000)}y${'{{/x}}'.repeat(20_000)}`,
  ])('ends what grows without end: %#', { timeout: 10_000 }, (template) => {
    const list = JSON.stringify(Array.from({ length: 1000 }, (_, index) => index));
    expect(() => renderMustache(template, { list, x: '1' })).toThrow(TemplateError);
  });
});

describe('mustacheNames', () => {
  it.each([
    ['{{a}} {{{b}}} {{& c}} {{d.e}} {{! f }}', ['a', 'b', 'c', 'd']],
    ['{{#a}}{{b}}{{/a}}{{^c}}{{d}}{{/c}}', ['a', 'c', 'd']],
    ['{{=<% %>=}}<% a %>{{b}}', ['a']],
  ])('finds the free names of %s', (template, expected) => {
    expect([...mustacheNames(template).variables].sort()).toEqual(expected);
  });
});

describe('mustacheExpressions', () => {
  it('finds tags as the parser does', () => {
    const text = 'A {{a}} {{{b}}} {{#c}} x {{^d}}{{/d}} {{/c}}{{! e }} {{=<% %>=}} <% f %> {{g}}';
    expect(mustacheExpressions(text).map((each) => each.text)).toEqual([
      '{{a}}',
      '{{{b}}}',
      '{{#c}}',
      '{{^d}}',
      '{{/d}}',
      '{{/c}}',
      '{{! e }}',
      '{{=<% %>=}}',
      '<% f %>',
    ]);
  });

  it('finds tags in a part of a template', () => {
    expect(mustacheExpressions('a {{/x}} {{ b }}').map((each) => each.text)).toEqual(['{{/x}}', '{{b}}']);
  });
});
