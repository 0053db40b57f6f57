import type { ChatMessage, Role } from '../core/prompt.js';
import type { Expression } from './format.js';
import { expressionsIn, fillText, placeholderNames, type TemplateSyntax } from './template.js';

/**
 * The template language of Semantic Kernel: `{{$name}}`, quoted texts, and calls of functions.
 * @see https://learn.microsoft.com/semantic-kernel/concepts/prompts/prompt-template-syntax
 */
export const SYNTAX: TemplateSyntax = {
  pattern: /\{\{\s*\$(?<name>\w+)\s*\}\}|\{\{(?:[^{}'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\}\}/g,
  spell: (name) => `{{$${name}}}`,
};

const QUOTED = /\{\{\s*(?:'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)")\s*\}\}/g;
const CALL = /^\{\{\s*(?!['"$])[^]*\}\}$/;

/** Names of the variables that stand by themselves. */
export function kernelNames(text: string): string[] {
  return placeholderNames(SYNTAX, [text]);
}

/** The first call of a function in a text, which only the program can make. */
export function functionCall(text: string): string | undefined {
  return expressionsIn(SYNTAX, text).find((each) => each.kind === 'expression' && CALL.test(each.text))?.text;
}

/** A text with its variables filled and its quoted texts written out; calls of functions stay as they are. */
export function fillKernel(text: string, vars: Readonly<Record<string, string>>): string {
  // Split at the quoted texts, so that none of them is read as a template.
  let filled = '';
  let from = 0;
  for (const match of text.matchAll(QUOTED)) {
    const { single, double } = match.groups!;
    filled += fillText(SYNTAX, text.slice(from, match.index), vars);
    filled += (single ?? double ?? '').replace(/\\(.)/g, '$1');
    from = match.index + match[0].length;
  }
  return filled + fillText(SYNTAX, text.slice(from), vars);
}

const TAG = /<\/?message\b[^<>]*>/g;

/** The tags in which a template writes messages. */
export function messageTags(text: string): Expression[] {
  return [...text.matchAll(TAG)].map(([tag]) => ({ kind: 'expression', text: tag }));
}

/** A message that a template writes as XML, its content still encoded. */
interface Tagged {
  readonly role: Role;
  readonly content: string;
}

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};
const ENTITY = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});/g;

/** Whether a text can stand within a message tag: Semantic Kernel sends all as one message otherwise. */
function isXmlText(text: string): boolean {
  return cdataParts(text).every((part, index) => index % 2 === 1 || !/[<&]/.test(part.replace(ENTITY, '')));
}

/**
 * The messages of a text as Semantic Kernel splits it: at `<message role="…">` tags, when what they hold is XML.
 * @returns undefined for a text that is one message
 */
export function taggedMessages(text: string): Tagged[] | undefined {
  const messages: Tagged[] = [];
  let open: { readonly role: Role; readonly from: number } | undefined;
  for (const { 0: tag, index } of text.matchAll(TAG)) {
    if (tag.startsWith('</')) {
      if (!open) return undefined;
      const content = text.slice(open.from, index);
      if (!isXmlText(content)) return undefined;
      messages.push({ role: open.role, content });
      open = undefined;
      continue;
    }
    const role = ROLES[/\brole\s*=\s*["'](?<role>\w+)["']/.exec(tag)?.groups?.role?.toLowerCase() ?? ''];
    if (open || !role || tag.endsWith('/>')) return undefined;
    open = { role, from: index + tag.length };
  }
  return messages.length > 0 && !open ? messages : undefined;
}

/** XML text as the text that it stands for. */
export function decodeXml(text: string): string {
  return cdataParts(text)
    .map((part, index) => (index % 2 === 1 ? part : decodeEntities(part)))
    .join('');
}

/** An XML text cut at its CDATA sections: every second part is what one holds. */
function cdataParts(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(CDATA_START, from);
    const end = start === -1 ? -1 : text.indexOf(CDATA_END, start);
    if (end === -1) return [...parts, text.slice(from)];
    parts.push(text.slice(from, start), text.slice(start + CDATA_START.length, end));
    from = end + CDATA_END.length;
  }
}

const CDATA_START = '<![CDATA[';
const CDATA_END = ']]>';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(ENTITY, (entity) => {
    const name = entity.slice(1, -1);
    if (!name.startsWith('#')) return NAMED[name]!;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
  });
}

/** A text as XML text. */
export function encodeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The messages of a text in the template language of Semantic Kernel itself. */
export function renderKernel(
  text: string,
  vars: Readonly<Record<string, string>>,
  roleOfOne: Role,
): ChatMessage[] {
  const tagged = taggedMessages(text);
  if (!tagged) return [{ role: roleOfOne, content: fillKernel(text, vars) }];
  // Values are filled in last: they are never read as XML.
  return tagged.map(({ role, content }) => ({ role, content: fillKernel(decodeXml(content), vars).trim() }));
}
