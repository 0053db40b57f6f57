import nunjucks from 'nunjucks/browser/nunjucks.js';
import { describe, expect, it } from 'vitest';
import { TemplateError } from '../../../../src/formats/engines/bounds.js';
import {
  hasUnclosedTag,
  nunjucksExpressions,
  nunjucksNames,
  nunjucksVariables,
  renderNunjucks,
} from '../../../../src/formats/engines/nunjucks.js';
import { DATA, thrown, VARS } from './samples.js';

const TEMPLATES = [
  'No variables at all.\n',
  'Hello {{ name }}!',
  '{{name}}{{ text }}{{missing}}',
  '{{ "a\\nb" }} {{ \'}}\' }} {{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 2 ** 3 }}',
  '{% if name %}yes{% else %}no{% endif %} {% if not empty %}empty{% endif %}',
  '{% if missing is defined %}a{% elif name == "x" %}b{% else %}c{% endif %}',
  '{% for item in items %}{{ loop.index }}. {{ item }}\n{% else %}none{% endfor %}',
  '{%- for person in people -%}\n {{ person.name }} ({{ person.age }})\n{%- if not loop.last %}, {% endif -%}\n{%- endfor -%}',
  '{% for key, value in user %}{{ key }}={{ value }};{% endfor %}',
  '{{ user.name | upper }} {{ user["name"] | lower }} {{ user.roles | join(", ") }} {{ user.roles.length }}',
  '{{ missing | default("none") }} {{ text | length }} {{ items | first }} {{ items | last }} {{ items | length }}',
  '{% set greeting = "Hi" %}{{ greeting }} {{ name }} {% set block %}inside {{ text }}{% endset %}{{ block }}',
  '{# a comment {{ name }} #}after',
  '{% raw %}{{ not }} {% a.tag %}{% endraw %} {{ name }}',
  '{% macro field(label, value="none") %}{{ label }}: {{ value }}{% endmacro %}{{ field("Name", name) }} {{ field("X") }}',
  '{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(10, 0, -3) %}[{{ i }}]{% endfor %}',
  '{{ text | replace("One", "Two") | trim | title }} {{ name | escape }} {{ name | safe }}',
  '{{ "yes" if name else "no" }} {{ "a" in items }} {{ ["x", "y"] | join("-") }} {{ {"k": "v"}.k }}',
  '{% switch name %}{% case "x" %}x{% default %}other{% endswitch %}',
  '{% set c = cycler("odd", "even") %}{% for i in items %}{{ c.next() }} {% endfor %}',
  '{% call wrap() %}x{% endcall %}{% macro wrap() %}<{{ caller() }}>{% endmacro %}',
  '{{ people | sort(false, false, "age") | first | dump }} {{ people | groupby("name") | dump }}',
  '{{ name.split(" ")[0] }} {{ text.toUpperCase() }} {{ items.join("/") }} {{ r/^O/.test(text) }}',
  '{% filter upper %}{{ name }}{% endfilter %} {{ text | truncate(3) }} {{ items | reverse | join }}',
  '{{ name | indent(2) }} {{ "x" | center(5) }} {{ 3.14159 | round(2) }} {{ "5" | int + 1 }} {{ text | wordcount }}',
  '{% block intro %}Hello {{ name }}{% endblock %}',
  'Line\r\nends {{ name }}\r\n',
];

