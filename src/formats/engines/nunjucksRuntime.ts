import type { Runtime } from 'nunjucks/browser/nunjucks.js';
import { bounded, boundedText, type Budget, MAX_OUTPUT, TemplateError } from './bounds.js';

const STRING_METHODS = names(
  'at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare match normalize padEnd ' +
    'padStart repeat replace replaceAll search slice split startsWith substr substring toLowerCase toString ' +
    'toUpperCase trim trimEnd trimStart',
);
const ARRAY_METHODS = names(
  'at concat includes indexOf join lastIndexOf pop push reverse shift slice sort toString unshift',
);
const NUMBER_METHODS = names('toFixed toPrecision toString');
const PATTERN_METHODS = names('exec test');

function names(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

/**
 * Nunjucks' runtime without its reach: values have their own members and a list of harmless methods, no prototypes and no
 * constructors; every look-up, call and round of a loop is counted.
 */
export function safeRuntime(runtime: Runtime, budget: Budget): Runtime {
  return {
    ...runtime,
    suppressValue(value, autoescape) {
      const shown = runtime.suppressValue(value, autoescape);
      return typeof shown === 'object' ? boundedText(shown) : bounded(shown);
    },
    memberLookup(value, key) {
      budget.spend(1);
      return memberOf(runtime, value, key);
    },
    callWrap(callee, name, context, args) {
      budget.spend(1);
      return bounded(runtime.callWrap(callee, name, context, args));
    },
    contextOrFrameLookup(context, frame, name) {
      budget.spend(1);
      const local = frame.lookup(name);
      if (local !== undefined) return local;
      if (Object.hasOwn(context.ctx, name)) return context.ctx[name];
      return context.env.globals[name];
    },
    fromIterator(value) {
      const list = runtime.fromIterator(value);
      budget.spend(sizeOf(list));
      return list;
    },
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
}

function memberOf(runtime: Runtime, value: unknown, keyValue: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  // Read once: the text of an object can be a macro that answers differently each time.
  const key = String(keyValue);
  const object = Object(value) as Record<string, unknown>;
  if (typeof value !== 'function' && methodsOf(runtime, value).has(key)) return methodOf(value, object, key);
  if (typeof value !== 'function' && Object.hasOwn(object, key)) return object[key];
  if (typeof value === 'object' && value instanceof runtime.SafeString && key === 'length')
    return value.length;
  if (!(key in object)) return undefined;
  throw new TemplateError(`the template uses .${key}, which Hone does not run`);
}

const NO_METHODS: ReadonlySet<string> = new Set();

function methodsOf(runtime: Runtime, value: unknown): ReadonlySet<string> {
  if (typeof value === 'string' || value instanceof runtime.SafeString) return STRING_METHODS;
  if (typeof value === 'number') return NUMBER_METHODS;
  if (Array.isArray(value)) return ARRAY_METHODS;
  return value instanceof RegExp ? PATTERN_METHODS : NO_METHODS;
}

/** A method with bounded arguments and a bounded result. */
function methodOf(value: unknown, object: Record<string, unknown>, name: string) {
  return (...args: unknown[]) => {
    for (const each of args) {
      bounded(each);
      if (typeof each === 'number' && each > MAX_OUTPUT) {
        throw new TemplateError(`the template counts to ${each}`);
      }
    }
    if (Array.isArray(value)) bounded(value);
    if (name === 'join' || name === 'toString') boundedText(value);
    return bounded((object[name] as (...values: unknown[]) => unknown).apply(value, args));
  };
}
