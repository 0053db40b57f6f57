import type { ChatMessage, ModelSettings, Problem, PromptDocument } from '../core/prompt.js';
import { HoneError } from '../core/errors.js';
import { bodyEncodings, newHeader, outsideSpans } from './body.js';
import { chatDocument, type Segment } from './chatBody.js';
import { chatRole, dotpromptSegments } from './dotpromptSegments.js';
import { TemplateError } from './engines/bounds.js';
import { DOTPROMPT_HELPERS, DOTPROMPT_MARKER, dotpromptNames, renderDotprompt } from './engines/dotprompt.js';
import { braceTags } from './engines/braceTags.js';
import { handlebarsExpressions } from './engines/handlebars.js';
import type { DeclaredTypes } from './engines/values.js';
import type { PromptFormat } from './format.js';
import type { FrontMatter } from './frontMatter.js';
import { declaredTypes, firstNumber, firstText, mapping, settingsOf, type Mapping } from './headerValues.js';
import { findDotpromptHeader, promptDialect } from './promptDialect.js';
import { SourceText } from './source.js';
import { inFile, neededNames, newErrors, readNames } from './templateBody.js';
import { YamlSource } from './yamlSource.js';

const FORMAT = 'dotprompt';

/** Google's Dotprompt (`*.prompt`): a YAML header and a Handlebars template with role markers. */
export const dotprompt: PromptFormat = {
  id: FORMAT,
  matches: (path) => path.endsWith('.prompt'),
  recognises: (path, bytes) => promptDialect(path, bytes) === FORMAT,
  parse: (path, bytes) => read(path, bytes).document,
  encodings: bodyEncodings,
  surroundings: (document) => [promptDialect(document.path, document.bytes), ...outsideSpans(document)],
  fill,
  expressions: (text) => handlebarsExpressions(text, DOTPROMPT_HELPERS),
  violations: (document, span, text) => [
    ...newHeader(span, text),
    ...(text.split(DOTPROMPT_MARKER).length > span.text.split(DOTPROMPT_MARKER).length
      ? [`"${DOTPROMPT_MARKER}" was added, which Dotprompt would obey.`]
      : []),
    ...(isUnclosed(text) && !isUnclosed(span.text)
      ? ['A tag that nothing closes was added.']
      : newErrors(dotprompt, document, span, text)),
  ],
};

function isUnclosed(text: string): boolean {
  return braceTags(text, 'handlebars').unclosed;
}

interface Reading {
  readonly document: PromptDocument;
  readonly template: string;
  /** 1-based. */
  readonly firstLine: number;
  readonly defaults: Mapping;
  readonly types: DeclaredTypes;
}

/** A run fills the same document once for each row. */
const readings = new WeakMap<PromptDocument, Reading>();

function read(path: string, bytes: Uint8Array): Reading {
  const source = new SourceText(path, bytes);
  const problems: Problem[] = [];
  const found = findDotpromptHeader(source.text);
  const values = found && readValues(path, source, found, problems);
  // As in Dotprompt, a header that is no YAML is part of the template.
  const bodyStart = found && values ? found.bodyStart : 0;
  const body = source.text.slice(bodyStart);
  const template = values ? body.trim() : body;
  const templateStart = bodyStart + (values ? body.length - body.trimStart().length : 0);
  const firstLine = source.lineAt(templateStart);
  const names = readNames(() => dotpromptNames(template), firstLine, problems);
  const input = mapping(values?.input);
  const defaults = mapping(input.default);
  const document = chatDocument({
    path,
    format: FORMAT,
    bytes,
    source,
    segments: segmentsOf(template, templateStart),
    placeholders: neededNames(names, defaults),
    settings: readSettings(values ?? {}),
    problems: [...problems, ...notes(template, values ?? {}, firstLine)],
  });
  const reading = { document, template, firstLine, defaults, types: readTypes(input) };
  readings.set(document, reading);
  return reading;
}

function readValues(
  path: string,
  source: SourceText,
  header: FrontMatter,
  problems: Problem[],
): Mapping | undefined {
  try {
    const yaml = new YamlSource(path, source, source.text.slice(header.start, header.end), header.start);
    return mapping(yaml.data(yaml.document.contents));
  } catch (error) {
    if (!HoneError.is(error, 'bad-prompt-file')) throw error;
    const message = 'The header is not valid YAML, so Dotprompt sends it as part of the text.';
    problems.push({ severity: 'warning', message, line: error.place.line ?? 1 });
    return undefined;
  }
}

/** A template that does not parse is one text, and `readNames` says what is wrong with it. */
function segmentsOf(template: string, start: number): Segment[] {
  try {
    return dotpromptSegments(template, start);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [{ role: 'user', start, end: start + template.length }];
  }
}

function readSettings(values: Mapping): ModelSettings {
  const config = mapping(values.config);
  return settingsOf({
    model: firstText(values.model),
    temperature: firstNumber(config.temperature),
    topP: firstNumber(config.topP),
    maxTokens: firstNumber(config.maxOutputTokens),
    responseFormat: readResponseFormat(mapping(values.output)),
  });
}

/** A schema is passed on where it is JSON Schema; Dotprompt's short form only says that the answer is JSON. */
function readResponseFormat({ format, schema }: Mapping): unknown {
  const { type, properties } = mapping(schema);
  const isJsonSchema = type === 'object' && typeof properties === 'object';
  if (isJsonSchema) return { type: 'json_schema', json_schema: { name: 'output', schema } };
  return format === 'json' || (format === undefined && schema !== undefined)
    ? { type: 'json_object' }
    : undefined;
}

/** From Dotprompt's short form (`age?: integer, in years`, `tags(array): string`) or JSON Schema. */
function readTypes({ schema }: Mapping): DeclaredTypes {
  const properties = mapping(mapping(schema).properties);
  const entries = Object.entries({ ...mapping(schema), ...properties });
  return declaredTypes(
    entries.map(([key, value]) => {
      const { name = key, kind } = /^(?<name>[^?(]+)\??(?:\((?<kind>\w+))?/.exec(key)?.groups ?? {};
      const type = typeof value === 'string' ? value.split(',')[0]?.trim() : mapping(value).type;
      return [name, kind ?? type];
    }),
  );
}

/** What a run leaves out of what the file asks for. */
function notes(template: string, values: Mapping, line: number): Problem[] {
  const missing = [
    ...(/\{\{~?\s*history\b/.test(template) ? ['an earlier conversation'] : []),
    ...(/\{\{~?\s*media\b/.test(template) ? ['pictures and other media'] : []),
    ...(values.tools !== undefined ? ['tools'] : []),
  ];
  if (missing.length === 0) return [];
  const message = `Hone sends the text alone: not at hand in a run are ${missing.join(', ')}.`;
  return [{ severity: 'info', message, line }];
}

async function fill(
  document: PromptDocument,
  vars: Readonly<Record<string, string>>,
): Promise<ChatMessage[]> {
  const { template, firstLine, defaults, types } =
    readings.get(document) ?? read(document.path, document.bytes);
  try {
    const messages = await renderDotprompt({ template, vars, defaults, types });
    return messages.map(({ role, content }) => ({
      role: chatRole(role),
      content: content.map((part) => part.text ?? '').join(''),
    }));
  } catch (error) {
    throw inFile(document.path, firstLine, error);
  }
}
