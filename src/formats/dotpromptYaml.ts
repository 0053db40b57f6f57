import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type {
  ChatMessage,
  EditableSpan,
  Problem,
  PromptDocument,
  PromptMessage,
  Role,
} from '../core/prompt.js';
import { engineText } from './engines/values.js';
import type { PromptFormat } from './format.js';
import { firstNumber, firstText, mapping, settingsOf, type Mapping } from './headerValues.js';
import { promptDialect } from './promptDialect.js';
import { badPromptFile, SourceText } from './source.js';
import {
  expressionsIn,
  fillMessages,
  placeholderNames,
  strayOpeners,
  type TemplateSyntax,
} from './template.js';
import { neededNames } from './templateBody.js';
import { encodeYamlScalar } from './yamlScalar.js';
import { pairOf, valueOf, YamlSource } from './yamlSource.js';
import { yamlScalarSource, yamlSpan, type YamlText } from './yamlSpan.js';

const FORMAT = 'dotprompt-yaml';

/** Liquid's output of a plain name. Its tags and filters are kept and not rendered. */
const SYNTAX: TemplateSyntax = {
  pattern: /\{\{-?[ \t]*(?<name>[A-Za-z_][\w-]*)[ \t]*-?\}\}|\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}/g,
  spell: (name) => `{{${name}}}`,
};

/**
 * The .NET library DotPrompt (`*.prompt`): a YAML document with `prompts.system` and `prompts.user`, and `fewShots` that
 * are turns between the two.
 */
export const dotpromptYaml: PromptFormat = {
  id: FORMAT,
  matches: (path) => path.endsWith('.prompt'),
  recognises: (path, bytes) => promptDialect(path, bytes) === FORMAT,
  parse: (path, bytes) => read(path, bytes).document,
  encodings(document, span, text) {
    const { source, texts } = readingOf(document);
    return encodeYamlScalar(yamlScalarSource(source, span, texts.get(span.id)!), text);
  },
  surroundings(document) {
    const { root, texts } = readingOf(document);
    const prompts = Object.entries(mapping(root.prompts)).map(([key, value]) =>
      texts.has(spanId(key)) ? [key, null] : [key, value],
    );
    return { ...root, prompts, dialect: promptDialect(document.path, document.bytes) };
  },
  fill,
  expressions: (text) => expressionsIn(SYNTAX, text),
  violations: (_document, span, text) => strayOpeners(SYNTAX, ['{{', '{%'], span.text, text),
};

interface Reading {
  readonly document: PromptDocument;
  readonly source: SourceText;
  readonly root: Mapping;
  /** By span id. */
  readonly texts: ReadonlyMap<string, YamlText>;
}

const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes);
}

function spanId(key: string): string {
  return `prompts.${key}`;
}

function read(path: string, bytes: Uint8Array): Reading {
  const source = new SourceText(path, bytes);
  const yaml = new YamlSource(path, source);
  const { contents } = yaml.document;
  const prompts = yaml.resolve(valueOf(contents, 'prompts'));
  if (!isMap(contents) || !isMap(prompts)) {
    throw yaml.refuse(
      prompts ?? contents ?? 0,
      'the file must be a mapping with the keys prompts.system and prompts.user.',
      'Write the texts below "prompts:".',
    );
  }
  const problems: Problem[] = [];
  const texts = new Map<string, YamlText>();
  const spans: EditableSpan[] = [];
  const readText = (key: string, role: Role): PromptMessage[] => {
    const pair = pairOf(prompts, key);
    const scalar = pair && yaml.resolve(pair.value);
    if (!pair || !isScalar(scalar) || typeof scalar.value !== 'string') return [];
    if (isAlias(pair.value) || isAlias(valueOf(contents, 'prompts'))) {
      const message = `The text of prompts.${key} is an alias, so Hone does not edit it.`;
      problems.push({ severity: 'info', message, line: yaml.lineOf(pair.key) });
      return [{ role, text: scalar.value }];
    }
    const id = spanId(key);
    spans.push(yamlSpan(source, yaml, scalar, id, role));
    texts.set(id, { scalar, indent: source.columnAt(yaml.offsets(pair.key)[0]) });
    return [{ role, text: scalar.value, spanId: id }];
  };
  const system = readText('system', 'system');
  const user = readText('user', 'user');
  if (system.length + user.length === 0) {
    throw yaml.refuse(prompts, 'prompts has neither system nor user text.', 'Write at least one of them.');
  }
  const messages = [...system, ...readShots(yaml, contents), ...user];
  const root = mapping(yaml.data(contents));
  const names = placeholderNames(
    SYNTAX,
    messages.map((message) => message.text),
  );
  const document: PromptDocument = {
    path,
    format: FORMAT,
    bytes,
    messages,
    spans,
    placeholders: neededNames({ variables: names, structured: new Set(), files: [] }, defaultsOf(root)),
    settings: readSettings(root),
    problems,
  };
  const reading = { document, source, root, texts };
  readings.set(document, reading);
  return reading;
}

/** The examples are data of the file, and are not edited. */
function readShots(yaml: YamlSource, root: YAMLMap): PromptMessage[] {
  const list = yaml.resolve(valueOf(root, 'fewShots'));
  if (!isSeq(list)) return [];
  return (yaml.data(list) as unknown[]).flatMap((shot): PromptMessage[] => {
    const { user, response } = mapping(shot);
    if (typeof user !== 'string' || typeof response !== 'string') return [];
    return [
      { role: 'user', text: user },
      { role: 'assistant', text: response },
    ];
  });
}

function defaultsOf({ config }: Mapping): Mapping {
  return mapping(mapping(mapping(config).input).default);
}

function readSettings({ model, config }: Mapping) {
  const { temperature, maxTokens, outputFormat, output } = mapping(config);
  const format = firstText(outputFormat, mapping(output).format)?.toLowerCase();
  return settingsOf({
    model: firstText(model),
    temperature: firstNumber(temperature),
    maxTokens: firstNumber(maxTokens),
    responseFormat: format === 'json' ? { type: 'json_object' } : undefined,
  });
}

function fill(document: PromptDocument, vars: Readonly<Record<string, string>>): ChatMessage[] {
  const { root } = readingOf(document);
  for (const { text, spanId: id } of document.messages) {
    const [unknown] = expressionsIn(SYNTAX, text).filter(({ kind }) => kind === 'expression');
    if (!unknown) continue;
    throw badPromptFile(
      document.path,
      document.spans.find((span) => span.id === id)?.firstLine ?? 1,
      `${unknown.text} is a tag of Liquid, of which Hone renders plain names only.`,
      'Fill it in by hand, or render the prompt with the program that it was written for.',
    );
  }
  return fillMessages(SYNTAX, document.messages, { ...engineText(defaultsOf(root)), ...vars });
}
