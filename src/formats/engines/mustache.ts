import Mustache from 'mustache';
import type { Expression } from '../format.js';
import { bounded, Budget, TemplateError, timeLimited } from './bounds.js';
import { braceTags } from './braceTags.js';
import type { TemplateNames } from './templateNames.js';
import { engineValues, type DeclaredTypes } from './values.js';

/** A parsed tag: kind, name, start, end, and for a section its content and where its closing tag starts. */
type Token = readonly [string, string, number, number, (readonly Token[])?, number?];

/**
 * The names that a template uses. Within a section a name is looked for in its value first, so only names outside of
 * sections are free for sure, and those of the sections.
 * @throws TemplateError for a template that Mustache does not parse
 */
export function mustacheNames(text: string): TemplateNames {
  const variables = new Set<string>();
  const structured = new Set<string>();
  const files = new Set<string>();
  const visit = (tokens: readonly Token[], isOutside: boolean) => {
    for (const [kind, path, , , content = []] of tokens) {
      if (kind === '>') files.add(path);
      if (!'name&#^'.includes(kind) || path === '.') continue;
      const [root = path] = path.split('.');
      if (isOutside) variables.add(root);
      if (root !== path || kind === '#') structured.add(root);
      visit(content, isOutside && kind !== '#');
    }
  };
  const tokens = parse(text);
  timeLimited(() => visit(tokens, true));
  return { variables: [...variables], structured, files: [...files] };
}

/**
 * A template rendered by Mustache: nothing escaped, no partials, no prototypes, bounded time and steps.
 * @param vars texts; a JSON list or object is taken as such where the template looks into it
 * @throws TemplateError for a template that does not parse, needs a partial, or does too much
 */
export function renderMustache(
  text: string,
  vars: Readonly<Record<string, string>>,
  types?: DeclaredTypes,
): string {
  const { structured, files } = mustacheNames(text);
  const [file] = files;
  if (file !== undefined) throw new TemplateError(`the template reads another file ({{> ${file}}})`);
  const values = engineValues(vars, structured, types);
  return timeLimited(() => {
    const context = new OwnContext(values, undefined, new Budget());
    return bounded(new Mustache.Writer().render(text, context, undefined, { escape: String }));
  });
}

/** Finds own members only, where Mustache's own context looks into prototypes and calls what it finds there. */
class OwnContext extends Mustache.Context {
  readonly #parent: OwnContext | undefined;
  readonly #budget: Budget;

  constructor(view: unknown, parent: OwnContext | undefined, budget: Budget) {
    super(view, parent);
    this.#parent = parent;
    this.#budget = budget;
  }

  override push(view: unknown): OwnContext {
    this.#budget.spend(1);
    return new OwnContext(view, this, this.#budget);
  }

  override lookup(name: string): unknown {
    this.#budget.spend(1);
    if (name === '.') return this.view as unknown;
    const path = name.split('.');
    let value: unknown = this.view;
    for (const [index, key] of path.entries()) {
      const isThere = value !== null && value !== undefined && Object.hasOwn(Object(value) as object, key);
      // As in Mustache: a path that begins here ends here, whether its end is there or not.
      if (!isThere) return index === 0 ? this.#parent?.lookup(name) : undefined;
      value = (value as Readonly<Record<string, unknown>>)[key];
    }
    return value;
  }
}

const SIMPLE = /^\{\{[ \t]*([\p{L}_][\p{L}\p{N}_.-]*)[ \t]*\}\}$/u;

/** Every tag in a text, in order, comments included. The text may be a part of a template. */
export function mustacheExpressions(text: string): Expression[] {
  return tagsIn(text).map((tag): Expression => {
    const name = SIMPLE.exec(tag)?.[1];
    if (name === undefined) return { kind: 'expression', text: tag };
    return { kind: 'placeholder', text: `{{${name}}}` };
  });
}

function tagsIn(text: string): readonly string[] {
  let tokens: readonly Token[];
  try {
    tokens = parse(text);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return braceTags(text, 'mustache').texts;
  }
  // The parser says where a closing tag starts, but not where it ends.
  const starts: { readonly at: number; readonly isTag: boolean; readonly end?: number }[] = [];
  const collect = (each: readonly Token[]) => {
    for (const [kind, , at, end, content, closing] of each) {
      starts.push(kind === 'text' ? { at, isTag: false } : { at, isTag: true, end });
      if (content && closing !== undefined) {
        collect(content);
        starts.push({ at: closing, isTag: true });
      }
    }
  };
  collect(tokens);
  return starts.flatMap(({ at, isTag, end }, index) =>
    isTag ? [text.slice(at, end ?? starts[index + 1]?.at).trim()] : [],
  );
}

function parse(text: string): readonly Token[] {
  try {
    // Not `Mustache.parse`, which keeps every template for good.
    return timeLimited(() => new Mustache.Writer().parse(text) as readonly Token[]);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const at = / at (\d+)$/.exec(message)?.[1];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    throw new TemplateError(message.replace(/ at \d+$/, ''), line);
  }
}
