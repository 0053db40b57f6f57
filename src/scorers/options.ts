import {
  badScorer,
  type OptionSpec,
  type OptionTable,
  type ScorerConfig,
  type ScorerFamily,
} from './family.js';
import { assertionFamilies } from './assertions/families.js';
import { refusalOf } from './assertions/registry.js';
import { AUTOEVALS } from './autoevals.js';
import { javascript, python } from './code/custom.js';
import { contains } from './contains.js';
import { equals } from './equals.js';
import { SINGLE_GRADERS } from './graders/graders.js';
import { multiGrader } from './graders/multi.js';
import { json } from './json.js';
import { isMapping } from './jsonText.js';
import { llmChoice } from './judges/choice.js';
import { label } from './label.js';
import { length } from './length.js';
import { number } from './number.js';
import { regex } from './regex.js';
import { syllables } from './syllables.js';
import { eitherOf } from './text.js';

/** Hone's own scorers. */
const OWN: readonly ScorerFamily[] = [
  equals,
  contains,
  regex,
  json,
  number,
  label,
  length,
  syllables,
  javascript,
  python,
  llmChoice,
];

/** All scorer families, in the order in which they are listed to people. */
export const FAMILIES: readonly ScorerFamily[] = [
  ...OWN,
  ...assertionFamilies(OWN.map((family) => family.type)),
  ...SINGLE_GRADERS,
  multiGrader({ familyOf, requireValid }),
  ...AUTOEVALS,
];

/** Options that every family has. */
export const COMMON_OPTIONS: OptionTable = {
  type: {
    kind: 'text',
    meaning: 'The scorer family.',
    required: true,
    choices: FAMILIES.map((family) => family.type),
  },
  weight: {
    kind: 'number',
    meaning: "Share in a row's score against the other scorers', 0 or more. Default 1.",
  },
};

/** The family of a type; undefined when there is none. */
export function familyOf(type: string): ScorerFamily | undefined {
  return FAMILIES.find((family) => family.type === type);
}

/** What is wrong with one entry, and under which key. */
export interface ConfigFault {
  readonly key: string;
  readonly fault: string;
  readonly nextStep: string;
}

/** Checks an entry against the options of its family: unknown type, unknown or missing options, wrong types. */
export function checkScorerConfig(config: Readonly<Record<string, unknown>>): ConfigFault[] {
  const { type } = config;
  const family = typeof type === 'string' ? familyOf(type) : undefined;
  if (!family) return [{ key: 'type', ...unknownType(type) }];
  const table: OptionTable = { ...COMMON_OPTIONS, ...family.options };
  const faults: ConfigFault[] = [];
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    const spec = Object.hasOwn(table, key) ? table[key] : undefined;
    if (!spec) {
      const nextStep = `Take it out, or use one of: ${Object.keys(table).join(', ')}.`;
      faults.push({ key, fault: `it has no option "${key}".`, nextStep });
    } else if (!fits(spec, value)) {
      faults.push({ key, fault: `its option "${key}" must be ${wordsFor(spec)}.`, nextStep: spec.meaning });
    }
  }
  for (const [key, spec] of Object.entries(table)) {
    if (spec.required !== true || config[key] !== undefined) continue;
    faults.push({ key: 'type', fault: `its option "${key}" is missing.`, nextStep: spec.meaning });
  }
  if (typeof config.weight === 'number' && config.weight < 0) {
    faults.push({
      key: 'weight',
      fault: 'its weight is below 0.',
      nextStep: 'Give it a weight of 0 or more.',
    });
  }
  return faults;
}

function unknownType(type: unknown): Omit<ConfigFault, 'key'> {
  const names = FAMILIES.map((family) => family.type).filter((name) => !name.startsWith('not-'));
  const nextStep = `Use one of: ${names.join(', ')}.`;
  if (type === undefined) return { fault: 'it has no "type".', nextStep };
  const why = typeof type === 'string' ? refusalOf(type.replace(/^not-/, '')) : undefined;
  const fault =
    why === undefined
      ? `there is no scorer of the type ${JSON.stringify(type)}.`
      : `the type ${JSON.stringify(type)} is not supported: ${why}.`;
  return { fault, nextStep };
}

/** @throws HoneError `bad-config` for the first fault of an entry */
export function requireValid(config: ScorerConfig): void {
  const [first] = checkScorerConfig(config);
  if (first) throw badScorer(config, first.fault, first.nextStep);
}

function fits(spec: OptionSpec, value: unknown): boolean {
  const isList = (item: (each: unknown) => boolean) =>
    Array.isArray(value) && value.length > 0 && value.every(item);
  const isText = (each: unknown) => typeof each === 'string';
  const isNumber = (each: unknown) => typeof each === 'number' && Number.isFinite(each);
  switch (spec.kind) {
    case 'text':
      return isText(value) && (spec.choices === undefined || spec.choices.includes(value));
    case 'texts':
      return isText(value) || isList(isText);
    case 'textList':
      return isList(isText);
    case 'number':
      return isNumber(value);
    case 'numberList':
      return isList(isNumber);
    case 'flag':
      return typeof value === 'boolean';
    case 'mapping':
      return isMapping(value);
    case 'mappings':
      return isList(isMapping);
    case 'tolerance':
      return isNumber(value) || isText(value);
    case 'any':
      return true;
  }
}

function wordsFor(spec: OptionSpec): string {
  if (spec.choices) return eitherOf(spec.choices);
  const words = {
    text: 'a text',
    texts: 'a text or a list of texts',
    textList: 'a list of texts',
    number: 'a number',
    numberList: 'a list of numbers',
    flag: 'true or false',
    mapping: 'a mapping',
    mappings: 'a list of mappings',
    tolerance: 'a number or a percentage',
    any: 'given',
  };
  return words[spec.kind];
}
