import type { EmbeddedTests, ModelSettings, Problem } from '../core/prompt.js';
import type { DeclaredTypes } from './engines/values.js';
import type { FrontMatter } from './frontMatter.js';
import { declaredTypes, firstNumber, firstText, mapping, settingsOf, type Mapping } from './headerValues.js';
import type { SourceText } from './source.js';

const FENCE = /^(?:---|\+\+\+)[ \t]*$/;

/**
 * The header by Prompty's specification: it begins at the first line with text, with three dashes or three plus signs,
 * and ends at the next line of either. Prompty's own readers differ from each other where the marks stand within a line.
 * @returns undefined for no header, `unclosed` when nothing ends it
 */
export function findPromptyHeader(text: string): FrontMatter | 'unclosed' | undefined {
  let start: number | undefined;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end);
    const next = Math.min(end + 1, text.length);
    if (FENCE.test(line)) {
      if (start !== undefined) return { start, end: at, bodyStart: next };
      start = next;
    } else if (start === undefined && line.trim() !== '') return undefined;
    at = end + 1;
  }
  return start === undefined ? undefined : 'unclosed';
}

/** What Prompty's loaders for Python would take as the end of the header. */
export function noteInnerMarks(source: SourceText, header: FrontMatter, problems: Problem[]): void {
  const inner = /---|\+\+\+/.exec(source.text.slice(header.start, header.end));
  if (!inner) return;
  problems.push({
    severity: 'warning',
    message: `"${inner[0]}" within the header ends it for some of Prompty's loaders.`,
    line: source.lineAt(header.start + inner.index),
  });
}

/** What a Prompty header says, of either version. */
export interface PromptyHeader {
  readonly settings: ModelSettings;
  readonly engine: 'jinja' | 'mustache' | 'unknown';
  /** For inputs without a value. */
  readonly defaults: Mapping;
  readonly types: DeclaredTypes;
  readonly embedded: EmbeddedTests | undefined;
}

/**
 * Reads the values of a header. Version 1 has `model.configuration`, `model.parameters` and `sample`; version 2 has
 * `model.id`, `model.options` and a list or mapping of inputs.
 * @param line 1-based line on which the header starts, for the row of samples
 */
export function readPromptyHeader(values: Mapping, line: number, problems: Problem[]): PromptyHeader {
  const inputs = readInputs(values);
  return {
    settings: readSettings(values),
    engine: readEngine(values),
    defaults: valuesOf(inputs, 'default'),
    types: declaredTypes(inputs.map(({ name, property }) => [name, property.kind ?? property.type])),
    embedded: readSample(values, inputs, line, problems),
  };
}

function readSettings(values: Mapping): ModelSettings {
  const model = mapping(values.model);
  const configuration = mapping(model.configuration);
  const connection = mapping(model.connection);
  const parameters = mapping(model.parameters);
  const options = mapping(model.options);
  return settingsOf({
    model: firstText(
      values.model,
      model.id,
      configuration.azure_deployment,
      configuration.name,
      configuration.model,
      connection.azure_deployment,
    ),
    temperature: firstNumber(parameters.temperature, options.temperature),
    topP: firstNumber(parameters.top_p, options.topP),
    maxTokens: firstNumber(parameters.max_tokens, parameters.max_completion_tokens, options.maxOutputTokens),
    responseFormat: parameters.response_format,
  });
}

/** `template` is the name of an engine, or a mapping with it in `format`, `kind` or `type`. */
function readEngine({ template }: Mapping): PromptyHeader['engine'] {
  const { format, type, kind } = mapping(template);
  const name =
    firstText(template, format, mapping(format).kind, mapping(format).type, type, kind) ?? 'jinja2';
  if (/^(?:jinja2?|nunjucks|prompty)$/i.test(name)) return 'jinja';
  return /^mustache$/i.test(name) ? 'mustache' : 'unknown';
}

interface Input {
  readonly name: string;
  readonly property: Mapping;
  /** Written in place of a property. */
  readonly shorthand?: unknown;
}

const PROPERTY_KEYS = ['kind', 'type', 'description', 'default', 'sample', 'example', 'required', 'title'];

function readInputs({ inputs }: Mapping): Input[] {
  if (Array.isArray(inputs)) {
    return inputs.flatMap((each): Input[] => {
      const property = mapping(each);
      return typeof property.name === 'string' ? [{ name: property.name, property }] : [];
    });
  }
  return Object.entries(mapping(inputs)).map(([name, value]): Input => {
    const property = mapping(value);
    const isProperty = Object.keys(property).some((key) => PROPERTY_KEYS.includes(key));
    return isProperty ? { name, property } : { name, property: {}, shorthand: value };
  });
}

function valuesOf(inputs: readonly Input[], ...keys: string[]): Mapping {
  return Object.fromEntries(
    inputs.flatMap(({ name, property }) => {
      const value = keys.map((key) => property[key]).find((each) => each !== undefined && each !== null);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** One row of sample inputs, when there is one. A sample in another file is only named. */
function readSample(
  values: Mapping,
  inputs: readonly Input[],
  line: number,
  problems: Problem[],
): EmbeddedTests | undefined {
  if (typeof values.sample === 'string') {
    const message = `The sample is in another file (${values.sample}), which Hone does not read: name it as the test set if it is one.`;
    problems.push({ severity: 'info', message, line });
  }
  const shorthands = inputs.filter(({ shorthand }) => shorthand !== undefined && shorthand !== null);
  const row = {
    ...Object.fromEntries(shorthands.map(({ name, shorthand }) => [name, shorthand])),
    ...valuesOf(inputs, 'sample', 'example'),
    ...mapping(values.sample),
  };
  return Object.keys(row).length > 0
    ? { kind: 'sample', rows: [row], lines: [line], evaluators: [] }
    : undefined;
}
