/** The part of Nunjucks that Hone uses. The browser build has no way to read a file. */
declare module 'nunjucks/browser/nunjucks.js' {
  type Operation = (...values: unknown[]) => unknown;

  /** A node of a parsed template. Which other fields there are depends on the `typename`. */
  interface Node {
    readonly typename: string;
    readonly fields: readonly string[];
    /** 0-based. */
    readonly lineno: number;
    readonly [field: string]: unknown;
  }

  class Environment {
    constructor(loaders: readonly unknown[], options: { readonly autoescape: boolean });
    filters: Record<string, Operation>;
    tests: Record<string, Operation>;
    globals: Record<string, unknown>;
  }

  interface Frame {
    lookup(name: string): unknown;
  }

  interface Context {
    readonly ctx: Readonly<Record<string, unknown>>;
    readonly env: Environment;
  }

  /** What compiled templates call. */
  interface Runtime {
    readonly SafeString: abstract new (...values: never) => { readonly length: number };
    suppressValue(value: unknown, autoescape: boolean): unknown;
    memberLookup(value: unknown, key: unknown): unknown;
    callWrap(callee: unknown, name: string, context: Context, args: unknown[]): unknown;
    contextOrFrameLookup(context: Context, frame: Frame, name: string): unknown;
    fromIterator(value: unknown): unknown;
  }

  type RenderFunction = (
    env: Environment,
    context: Context,
    frame: Frame,
    runtime: Runtime,
    done: unknown,
  ) => void;

  class Template {
    constructor(source: string, env: Environment, path?: string, eager?: boolean);
    rootRenderFunc: RenderFunction;
    blocks: Record<string, RenderFunction>;
    render(vars: Readonly<Record<string, unknown>>): string | null;
  }

  interface Token {
    readonly type: string;
    readonly value: unknown;
  }

  interface Tokenizer {
    /** How much of the text has been read. */
    readonly index: number;
    nextToken(): Token | null;
    forwardN(count: number): void;
  }

  const nunjucks: {
    readonly Environment: typeof Environment;
    readonly Template: typeof Template;
    readonly runtime: Runtime;
    readonly parser: { parse(source: string): Node };
    readonly lexer: { lex(source: string): Tokenizer };
  };
  export type { Context, Environment, Frame, Node, Operation, RenderFunction, Runtime, Template };
  export default nunjucks;
}

/** Handlebars without the hooks that its main module puts into `require`. */
declare module 'handlebars/dist/cjs/handlebars.js' {
  import Handlebars from 'handlebars';
  export default Handlebars;
}
