import type { ChatMessage, Role } from '../core/prompt.js';
import type { Segment } from './chatBody.js';

/**
 * A line that begins a message, as Prompty and promptflow have it: a role and a colon, with one `#` before it and
 * attributes in brackets after it if need be, in any case.
 */
const ROLE_LINE =
  /^[ \t]*(?:#[ \t]*)?(?<role>system|user|assistant|developer|function|tools?)(?:\[[^\][\n]*\])?[ \t]*:[ \t]*$/i;

/** A line that becomes one when it is rendered, as in a loop over the turns of a conversation. */
const COMPUTED_ROLE_LINE = /^[ \t]*(?:#[ \t]*)?\{\{[^{}\n]*\}\}[ \t]*:[ \t]*$/;

/** A line that stands for the turns of a conversation. */
const THREAD = /^[ \t]*!\[thread\][ \t]*$/i;

/** Roles that no chat completion takes from a prompt are sent as the user's. */
function roleOf(name: string): Role {
  const lower = name.toLowerCase();
  if (lower === 'system' || lower === 'developer') return 'system';
  return lower === 'assistant' ? 'assistant' : 'user';
}

/** Whether a text has a line that begins a message. */
export function hasRoleLine(text: string): boolean {
  return text.split('\n').some((line) => ROLE_LINE.test(line));
}

/** Whether a text has a line that stands for a conversation, which is not at hand in a run. */
export function hasThread(text: string): boolean {
  return text.split('\n').some((line) => THREAD.test(line) || COMPUTED_ROLE_LINE.test(line));
}

/**
 * The messages of a text, from an offset on. Text before the first role line is the system's.
 */
export function roleSegments(text: string, from: number): Segment[] {
  const segments: Segment[] = [];
  let role: Role = 'system';
  let start = from;
  const close = (end: number, isNamed: boolean) => {
    if (isNamed || text.slice(start, end).trim() !== '') segments.push({ role, start, end });
  };
  let isNamed = false;
  for (let at = from; at <= text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const name = ROLE_LINE.exec(text.slice(at, end))?.groups?.role;
    if (name !== undefined) {
      close(at, isNamed);
      role = roleOf(name);
      isNamed = true;
      start = Math.min(end + 1, text.length);
    }
    at = end + 1;
  }
  close(text.length, isNamed);
  return segments;
}

/**
 * The messages of a text after rendering. Only role lines of the text itself begin a message, never those that a value
 * brings along.
 * @param render turns the text into what is sent
 */
export function renderRoleText(
  text: string,
  vars: Readonly<Record<string, string>>,
  render: (text: string) => string,
): ChatMessage[] {
  const mark = markFor([text, ...Object.values(vars)]);
  const marked = text
    .split('\n')
    .map((line) => (ROLE_LINE.test(line) || COMPUTED_ROLE_LINE.test(line) ? mark + line : line))
    .join('\n');
  const messages: { role: Role; isNamed: boolean; lines: string[] }[] = [
    { role: 'system', isNamed: false, lines: [] },
  ];
  for (const line of render(marked).split('\n')) {
    const plain = line.replaceAll(mark, '');
    const name = line.startsWith(mark) ? ROLE_LINE.exec(plain)?.groups?.role : undefined;
    if (name !== undefined) messages.push({ role: roleOf(name), isNamed: true, lines: [] });
    else if (!THREAD.test(line)) messages.at(-1)!.lines.push(plain);
  }
  return messages
    .map(({ role, isNamed, lines }) => ({ role, isNamed, content: withoutOuterBreaks(lines) }))
    .filter(({ isNamed, content }) => isNamed || content.trim() !== '')
    .map(({ role, content }) => ({ role, content }));
}

/** Characters that stand in none of the texts. */
function markFor(texts: readonly string[]): string {
  for (let count = 0; ; count++) {
    const mark = `\uE000${count}\uE001`;
    if (texts.every((text) => !text.includes(mark))) return mark;
  }
}

function withoutOuterBreaks(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  return first === -1 ? '' : lines.slice(first, last + 1).join('\n');
}

/** Role lines that a text has more of than before, a sentence each: each would begin a message. */
export function newRoleLines(before: string, after: string): string[] {
  const roleLines = (text: string) => text.split('\n').filter((line) => ROLE_LINE.test(line));
  const old = roleLines(before);
  return roleLines(after)
    .filter((line) => !old.includes(line))
    .map((line) => `The line "${line.trim()}" would begin a new message.`);
}
