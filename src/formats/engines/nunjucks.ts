import nunjucks, {
  type Environment,
  type Operation,
  type RenderFunction,
} from 'nunjucks/browser/nunjucks.js';
import type { Expression } from '../format.js';
import { bounded, Budget, MAX_ITEMS, MAX_OUTPUT, TemplateError, timeLimited } from './bounds.js';
import { namesIn } from './nunjucksNames.js';
import { safeRuntime } from './nunjucksRuntime.js';
import type { TemplateNames } from './templateNames.js';
import { engineValues, type DeclaredTypes } from './values.js';

/** What a format adds to the engine. */
export interface NunjucksOptions {
  /** More filters by name; they run outside of every bound but the time limit. */
  readonly filters?: Readonly<Record<string, Operation>>;
  /** More values that templates find without being given them. */
  readonly globals?: Readonly<Record<string, unknown>>;
  readonly types?: DeclaredTypes | undefined;
}

/**
 * The names that a template uses.
 * @throws TemplateError when the text is not a template that Nunjucks compiles
 */
export function nunjucksNames(text: string): TemplateNames {
  return guarded(() => namesIn(nunjucks.parser.parse(text)));
}

/** Free variables of a template, each once, in order of first use. @throws TemplateError as `nunjucksNames` */
export function nunjucksVariables(text: string): string[] {
  return [...nunjucksNames(text).variables];
}

/**
 * A template rendered by Nunjucks: nothing escaped, no files, no prototypes, bounded time, steps and output. A name
 * without a value prints nothing.
 * @param vars texts; a JSON list or object is taken as such where the template looks into it
 * @throws TemplateError for a template that does not compile, needs a file, fails, or does too much
 */
export function renderNunjucks(
  text: string,
  vars: Readonly<Record<string, string>>,
  options: NunjucksOptions = {},
): string {
  return guarded(() => {
    const names = namesIn(nunjucks.parser.parse(text));
    const [file] = names.files;
    if (file !== undefined) throw new TemplateError(`the template reads another file ({% ${file} %})`);
    const env = environment(options);
    const template = new nunjucks.Template(text, env, 'template', true);
    const runtime = safeRuntime(nunjucks.runtime, new Budget());
    const inRuntime =
      (render: RenderFunction): RenderFunction =>
      (env, context, frame, _runtime, done) =>
        render(env, context, frame, runtime, done);
    template.rootRenderFunc = inRuntime(template.rootRenderFunc);
    for (const [name, block] of Object.entries(template.blocks)) template.blocks[name] = inRuntime(block);
    return bounded(template.render(engineValues(vars, names.structured, options.types)) ?? '');
  });
}

function environment({ filters = {}, globals = {} }: NunjucksOptions): Environment {
  const env = new nunjucks.Environment([], { autoescape: false });
  // Without prototypes, so that no name finds what every object has.
  env.filters = Object.assign(
    Object.create(null) as Record<string, Operation>,
    Object.fromEntries(Object.entries(env.filters).map(([name, filter]) => [name, boundedFilter(filter)])),
    filters,
  );
  env.tests = Object.assign(Object.create(null) as Record<string, Operation>, env.tests);
  const { range } = env.globals as { range: Operation };
  env.globals = Object.assign(Object.create(null) as Record<string, unknown>, env.globals, {
    range: (...bounds: unknown[]) => boundedRange(range, bounds),
    ...globals,
  });
  return env;
}

function boundedFilter(filter: Operation): Operation {
  return function (this: unknown, ...values: unknown[]) {
    for (const value of values) {
      bounded(value);
      if (typeof value === 'number' && Math.abs(value) > MAX_OUTPUT) {
        throw new TemplateError(`the template counts to ${value}`);
      }
    }
    return bounded(filter.apply(this, values));
  };
}

/** Nunjucks' own `range`, which fills the memory for a large number. */
function boundedRange(range: Operation, bounds: readonly unknown[]): unknown {
  const [start = 0, stop, step] = bounds.map(Number);
  const length =
    stop === undefined ? start : Math.abs((stop - start) / (step === undefined || step === 0 ? 1 : step));
  if (length <= MAX_ITEMS) return range(...bounds);
  throw new TemplateError(`the template counts to ${length}, and a range may have ${MAX_ITEMS} numbers`);
}

/** Runs the engine in bounded time; what it raises becomes a TemplateError with the line. */
function guarded<T>(work: () => T): T {
  try {
    return timeLimited(work);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    throw explained(error);
  }
}

/** Nunjucks puts the name of the template and the place in front of a message, and wraps what the runtime raised. */
function explained(error: unknown): TemplateError {
  const { cause, lineno } = error as { cause?: unknown; lineno?: unknown };
  if (cause instanceof TemplateError) return cause;
  const message = error instanceof Error ? error.message : String(error);
  const place = /\[Line (\d+), Column \d+\]/.exec(message);
  const line = place ? Number(place[1]) : typeof lineno === 'number' && lineno > 0 ? lineno : undefined;
  const sentence = message
    .replace(/^\((?:template|unknown path)\)\s*/, '')
    .replace(/\[Line \d+, Column \d+\]\s*/, '')
    .replace(/^\s*(?:Template render error|Error|TemplateError):\s*/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return new TemplateError(sentence, line);
}

const SIMPLE = /^\{\{\s*([A-Za-z_]\w*)\s*\}\}$/;
const RAW = /^\{%-?\s*(raw|verbatim)\s*-?%\}$/;

/** Where the tags of a text stand, as the engine's own lexer finds them. */
interface Tags {
  readonly texts: readonly string[];
  /** Offset of an opener that nothing closes. */
  readonly unclosed?: number;
}

/**
 * Every tag, expression and comment in a text, in order; a raw block is one with all that it holds. The text may be a
 * part of a template.
 */
export function nunjucksExpressions(text: string): Expression[] {
  return nunjucksTags(text).texts.map((tag): Expression => {
    const name = SIMPLE.exec(tag)?.[1];
    if (name === undefined) return { kind: 'expression', text: tag };
    return { kind: 'placeholder', text: `{{${name}}}` };
  });
}

/** Whether a text opens a tag, an expression or a comment that it does not close. */
export function hasUnclosedTag(text: string): boolean {
  return nunjucksTags(text).unclosed !== undefined;
}

function nunjucksTags(text: string): Tags {
  const texts: string[] = [];
  const tokens = nunjucks.lexer.lex(text);
  let start: number | undefined;
  for (;;) {
    const before = tokens.index;
    let type: string | undefined;
    try {
      type = tokens.nextToken()?.type;
    } catch {
      // A comment without an end is the only thing that the lexer refuses.
      return { texts, unclosed: start ?? before };
    }
    if (type === undefined) return start === undefined ? { texts } : { texts, unclosed: start };
    if (type === 'block-start' || type === 'variable-start') start = before;
    if (type === 'comment') texts.push(text.slice(before, tokens.index));
    if (start !== undefined && (type === 'block-end' || type === 'variable-end')) {
      const raw = RAW.exec(text.slice(start, tokens.index))?.[1];
      if (raw !== undefined) {
        const end = new RegExp(`\\{%-?\\s*end${raw}\\s*-?%\\}`).exec(text.slice(tokens.index));
        if (!end) return { texts, unclosed: start };
        tokens.forwardN(end.index + end[0].length);
      }
      texts.push(text.slice(start, tokens.index));
      start = undefined;
    }
  }
}
