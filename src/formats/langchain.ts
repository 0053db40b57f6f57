import { HoneError } from '../core/errors.js';
import type {
  ChatMessage,
  EditableSpan,
  Problem,
  PromptDocument,
  PromptMessage,
  Role,
} from '../core/prompt.js';
import type { PromptFormat } from './format.js';
import { unreadableFields } from './fstring.js';
import { mapping, type Mapping } from './headerValues.js';
import { readParts, type Part } from './langchainParts.js';
import { SYNTAXES } from './langchainSyntax.js';
import { badPromptFile, toLf } from './source.js';
import { inFile, newFaults, readNames } from './templateBody.js';
import { readTree, valueAt, without, type TextTree } from './textTree.js';

const FORMAT = 'langchain';

/**
 * Prompts that LangChain has serialized, JSON or YAML: the files that `load_prompt` takes (`_type` prompt, few_shot or
 * chat), and the trees that `dumps` writes.
 */
export const langchain: PromptFormat = {
  id: FORMAT,
  matches: (path) => /\.(?:json|ya?ml)$/.test(path),
  recognises,
  parse: (path, bytes) => read(path, bytes).document,
  encodings: (document, span, text) => readingOf(document).tree.encodings(span, text),
  surroundings(document) {
    const { tree, parts } = readingOf(document);
    const ids = new Set(document.spans.map(({ id }) => id));
    return without(
      tree.data,
      parts.filter(({ id }) => ids.has(id)).map(({ path }) => path),
    );
  },
  fill,
  expressions(text, document, span = document.spans[0]) {
    const part = readingOf(document).parts.find(({ id }) => id === span?.id);
    return SYNTAXES.get(part?.syntax)?.expressions(text) ?? [];
  },
  violations(document, span, text) {
    const part = readingOf(document).parts.find(({ id }) => id === span.id);
    const syntax = SYNTAXES.get(part?.syntax);
    if (!syntax) return [];
    const strays = syntax.strays(span.text, text);
    return strays.length > 0 ? strays : newFaults((each) => syntax.names(each), span.text, text);
  },
};

interface Reading {
  readonly document: PromptDocument;
  readonly tree: TextTree;
  readonly parts: readonly Part[];
}

/** A write asks for the same file several times. */
const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes);
}

/** Only a file that holds these words is read to be looked at. */
function recognises(path: string, bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const mayBe =
    buffer.includes('input_variables') ||
    (buffer.includes('_type') && buffer.includes('template')) ||
    (buffer.includes('PromptTemplate') && buffer.includes('"lc"'));
  if (!mayBe) return false;
  try {
    return isPrompt(readTree(path, bytes).data);
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return false;
    throw error;
  }
}

function isPrompt(data: unknown): boolean {
  const { lc, id, kwargs, _type, template, template_path, input_variables, messages, example_prompt } =
    mapping(data);
  if (lc !== undefined)
    return Array.isArray(id) && String(id.at(-1)).endsWith('PromptTemplate') && kwargs !== undefined;
  const isNamed = (each: unknown) => typeof each === 'string';
  const hasNames = Array.isArray(input_variables) && input_variables.every(isNamed);
  const hasTemplate = typeof template === 'string' || typeof template_path === 'string';
  switch (_type) {
    case undefined:
      return hasNames && hasTemplate;
    case 'prompt':
      return hasTemplate;
    case 'few_shot':
      return hasNames || example_prompt !== undefined;
    case 'chat':
      return Array.isArray(messages);
    default:
      return false;
  }
}

