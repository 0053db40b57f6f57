import type { Role } from '../core/prompt.js';
import { engineText } from './engines/values.js';
import { mapping, type Mapping } from './headerValues.js';
import { NO_TEMPLATE } from './langchainSyntax.js';
import { valueAt, type TreePath } from './textTree.js';

/** A template in a serialized prompt. */
export interface Part {
  /** Id of its span: the path as one writes it. */
  readonly id: string;
  readonly path: TreePath;
  /** Absent where the class of the prompt does not say it. */
  readonly role?: Role;
  /** `template_format`. */
  readonly syntax: unknown;
  /** Values that the file gives. */
  readonly partials: Readonly<Record<string, string>>;
}

/** The examples of a few-shot prompt. */
export interface Examples {
  readonly path: TreePath;
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly template: string;
  readonly prompt: Pick<Part, 'syntax' | 'partials' | 'path'>;
  readonly separator: string;
  /** Why they cannot be rendered, as a sentence without a full stop. */
  readonly fault?: string;
}

export interface Parts {
  /** In the order in which they are sent. */
  readonly parts: readonly Part[];
  readonly examples?: Examples;
  /** What a user should know, with the place. */
  readonly notes: readonly { readonly path: TreePath; readonly message: string }[];
}

const ROLES: Readonly<Record<string, Role>> = {
  SystemMessagePromptTemplate: 'system',
  SystemMessage: 'system',
  HumanMessagePromptTemplate: 'user',
  HumanMessage: 'user',
  AIMessagePromptTemplate: 'assistant',
  AIMessage: 'assistant',
};

/** The templates of a serialized prompt, in either layout. */
export function readParts(data: unknown): Parts {
  const { lc, id, kwargs, _type } = mapping(data);
  if (lc === undefined) {
    if (_type === 'chat') return chatParts(data);
    return _type === 'few_shot' ? fewShotParts(data, []) : promptParts(data, []);
  }
  const name = lastOf(id);
  if (name === 'ChatPromptTemplate') return chatTreeParts(mapping(kwargs));
  return name === 'FewShotPromptTemplate' ? fewShotParts(data, ['kwargs']) : promptParts(data, ['kwargs']);
}

function lastOf(id: unknown): string {
  return Array.isArray(id) ? String(id.at(-1)) : '';
}

function settingsOf(config: Mapping): Pick<Part, 'syntax' | 'partials'> {
  return {
    syntax: config.template_format ?? 'f-string',
    partials: engineText(mapping(config.partial_variables)),
  };
}

function part(config: Mapping, path: TreePath, role?: Role): Part {
  const id = path
    .filter((key) => key !== 'kwargs')
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
  return { id, path, ...settingsOf(config), ...(role && { role }) };
}

function promptParts(data: unknown, at: TreePath): Parts {
  const config = mapping(valueAt(data, at));
  return textParts(config, at, 'template');
}

/** The text at a key, which can be in another file. */
function textParts(config: Mapping, at: TreePath, key: string): Parts {
  if (typeof config[key] === 'string' && config[key] !== '')
    return { parts: [part(config, [...at, key])], notes: [] };
  const file = config[`${key}_path`];
  if (typeof file !== 'string') return { parts: [], notes: [] };
  const message = `The text of ${key} is in the file ${file}; open that one to edit it.`;
  return { parts: [], notes: [{ path: [...at, `${key}_path`], message }] };
}

/** LangChain's loader takes the template of the first message alone, as the user's. */
function chatParts(data: unknown): Parts {
  const { messages } = mapping(data);
  const list = Array.isArray(messages) ? (messages as unknown[]) : [];
  const first = mapping(mapping(list[0]).prompt);
  const parts =
    typeof first.template === 'string' ? [part(first, ['messages', 0, 'prompt', 'template'], 'user')] : [];
  const message = 'LangChain loads only the first message of this file, so Hone sends no other.';
  return { parts, notes: list.length > 1 ? [{ path: ['messages', 1], message }] : [] };
}

function chatTreeParts(kwargs: Mapping): Parts {
  const parts: Part[] = [];
  const notes: { path: TreePath; message: string }[] = [];
  const list = Array.isArray(kwargs.messages) ? (kwargs.messages as unknown[]) : [];
  list.forEach((each, index) => {
    const { id, kwargs: own } = mapping(each);
    const name = lastOf(id);
    const role = ROLES[name];
    const prompt = mapping(mapping(mapping(own).prompt).kwargs);
    const path = ['kwargs', 'messages', index];
    if (role && typeof prompt.template === 'string') {
      const found = part(prompt, [...path, 'kwargs', 'prompt', 'kwargs', 'template'], role);
      parts.push({
        ...found,
        id: `messages[${index}]`,
        partials: { ...settingsOf(kwargs).partials, ...found.partials },
      });
    } else if (role && typeof mapping(own).content === 'string') {
      parts.push({
        id: `messages[${index}]`,
        path: [...path, 'kwargs', 'content'],
        role,
        syntax: NO_TEMPLATE,
        partials: {},
      });
    } else {
      const message = `messages[${index}] (${name || 'of no kind'}) is filled by the program, so Hone leaves it out.`;
      notes.push({ path, message });
    }
  });
  return { parts, notes };
}

function fewShotParts(data: unknown, at: TreePath): Parts {
  const config = mapping(valueAt(data, at));
  const prefix = textParts(config, at, 'prefix');
  const suffix = textParts(config, at, 'suffix');
  const isTree = mapping(config.example_prompt).kwargs !== undefined;
  const promptPath = [...at, 'example_prompt', ...(isTree ? ['kwargs'] : [])];
  const prompt = mapping(valueAt(data, promptPath));
  const rows = Array.isArray(config.examples) ? (config.examples as unknown[]) : [];
  const { example_separator: separator, template_format: format } = config;
  const fault = !Array.isArray(config.examples)
    ? 'the examples are in another file'
    : typeof prompt.template !== 'string'
      ? 'the template of the examples is in another file'
      : prefix.notes.length + suffix.notes.length > 0
        ? 'a part of the prompt is in another file'
        : undefined;
  return {
    parts: [...prefix.parts, ...suffix.parts],
    notes: [...prefix.notes, ...suffix.notes],
    examples: {
      path: [...at, 'examples'],
      rows: rows.map((row) => engineText(mapping(row))),
      template: typeof prompt.template === 'string' ? prompt.template : '',
      prompt: { ...settingsOf({ template_format: format, ...prompt }), path: promptPath },
      separator: typeof separator === 'string' ? separator : '\n\n',
      ...(fault !== undefined && { fault }),
    },
  };
}
