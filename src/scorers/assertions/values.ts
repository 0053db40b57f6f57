import type { ScoringInput } from '../../core/scoring.js';
import { scorerFailed } from '../family.js';
import { expectedTexts } from '../text.js';

/** `{{ name }}`, `{{ name.path[0] }}` and both with filters: the part of Nunjucks that values of assertions use. */
const EXPRESSION = /\{\{-?\s*([\s\S]*?)\s*-?\}\}/g;
const PATH = /^[A-Za-z_$][\w$]*(?:\.[\w$]+|\[\d+\]|\["[^"]*"\]|\['[^']*'\])*$/;

const FILTERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  trim: (value) => printed(value).trim(),
  upper: (value) => printed(value).toUpperCase(),
  lower: (value) => printed(value).toLowerCase(),
  string: printed,
  safe: (value) => value,
  dump: (value) => JSON.stringify(value),
  length: (value) => (Array.isArray(value) ? value.length : printed(value).length),
  first: (value) => (Array.isArray(value) ? (value as unknown[])[0] : printed(value)[0]),
  last: (value) => (Array.isArray(value) ? (value as unknown[]).at(-1) : printed(value).at(-1)),
};

/** Whether a value depends on the row. */
export function refersToRow(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{');
  return Array.isArray(value) && value.some(refersToRow);
}

/** Whether a value refers to the expected answer, by the name that every row has for it. */
export function refersToExpected(value: unknown): boolean {
  if (typeof value === 'string')
    return [...value.matchAll(EXPRESSION)].some((match) => /^expected\b/.test(match[1]!));
  return Array.isArray(value) && value.some(refersToExpected);
}

/**
 * A value with the row's values filled in: texts and the texts of a list; anything else stays as it is. As in promptfoo,
 * a name that the row does not have prints nothing.
 * Raises `scorer-failed` for template syntax beyond names, paths and plain filters.
 */
export function fillValue(value: unknown, input: ScoringInput, scorer: string): unknown {
  if (typeof value === 'string') return fillText(value, input, scorer);
  if (!Array.isArray(value)) return value;
  return value.map((each: unknown) => (typeof each === 'string' ? fillText(each, input, scorer) : each));
}

/** @see fillValue */
export function fillText(
  text: string,
  input: ScoringInput,
  scorer: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  if (/\{%|\{#/.test(text)) {
    throw scorerFailed(
      scorer,
      'its text holds template statements ({% or {#), which are not run here.',
      'Write it with {{name}} alone.',
    );
  }
  return text.replace(EXPRESSION, (_, source: string) => {
    const [path = '', ...filters] = source.split('|').map((part) => part.trim());
    if (!PATH.test(path) || filters.some((name) => !Object.hasOwn(FILTERS, name))) {
      throw scorerFailed(
        scorer,
        `its text holds the expression "{{${source}}}", which is not run here.`,
        `Use {{name}}, {{name.path}}, and the filters ${Object.keys(FILTERS).join(', ')}.`,
      );
    }
    return printed(filters.reduce((value, name) => FILTERS[name]!(value), lookUp(path, input, more)));
  });
}

function lookUp(path: string, input: ScoringInput, more: Readonly<Record<string, unknown>>): unknown {
  const [name = '', ...keys] = [...path.matchAll(/[\w$]+|"[^"]*"|'[^']*'/g)].map((match) =>
    match[0].replace(/^["']|["']$/g, ''),
  );
  let value = rootValue(name, input, more);
  for (const key of keys) {
    if (typeof value === 'string') value = parsed(value);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

function rootValue(name: string, input: ScoringInput, more: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(more, name)) return more[name];
  // One line end at the end of a value is dropped, as where it stands in a prompt.
  if (Object.hasOwn(input.vars, name)) return input.vars[name]!.replace(/\n$/, '');
  if (name !== 'expected' || input.expected === undefined) return undefined;
  const texts = expectedTexts(input.expected);
  return texts.length === 1 ? texts[0] : input.expected;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function printed(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(printed).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
