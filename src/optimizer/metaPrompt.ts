import { HoneError } from '../core/errors.js';
import type { EditableSpan, PromptDocument } from '../core/prompt.js';
import { expressionsOf } from '../formats/index.js';

type Tag = 'prompt' | 'feedback';

/** Reasoning that some models show before they answer; what it says of tags is no answer. */
const THINKING = /<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi;
/** A block to its end tag, to the next block of its kind, or to the end of an answer that was cut off. */
const BLOCK = /<(prompt|feedback)(?:\s[^>]*)?>([\s\S]*?)(?:<\/\1>|(?=<\1[\s>])|$)/gi;

/**
 * The contents of every `<tag>…</tag>` block of an answer, in order, without outer blank lines and one code fence.
 * Tags that are spoken of inside a block of the other kind are text.
 */
export function taggedBlocks(answer: string, tag: Tag): string[] {
  return [...answer.replace(THINKING, '').matchAll(BLOCK)]
    .filter((match) => match[1]!.toLowerCase() === tag)
    .map((match) => withoutFence(match[2]!.replaceAll('\r\n', '\n')))
    .filter((text) => text.trim() !== '');
}

function withoutFence(text: string): string {
  const fenced = /^\s*```[\w-]*\n([\s\S]*?)\n```\s*$/.exec(text);
  if (fenced) return fenced[1]!;
  // After a line break leading blanks are the first line's indentation; on the tag's own line they are a slip.
  return (/^[ \t]*\n/.test(text) ? text.replace(/^(?:[ \t]*\n)+/, '') : text.trimStart()).trimEnd();
}

/** `<tag name="value">` blocks of a meta-prompt. */
export function block(
  tag: string,
  content: string,
  attributes: Readonly<Record<string, string>> = {},
): string {
  const named = Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value.replaceAll('"', "'")}"`)
    .join('');
  return `<${tag}${named}>\n${content}\n</${tag}>`;
}

/** What every meta-prompt says about how to answer. */
export function answerFormat(wanted: number): string {
  const each = wanted === 1 ? 'new prompt' : 'new prompts, each with a different change';
  return [
    `Write <wanted>${wanted}</wanted> ${each}.`,
    'Put each new prompt between <prompt> and </prompt>, and nothing else between these tags. Write it out in full: it is used exactly as it stands there.',
    'A prompt must work on rows that are not shown: write rules, do not copy rows or their answers, and do not speak of rows or of this request.',
  ].join('\n');
}

/** How a text reaches the task model: what a model that rewrites it has to know. */
export function howUsed(document: PromptDocument, span: EditableSpan): string {
  const others = document.messages.filter((message) => message.spanId !== span.id);
  const expressions = [
    ...new Set(document.messages.flatMap((message) => expressionsOf(document, message.text))),
  ];
  const filled =
    expressions.length > 0
      ? `For each row ${expressions.join(', ')} ${expressions.length === 1 ? 'is' : 'are'} replaced by the row's own text.`
      : 'It is sent as the system message; the input of the row follows as the message of the user.';
  if (others.length === 0) return filled;
  return [
    `${filled} It is the ${span.role} message of several; the others stay as they are:`,
    ...others.map(({ role, text }) => block('message', text, { role })),
  ].join('\n');
}

/** What every meta-prompt says about template expressions; empty when the prompt has none. */
export function placeholderRule(expressions: readonly string[]): string {
  if (expressions.length === 0) return '';
  const names = [...new Set(expressions)].join(' ');
  return `Keep each of these placeholders exactly as often as it occurs now, and invent no others: ${names}`;
}

/** The error of an optimizer model that did not answer in the asked-for form. */
export function missingTags(label: string, destination: string): HoneError {
  return new HoneError({
    reason: 'missing-tags',
    message: `The optimizer model ${label} at ${destination} answered without the asked-for <prompt> tags.`,
    nextStep: 'Choose a stronger optimizer model, then resume the run; nothing that was paid for is lost.',
    place: { host: destination },
  });
}

/** A text shortened to `limit` characters, with a mark where something was left out. */
export function excerpt(text: string, limit: number): string {
  const trimmed = text.trim();
  return trimmed.length <= limit ? trimmed : `${trimmed.slice(0, limit - 2).trimEnd()} …`;
}