function read(path: string, bytes: Uint8Array): Reading {
  const tree = readTree(path, bytes);
  if (!isPrompt(tree.data)) {
    const sentence = 'this is no serialized prompt of LangChain.';
    throw badPromptFile(path, 1, sentence, 'Save it with the "save" method of a prompt template.');
  }
  const problems: Problem[] = [];
  const { parts, notes } = readParts(tree.data);
  for (const { path: at, message } of notes) {
    problems.push({ severity: 'info', message, line: tree.lineOf(at) });
  }
  const spans: EditableSpan[] = [];
  const messages: PromptMessage[] = [];
  const names = new Set<string>();
  for (const part of parts) {
    const text = toLf(String(valueAt(tree.data, part.path)));
    const line = tree.lineOf(part.path);
    const needed = neededOf(part, text, line, problems);
    for (const name of needed) names.add(name);
    const role = part.role ?? (needed.length > 0 ? 'user' : 'system');
    const span = SYNTAXES.has(part.syntax) ? tree.span(part.path, part.id, role) : undefined;
    if (span) spans.push(span);
    else problems.push(notEditable(part, line));
    messages.push({ role, text, ...(span && { spanId: part.id }) });
  }
  const document: PromptDocument = {
    path,
    format: FORMAT,
    bytes,
    messages,
    spans,
    placeholders: [...names],
    settings: {},
    problems,
  };
  const reading = { document, tree, parts };
  readings.set(document, reading);
  return reading;
}

/** The names in a text that the file itself gives no value for. */
function neededOf(part: Part, text: string, line: number, problems: Problem[]): string[] {
  const syntax = SYNTAXES.get(part.syntax);
  if (!syntax) return [];
  if (part.syntax === 'f-string' && unreadableFields(text).length > 0) {
    const message = `LangChain refuses the template for ${unreadableFields(text).join(', ')}, which Hone sends as it stands.`;
    problems.push({ severity: 'warning', message, line });
  }
  const { variables } = readNames(() => syntax.names(text), line, problems);
  return variables.filter((name) => !Object.hasOwn(part.partials, name));
}

function notEditable({ id, syntax }: Part, line: number): Problem {
  const why = SYNTAXES.has(syntax)
    ? 'is an alias, so Hone does not edit it'
    : `is in the template format "${String(syntax)}", which Hone does not know`;
  return { severity: 'info', message: `The text of ${id} ${why}.`, line };
}

function fill(document: PromptDocument, vars: Readonly<Record<string, string>>): ChatMessage[] {
  const { tree, parts } = readingOf(document);
  const { examples } = readParts(tree.data);
  const texts = parts.map(({ path }) => toLf(String(valueAt(tree.data, path))));
  if (!examples) {
    return parts.map((part, index) => ({
      role: document.messages[index]!.role,
      content: filled(document, tree, part, texts[index]!, vars),
    }));
  }
  if (examples.fault !== undefined) {
    throw badPromptFile(
      document.path,
      tree.lineOf(examples.path),
      `${examples.fault}, so Hone cannot render the prompt.`,
      'Write the examples into this file.',
    );
  }
  const shots = examples.rows.map((row) => filled(document, tree, examples.prompt, examples.template, row));
  const before = parts.flatMap(({ path }, index) => (path.at(-1) === 'prefix' ? [texts[index]!] : []));
  const after = parts.flatMap(({ path }, index) => (path.at(-1) === 'suffix' ? [texts[index]!] : []));
  const whole = [...before, ...shots, ...after].filter((piece) => piece !== '').join(examples.separator);
  const [first] = parts;
  // LangChain reads the examples, once filled, as a part of the template.
  const content = first ? filled(document, tree, first, whole, vars) : whole;
  return [{ role: roleOfAll(document), content }];
}

function roleOfAll({ placeholders }: PromptDocument): Role {
  return placeholders.length > 0 ? 'user' : 'system';
}

function filled(
  document: PromptDocument,
  tree: TextTree,
  part: Pick<Part, 'syntax' | 'partials' | 'path'>,
  text: string,
  vars: Mapping & Readonly<Record<string, string>>,
): string {
  const syntax = SYNTAXES.get(part.syntax);
  const line = tree.lineOf(part.path);
  if (!syntax) {
    const sentence = `the template format "${String(part.syntax)}" is unknown.`;
    throw badPromptFile(document.path, line, sentence, 'Use f-string, jinja2 or mustache.');
  }
  try {
    return syntax.fill(text, { ...part.partials, ...vars });
  } catch (error) {
    throw inFile(document.path, line, error);
  }
}
