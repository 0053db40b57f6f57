import type { Node } from 'nunjucks/browser/nunjucks.js';
import { TemplateError } from './bounds.js';
import type { TemplateNames } from './templateNames.js';

/** Names that Nunjucks and Jinja know by themselves. */
const KNOWN = ['range', 'cycler', 'joiner', 'caller', 'loop', 'super', 'True', 'False', 'None'];

/**
 * Nunjucks writes names into the code that it generates as they stand, so that one with a quote would be run as a program.
 */
const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

const FILE_TAGS: Readonly<Record<string, string>> = {
  Include: 'include',
  Import: 'import',
  FromImport: 'from',
  Extends: 'extends',
};

/** Filters whose first value is a list or an object. */
const ON_STRUCTURES = new Set(
  (
    'batch dictsort dump first groupby join last length list random reject rejectattr reverse select selectattr slice ' +
    'sort sum tojson'
  ).split(' '),
);

/**
 * The names in a parsed template. Follows the scopes of Nunjucks: what a loop, a `set` or a macro defines is not free.
 * @throws TemplateError for a name that is no identifier
 */
export function namesIn(root: Node): TemplateNames {
  const collector = new Collector();
  collector.visit(root, new Scope());
  return collector;
}

class Scope {
  readonly #names: Set<string>;

  constructor(
    readonly parent?: Scope,
    names: Iterable<string> = [],
  ) {
    this.#names = new Set(names);
  }

  define(name: string): void {
    this.#names.add(name);
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.parent?.has(name) ?? KNOWN.includes(name));
  }
}

class Collector implements TemplateNames {
  readonly #variables = new Set<string>();
  readonly #files = new Set<string>();
  readonly structured = new Set<string>();

  get variables(): string[] {
    return [...this.#variables];
  }

  get files(): string[] {
    return [...this.#files];
  }

  visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) value.forEach((each) => this.visit(each, scope));
    if (!isNode(value)) return;
    const file = FILE_TAGS[value.typename];
    if (file !== undefined) this.#files.add(file);
    const special = this.#special[value.typename];
    if (special) special(value, scope);
    else for (const field of value.fields) this.visit(value[field], scope);
  }

  /** How the kinds of nodes are visited that bind names, or hold names which are no variables. */
  readonly #special: Readonly<Record<string, (node: Node, scope: Scope) => void>> = {
    Symbol: (node, scope) => {
      const name = nameOf(node);
      if (!scope.has(name)) this.#variables.add(name);
    },
    Filter: (node, scope) => {
      const name = nameOf(node.name as Node);
      if (ON_STRUCTURES.has(name)) this.#look(childrenOf(node.args)[0], scope);
      this.visit(node.args, scope);
    },
    Is: (node, scope) => {
      this.visit(node.left, scope);
      // The name of a test, with or without arguments.
      const test = node.right as Node;
      if (test.typename === 'FunCall') {
        nameOf(test.name as Node);
        this.visit(test.args, scope);
      } else if (test.typename === 'Symbol') nameOf(test);
    },
    LookupVal: (node, scope) => {
      this.#look(node.target, scope);
      this.visit(node.target, scope);
      this.visit(node.val, scope);
    },
    Pair: (node, scope) => {
      if ((node.key as Node).typename === 'Symbol') nameOf(node.key as Node);
      else this.visit(node.key, scope);
      this.visit(node.value, scope);
    },
    For: (node, scope) => {
      this.#look(node.arr, scope);
      this.visit(node.arr, scope);
      this.visit(node.body, new Scope(scope, targetsOf(node.name)));
      this.visit(node.else_, scope);
    },
    Set: (node, scope) => {
      this.visit(node.value, scope);
      this.visit(node.body, new Scope(scope));
      for (const target of childrenOf(node.targets)) scope.define(nameOf(target));
    },
    Macro: (node, scope) => this.#visitMacro(node, scope),
    Caller: (node, scope) => this.#visitMacro(node, scope),
    Block: (node, scope) => {
      nameOf(node.name as Node);
      this.visit(node.body, new Scope(scope));
    },
    Import: (node, scope) => {
      this.visit(node.template, scope);
      scope.define(nameOf(node.target as Node));
    },
    FromImport: (node, scope) => {
      this.visit(node.template, scope);
      for (const name of childrenOf(node.names)) {
        scope.define(nameOf(name.typename === 'Pair' ? (name.value as Node) : name));
      }
    },
  };

  #visitMacro(node: Node, scope: Scope): void {
    if (isNode(node.name)) scope.define(nameOf(node.name));
    const inner = new Scope(scope);
    for (const parameter of childrenOf(node.args)) {
      if (parameter.typename === 'Symbol') inner.define(nameOf(parameter));
      for (const pair of parameter.typename === 'KeywordArgs' ? childrenOf(parameter) : []) {
        this.visit(pair.value, scope);
        inner.define(nameOf(pair.key as Node));
      }
    }
    this.visit(node.body, inner);
  }

  /** Notes a variable into which the template looks. */
  #look(value: unknown, scope: Scope): void {
    if (isNode(value) && value.typename === 'Symbol' && !scope.has(nameOf(value))) {
      this.structured.add(nameOf(value));
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'typename' in value && 'fields' in value;
}

function childrenOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.filter(isNode);
  return isNode(value) && Array.isArray(value.children) ? value.children.filter(isNode) : [];
}

/** The names that a loop binds: one, or several for pairs. */
function targetsOf(value: unknown): string[] {
  if (isNode(value) && value.typename === 'Symbol') return [nameOf(value)];
  return childrenOf(value).map(nameOf);
}

function nameOf(node: Node): string {
  const name = String(node.value);
  if (NAME.test(name)) return name;
  throw new TemplateError(`"${name}" is not a name that a template may use`, node.lineno + 1);
}
