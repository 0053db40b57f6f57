import { parse } from 'yaml';
import { HoneError } from '../../core/errors.js';
import type { ChatMessage, EditableSpan, Problem, Role } from '../../core/prompt.js';
import { MAX_OUTPUT, TemplateError, timeLimited } from '../engines/bounds.js';
import { hasUnclosedTag, nunjucksNames, renderNunjucks } from '../engines/nunjucks.js';

/** Most aliases that are expanded in a chat that a template wrote as YAML. */
const MAX_ALIASES = 100;

/** What a prompt asks for, and what is wrong with it. */
export interface TemplateFacts {
  /** The variables, each once, in order of first use. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * What can be said of a prompt before it is filled. promptfoo gives its own environment as `env`, which Hone leaves empty.
 * @param raw what promptfoo calls the raw prompt: a text, or JSON of which each string is a template
 * @param firstLine 1-based line of the file on which it starts
 */
export function templateFacts(raw: string, firstLine: number): TemplateFacts {
  try {
    const all = timeLimited(() => templatesIn(raw).flatMap((each) => [...nunjucksNames(each).variables]));
    const names = [...new Set(all)].filter((name) => name !== 'env');
    if (!all.includes('env')) return { names, problems: [] };
    const message = 'The prompt reads the environment (env), which Hone leaves empty.';
    return { names, problems: [{ severity: 'warning', message, line: firstLine }] };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const line = parsed(raw) ? firstLine : firstLine + (error.line ?? 1) - 1;
    const message = `The prompt is not a template that Nunjucks takes: ${error.message}.`;
    return { names: [], problems: [{ severity: 'error', message, line }] };
  }
}

/**
 * The messages that promptfoo sends: the template filled by Nunjucks without escaping, then read as a chat when it is one
 * in JSON or YAML, else sent as one message.
 * @param role of a text that is no chat
 * @throws HoneError `bad-prompt-file` when the template fails or gives no chat that can be sent
 */
export function renderChat(
  path: string,
  raw: string,
  vars: Readonly<Record<string, string>>,
  role: Role,
): ChatMessage[] {
  try {
    return chatOf(
      timeLimited(() => renderRaw(raw, vars)),
      role,
    );
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new HoneError({
      reason: 'bad-prompt-file',
      message: `${path}: the prompt cannot be rendered: ${error.message}.`,
      nextStep: 'Correct the template, or the values that it is given.',
      place: { file: path },
      cause: error,
    });
  }
}

function renderRaw(raw: string, vars: Readonly<Record<string, string>>): string {
  const values = resolvedValues(vars);
  const json = parsed(raw);
  if (json) return JSON.stringify(renderDeep(json.value, values), null, 2);
  const rendered = Object.entries(values).map(([name, value]) => [name, renderValue(value, values)] as const);
  return renderOne(wrapped(raw), Object.fromEntries(rendered));
}

/** promptfoo takes one line end off each value, and replaces variables in values, at most five times over. */
function resolvedValues(vars: Readonly<Record<string, string>>): Record<string, string> {
  const values = Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [name, value.replace(/\n$/, '')]),
  );
  for (let round = 0; round < 5; round++) {
    for (const [name, value] of Object.entries(values)) {
      const match = /\{\{\s*(\w+)\s*\}\}/.exec(value);
      if (!match || !Object.hasOwn(values, match[1]!)) continue;
      const resolved = value.replace(match[0], () => values[match[1]!]!);
      if (resolved.length > MAX_OUTPUT) throw new TemplateError(`the value of ${name} grows without end`);
      values[name] = resolved;
    }
  }
  return values;
}

/** A value that is a template itself. It stays as it is when it is none, or asks for something that is not given. */
function renderValue(value: string, values: Readonly<Record<string, string>>): string {
  if (!isTemplate(value)) return value;
  try {
    const { variables } = nunjucksNames(value);
    if (!variables.every((name) => name === 'env' || Object.hasOwn(values, name))) return value;
    return renderOne(wrapped(value), values);
  } catch (error) {
    if (error instanceof TemplateError) return value;
    throw error;
  }
}

function renderDeep(value: unknown, vars: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return renderOne(value, vars);
  if (Array.isArray(value)) return value.map((item) => renderDeep(item, vars));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderDeep(item, vars)]));
}