describe('renderNunjucks', () => {
  it.each(TEMPLATES)('renders as Nunjucks does: %j', (template) => {
    const direct = new nunjucks.Template(template, new nunjucks.Environment([], { autoescape: false }));
    let expected: string | null;
    try {
      expected = direct.render(DATA);
    } catch {
      expect(() => renderNunjucks(template, VARS)).toThrow(TemplateError);
      return;
    }
    expect(renderNunjucks(template, VARS)).toBe(expected);
  });

  it('prints a JSON value as it stands in the row, also where the template looks into it', () => {
    const text = '{ "a" :  [1,2] }';
    expect(renderNunjucks('{{ data }}', { data: text })).toBe(text);
    expect(renderNunjucks('{{ data }} {{ data.a[1] }}', { data: text })).toBe(`${text} 2`);
  });

  it('takes filters and globals of a format', () => {
    const options = {
      filters: { shout: (value: unknown) => `${String(value)}!` },
      globals: { env: { A: '1' } },
    };
    expect(renderNunjucks('{{ "a" | shout }} {{ env.A }}', {}, options)).toBe('a! 1');
  });

  it('never reads a template that a value brings along', () => {
    expect(renderNunjucks('{{ a }}', { a: '{{ b }}', b: 'no' })).toBe('{{ b }}');
  });

  it('names the line of a syntax error', () => {
    const error = thrown(() => renderNunjucks('one\n{% if x %}\n{{ y | }}', {}));
    expect(error.line).toBe(3);
  });

  it.each([
    ['{% include "../secret.txt" %}', 'include'],
    ['{% extends "/etc/passwd" %}', 'extends'],
    ['{% import "a.j2" as a %}', 'import'],
    ['{% from "a.j2" import b %}', 'from'],
  ])('does not read files: %s', (template, tag) => {
    expect(thrown(() => renderNunjucks(template, {})).message).toContain(`another file ({% ${tag} %})`);
  });

  it.each([
    '{{ range.constructor("return process")() }}',
    '{{ "x".constructor.constructor("return 1")() }}',
    '{{ [].constructor }}',
    '{{ ({}).__proto__ }}',
    '{{ name["con" ~ "structor"] }}',
    '{{ cycler("a").next.constructor }}',
    '{{ name.__defineGetter__ }}',
    '{% macro key() %}constructor{% endmacro %}{{ name[key()] }}',
  ])('gives no way to prototypes and constructors: %s', (template) => {
    expect(thrown(() => renderNunjucks(template, VARS)).message).toContain('which Hone does not run');
  });

  it.each(['{{ constructor }}', '{{ toString }}', '{{ __proto__ }}', '{{ hasOwnProperty }}'])(
    'knows no names that every object has: %s',
    (template) => {
      expect(renderNunjucks(template, {})).toBe('');
    },
  );

  it('refuses filters that every object has', () => {
    expect(() => renderNunjucks('{{ name | constructor }}', VARS)).toThrow(TemplateError);
  });

  it('refuses names that Nunjucks would run as a program', () => {
    const template = '{{ a"&Function`globalThis\\x2ehoneWasHere\\x3d1```&"b }}';
    expect(thrown(() => renderNunjucks(template, {})).message).toContain('is not a name');
    expect(thrown(() => nunjucksNames(template)).message).toContain('is not a name');
    expect('honeWasHere' in globalThis).toBe(false);
  });

  it.each([
    '{% for i in range(0, 1e9) %}x{% endfor %}',
    '{% for i in range(1000000000) %}x{% endfor %}',
    '{% for i in range(0, 1, 0.0000000001) %}x{% endfor %}',
    '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}',
    '{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}',
    '{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}',
    '{% set x = "xx" %}{% for i in range(60) %}{% set x = x ~ x %}{% endfor %}{{ x }}',
    '{% set x = ["x", "x"] %}{% for i in range(60) %}{% set x = [x, x] %}{% endfor %}{{ x }}',
    '{% set x = ["x"] %}{% for i in range(60) %}{% set x = x.concat(x) %}{% endfor %}{{ x }}',
    '{{ "x".repeat(2000000000) }}',
    '{{ "x" | center(2000000000) }}',
    '{{ "x" | indent(2000000000) }}',
    '{{ r/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab") }}',
    '{% if x %}'.repeat(50_000),
    `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`,
    `{{ ${'['.repeat(100_000)} }}`,
    `${'{% for a in b %}'.repeat(3000)}x${'{% endfor %}'.repeat(3000)}`,
  ])('ends what grows without end: %#', { timeout: 10_000 }, (template) => {
    const start = performance.now();
    expect(() => renderNunjucks(template, {})).toThrow(TemplateError);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('nunjucksVariables', () => {
  it.each([
    ['{{ a }}{{ b.c }}{{ d["e"] }}{{ f[g] }}', ['a', 'b', 'd', 'f', 'g']],
    ['{{ a | default(b) | join(sep=c) }}', ['a', 'b', 'c']],
    ['{% for x in xs %}{{ x }}{{ loop.index }}{{ y }}{% endfor %}{{ x }}', ['xs', 'y', 'x']],
    ['{% for k, v in map %}{{ k }}{{ v }}{% endfor %}', ['map']],
    ['{% if a and not b or c == d %}{% elif e %}{% endif %}', ['a', 'b', 'c', 'd', 'e']],
    ['{% set a = b %}{{ a }}{% set c %}{{ d }}{% endset %}{{ c }}', ['b', 'd']],
    ['{% if not a %}{% set a = 1 %}{% endif %}{{ a }}', ['a']],
    ['{% macro m(p, q=r) %}{{ p }}{{ q }}{{ s }}{% endmacro %}{{ m(t) }}', ['r', 's', 't']],
    ['{{ a is defined }}{{ b is divisibleby(c) }}{{ d if e else f }}', ['a', 'b', 'c', 'e', 'd', 'f']],
    ['{{ {k: v, "l": w} }}{{ range(n) }}{{ true }}{{ none }}{{ None }}', ['v', 'w', 'n']],
    ['{# {{ a }} #}{% raw %}{{ b }}{% endraw %}{{ c }}', ['c']],
    ['{% include file %}{% import "m" as m %}{{ m.x(a) }}', ['file', 'a']],
    ['{% from "m" import x as y, z %}{{ y }}{{ z }}{{ x }}', ['x']],
  ])('finds the free names of %s', (template, expected) => {
    expect([...nunjucksVariables(template)].sort()).toEqual([...expected].sort());
  });

  it('tells which variables are looked into', () => {
    const { structured } = nunjucksNames(
      '{{ a.b }}{% for x in c %}{{ x.y }}{% endfor %}{{ d }}{{ e | join }}',
    );
    expect([...structured].sort()).toEqual(['a', 'c', 'e']);
  });
});

describe('nunjucksExpressions', () => {
  it('finds tags as the lexer does', () => {
    const text =
      'A {{ a }} b {%- if x == "%}" -%} {# c {{ d }} #} {{"}}"}} {% raw %} {{ e }} {% endraw %} {{b.c}}';
    expect(nunjucksExpressions(text)).toEqual([
      { kind: 'placeholder', text: '{{a}}' },
      { kind: 'expression', text: '{%- if x == "%}" -%}' },
      { kind: 'expression', text: '{# c {{ d }} #}' },
      { kind: 'expression', text: '{{"}}"}}' },
      { kind: 'expression', text: '{% raw %} {{ e }} {% endraw %}' },
      { kind: 'expression', text: '{{b.c}}' },
    ]);
  });

  it.each(['{{ a', 'x {% if', '{# b', '{% raw %} {{ a }}', '{{ "a }}'])(
    'sees that %s is not closed',
    (text) => {
      expect(hasUnclosedTag(text)).toBe(true);
      expect(hasUnclosedTag(`{{ ok }} } #`)).toBe(false);
    },
  );
});
