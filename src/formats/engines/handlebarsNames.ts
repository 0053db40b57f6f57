import { TemplateError } from './bounds.js';
import type { TemplateNames } from './templateNames.js';

type Statement = hbs.AST.Statement;

/** Block helpers whose content is about the same values as what surrounds them. */
const SAME_CONTEXT = new Set(['if', 'unless', 'ifEquals', 'unlessEquals', 'message']);

/** Helpers that write to the console of the host. */
const REFUSED = new Set(['log']);

/**
 * The names that a parsed Handlebars template uses. Within `each`, `with` and sections a name belongs to an item, so it
 * is not free.
 * @param helpers names that call a helper, those of Handlebars included
 * @throws TemplateError for a helper that may not run
 */
export function namesInHandlebars(program: hbs.AST.Program, helpers: ReadonlySet<string>): TemplateNames {
  const collector = new Collector(helpers);
  collector.program(program, { isOutside: true, locals: new Set() });
  const files = [...collector.partials].filter((name) => !collector.inlines.has(name));
  return { variables: [...collector.variables], structured: collector.structured, files };
}

interface Scope {
  readonly isOutside: boolean;
  readonly locals: ReadonlySet<string>;
}

class Collector {
  readonly variables = new Set<string>();
  readonly structured = new Set<string>();
  readonly partials = new Set<string>();
  readonly inlines = new Set<string>();
  readonly #helpers: ReadonlySet<string>;

  constructor(helpers: ReadonlySet<string>) {
    this.#helpers = helpers;
  }

  program(program: hbs.AST.Program | undefined, scope: Scope): void {
    const locals = new Set([...scope.locals, ...(program?.blockParams ?? [])]);
    for (const statement of program?.body ?? []) this.#statement(statement, { ...scope, locals });
  }

  #statement(statement: Statement, scope: Scope): void {
    switch (statement.type) {
      case 'MustacheStatement':
        this.#call(statement as hbs.AST.MustacheStatement, scope);
        break;
      case 'BlockStatement':
        this.#block(statement as hbs.AST.BlockStatement, scope);
        break;
      case 'PartialStatement':
      case 'PartialBlockStatement': {
        const partial = statement as hbs.AST.PartialStatement & { program?: hbs.AST.Program };
        const isNamed = partial.name.type === 'PathExpression';
        this.partials.add(isNamed ? (partial.name as hbs.AST.PathExpression).original : '(computed)');
        this.#arguments(partial, scope);
        this.program(partial.program, scope);
        break;
      }
      case 'DecoratorBlock': {
        const { params, program } = statement as hbs.AST.DecoratorBlock;
        const [name] = params;
        if (name?.type === 'StringLiteral') this.inlines.add((name as hbs.AST.StringLiteral).value);
        // What an inline partial is about shows only where it is used.
        this.program(program, { ...scope, isOutside: false });
        break;
      }
      default:
    }
  }

  #block(block: hbs.AST.BlockStatement, scope: Scope): void {
    const name = pathOf(block.path)?.original;
    const isHelper = name !== undefined && this.#helpers.has(name);
    if (name === 'each' || name === 'with') this.#look(block.params[0]);
    if (isHelper) this.#call(block, scope);
    else {
      this.#look(block.path);
      this.#expression(block.path, scope);
      this.#arguments(block, scope);
    }
    const isSame = isHelper && SAME_CONTEXT.has(name);
    this.program(block.program, isSame ? scope : { ...scope, isOutside: false });
    this.program(block.inverse, scope);
  }

  #call(
    call: hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression,
    scope: Scope,
  ): void {
    const name = pathOf(call.path)?.original;
    if (name !== undefined && REFUSED.has(name)) {
      throw new TemplateError(
        `the template calls the helper ${name}, which Hone does not run`,
        call.loc.start.line,
      );
    }
    const isCall = call.params.length > 0 || hasHash(call);
    if (name === undefined || !(isCall || this.#helpers.has(name))) this.#expression(call.path, scope);
    if (name === 'json' || name === 'lookup') this.#look(call.params[0]);
    this.#arguments(call, scope);
  }

  #arguments(
    call: { readonly params: readonly hbs.AST.Expression[]; readonly hash?: hbs.AST.Hash },
    scope: Scope,
  ) {
    for (const param of call.params) this.#expression(param, scope);
    for (const pair of call.hash?.pairs ?? []) this.#expression(pair.value, scope);
  }

  #expression(expression: hbs.AST.Node, scope: Scope): void {
    if (expression.type === 'SubExpression') this.#call(expression as hbs.AST.SubExpression, scope);
    if ((pathOf(expression)?.parts.length ?? 0) > 1) this.#look(expression);
    const name = this.#freeName(expression, scope);
    if (name !== undefined) this.variables.add(name);
  }

  /** Notes a name into which the template looks, also where it may be one of an item. */
  #look(expression: hbs.AST.Node | undefined): void {
    const path = expression && pathOf(expression);
    const name = path?.parts[path.data ? 1 : 0];
    if (name !== undefined) this.structured.add(name);
  }

  /** The variable of the row that a path starts with. */
  #freeName(expression: hbs.AST.Node, scope: Scope): string | undefined {
    const path = pathOf(expression);
    const [name, second] = path?.parts ?? [];
    if (!path || name === undefined) return undefined;
    const inherited = path.parts.find((part) => part in Object.prototype);
    if (inherited !== undefined) {
      throw new TemplateError(`the template uses ${inherited}, which Hone does not run`, path.loc.start.line);
    }
    if (path.data) return name === 'root' && typeof second === 'string' ? second : undefined;
    const isFree = scope.isOutside && path.depth === 0 && !scope.locals.has(name);
    return isFree ? name : undefined;
  }
}

/** The types say that there always is one. */
function hasHash(call: { readonly hash?: hbs.AST.Hash }): boolean {
  return call.hash !== undefined;
}

function pathOf(node: hbs.AST.Node): hbs.AST.PathExpression | undefined {
  return node.type === 'PathExpression' ? (node as hbs.AST.PathExpression) : undefined;
}
