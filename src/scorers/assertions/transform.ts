import { scorerFailed } from '../family.js';
import { fillText } from './values.js';
import type { ScoringInput } from '../../core/scoring.js';

/**
 * The part of JavaScript that transforms are mostly made of, read without running anything: `output` or
 * `JSON.parse(output)`, then keys, positions and text methods with plain arguments, for example
 * `JSON.parse(output).answer.trim()`.
 */
export function simpleTransform(source: string): ((output: string) => unknown) | undefined {
  const steps: ((value: unknown) => unknown)[] = [];
  let rest = source
    .trim()
    .replace(/;\s*$/, '')
    .replace(/^return\s+/, '');
  const wrapped = /^JSON\.parse\(\s*output((?:\.trim\(\))?)\s*\)/.exec(rest);
  const bare = /^output\b/.exec(rest);
  if (!wrapped && !bare) return undefined;
  if (wrapped)
    steps.push((value) => JSON.parse(wrapped[1] === '' ? String(value) : String(value).trim()) as unknown);
  rest = rest.slice((wrapped ?? bare)![0].length);
  while (rest.trim() !== '') {
    const step = nextStep(rest);
    if (!step) return undefined;
    steps.push(step.apply);
    rest = rest.slice(step.length);
  }
  return (output) => steps.reduce<unknown>((value, step) => step(value), output);
}

const TEXT = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;
const ARGUMENT = String.raw`${TEXT}|-?\d+`;
const CALL = new RegExp(
  String.raw`^\s*(?:\?\.|\.)([a-zA-Z]+)\(\s*((?:${ARGUMENT})(?:\s*,\s*(?:${ARGUMENT}))*)?\s*\)`,
);
const KEY = new RegExp(String.raw`^\s*(?:(?:\?\.|\.)([A-Za-z_$][\w$]*)|(?:\?\.)?\[\s*(${ARGUMENT})\s*\])`);

type Argument = string | number;

const METHODS: Readonly<Record<string, (value: string, args: readonly Argument[]) => unknown>> = {
  trim: (value) => value.trim(),
  trimStart: (value) => value.trimStart(),
  trimEnd: (value) => value.trimEnd(),
  toLowerCase: (value) => value.toLowerCase(),
  toUpperCase: (value) => value.toUpperCase(),
  slice: (value, [from, to]) => value.slice(numberOf(from), numberOf(to)),
  substring: (value, [from, to]) => value.substring(numberOf(from) ?? 0, numberOf(to)),
  split: (value, [separator]) => value.split(String(separator)),
  replace: (value, [from, to]) => value.replace(String(from), () => String(to)),
  replaceAll: (value, [from, to]) => value.replaceAll(String(from), () => String(to)),
};

const LIST_METHODS: Readonly<
  Record<string, (value: readonly unknown[], args: readonly Argument[]) => unknown>
> = {
  pop: (value) => value.at(-1),
  at: (value, [index]) => value.at(numberOf(index) ?? 0),
  join: (value, [separator]) => value.join(separator === undefined ? ',' : String(separator)),
  slice: (value, [from, to]) => value.slice(numberOf(from), numberOf(to)),
};

function numberOf(argument: Argument | undefined): number | undefined {
  return argument === undefined ? undefined : Number(argument);
}

function nextStep(
  rest: string,
): { readonly length: number; readonly apply: (value: unknown) => unknown } | undefined {
  const call = CALL.exec(rest);
  if (call) {
    const [whole, name = '', list] = call;
    const args =
      list === undefined ? [] : [...list.matchAll(new RegExp(ARGUMENT, 'g'))].map(([each]) => literal(each));
    if (!Object.hasOwn(METHODS, name) && !Object.hasOwn(LIST_METHODS, name)) return undefined;
    return {
      length: whole.length,
      apply: (value) => {
        const method = Array.isArray(value) ? LIST_METHODS[name] : METHODS[name];
        if (!method || (!Array.isArray(value) && typeof value !== 'string'))
          throw new Error(`".${name}()" cannot be used on ${value === undefined ? 'nothing' : typeof value}`);
        return (method as (value: unknown, args: readonly Argument[]) => unknown)(value, args);
      },
    };
  }
  const key = KEY.exec(rest);
  if (!key) return undefined;
  const name = key[1] ?? literal(key[2]!);
  return { length: key[0].length, apply: (value) => member(value, name) };
}

function member(value: unknown, name: Argument): unknown {
  if (value === undefined || value === null) throw new Error(`there is no "${name}" in ${String(value)}`);
  if (name === 'length' && (typeof value === 'string' || Array.isArray(value))) return value.length;
  const holder: object = Object(value) as object;
  return Object.hasOwn(holder, name) ? (holder as Readonly<Record<Argument, unknown>>)[name] : undefined;
}

function literal(source: string): Argument {
  if (/^-?\d/.test(source)) return Number(source);
  return source
    .slice(1, -1)
    .replace(/\\(.)/g, (_, mark: string) => ({ n: '\n', t: '\t', r: '\r' })[mark] ?? mark);
}

/** What a transform makes of an answer, as text: data as compact JSON. Raises `scorer-failed`. */
export function transformed(transform: (output: string) => unknown, output: string, scorer: string): string {
  let value: unknown;
  try {
    value = transform(output);
  } catch (error) {
    throw scorerFailed(
      scorer,
      `its transform cannot be applied to this answer (${(error as Error).message}).`,
      'Correct the transform, or ask for answers that it can take.',
      error,
    );
  }
  if (value === undefined || value === null) {
    throw scorerFailed(scorer, 'its transform finds nothing in this answer.', 'Correct the transform.');
  }
  return textOf(value);
}

/** A value as the text that is scored. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A metric's name with the row's values filled in. */
export function metricName(metric: string, input: ScoringInput, scorer: string): string {
  return fillText(metric, input, scorer);
}
