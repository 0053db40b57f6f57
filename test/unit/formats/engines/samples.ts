import { TemplateError } from '../../../../src/formats/engines/bounds.js';

/** A row as test sets give it. */
export const VARS: Readonly<Record<string, string>> = {
  name: 'Ada <ada@example.org>',
  text: 'One & "two"',
  items: '["a", "b", "c"]',
  people: '[{"name": "Ada", "age": 36}, {"name": "Alan", "age": 41}]',
  user: '{"name": "Grace", "roles": ["admin", "dev"]}',
  empty: '',
};

/** The same row as a direct user of an engine would pass it. */
export const DATA: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(VARS).map(([name, text]) => [
    name,
    /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text,
  ]),
);

export function thrown(work: () => unknown): TemplateError {
  try {
    work();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('Nothing was raised.');
}
