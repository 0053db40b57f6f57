import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type {
  EditableSpan,
  EmbeddedTests,
  Problem,
  PromptDocument,
  PromptMessage,
  Role,
} from '../core/prompt.js';
import type { PromptFormat } from './format.js';
import { readModelSettings } from './githubSettings.js';
import { SourceText } from './source.js';
import {
  expressionsIn,
  fillMessages,
  placeholderNames,
  strayOpeners,
  type TemplateSyntax,
} from './template.js';
import { encodeYamlScalar } from './yamlScalar.js';
import { pairOf, valueOf, YamlSource } from './yamlSource.js';
import { yamlScalarSource, yamlSpan, type YamlText } from './yamlSpan.js';

/**
 * Plain replacement of `{{name}}`: neither of GitHub's implementations takes blanks inside of the braces, and neither
 * has filters, conditions or escapes. Other double braces are sent as they stand.
 */
const SYNTAX: TemplateSyntax = { pattern: /\{\{(?<name>[\p{L}\p{N}_.-]+)\}\}|\{\{[^{}]*\}\}/gu };

const FORMAT = 'github-models';
const SEE = 'See https://docs.github.com/github-models for the layout of .prompt.yml files.';

/** GitHub Models prompt files (`*.prompt.yml`, `*.prompt.yaml`). */
export const githubModels: PromptFormat = {
  id: FORMAT,
  matches: (path) => /\.prompt\.ya?ml$/.test(path),
  parse(path, bytes) {
    return read(path, bytes).document;
  },
  encodings(document, span, text) {
    const { source, contents } = readingOf(document);
    return encodeYamlScalar(yamlScalarSource(source, span, contents.get(span.id)!), text);
  },
  surroundings(document) {
    const { yaml, contents } = readingOf(document);
    const root = yaml.data(yaml.document.contents) as { messages: object[] };
    // Copies, since an alias to a message would otherwise lose its content too and no longer show that it changed.
    const messages = root.messages.map((message, index) =>
      contents.has(spanId(index)) ? { ...message, content: null } : message,
    );
    return { ...root, messages };
  },
  fill: (document, vars) => fillMessages(SYNTAX, document.messages, vars),
  expressions: (text) => expressionsIn(SYNTAX, text),
  violations: (_document, span, text) => strayOpeners(SYNTAX, ['{{'], span.text, text),
};

/** Whether a file of another name looks like a GitHub Models prompt: a mapping with `messages` at the top. */
export function looksLikeGithubModels(path: string, bytes: Uint8Array): boolean {
  return /\.ya?ml$/.test(path) && /^messages[ \t]*:/m.test(new SourceText(path, bytes).text);
}

function spanId(index: number): string {
  return `messages[${index}]`;
}

interface Messages {
  readonly messages: readonly PromptMessage[];
  readonly spans: readonly EditableSpan[];
  /** By span id. */
  readonly contents: ReadonlyMap<string, YamlText>;
}

interface Reading extends Messages {
  readonly document: PromptDocument;
  readonly source: SourceText;
  readonly yaml: YamlSource;
}

/** A write asks for the same file several times. */
const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes);
}

function read(path: string, bytes: Uint8Array): Reading {
  const source = new SourceText(path, bytes);
  const yaml = new YamlSource(path, source);
  const root = yaml.document.contents;
  if (!isMap(root)) {
    throw yaml.refuse(root ?? 0, 'a prompt file must be a mapping with the key messages.', SEE);
  }
  const problems: Problem[] = [];
  const parts = readMessages(source, yaml, root, problems);
  const texts = parts.messages.map((message) => message.text);
  const embedded = readEmbedded(yaml, root);
  const document: PromptDocument = {
    path,
    format: FORMAT,
    bytes,
    messages: parts.messages,
    spans: parts.spans,
    placeholders: placeholderNames(SYNTAX, texts),
    settings: readModelSettings(yaml, root, problems),
    ...(embedded && { embedded }),
    problems,
  };
  const reading = { ...parts, document, source, yaml };
  readings.set(document, reading);
  return reading;
}

