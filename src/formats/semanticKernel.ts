import { HoneError } from '../core/errors.js';
import type { ChatMessage, Problem, PromptDocument, Role } from '../core/prompt.js';
import { BODY_SPAN, bodyDocument, bodyEncodings, outsideSpans } from './body.js';
import { braceTags } from './engines/braceTags.js';
import {
  handlebarsExpressions,
  handlebarsNames,
  renderWithHelpers,
  type Helpers,
} from './engines/handlebars.js';
import { engineText, engineValues } from './engines/values.js';
import type { Expression, PromptFormat } from './format.js';
import { firstNumber, firstText, mapping, settingsOf, type Mapping } from './headerValues.js';
import { badPromptFile, SourceText, toLf } from './source.js';
import {
  decodeXml,
  encodeXml,
  functionCall,
  kernelNames,
  messageTags,
  renderKernel,
  SYNTAX,
  taggedMessages,
} from './semanticKernelTemplate.js';
import { expressionsIn, strayOpeners } from './template.js';
import { inFile, neededNames, newFaults, readNames } from './templateBody.js';
import { readTree, without, type TextTree } from './textTree.js';

const KERNEL = 'semantic-kernel';

/** `skprompt.txt`: the text of a function of Semantic Kernel, whose settings stand in the `config.json` beside it. */
export const semanticKernelText: PromptFormat = {
  id: 'semantic-kernel-text',
  matches: (path) => /(?:^|\/)skprompt\.txt$/.test(path),
  parse(path, bytes) {
    const source = new SourceText(path, bytes);
    const problems = callProblems(source.text, 1);
    const { id } = semanticKernelText;
    return bodyDocument({
      path,
      format: id,
      bytes,
      source,
      bodyStart: 0,
      syntax: SYNTAX,
      settings: {},
      problems,
    });
  },
  encodings: bodyEncodings,
  surroundings: outsideSpans,
  fill: ({ messages }, vars) => messages.flatMap(({ role, text }) => renderKernel(text, vars, role)),
  expressions: kernelExpressions,
  violations: (_document, span, text) => kernelViolations(span.text, text),
};

/** Functions of Semantic Kernel in YAML: `template` with `template_format`, `input_variables`, `execution_settings`. */
export const semanticKernelYaml: PromptFormat = {
  id: 'semantic-kernel-yaml',
  matches: (path) => /\.ya?ml$/.test(path),
  recognises(path, bytes) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!buffer.includes('template:')) return false;
    if (!['template_format', 'input_variables', 'execution_settings'].some((key) => buffer.includes(key)))
      return false;
    try {
      return isFunction(readTree(path, bytes).data);
    } catch (error) {
      if (HoneError.is(error, 'bad-prompt-file')) return false;
      throw error;
    }
  },
  parse: (path, bytes) => read(path, bytes).document,
  encodings: (document, span, text) => readingOf(document).tree.encodings(span, text),
  surroundings(document) {
    const { data } = readingOf(document).tree;
    return document.spans.length > 0 ? without(data, [['template']]) : data;
  },
  fill,
  expressions(text, document) {
    const { language } = readingOf(document);
    return language === 'handlebars'
      ? [...handlebarsExpressions(text, HELPERS), ...messageTags(text)]
      : kernelExpressions(text);
  },
  violations(document, span, text) {
    if (readingOf(document).language !== 'handlebars') return kernelViolations(span.text, text);
    const isUnclosed = (each: string) => braceTags(each, 'handlebars').unclosed;
    return isUnclosed(text) && !isUnclosed(span.text)
      ? ['A tag that nothing closes was added.']
      : newFaults((each) => handlebarsNames(each, HELPERS), span.text, text);
  },
};

function kernelExpressions(text: string): Expression[] {
  return [...expressionsIn(SYNTAX, text), ...messageTags(text)];
}

function kernelViolations(before: string, after: string): string[] {
  const brokeXml = taggedMessages(before) && !taggedMessages(after);
  return [
    ...strayOpeners(SYNTAX, ['{{'], before, after),
    ...(brokeXml ? ['Within <message> the characters < and & have to be written as &lt; and &amp;.'] : []),
  ];
}

function callProblems(text: string, line: number): Problem[] {
  const call = functionCall(text);
  if (call === undefined) return [];
  const message = `${call} calls a function of the program, so Hone sends it as it stands.`;
  return [
    { severity: 'info', message, line: line + text.slice(0, text.indexOf(call)).split('\n').length - 1 },
  ];
}

