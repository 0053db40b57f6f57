import { toLf } from './source.js';

/** A text cut into its editable core and the blank lines around it. */
export interface Margins {
  /** Blank lines before the first line of text, their line ends included. */
  readonly before: string;
  readonly core: string;
  /** The line end of the last line of text, and the blank lines that follow it. */
  readonly after: string;
}

const BLANK = /^[ \t\r\n]*$/;
const BEFORE = /^(?:[ \t]*(?:\r\n|\r|\n))*/;

/**
 * Cuts the blank lines off both ends of a text. They belong to the file, so that an optimizer may hand back trimmed text
 * and a missing final newline stays missing. A text of blank lines alone has an empty core, and all of it is `after`.
 */
export function cutMargins(text: string): Margins {
  if (BLANK.test(text)) return { before: '', core: '', after: text };
  const before = BEFORE.exec(text)![0];
  let end = text.length;
  while (' \t\r\n'.includes(text[end - 1]!)) end--;
  const lineEnd = text.slice(end).search(/[\r\n]/);
  end = lineEnd === -1 ? text.length : end + lineEnd;
  return { before, core: text.slice(before.length, end), after: text.slice(end) };
}

/**
 * A text in the form in which a span holds it: line ends as LF, no blank lines at either end. `splice` takes no other
 * form, so apply this to text from a model or from a file first.
 */
export function editableText(text: string): string {
  return cutMargins(toLf(text)).core;
}
