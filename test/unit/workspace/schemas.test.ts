import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { HoneError } from '../../../src/core/errors.js';
import { configSchema } from '../../../src/workspace/configSchema.js';
import { parseConfig } from '../../../src/workspace/config.js';
import { CONFIG_SHAPE, type Shape } from '../../../src/workspace/shape.js';

const root = new URL('../../../', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, root), 'utf8');
const json = (file: string) => JSON.parse(text(file)) as object;
const compiled = (schema: object) => new Ajv({ allowUnionTypes: true }).compile(schema);

function verdict(validate: ValidateFunction, yaml: string): boolean {
  return validate(parse(yaml));
}

describe('the schema of hone.yaml', () => {
  it('is what its tables give: run "npm run schemas" after a change to them', () => {
    expect(json('schemas/hone.schema.json')).toEqual(JSON.parse(JSON.stringify(configSchema())));
  });

  const validate = compiled(configSchema());
  const reads = (yaml: string) => {
    try {
      parseConfig(yaml);
      return true;
    } catch (error) {
      if (HoneError.is(error, 'bad-config')) return false;
      throw error;
    }
  };
  const scorer = (flow: string) => `prompts: [{ path: a.md, scorers: [${flow}] }]`;

  it.each([
    ['an entry', 'prompts: [{ path: a.md }]', true],
    ['all keys', text('examples/hone.yaml'), true],
    [
      'columns and splits',
      'prompts: [{ path: a.md, columns: { input: q, vars: { a: b } }, splits: { train: 0.5 } }]',
      true,
    ],
    [
      'a test set with a limit',
      'prompts: [{ path: a.md, tests: { path: a.csv, limit: 5, header: true } }]',
      true,
    ],
    ['a limit of 0', 'prompts: [{ path: a.md, tests: { path: a.csv, limit: 0 } }]', false],
    ['a test set that is a list', 'prompts: [{ path: a.md, tests: [a.csv] }]', false],
    ['an unknown key', 'prompt: []', false],
    ['an entry without its path', 'prompts: [{ tests: a.csv }]', false],
    ['a blank path', 'prompts: [{ path: " " }]', false],
    ['a share above 1', 'prompts: [{ path: a.md, splits: { train: 2 } }]', false],
    ['a broken seed', 'prompts: [{ path: a.md, splits: { seed: 1.5 } }]', false],
    ['a number for a column', 'prompts: [{ path: a.md, columns: { vars: { a: 1 } } }]', false],
    ['a scorer', scorer('{ type: equals }'), true],
    ['its options', scorer('{ type: equals, ignoreCase: true, weight: 2 }'), true],
    ['a scorer of no type', scorer('{ ignoreCase: true }'), false],
    ['an unknown scorer', scorer('{ type: equal }'), false],
    ["another scorer's option", scorer('{ type: equals, tolerance: 5% }'), false],
    ['an option of another kind', scorer('{ type: equals, ignoreCase: "yes" }'), false],
    ['a choice that there is not', scorer('{ type: equals, trim: left }'), false],
    ['a weight below 0', scorer('{ type: equals, weight: -1 }'), false],
  ])('and the reader agree on %s', (_, yaml, good) => {
    expect([verdict(validate, yaml), reads(yaml)]).toEqual([good, good]);
  });
});

describe('docs/configuration.md', () => {
  const page = text('docs/configuration.md');

  it('shows an example that the reader takes', () => {
    const [, example] = /```yaml\n(.*?)```/s.exec(page)!;
    expect(parseConfig(example!).prompts).toHaveLength(2);
  });

  it('names every key', () => {
    const keys = (shape: Shape): string[] => {
      if (shape.kind === 'list') return keys(shape.of);
      if (shape.kind === 'textOr') return keys(shape.long);
      if (shape.kind !== 'mapping') return [];
      return Object.entries(shape.keys).flatMap(([key, value]) => [key, ...keys(value)]);
    };
    expect(keys(CONFIG_SHAPE).filter((key) => !new RegExp(`[\`.]${key}[\`.]`).test(page))).toEqual([]);
  });
});

describe('the schema of .prompt.yml', () => {
  const validate = compiled(json('schemas/github-models-prompt.schema.json'));
  const examples = readdirSync(fileURLToPath(new URL('examples', root)), {
    recursive: true,
    encoding: 'utf8',
  })
    .filter((file) => file.endsWith('.prompt.yml'))
    .map((file) => `examples/${file}`);
  const messages = 'messages: [{ role: system, content: Sort {{x}} }]\n';

  it.each(examples)('takes %s', (file) => {
    expect(verdict(validate, text(file)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['messages', messages, true],
    ['a role in capitals', 'messages: [{ role: System, content: x }]', true],
    ['rows of scalars', `${messages}testData: [{ input: a, expected: 3, flag: true }]`, true],
    [
      'the three kinds of evaluators',
      `${messages}evaluators: [{ name: a, string: { equals: x } }, { name: b, uses: github/similarity }, { name: c, llm: { modelId: m, prompt: p, choices: [{ choice: "1", score: 1 }] } }]`,
      true,
    ],
    ['a schema as text', `${messages}responseFormat: json_schema\njsonSchema: '{"name":"a"}'`, true],
    ['keys that others add', `${messages}x-team: search`, true],
    ['no messages', 'name: x', false],
    ['an unknown role', 'messages: [{ role: tool, content: x }]', false],
    ['a content that is a list', 'messages: [{ role: user, content: [a] }]', false],
    ['a schema as a mapping', `${messages}jsonSchema: { name: a }`, false],
    ['json_schema without one', `${messages}responseFormat: json_schema`, false],
    ['nested rows', `${messages}testData: [{ input: { a: 1 } }]`, false],
    [
      'an evaluator of two kinds',
      `${messages}evaluators: [{ name: a, uses: github/similarity, string: { equals: x } }]`,
      false,
    ],
    ['an evaluator of no kind', `${messages}evaluators: [{ name: a }]`, false],
    ['an evaluator without a name', `${messages}evaluators: [{ uses: github/similarity }]`, false],
  ])('judges %s', (_, yaml, good) => {
    const quoted = yaml.replace('Sort {{x}}', "'Sort {{x}}'");
    expect(verdict(validate, quoted), JSON.stringify(validate.errors)).toBe(good);
  });
});

describe('package.json', () => {
  it('contributes schemas that are there and are shipped', () => {
    const manifest = json('package.json') as {
      contributes: { yamlValidation: { fileMatch: string; url: string }[] };
    };
    const { yamlValidation } = manifest.contributes;
    expect(yamlValidation.map((each) => each.fileMatch)).toEqual([
      'hone.yaml',
      '*.prompt.yml',
      '*.prompt.yaml',
    ]);
    for (const { url } of yamlValidation) expect(existsSync(new URL(url, root)), url).toBe(true);
    expect(text('.vscodeignore')).toContain('!schemas/*.json');
  });
});
