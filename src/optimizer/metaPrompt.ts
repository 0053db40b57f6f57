import { HoneError } from '../core/errors.js';

/** The contents of every `<tag>…</tag>` block of an answer, in order, without outer blank lines and one code fence. */
export function taggedBlocks(answer: string, tag: 'prompt' | 'feedback'): string[] {
  const blocks: string[] = [];
  const pattern = new RegExp(`<${tag}(?:\\s[^>]*)?>([\\s\\S]*?)(?:</${tag}>|(?=<${tag}[\\s>])|$)`, 'gi');
  for (const match of answer.matchAll(pattern)) {
    const text = withoutFence(match[1]!.replaceAll('\r\n', '\n'));
    if (text.trim() !== '') blocks.push(text);
  }
  return blocks;
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
  const count =
    wanted === 1 ? 'one new prompt' : `${wanted} new prompts that differ from each other in what they change`;
  return [
    `Write ${count}.`,
    'Put each whole new prompt between <prompt> and </prompt>, and nothing else between these tags.',
    'Do not copy the shown rows or their answers into a prompt; write rules that hold for new rows as well.',
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
