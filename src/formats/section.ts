import type { EditableSpan, PromptDocument } from '../core/prompt.js';
import { cutMargins } from './margins.js';
import { headingsIn, type Heading } from './markdownLines.js';
import { badPromptFile, type SourceText } from './source.js';

const PREFIX = 'section:';

/** The id of the span that is the text under a heading; undefined for none. */
export function sectionSpan(title: string): string;
export function sectionSpan(title: string | undefined): string | undefined;
export function sectionSpan(title: string | undefined): string | undefined {
  return title === undefined ? undefined : PREFIX + title;
}

/** The heading that a span id names; undefined for other spans. */
function titleOf(spanId: string | undefined): string | undefined {
  return spanId?.startsWith(PREFIX) ? spanId.slice(PREFIX.length) : undefined;
}

/**
 * A document of which only the text under one heading may change: up to the next heading of the same level or a higher
 * one. The message stays the whole body.
 * @param bodyStart offset in the source's text at which the body's span starts
 * @throws HoneError `bad-prompt-file` when no heading, or more than one, has the title
 */
export function narrowToSection(
  document: PromptDocument,
  body: EditableSpan,
  source: SourceText,
  bodyStart: number,
  focus: string,
): PromptDocument {
  const title = titleOf(focus);
  if (title === undefined) return document;
  const headings = headingsIn(body.text);
  const [index, second] = headings.flatMap((heading, at) => (heading.title === title ? [at] : []));
  if (index === undefined) throw noSection(document, body, headings, title);
  if (second !== undefined) {
    const line = source.lineAt(bodyStart + headings[second]!.start);
    const sentence = `a second heading "${title}" stands here, so the section to edit is not clear.`;
    throw badPromptFile(document.path, line, sentence, 'Give the two headings different titles.');
  }
  const { level, end } = headings[index]!;
  const next = headings.slice(index + 1).find((heading) => heading.level <= level);
  const { before, core } = cutMargins(body.text.slice(end, next?.start));
  const spanStart = end + before.length;
  const start = bodyStart + spanStart;
  const span: EditableSpan = {
    ...body,
    id: focus,
    range: source.range(start, start + core.length),
    text: core,
    firstLine: source.lineAt(start),
  };
  return {
    ...document,
    messages: document.messages.map((message) =>
      message.spanId === body.id ? { ...message, spanId: focus, spanStart } : message,
    ),
    spans: document.spans.map((each) => (each.id === body.id ? span : each)),
    focus,
  };
}

function noSection(
  document: PromptDocument,
  body: EditableSpan,
  headings: readonly Heading[],
  title: string,
) {
  const titles = headings.slice(0, 20).map((heading) => `"${heading.title}"`);
  return badPromptFile(
    document.path,
    body.firstLine,
    `the prompt has no heading "${title}".`,
    titles.length === 0
      ? 'Add the heading, with "#" before it, or leave "section" out to edit the whole prompt.'
      : `Name one of its headings: ${titles.join(', ')}.`,
  );
}

/** Why a text cannot stand under the heading of its section, a sentence each. */
export function endsSection(document: PromptDocument, span: EditableSpan, text: string): string[] {
  const message = document.messages.find((each) => each.spanId === span.id);
  const title = titleOf(span.id);
  if (title === undefined || message?.spanStart === undefined) return [];
  const own = headingsIn(message.text.slice(0, message.spanStart)).findLast((each) => each.title === title);
  return headingsIn(text)
    .filter((heading) => heading.level <= (own?.level ?? 1) || heading.title === title)
    .map((heading) => `The heading "${heading.title}" would end the section "${title}".`);
}
