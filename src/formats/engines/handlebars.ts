import Handlebars from 'handlebars/dist/cjs/handlebars.js';
import type { Expression } from '../format.js';
import { bounded, TemplateError, timeLimited } from './bounds.js';
import { braceTags } from './braceTags.js';
import { namesInHandlebars } from './handlebarsNames.js';
import type { TemplateNames } from './templateNames.js';
import { engineValues, type DeclaredTypes } from './values.js';

export type Helpers = Readonly<Record<string, Handlebars.HelperDelegate>>;

/** Handlebars tells the console of each member that it denies; here the level is above all that it has to say. */
Handlebars.logger.level = 4;

const BUILT_IN = ['if', 'unless', 'each', 'with', 'lookup', 'log', 'helperMissing', 'blockHelperMissing'];

/**
 * A parsed template, blanks as they stand.
 * @throws TemplateError for a text that Handlebars does not parse
 */
export function parseHandlebars(text: string): hbs.AST.Program {
  return guarded(() => Handlebars.parseWithoutProcessing(text));
}

/** The names that a template uses. @param helpers of the format, by name. @throws TemplateError */
export function handlebarsNames(text: string, helpers: Helpers = {}): TemplateNames {
  const names = new Set([...BUILT_IN, ...Object.keys(helpers)]);
  return guarded(() => namesInHandlebars(parseHandlebars(text), names));
}

/**
 * A template rendered by Handlebars: nothing escaped, no partials but its own inline ones, no prototypes, bounded time.
 * @param vars texts; a JSON list or object is taken as such where the template looks into it
 * @throws TemplateError for a template that does not compile, needs a partial or an unknown helper, or does too much
 */
export function renderHandlebars(
  text: string,
  vars: Readonly<Record<string, string>>,
  types?: DeclaredTypes,
): string {
  const names = handlebarsNames(text);
  return renderWithHelpers(text, engineValues(vars, names.structured, types), names, {});
}

/** As `renderHandlebars`, with values as they are and the helpers of a format, of which it takes no others. */
export function renderWithHelpers(
  text: string,
  values: Readonly<Record<string, unknown>>,
  names: TemplateNames,
  helpers: Helpers,
): string {
  const [file] = names.files;
  if (file !== undefined) throw new TemplateError(`the template reads another file ({{> ${file}}})`);
  return guarded(() => {
    const engine = Handlebars.create();
    engine.unregisterHelper('log');
    engine.registerHelper({ ...helpers });
    const knownHelpersOnly = Object.keys(helpers).length > 0;
    const knownHelpers = Object.fromEntries(Object.keys(helpers).map((name) => [name, true])) as KnownHelpers;
    const render = engine.compile(text, {
      noEscape: true,
      ...(knownHelpersOnly && { knownHelpersOnly, knownHelpers }),
    });
    return bounded(render(values, NO_PROTOTYPES));
  });
}

const NO_PROTOTYPES = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };

function guarded<T>(work: () => T): T {
  try {
    return timeLimited(work);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const line = /^Parse error on line (\d+):/.exec(message)?.[1] ?? / - (\d+):\d+$/.exec(message)?.[1];
    // The parser shows the place in lines of its own.
    const sentence = message
      .replace(/^Parse error on line \d+:\n[^]*\n(?=Expecting)/, '')
      .replace(/ - \d+:\d+$/, '');
    throw new TemplateError(sentence.replace(/\s+/g, ' '), line === undefined ? undefined : Number(line));
  }
}

const SIMPLE = /^\{\{\s*([\p{L}_$][\p{L}\p{N}_$]*)\s*\}\}$/u;
const NO_NAMES = new Set(['else', 'this', 'true', 'false', 'null', 'undefined']);

/** Every tag in a text, in order, comments included. The text may be a part of a template. */
export function handlebarsExpressions(text: string, helpers: Helpers = {}): Expression[] {
  return braceTags(text, 'handlebars').texts.map((tag): Expression => {
    const name = SIMPLE.exec(tag)?.[1];
    if (name === undefined || NO_NAMES.has(name) || Object.hasOwn(helpers, name)) {
      return { kind: 'expression', text: tag };
    }
    return { kind: 'placeholder', text: `{{${name}}}` };
  });
}
