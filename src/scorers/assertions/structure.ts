import type { ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { directional, plain } from '../family.js';
import { checkFaults, faultFeedback, schemaCheck, shapeFeedback } from '../json.js';
import { isMapping, readJson } from '../jsonText.js';
import { shown } from '../text.js';
import { badValue, binary, type AssertionCall, type AssertionKind } from './kind.js';

const isJson: AssertionKind = {
  types: ['is-json'],
  meaning: 'The answer is JSON and nothing else, and fits the schema when the value has one.',
  feedbackKind: 'directional',
  value: 'optional',
  judge(call) {
    const reading = readJson(call.output);
    const check = schemaOf(call);
    const faults = check && reading.kind === 'json' ? checkFaults(check, reading.value) : [];
    return binary(call, reading.kind === 'json' && faults.length === 0, {
      missed: () => [...shapeFeedback(call.id, reading, call.output), ...faultFeedback(call.id, faults)],
      avoid: () =>
        check
          ? plain(call.id, 'fits', 'the answer is JSON that fits the schema, and must not')
          : directional(
              call.id,
              'is-json',
              'the answer is JSON, and must not be',
              'Answer in words, not in JSON.',
            ),
    });
  },
};

const containsJson: AssertionKind = {
  types: ['contains-json'],
  meaning: 'A JSON object stands somewhere in the answer, and fits the schema when the value has one.',
  feedbackKind: 'directional',
  value: 'optional',
  judge(call) {
    const check = schemaOf(call);
    const found = jsonObjects(call.output);
    const faults = check ? found.map((each) => checkFaults(check, each)) : [];
    const holds = check ? faults.some((each) => each.length === 0) : found.length > 0;
    // With several objects and `not-`, promptfoo looks at the last one that it came to.
    return binary(call, holds, {
      missed: () =>
        found.length === 0
          ? [
              directional(
                call.id,
                'no-json',
                `${shown(call.output)} has no JSON object in it`,
                'Give the result as a JSON object.',
              ),
            ]
          : faultFeedback(call.id, faults.at(-1) ?? []),
      avoid: () =>
        directional(
          call.id,
          'has-json',
          'there is JSON in the answer, and must not be',
          'Answer in words, not in JSON.',
        ),
    });
  },
};

const checks = new Map<string, ValidateFunction>();
const KEPT_CHECKS = 100;

/** The check of the schema in the value: data, or text in YAML or JSON. Undefined when there is none. */
function schemaOf(call: AssertionCall): ValidateFunction | undefined {
  const { value } = call;
  if (value === undefined || value === null || value === '') return undefined;
  const key = JSON.stringify(value);
  const known = checks.get(key);
  if (known) return known;
  try {
    const schema: unknown = typeof value === 'string' ? parse(value) : value;
    if (!isMapping(schema)) throw new Error('it is no mapping');
    const check = schemaCheck(schema);
    if (checks.size >= KEPT_CHECKS) checks.clear();
    checks.set(key, check);
    return check;
  } catch (error) {
    throw badValue(call, `its JSON schema is not valid (${(error as Error).message}).`);
  }
}

/** Longer objects, and objects after so many that are none, are not looked for. */
const LONGEST_OBJECT = 100_000;
const MOST_TRIES = 500;

/**
 * Objects in braces that stand in a text, leniently read (YAML's flow style: unquoted keys, single quotation marks,
 * trailing commas). An object that is cut off at the end of the text is completed.
 */
export function jsonObjects(text: string): object[] {
  const objects: object[] = [];
  let tries = 0;
  for (let start = text.indexOf('{'); start >= 0 && tries < MOST_TRIES;) {
    tries++;
    const end = closingBrace(text, start);
    const found = lenientObject(
      end.open === 0 ? text.slice(start, end.at) : text.slice(start, end.at) + '}'.repeat(end.open),
    );
    if (found) objects.push(found);
    start = text.indexOf('{', found ? end.at : start + 1);
  }
  return objects;
}

function closingBrace(text: string, start: number): { readonly at: number; readonly open: number } {
  const limit = Math.min(text.length, start + LONGEST_OBJECT);
  let open = 0;
  for (let at = start; at < limit; at++) {
    if (text[at] === '{') open++;
    else if (text[at] === '}' && --open === 0) return { at: at + 1, open: 0 };
  }
  return { at: limit, open };
}

/** Braces nested deeper than any real answer would only exhaust the parser. */
const DEEPEST = 200;

function lenientObject(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    // It may still be an object in a looser notation.
  }
  if ((text.match(/[{[]/g)?.length ?? 0) > DEEPEST) return undefined;
  try {
    const value: unknown = parse(text, {
      uniqueKeys: false,
      strict: false,
      logLevel: 'error',
      maxAliasCount: 0,
    });
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

export const STRUCTURE_KINDS: readonly AssertionKind[] = [isJson, containsJson];
