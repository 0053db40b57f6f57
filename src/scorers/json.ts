import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Feedback } from '../core/scoring.js';
import { badScorer, directional, failed, PASSED, type ScorerConfig, type ScorerFamily } from './family.js';
import {
  compareJson,
  display,
  fault,
  missingFault,
  named,
  typeFault,
  type CompareOptions,
  type FieldFault,
} from './jsonFields.js';
import { isMapping, readJson, structuredJson, type JsonReading } from './jsonText.js';
import { shown } from './text.js';
import { expectedOf } from './wanted.js';

/**
 * The answer is JSON, fits a schema when one is given, and has the values of the expected data when the row has any.
 * The value is the share of fields that are right; half of it for JSON inside a code fence or other words; 0 for none.
 */
export const json: ScorerFamily = {
  type: 'json',
  options: {
    schema: { kind: 'mapping', meaning: 'A JSON schema that the answer must fit.' },
    file: { kind: 'text', meaning: 'A file inside the workspace that holds the JSON schema.' },
    compare: {
      kind: 'flag',
      meaning:
        'Whether the fields are compared with the expected data. Default: where the expected value is JSON.',
    },
    ignoreCase: {
      kind: 'flag',
      meaning: 'Upper and lower case are the same in compared texts. Default false.',
    },
    tolerance: { kind: 'number', meaning: 'How far compared numbers may be off. Default 0.' },
  },
  // Without a schema, a row that has nothing to be compared with would pass for being JSON alone.
  needsExpected: (config, testset) =>
    config.compare === true ||
    (config.compare === undefined &&
      config.schema === undefined &&
      testset.cases.some((row) => row.expected !== undefined)),
  create(id, config) {
    const schema = config.schema as SchemaObject | undefined;
    const validate = schema && compileSchema(config, schema);
    const options: CompareOptions = {
      ignoreCase: config.ignoreCase === true,
      tolerance: (config.tolerance as number | undefined) ?? 0,
    };
    const expectedData = (input: Parameters<typeof expectedOf>[0]): unknown => {
      if (config.compare === false || input.expected === undefined) return undefined;
      return typeof input.expected === 'string' ? structuredJson(input.expected) : input.expected;
    };
    return {
      feedbackKind: 'directional',
      judge(input) {
        if (config.compare === true) expectedOf(input, id);
        const reading = readJson(input.output);
        const shape = shapeFeedback(id, reading, input.output);
        if (!('value' in reading)) return failed(0, shape);
        const wrong =
          schema && validate ? schemaFaults(schema, validate, reading.value) : { fields: [], faults: [] };
        const expected = expectedData(input);
        const compared =
          expected === undefined ? { fields: [], faults: [] } : compareJson(expected, reading.value, options);
        const faults = [...wrong.faults, ...compared.faults];
        if (faults.length === 0 && shape.length === 0) return PASSED;
        const share = shareRight(expected === undefined ? wrong.fields : compared.fields, faults);
        return failed(reading.kind === 'json' ? share : share / 2, [...shape, ...faultFeedback(id, faults)]);
      },
    };
  },
};

/** A field is wrong when a fault lies on it, above it or below it. */
function shareRight(fields: readonly string[], faults: readonly FieldFault[]): number {
  const places = [...new Set(faults.flatMap((each) => each.covers ?? [each.path]))];
  const inside = (inner: string, outer: string) =>
    inner === outer || outer === '' || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  // A place that holds known fields stands for them; any other is a field of its own.
  const all = new Set([
    ...fields,
    ...places.filter((place) => !fields.some((field) => inside(field, place))),
  ]);
  if (all.size === 0) return 1;
  const right = [...all].filter(
    (field) => !places.some((place) => inside(field, place) || inside(place, field)),
  );
  return right.length / all.size;
}

/** One feedback per cause, with the text of its first fault and the number of further ones. */
export function faultFeedback(id: string, faults: readonly FieldFault[]): Feedback[] {
  const causes = new Map<string, FieldFault[]>();
  for (const each of faults) causes.set(each.cause, [...(causes.get(each.cause) ?? []), each]);
  return [...causes].map(([cause, [first, ...others]]) => {
    const places = new Set(others.map((each) => each.path).filter((path) => path !== first!.path)).size;
    const more = places === 0 ? '' : ` (and ${places} more like it)`;
    return directional(id, cause, `${first!.text}${more}`, first!.direction);
  });
}

