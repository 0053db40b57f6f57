import type { ByteRange, ChatMessage, EditableSpan, PromptDocument } from '../core/prompt.js';

/** How one kind of prompt file is read and written. */
export interface PromptFormat {
  /** Stable id, shown to users, for example `github-models`. */
  readonly id: string;
  /** Whether a file of this path (forward slashes) is of this format by its name. */
  matches(path: string): boolean;
  /** Takes texts of no kind in particular, so that what another file says of a file goes before. Default false. */
  readonly isGeneral?: boolean;
  /**
   * Whether a file whose name matches is of this format by its content, where the name alone does not tell. Absent when
   * it does. Must be cheap, and must not raise.
   */
  recognises?(path: string, bytes: Uint8Array): boolean;
  /**
   * @param focus which prompt is meant, for formats whose files can hold several; the others do not look at it
   * @throws HoneError `bad-prompt-file` with the line
   */
  parse(path: string, bytes: Uint8Array, focus?: Focus): PromptDocument;
  /**
   * Ways to write `text` in place of the span's bytes, line ends included, the one nearest to the style of the file
   * first. None is promised to hold the text: `splice` takes the first that reads back and leaves all else as it was.
   * @param text LF line ends, no blank lines at either end
   */
  encodings(document: PromptDocument, span: EditableSpan, text: string): Iterable<string>;
  /** All that the file says besides the texts of its spans, for a comparison before and after a write. */
  surroundings(document: PromptDocument): unknown;
  /**
   * Messages with placeholders filled, by the engine of the format's own ecosystem where it has one. In formats of plain
   * replacement a name without a value stays as it is.
   * @throws HoneError `bad-prompt-file` for a template that cannot be rendered
   */
  fill(
    document: PromptDocument,
    vars: Readonly<Record<string, string>>,
  ): ChatMessage[] | Promise<ChatMessage[]>;
  /**
   * Template expressions and references in a text, each occurrence, so that a guard can compare multisets.
   * @param document whose the text is, or could be, for formats in which each file or span says how it is read
   * @param span the first of the document when absent
   */
  expressions(text: string, document: PromptDocument, span?: EditableSpan): Expression[];
  /** Why the text would change the structure of the file, a sentence each; empty when it would not. */
  violations(document: PromptDocument, span: EditableSpan, text: string): string[];
}

/** Which prompt of a file is meant when it can hold several. */
export interface Focus {
  /** The id of one of its spans. */
  readonly span?: string | undefined;
  /** What the user selected, in bytes. Goes before `span`. */
  readonly selection?: ByteRange | undefined;
}

/** A stretch of a prompt that a program reads, so that it must not change. */
export interface Expression {
  /**
   * A `placeholder` is filled by Hone from the test row. A `reference` pulls a file or a tool into the context. Any other
   * `expression` is sent as it stands and may mean something to the program that uses the prompt.
   */
  readonly kind: 'placeholder' | 'expression' | 'reference';
  /** As it stands in the text; two that a program reads alike are spelt alike. */
  readonly text: string;
}
