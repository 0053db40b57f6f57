import Handlebars from 'handlebars/dist/cjs/handlebars.js';
import { describe, expect, it } from 'vitest';
import { TemplateError } from '../../../../src/formats/engines/bounds.js';
import {
  handlebarsExpressions,
  handlebarsNames,
  renderHandlebars,
} from '../../../../src/formats/engines/handlebars.js';
import { DATA, thrown, VARS } from './samples.js';

const TEMPLATES = [
  'No variables at all.\n',
  'Hello {{name}}, {{{text}}} {{missing}}!',
  '{{#if name}}yes{{else}}no{{/if}} {{#unless empty}}empty{{/unless}}',
  '{{#if missing}}a{{else if name}}b{{else}}c{{/if}}',
  '{{#each items}}{{@index}}. {{this}}{{#unless @last}}, {{/unless}}{{else}}none{{/each}}',
  '{{#each people as |person at|}}{{at}} {{person.name}} of {{../name}}\n{{/each}}',
  '{{#each user}}{{@key}}={{this}};{{/each}}',
  '{{#with user}}{{name}} {{roles.[0]}} {{@root.text}}{{/with}}',
  '{{#people}}{{name}} is {{age}}. {{/people}}{{^missing}}nothing{{/missing}}',
  '{{lookup items 1}} {{lookup user "name"}} {{items.length}} {{user.name.length}}',
  '{{! a comment }}{{!-- with {{ braces }} --}}after',
  '\\{{not}} \\\\{{name}}',
  '{{#if name}}\n  lines\n{{/if}}\n{{~name~}} \n x',
  '{{#*inline "part"}}<{{name}}>{{/inline}}{{> part}}{{> part name="x"}}',
  '{{#each items}}{{#each ../people}}{{name}}{{../this}} {{/each}}{{/each}}',
];

describe('renderHandlebars', () => {
  it.each(TEMPLATES)('renders as Handlebars does: %j', (template) => {
    const direct = Handlebars.create().compile(template, { noEscape: true });
    expect(renderHandlebars(template, VARS)).toBe(direct(DATA));
  });

  it('prints a JSON value as it stands in the row, also where the template looks into it', () => {
    const data = '{ "a" :  [1,2] }';
    expect(renderHandlebars('{{data}}', { data })).toBe(data);
    expect(renderHandlebars('{{data}} {{data.a.[1]}}', { data })).toBe(`${data} 2`);
  });

  it('takes values as the file declares them', () => {
    const types = new Map([['flag', 'boolean' as const]]);
    expect(renderHandlebars('{{#if flag}}yes{{else}}no{{/if}}', { flag: 'false' }, types)).toBe('no');
  });

  it('does not read files, and knows no helpers but its own', () => {
    expect(thrown(() => renderHandlebars('{{> ../secret}}', {})).message).toContain('another file');
    expect(thrown(() => renderHandlebars('{{shout name}}', VARS)).message).toContain('shout');
    expect(thrown(() => renderHandlebars('{{log name}}', VARS)).message).toContain('the helper log');
  });

  it('names the line of a syntax error', () => {
    expect(thrown(() => renderHandlebars('one\n{{#if x}}\n{{y', {})).line).toBe(3);
    expect(thrown(() => renderHandlebars('one\n{{#if x}}\n{{/each}}', {})).line).toBe(2);
  });

  it.each([
    '{{constructor}}',
    '{{name.constructor.constructor}}',
    '{{#with name}}{{#with constructor}}{{this}}{{/with}}{{/with}}',
    '{{__proto__}}',
    '{{#each items}}{{toString}}{{/each}}',
  ])('gives no way to prototypes and constructors: %s', (template) => {
    expect(thrown(() => renderHandlebars(template, VARS)).message).toContain('which Hone does not run');
  });

  it('finds nothing in prototypes through a computed name', () => {
    expect(renderHandlebars('{{lookup name key}}', { ...VARS, key: 'constructor' })).toBe('');
  });

  it.each([
    '{{#*inline "a"}}{{> a}}{{> a}}{{/inline}}{{> a}}',
    '{{#if x}}'.repeat(50_000),
    `${'{{#if x}}'.repeat(5000)}x${'{{/if}}'.repeat(5000)}`,
    `{{a ${'(b '.repeat(50_000)}`,
    `${'{{#each list}}'.repeat(6)}x${'{{/each}}'.repeat(6)}`.replaceAll(
      '{{#each list}}',
      '{{#each @root.list}}',
    ),
  ])('ends what grows without end: %#', { timeout: 10_000 }, (template) => {
    const list = JSON.stringify(Array.from({ length: 1000 }, (_, index) => index));
    const start = performance.now();
    expect(() => renderHandlebars(template, { list, x: '1' })).toThrow(TemplateError);
    expect(performance.now() - start).toBeLessThan(8_000);
  });
});

describe('handlebarsNames', () => {
  it.each([
    ['{{a}} {{{b}}} {{c.d}} {{&e}}', ['a', 'b', 'c', 'e']],
    ['{{#if a}}{{b}}{{else}}{{c}}{{/if}}{{#unless d}}{{/unless}}', ['a', 'b', 'c', 'd']],
    ['{{#each items}}{{name}}{{../b}}{{@index}}{{this}}{{else}}{{c}}{{/each}}', ['items', 'c']],
    ['{{#with a}}{{b}}{{@root.c}}{{/with}}', ['a', 'c']],
    ['{{#each a as |x|}}{{x}}{{/each}}{{#section}}{{inner}}{{/section}}', ['a', 'section']],
    ['{{lookup a b}}{{helper c d=e}}{{f (helper g)}}', ['a', 'b', 'c', 'e', 'g']],
    ['{{! {{a}} }}\\{{b}} {{this}} {{else_}}', ['else_']],
  ])('finds the free names of %s', (template, expected) => {
    expect([...handlebarsNames(template).variables].sort()).toEqual([...expected].sort());
  });
});

describe('handlebarsExpressions', () => {
  it('finds tags as the parser does', () => {
    const text =
      'A {{a}} {{ b }} {{{c}}} \\{{d}} \\\\{{e}} {{#if f}}{{else}}{{/if}} {{!-- }} --}} {{! g }} {{x "}}"}} {{{{raw}}}} {{h}} {{{{/raw}}}}';
    expect(handlebarsExpressions(text)).toEqual([
      { kind: 'placeholder', text: '{{a}}' },
      { kind: 'placeholder', text: '{{b}}' },
      { kind: 'expression', text: '{{{c}}}' },
      { kind: 'placeholder', text: '{{e}}' },
      { kind: 'expression', text: '{{#if f}}' },
      { kind: 'expression', text: '{{else}}' },
      { kind: 'expression', text: '{{/if}}' },
      { kind: 'expression', text: '{{!-- }} --}}' },
      { kind: 'expression', text: '{{! g }}' },
      { kind: 'expression', text: '{{x "}}"}}' },
      { kind: 'expression', text: '{{{{raw}}}}' },
      { kind: 'placeholder', text: '{{h}}' },
      { kind: 'expression', text: '{{{{/raw}}}}' },
    ]);
  });

  it('reads braces without end in bounded time', () => {
    const start = performance.now();
    for (const piece of ['{{', '{{"', '{{!--', '{{{', '{{{{', '{{a'])
      handlebarsExpressions(piece.repeat(20_000));
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
