import type { EditableSpan, ModelSettings, Problem, PromptDocument } from '../core/prompt.js';
import type { Focus } from './format.js';
import { startsWithFence } from './frontMatter.js';
import { mergeLines } from './lines.js';
import { cutMargins } from './margins.js';
import { narrowToSection } from './section.js';
import { majorityLineEnd, rawText, SourceText } from './source.js';
import { placeholderNames, type TemplateSyntax } from './template.js';

export const BODY_SPAN = 'body';

export interface BodyFile {
  readonly path: string;
  readonly format: string;
  readonly bytes: Uint8Array;
  readonly source: SourceText;
  /** Where the body starts in the source's text. */
  readonly bodyStart: number;
  readonly syntax: TemplateSyntax;
  readonly settings: ModelSettings;
  readonly problems: readonly Problem[];
  /** Which part of the body is meant. All of it when absent. */
  readonly focus?: Focus | undefined;
}

/**
 * A file whose one message is all of it after a header. The span, and what is sent, is the text without the blank lines
 * around it: those belong to the file. It is the user's message when placeholders bring the row into it, else the system
 * message that the row's input follows.
 */
export function bodyDocument(file: BodyFile): PromptDocument {
  const { path, format, bytes, source, bodyStart, syntax, settings } = file;
  const { before, core } = cutMargins(source.text.slice(bodyStart));
  const start = bodyStart + before.length;
  const placeholders = placeholderNames(syntax, [core]);
  const role = placeholders.length > 0 ? 'user' : 'system';
  const span: EditableSpan = {
    id: BODY_SPAN,
    role,
    range: source.range(start, start + core.length),
    text: core,
    firstLine: source.lineAt(start),
  };
  const problems = [...file.problems];
  if (core === '') {
    problems.push({ severity: 'warning', message: 'The prompt has no text.', line: span.firstLine });
  }
  const document: PromptDocument = {
    path,
    format,
    bytes,
    messages: [{ role, text: core, spanId: BODY_SPAN }],
    spans: [span],
    placeholders,
    settings,
    problems,
  };
  const focus = file.focus?.span;
  return focus === undefined ? document : narrowToSection(document, span, source, start, focus);
}

/** The one way to write a body: lines that stay keep their bytes. */
export function bodyEncodings(document: PromptDocument, span: EditableSpan, text: string): string[] {
  const asIs = (line: string) => line;
  const lineEnd = majorityLineEnd(new SourceText(document.path, document.bytes).raw) ?? '\n';
  const raw = rawText(document.bytes, span.range);
  return [mergeLines(raw, text.split('\n'), { meaning: asIs, write: asIs, lineEnd })];
}

/** What stands in the file around and between its spans. */
export function outsideSpans(document: PromptDocument): readonly string[] {
  const { bytes, spans } = document;
  const ranges = spans.map((span) => span.range).sort((a, b) => a.start - b.start);
  const starts = [0, ...ranges.map((range) => range.end)];
  const ends = [...ranges.map((range) => range.start), bytes.length];
  return starts.map((start, index) => rawText(bytes, { start, end: ends[index]! }));
}

/** A first line of dashes in a file without a header would begin one. */
export function newHeader(span: EditableSpan, text: string): string[] {
  const isNew = span.firstLine === 1 && startsWithFence(text) && !startsWithFence(span.text);
  return isNew ? ['The first line is "---", which would begin a header.'] : [];
}