export function shapeFeedback(id: string, reading: JsonReading, output: string): Feedback[] {
  switch (reading.kind) {
    case 'json':
      return [];
    case 'fenced':
      return [
        directional(
          id,
          'fenced',
          'the JSON stands in a Markdown code fence',
          'Answer with the bare JSON, without a Markdown code fence and with no other words.',
        ),
      ];
    case 'wrapped':
      return [
        directional(
          id,
          'wrapped',
          `other words stand around the JSON: ${shown(output)}`,
          'Answer with the JSON alone, with no words before or after it.',
        ),
      ];
    case 'cut-off':
      return [
        directional(
          id,
          'cut-off',
          'the JSON ends before it is complete',
          'Keep the JSON short enough to be complete.',
        ),
      ];
    case 'not-json':
      return [
        directional(
          id,
          'not-json',
          output.trim() === '' ? 'gave no answer where JSON was expected' : `${shown(output)} is not JSON`,
          'Answer with valid JSON and nothing else.',
        ),
      ];
  }
}

export type SchemaObject = Readonly<Record<string, unknown>>;

/** A check against a JSON schema (draft 7, or 2020-12 when it says so). @throws Error when the schema is not valid */
export function schemaCheck(schema: SchemaObject): ValidateFunction {
  const options = { allErrors: true, strict: false, verbose: true, logger: false } as const;
  const ajv = JSON.stringify(schema.$schema ?? '').includes('2020-12')
    ? new Ajv2020(options)
    : new Ajv(options);
  addFormats(ajv);
  return ajv.compile(schema);
}

/** @throws HoneError `bad-config` when the schema is not valid */
export function compileSchema(config: ScorerConfig, schema: SchemaObject): ValidateFunction {
  try {
    return schemaCheck(schema);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw badScorer(config, `its JSON schema is not valid (${detail}).`, 'Correct the schema.', error);
  }
}

function schemaFaults(schema: SchemaObject, validate: ValidateFunction, value: unknown) {
  const properties = schema.properties;
  const fields = isMapping(properties) ? Object.keys(properties) : [];
  return { fields, faults: checkFaults(validate, value) };
}

/** What a schema check finds wrong with a value. */
export function checkFaults(validate: ValidateFunction, value: unknown): readonly FieldFault[] {
  return validate(value) ? [] : (validate.errors ?? []).map(faultOf);
}

/** Ajv's error in the words of a field fault. */
function faultOf(error: ErrorObject): FieldFault {
  const path = dotted(error.instancePath);
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`);
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'required':
      return missingFault(inside(String(params.missingProperty)));
    case 'type':
      return typeFault(path, String(params.type), error.data);
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const extra = inside(String(params.additionalProperty ?? params.unevaluatedProperty));
      return fault(
        'extra',
        extra,
        `the key ${named(extra)} does not belong there`,
        `Leave out the key ${named(extra)}.`,
      );
    }
    case 'enum': {
      const allowed = (params.allowedValues as unknown[]).map(display).join(', ');
      return fault(
        'value',
        path,
        `${named(path)} is ${display(error.data)}, and only ${allowed} are allowed`,
        `Use only these values for ${named(path)}: ${allowed}.`,
      );
    }
    case 'format':
    case 'pattern': {
      const form =
        error.keyword === 'format'
          ? `the format ${String(params.format)}`
          : `the pattern ${String(params.pattern)}`;
      return fault(
        'format',
        path,
        `${named(path)} is ${display(error.data)}, which does not fit ${form}`,
        `Write ${named(path)} in ${form}.`,
      );
    }
    default: {
      const rule = error.message ?? `must fit "${error.keyword}"`;
      return fault(
        error.keyword,
        path,
        `${named(path)} is ${display(error.data)}: it ${rule}`,
        `Make sure that ${named(path)} fits its rule: it ${rule}.`,
      );
    }
  }
}

/** A JSON pointer such as `/items/0/price` as `items[0].price`. */
function dotted(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`),
      '',
    );
}