function readMessages(source: SourceText, yaml: YamlSource, root: YAMLMap, problems: Problem[]): Messages {
  const list = pairOf(root, 'messages');
  if (!list) throw yaml.refuse(root, 'the key messages is missing.', SEE);
  const sequence = yaml.resolve(list.value);
  if (!isSeq(sequence)) throw yaml.refuse(list.key, 'messages must be a list of role and content.', SEE);
  if (sequence.items.length === 0) throw yaml.refuse(list.key, 'messages is an empty list.', SEE);

  const messages: PromptMessage[] = [];
  const spans: EditableSpan[] = [];
  const contents = new Map<string, YamlText>();
  sequence.items.forEach((item, index) => {
    const id = spanId(index);
    const message = yaml.resolve(item);
    if (!isMap(message)) {
      throw yaml.refuse(message ?? list.key, `${id} must be a mapping of role and content.`, SEE);
    }
    const role = readRole(yaml, message, id);
    const pair = pairOf(message, 'content');
    if (!pair) throw yaml.refuse(message, `${id} has no content.`, SEE);
    const place = pair.value ?? pair.key;
    const scalar = yaml.resolve(pair.value);
    if (!isScalar(scalar) || typeof scalar.value !== 'string') {
      throw yaml.refuse(
        place,
        `the content of ${id} must be a text.`,
        'Write it as a text, in quotes if need be.',
      );
    }
    const text = scalar.value;
    problems.push(...blanksInBraces(text, yaml.lineOf(scalar)));
    // Text behind an alias stands in another place too, which an edit would change along with it.
    if ([list.value, item, pair.value].some((node) => isAlias(node))) {
      messages.push({ role, text });
      const message = `The content of ${id} is an alias, so Hone does not edit it.`;
      problems.push({ severity: 'info', message, line: yaml.lineOf(place) });
    } else {
      messages.push({ role, text, spanId: id });
      spans.push(yamlSpan(source, yaml, scalar, id, role));
      contents.set(id, { scalar, indent: source.columnAt(yaml.offsets(pair.key)[0]) });
    }
  });
  return { messages, spans, contents };
}

const ROLES: readonly Role[] = ['system', 'user', 'assistant'];

/** GitHub's command line takes roles in any case. */
function readRole(yaml: YamlSource, message: YAMLMap, id: string): Role {
  const node = yaml.resolve(valueOf(message, 'role'));
  if (!node) throw yaml.refuse(message, `${id} has no role.`, 'Give it the role system, user or assistant.');
  const name = String(yaml.data(node));
  const role = ROLES.find((each) => each === name.toLowerCase());
  if (role) return role;
  throw yaml.refuse(node, `${id} has the unknown role "${name}".`, 'Use system, user or assistant.');
}

/** A blank within the braces of what looks like a placeholder: the most common reason why one is not filled. */
function blanksInBraces(text: string, line: number): Problem[] {
  return expressionsIn(SYNTAX, text)
    .filter(({ kind, text: braces }) => kind === 'expression' && /^\{\{[ \t]*[\w.-]+[ \t]*\}\}$/.test(braces))
    .map(({ text: braces }) => ({
      severity: 'warning',
      message: `${braces} is sent as it stands, since GitHub Models fills only ${braces.replace(/[ \t]/g, '')}, without blanks.`,
      line,
    }));
}

/** Rows and evaluators; undefined when the file has neither. */
function readEmbedded(yaml: YamlSource, root: YAMLMap): EmbeddedTests | undefined {
  const rows = readList(yaml, root, 'testData');
  const evaluators = readList(yaml, root, 'evaluators');
  if (!rows && !evaluators) return undefined;
  return {
    rows: (rows ?? []).map(({ node, data }, index) => {
      if (isMap(node)) return data as Record<string, unknown>;
      throw yaml.refuse(node, `testData[${index}] must be a mapping of names to values.`, SEE);
    }),
    lines: (rows ?? []).map(({ node }) => yaml.lineOf(node)),
    evaluators: (evaluators ?? []).map(({ data }) => data),
  };
}

function readList(yaml: YamlSource, root: YAMLMap, key: string) {
  const pair = pairOf(root, key);
  const list = yaml.resolve(valueOf(root, key));
  if (!pair || !list) return undefined;
  if (!isSeq(list)) throw yaml.refuse(pair.key, `${key} must be a list.`, SEE);
  const data = yaml.data(list) as unknown[];
  return list.items.map((item, index) => ({ node: yaml.resolve(item), data: data[index] }));
}
