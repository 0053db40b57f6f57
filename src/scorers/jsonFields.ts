import { isMapping } from './jsonText.js';
import { shown } from './text.js';

/** One thing that is wrong with a JSON answer. */
export interface FieldFault {
  /** The concrete place, for example `items[1].price`; empty for the whole answer. */
  readonly path: string;
  /** Kind and place with list positions left out, for example `missing:items[].price`. */
  readonly cause: string;
  readonly text: string;
  readonly direction: string;
  /** The concrete places that are wrong, where they are others than `path`. */
  readonly covers?: readonly string[];
}

export interface CompareOptions {
  readonly ignoreCase: boolean;
  /** How far numbers may be off. */
  readonly tolerance: number;
}

/** Compares an answer with the expected data, leaf by leaf. Keys that are not expected do not count here. */
export function compareJson(
  expected: unknown,
  actual: unknown,
  options: CompareOptions,
): { readonly fields: readonly string[]; readonly faults: readonly FieldFault[] } {
  const fields: string[] = [];
  const faults: FieldFault[] = [];
  visit(expected, actual, '', true);
  return { fields, faults };

  /** Below a value that is missing, fields are only listed: the fault is reported once, where it is missing. */
  function visit(wanted: unknown, given: unknown, path: string, isThere: boolean): void {
    if (Array.isArray(wanted) && wanted.length > 0) {
      const entries: readonly unknown[] = Array.isArray(given) ? given : [];
      if (isThere && !Array.isArray(given)) faults.push(typeFault(path, 'array', given));
      else if (isThere && entries.length !== wanted.length)
        faults.push(countFault(path, entries.length, wanted.length));
      wanted.forEach((each, index) =>
        visit(each, entries[index], `${path}[${index}]`, index < entries.length),
      );
    } else if (isMapping(wanted) && Object.keys(wanted).length > 0) {
      if (isThere && !isMapping(given)) faults.push(typeFault(path, 'object', given));
      for (const [key, each] of Object.entries(wanted)) {
        const inside = path === '' ? key : `${path}.${key}`;
        const has = isMapping(given) && Object.hasOwn(given, key);
        if (!has && isMapping(given)) faults.push(missingFault(inside));
        visit(each, has ? given[key] : undefined, inside, has);
      }
    } else {
      fields.push(path);
      if (isThere) faults.push(...leafFaults(wanted, given, path, options));
    }
  }
}

function leafFaults(wanted: unknown, given: unknown, path: string, options: CompareOptions): FieldFault[] {
  if (typeName(wanted) !== typeName(given)) return [typeFault(path, typeName(wanted), given, wanted)];
  if (typeof wanted === 'number') {
    return Math.abs(wanted - (given as number)) <= options.tolerance + 1e-9
      ? []
      : [valueFault(path, given, wanted)];
  }
  if (typeof wanted !== 'string')
    return JSON.stringify(wanted) === JSON.stringify(given) ? [] : [valueFault(path, given, wanted)];
  const a = wanted.trim();
  const b = (given as string).trim();
  if (a === b) return [];
  if (a.toLowerCase() === b.toLowerCase()) {
    return options.ignoreCase
      ? []
      : [
          fault(
            'case',
            path,
            `${said(path, given, wanted)}: only upper and lower case differ`,
            `Write ${named(path)} in exactly the upper and lower case that is expected.`,
          ),
        ];
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(a) && !/^\d{4}-\d{2}-\d{2}$/.test(b)) {
    return [fault('format', path, said(path, given, wanted), `Write ${named(path)} as YYYY-MM-DD.`)];
  }
  return [valueFault(path, given, wanted)];
}

export function fault(kind: string, path: string, text: string, direction: string): FieldFault {
  return { path, cause: `${kind}:${pattern(path)}`, text, direction };
}

export function missingFault(path: string): FieldFault {
  return fault(
    'missing',
    path,
    `the key ${named(path)} is missing`,
    `Always include the key ${named(path)}.`,
  );
}

/** A value of another type. `wanted`, when given, is shown. */
export function typeFault(path: string, type: string, given: unknown, wanted?: unknown): FieldFault {
  const example = wanted === undefined ? '' : ` where ${display(wanted)} was expected`;
  const text = `${named(path)} is ${display(given)}, ${article(typeName(given))}${example}: it must be ${article(type)}`;
  return fault('type', path, text, `Write ${named(path)} as ${article(type)}.`);
}

function valueFault(path: string, given: unknown, wanted: unknown): FieldFault {
  const direction = `Check ${named(path)} against the input before you answer; its value comes out wrong.`;
  return fault('value', path, said(path, given, wanted), direction);
}

function countFault(path: string, given: number, wanted: number): FieldFault {
  const kind = given > wanted ? 'too-many' : 'too-few';
  const direction =
    given > wanted
      ? `List nothing in ${named(path)} that the input does not have.`
      : `List every entry of ${named(path)}; leave none out.`;
  const [from, to] = given > wanted ? [wanted, given] : [given, wanted];
  const covers = Array.from({ length: to - from }, (_, index) => `${path}[${from + index}]`);
  const text = `${named(path)} has ${given} ${given === 1 ? 'entry' : 'entries'} where ${wanted} were expected`;
  return { ...fault(kind, path, text, direction), covers };
}

function said(path: string, given: unknown, wanted: unknown): string {
  return `${named(path)} is ${display(given)} where ${display(wanted)} was expected`;
}

/** A place as people read it, list positions left out so that it fits all rows. */
export function named(path: string): string {
  return path === '' ? 'the answer' : `"${pattern(path)}"`;
}

function pattern(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}

/** The JSON type of a value; null is a type of its own. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const ARTICLES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  string: 'a text in quotation marks',
  number: 'a number without quotation marks',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};

function article(type: string): string {
  return type
    .split(',')
    .map((each) => ARTICLES[each] ?? each)
    .join(' or ');
}

export function display(value: unknown): string {
  return typeof value === 'string' ? shown(value) : JSON.stringify(value).slice(0, 80);
}
