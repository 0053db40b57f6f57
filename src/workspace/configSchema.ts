import { COMMON_OPTIONS, FAMILIES, type OptionKind, type OptionSpec } from '../scorers/index.js';
import { CONFIG_SHAPE, type Shape } from './shape.js';

/** A JSON schema, draft-07: what editors' YAML support reads. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON schema of hone.yaml, from the same tables that the reader checks with. */
export function configSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'hone.yaml',
    ...schemaOf(CONFIG_SHAPE),
    definitions: { scorer: scorerSchema() },
  };
}

const NOT_BLANK = { type: 'string', pattern: '\\S' };

function schemaOf(shape: Shape): JsonSchema {
  const description = shape.meaning;
  switch (shape.kind) {
    case 'text':
      return { description, ...NOT_BLANK };
    case 'whole':
      return { description, type: 'integer' };
    case 'positive':
      return { description, type: 'integer', minimum: 1 };
    case 'flag':
      return { description, type: 'boolean' };
    case 'textOr':
      return { description, anyOf: [NOT_BLANK, schemaOf(shape.long)] };
    case 'value':
      return { description, type: ['string', 'number', 'boolean'] };
    case 'share':
      return { description, type: 'number', minimum: 0, maximum: 1 };
    case 'amount':
      return { description, type: 'number', minimum: 0 };
    case 'mapOf':
      return { description, type: 'object', additionalProperties: schemaOf(shape.of) };
    case 'textMap':
      return { description, type: 'object', additionalProperties: NOT_BLANK };
    case 'scorer':
      return { $ref: '#/definitions/scorer' };
    case 'list':
      return { description, type: 'array', items: schemaOf(shape.of) };
    case 'mapping': {
      const keys = Object.entries(shape.keys);
      return { description, ...mapping(keys, schemaOf) };
    }
  }
}

/** Types with the same options share a branch, so that the schema stays small. */
function scorerSchema(): JsonSchema {
  const branches = new Map<string, { types: string[]; then: JsonSchema }>();
  for (const { type, options } of FAMILIES) {
    const known = [...Object.entries(COMMON_OPTIONS), ...Object.entries(options)];
    // The list of types stands once, above the branches.
    const then = mapping(known, (spec) => (spec === COMMON_OPTIONS.type ? {} : optionSchema(spec)));
    const key = JSON.stringify(then);
    const branch = branches.get(key) ?? { types: [], then };
    branch.types.push(type);
    branches.set(key, branch);
  }
  return {
    description: 'A scorer with its options.',
    type: 'object',
    required: ['type'],
    properties: { type: optionSchema(COMMON_OPTIONS.type!) },
    allOf: [...branches.values()].map(({ types, then }) => ({
      if: { required: ['type'], properties: { type: { enum: types } } },
      then,
    })),
  };
}

function mapping<T extends { readonly required?: boolean }>(
  keys: readonly (readonly [string, T])[],
  schema: (value: T) => JsonSchema,
): JsonSchema {
  const required = keys.filter(([, value]) => value.required === true).map(([key]) => key);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(keys.map(([key, value]) => [key, schema(value)])),
  };
}

const TEXT = { type: 'string' };
const NUMBER = { type: 'number' };
const listOf = (items: JsonSchema) => ({ type: 'array', minItems: 1, items });

const OPTIONS: Readonly<Record<OptionKind, JsonSchema>> = {
  text: TEXT,
  texts: { anyOf: [TEXT, listOf(TEXT)] },
  textList: listOf(TEXT),
  number: NUMBER,
  numberList: listOf(NUMBER),
  flag: { type: 'boolean' },
  mapping: { type: 'object' },
  mappings: listOf({ type: 'object' }),
  tolerance: { anyOf: [NUMBER, TEXT] },
  any: {},
};

function optionSchema(spec: OptionSpec): JsonSchema {
  const minimum = spec === COMMON_OPTIONS.weight ? { minimum: 0 } : {};
  return {
    description: spec.meaning,
    ...OPTIONS[spec.kind],
    ...minimum,
    ...(spec.choices && { enum: spec.choices }),
  };
}