function isFunction(data: unknown): boolean {
  const {
    template,
    template_format: format,
    input_variables: inputs,
    execution_settings: settings,
  } = mapping(data);
  if (typeof template !== 'string') return false;
  if (format !== undefined) return format === KERNEL || format === 'handlebars' || format === 'liquid';
  const hasInputs = Array.isArray(inputs) && inputs.every((each) => typeof mapping(each).name === 'string');
  return hasInputs || Object.keys(mapping(settings)).length > 0;
}

interface Reading {
  readonly document: PromptDocument;
  readonly tree: TextTree;
  readonly language: unknown;
  readonly text: string;
  readonly defaults: Readonly<Record<string, string>>;
}

/** A write asks for the same file several times. */
const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes);
}

function read(path: string, bytes: Uint8Array): Reading {
  const tree = readTree(path, bytes);
  if (!isFunction(tree.data)) {
    const sentence = 'this is no function of Semantic Kernel.';
    throw badPromptFile(path, 1, sentence, 'Give it a template and a template_format.');
  }
  const root = mapping(tree.data);
  const language = root.template_format ?? KERNEL;
  const text = toLf(String(root.template));
  const line = tree.lineOf(['template']);
  const defaults = defaultsOf(root);
  const problems: Problem[] = [];
  const names = namesOf(language, text, line, problems);
  const placeholders = neededNames({ variables: names, structured: new Set(), files: [] }, defaults);
  const role: Role = placeholders.length > 0 ? 'user' : 'system';
  const span = language === 'liquid' ? undefined : tree.span(['template'], BODY_SPAN, role);
  if (!span) {
    const why =
      language === 'liquid' ? 'a Liquid template, which Hone neither renders nor edits' : 'an alias';
    problems.push({ severity: 'info', message: `The template is ${why}.`, line });
  }
  const document: PromptDocument = {
    path,
    format: semanticKernelYaml.id,
    bytes,
    messages: [{ role, text, ...(span && { spanId: span.id }) }],
    spans: span ? [span] : [],
    placeholders,
    settings: readSettings(root),
    problems,
  };
  const reading = { document, tree, language, text, defaults };
  readings.set(document, reading);
  return reading;
}

function namesOf(language: unknown, text: string, line: number, problems: Problem[]): readonly string[] {
  if (language === 'liquid') return [];
  if (language === 'handlebars')
    return readNames(() => handlebarsNames(text, HELPERS), line, problems).variables;
  problems.push(...callProblems(text, line));
  return kernelNames(text);
}

function defaultsOf({ input_variables: inputs }: Mapping): Readonly<Record<string, string>> {
  const given = (Array.isArray(inputs) ? (inputs as unknown[]) : []).map(mapping).flatMap((input) => {
    const { name, default: value } = input;
    return typeof name === 'string' && value !== undefined && value !== null && value !== ''
      ? [[name, value]]
      : [];
  });
  return engineText(Object.fromEntries(given) as Mapping);
}

/** Those of the service `default`, else of the first. */
function readSettings({ execution_settings: services }: Mapping) {
  const all = mapping(services);
  const settings = mapping(all.default ?? Object.values(all)[0]);
  const { response_format: format } = settings;
  return settingsOf({
    model: firstText(settings.model_id, settings.ai_model_id),
    temperature: firstNumber(settings.temperature),
    topP: firstNumber(settings.top_p),
    maxTokens: firstNumber(settings.max_tokens),
    responseFormat: format === 'json_object' ? { type: format } : undefined,
  });
}

/** `{{#message role="user"}}…{{/message}}` writes a message tag. */
const HELPERS: Helpers = {
  message(this: unknown, options: { hash: Mapping; fn(context: unknown): string }) {
    return `<message role="${encodeXml(String(options.hash.role))}">${options.fn(this)}</message>`;
  },
};

function fill(document: PromptDocument, vars: Readonly<Record<string, string>>): ChatMessage[] {
  const { tree, language, text, defaults } = readingOf(document);
  const role = document.messages[0]!.role;
  const line = tree.lineOf(['template']);
  const values = { ...defaults, ...vars };
  if (language === 'liquid') {
    const sentence = 'the template is in Liquid, which Hone does not render.';
    throw badPromptFile(document.path, line, sentence, 'Render it with Semantic Kernel.');
  }
  if (language !== 'handlebars') return renderKernel(text, values, role);
  try {
    const names = handlebarsNames(text, HELPERS);
    const render = (each: Readonly<Record<string, string>>) =>
      renderWithHelpers(text, engineValues(each, names.structured), names, HELPERS);
    const encoded = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, encodeXml(value)]),
    );
    // Values are encoded, so that none of them is read as a message.
    const tagged = taggedMessages(render(encoded));
    if (!tagged) return [{ role, content: render(values) }];
    return tagged.map((each) => ({ role: each.role, content: decodeXml(each.content).trim() }));
  } catch (error) {
    throw inFile(document.path, line, error);
  }
}