function renderOne(template: string, vars: Readonly<Record<string, string>>): string {
  if (!isTemplate(template)) return template;
  const load = (text: unknown): unknown => {
    try {
      return JSON.parse(String(text));
    } catch {
      throw new TemplateError('the filter load was given a text that is not JSON');
    }
  };
  return renderNunjucks(template, vars, { filters: { load }, globals: { env: {} } });
}

function isTemplate(text: string): boolean {
  return /\{[{%#]/.test(text);
}

/** The templates that Nunjucks is given for a raw prompt. */
function templatesIn(raw: string): string[] {
  const json = parsed(raw);
  return (json ? stringsIn(json.value) : [wrapped(raw)]).filter(isTemplate);
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** promptfoo's own rule for a tag that is open at the end of a line: then nothing at all is filled. */
function isPartial(text: string): boolean {
  return ['{%', '{{', '{#'].some((opener) => {
    const closer = opener === '{{' ? '}' : opener[1]!;
    const lineEnd = /[\n\r\u2028\u2029]|$/g;
    let closed = -1;
    let ended = -1;
    for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
      if (closed < at + 2) closed = text.indexOf(closer, at + 2);
      if (closed === -1) return true;
      if (ended < at + 2) {
        lineEnd.lastIndex = at + 2;
        ended = lineEnd.exec(text)!.index;
      }
      if (ended < closed) return true;
    }
    return false;
  });
}

function wrapped(text: string): string {
  const isRaw = /\{%\s*raw\s*%\}/.test(text) && /\{%\s*endraw\s*%\}/.test(text);
  return isPartial(text) && !isRaw ? `{% raw %}${text}{% endraw %}` : text;
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Whether promptfoo takes a text, once it is filled with words, for JSON or YAML. */
function isData(text: string): boolean {
  const filled = text.replace(/\{\{[^]*?\}\}|\{%[^]*?%\}|\{#[^]*?#\}/g, 'x');
  return parsed(text) !== undefined || looksLikeJson(filled) || text.trim().startsWith('- role:');
}

function looksLikeJson(text: string): boolean {
  const trimmed = text.trim();
  return /^\{[^]*\}$/.test(trimmed) || /^\[\s*(?:["{[\d-]|true|false|null)[^]*\]$/.test(trimmed);
}

function chatOf(rendered: string, role: Role): ChatMessage[] {
  const chat = rendered.trim().startsWith('- role:') ? yamlChat(rendered) : parsed(rendered)?.value;
  if (chat === undefined && looksLikeJson(rendered)) {
    throw new TemplateError('what it gives looks like JSON and is not valid');
  }
  if (!isChat(chat)) return [{ role, content: rendered }];
  return chat.map(({ role: name, content }, index) => {
    const known = roleOf(name);
    if (!known) throw new TemplateError(`message ${index} has the role "${name}", which Hone does not send`);
    if (typeof content === 'string') return { role: known, content };
    throw new TemplateError(`the content of message ${index} is not one text, and Hone sends only texts`);
  });
}

function yamlChat(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: MAX_ALIASES, prettyErrors: false, logLevel: 'silent' });
  } catch {
    throw new TemplateError('what it gives begins like a chat in YAML and is not valid');
  }
}

/** A list of messages as chat endpoints take it. */
export function isChat(
  value: unknown,
): value is readonly { readonly role: string; readonly content: unknown }[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (item: unknown) =>
        typeof item === 'object' && item !== null && 'role' in item && typeof item.role === 'string',
    )
  );
}

/** The role that a name in a chat stands for; undefined for those that no prompt has. */
export function roleOf(name: string): Role | undefined {
  if (name === 'developer') return 'system';
  return (['system', 'user', 'assistant'] as const).find((role) => role === name);
}

/**
 * Why promptfoo would take a new text of a span for something else than the old one, a sentence each.
 * @param isWhole the span is all of the raw prompt, as opposed to one string in it
 */
export function templateViolations(span: EditableSpan, text: string, isWhole: boolean): string[] {
  if (hasUnclosedTag(text)) {
    return hasUnclosedTag(span.text) ? [] : ['An opening brace pair that nothing closes was added.'];
  }
  if (!isWhole) return [];
  const faults: string[] = [];
  if (isPartial(text) && !isPartial(span.text)) {
    faults.push('A tag goes over the end of a line, and then promptfoo fills none in the text.');
  }
  if (isData(text) && (hasUnclosedTag(span.text) || !isData(span.text))) {
    faults.push('promptfoo would read the text as JSON or as a chat.');
  }
  return faults;
}
