import { Dotprompt, type Message } from 'dotprompt';
import { TemplateError } from './bounds.js';
import { handlebarsNames, renderWithHelpers, type Helpers } from './handlebars.js';
import type { TemplateNames } from './templateNames.js';
import { engineValues, type DeclaredTypes } from './values.js';

/** The text by which Dotprompt marks roles, history and media between two of its steps. */
export const DOTPROMPT_MARKER = '<<<dotprompt:';

const empty = () => '';

/** The helpers of Dotprompt, with what matters for names and for bounds: how much text they bring. */
export const DOTPROMPT_HELPERS: Helpers = {
  role: empty,
  history: empty,
  media: empty,
  section: empty,
  json: (value: unknown) => JSON.stringify(value),
  ifEquals(this: unknown, one: unknown, other: unknown, options: BlockOptions) {
    return one === other ? options.fn(this) : options.inverse(this);
  },
  unlessEquals(this: unknown, one: unknown, other: unknown, options: BlockOptions) {
    return one !== other ? options.fn(this) : options.inverse(this);
  },
};

interface BlockOptions {
  fn(context: unknown): string;
  inverse(context: unknown): string;
}

/** The names that the template of a Dotprompt file uses. @throws TemplateError */
export function dotpromptNames(template: string): TemplateNames {
  return handlebarsNames(template, DOTPROMPT_HELPERS);
}

export interface DotpromptInput {
  /** The file without its header. */
  readonly template: string;
  readonly vars: Readonly<Record<string, string>>;
  /** For names without a value, as the file gives them. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly types: DeclaredTypes;
}

/**
 * The messages of a Dotprompt file, rendered by Google's own package: no partials, no tools, no history.
 * @throws TemplateError for a template that does not compile, needs a partial, or does too much; for a value that would
 * be read as a marker of Dotprompt
 */
export async function renderDotprompt(input: DotpromptInput): Promise<Message[]> {
  const { template, vars, defaults, types } = input;
  const names = dotpromptNames(template);
  const marked = Object.keys(vars).find((name) => vars[name]!.includes(DOTPROMPT_MARKER));
  if (marked !== undefined) {
    throw new TemplateError(
      `the value of "${marked}" holds "${DOTPROMPT_MARKER}", which Dotprompt would obey`,
    );
  }
  const values = { ...defaults, ...engineValues(vars, names.structured, types) };
  // Dotprompt renders asynchronously, where no time limit can reach it: this is the same work within the bounds.
  renderWithHelpers(template, values, names, DOTPROMPT_HELPERS);
  try {
    const render = await new Dotprompt().compile({ template, config: {} });
    return (await render({ input: values })).messages;
  } catch (error) {
    throw new TemplateError(error instanceof Error ? error.message : String(error));
  }
}
