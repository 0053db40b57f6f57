import type {
  EditableSpan,
  EmbeddedTests,
  ModelSettings,
  Problem,
  PromptDocument,
  PromptMessage,
  Role,
} from '../core/prompt.js';
import { BODY_SPAN } from './body.js';
import { cutMargins } from './margins.js';
import type { SourceText } from './source.js';

/** A stretch of a file that is one message. */
export interface Segment {
  readonly role: Role;
  /** Offsets in the source's text. */
  readonly start: number;
  readonly end: number;
}

export interface ChatFile {
  readonly path: string;
  readonly format: string;
  readonly bytes: Uint8Array;
  readonly source: SourceText;
  /** In order. */
  readonly segments: readonly Segment[];
  /** The file is one text, and not a list of messages: its span is called `body`. */
  readonly isOneText?: boolean;
  readonly placeholders: readonly string[];
  readonly settings: ModelSettings;
  readonly embedded?: EmbeddedTests | undefined;
  readonly problems: readonly Problem[];
}

/**
 * A text file that holds messages one below the other. Each is a span without the blank lines around it: those belong to
 * the file. A message without text has no span.
 */
export function chatDocument(file: ChatFile): PromptDocument {
  const { path, format, bytes, source, segments, placeholders, settings, embedded } = file;
  const messages: PromptMessage[] = [];
  const spans: EditableSpan[] = [];
  const problems = [...file.problems];
  segments.forEach(({ role, start, end }, index) => {
    const text = source.text.slice(start, end);
    const { before, core } = cutMargins(text);
    if (core === '') {
      messages.push({ role, text: '' });
      return;
    }
    const id = file.isOneText ? BODY_SPAN : `messages[${index}]`;
    const from = start + before.length;
    spans.push({
      id,
      role,
      range: source.range(from, from + core.length),
      text: core,
      firstLine: source.lineAt(from),
    });
    messages.push({ role, text: core, spanId: id });
  });
  if (spans.length === 0) {
    const line = source.lineAt(segments[0]?.start ?? 0);
    problems.push({ severity: 'warning', message: 'The prompt has no text.', line });
  }
  return {
    path,
    format,
    bytes,
    messages,
    spans,
    placeholders,
    settings,
    ...(embedded && { embedded }),
    problems,
  };
}
