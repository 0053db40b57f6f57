import type { Problem, PromptDocument } from '../core/prompt.js';
import { BODY_SPAN, bodyDocument, bodyEncodings, newHeader, outsideSpans } from './body.js';
import { HoneError } from '../core/errors.js';
import type { Focus, PromptFormat } from './format.js';
import {
  findFrontMatter,
  readHeader,
  startsWithKeys,
  unclosedHeader,
  type FrontMatter,
} from './frontMatter.js';
import { headingsIn } from './markdownLines.js';
import { endsSection, sectionSpan } from './section.js';
import { SourceText } from './source.js';
import { expressionsIn, fillMessages, strayOpeners, type TemplateSyntax } from './template.js';

const FORMAT = 'plain-text';

/**
 * `{{name}}` and `{{ name }}` with a simple name are placeholders. Every other expression in double braces, `{% … %}` and
 * `${…}` may mean something to the program that uses the prompt, so it is kept and sent as it stands.
 */
const SYNTAX: TemplateSyntax = {
  pattern:
    /\{\{\{[^{}\n]*\}\}\}|\{\{[ \t]*(?<name>[A-Za-z_][\w.-]*)[ \t]*\}\}|\$?\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}|\$\{[^{}\n]*\}/g,
  spell: (name) => `{{${name}}}`,
};

/** `.md` and `.txt` files below a folder named `prompts`, and any file that the user names. */
export const plainText: PromptFormat = {
  id: FORMAT,
  isGeneral: true,
  matches: (path) => IN_PROMPTS.test(path) && !ABOUT_THE_PROJECT.test(path),
  parse,
  encodings: bodyEncodings,
  surroundings: outsideSpans,
  fill: (document, vars) => fillMessages(SYNTAX, document.messages, vars),
  expressions: (text) => expressionsIn(SYNTAX, text),
  violations: (document, span, text) => [
    ...strayOpeners(SYNTAX, ['{{', '{%', '${'], span.text, text),
    ...(isMarkdown(document.path) ? newHeader(span, text) : []),
    ...endsSection(document, span, text),
  ],
};

const IN_PROMPTS = /(?:^|\/)prompts\/(?:.*\/)?[^/]+\.(?:md|txt)$/;
const ABOUT_THE_PROJECT = /(?:^|\/)(?:readme|changelog|licen[cs]e)(?:\.[\w-]+)?\.(?:md|txt)$/i;

function isMarkdown(path: string): boolean {
  return /\.(?:md|markdown)$/i.test(path);
}

function parse(path: string, bytes: Uint8Array, focus?: Focus): PromptDocument {
  const source = new SourceText(path, bytes);
  const problems: Problem[] = [];
  const found = isMarkdown(path) ? findHeader(path, source.text) : undefined;
  if (found) noteUnreadable(path, source, found, problems);
  const bodyStart = found?.bodyStart ?? 0;
  const usual = usualSpan(source.text.slice(bodyStart));
  const document = bodyDocument({
    path,
    format: FORMAT,
    bytes,
    source,
    bodyStart,
    syntax: SYNTAX,
    settings: {},
    problems,
    focus: focus?.span === undefined ? { span: usual } : focus,
  });
  // A new text may make the file look as if another span were meant.
  return { ...document, focus: document.spans[0]!.id };
}

/**
 * In the layout of the ProTeGi prompts (arxiv.org/abs/2305.03495) only the task is edited: the other sections hold the
 * answer format and the place of the row.
 */
function usualSpan(body: string): string {
  const titles = headingsIn(body).flatMap(({ level, title }) => (level === 1 ? [title] : []));
  const isProtegi = titles.filter((title) => title === 'Task').length === 1 && titles.includes('Prediction');
  return isProtegi ? sectionSpan('Task') : BODY_SPAN;
}

/**
 * The header of a Markdown file.
 * @throws HoneError `bad-prompt-file` for a header without an end
 */
function findHeader(path: string, text: string): FrontMatter | undefined {
  const found = findFrontMatter(text);
  if (found === undefined || !startsWithKeys(text)) return undefined;
  if (found === 'unclosed') throw unclosedHeader(path);
  return found;
}

/** Nothing in the header of a plain file is used, so that it may be broken; a user would still want to know. */
function noteUnreadable(path: string, source: SourceText, found: FrontMatter, problems: Problem[]): void {
  try {
    readHeader(path, source, found, problems);
  } catch (error) {
    if (!HoneError.is(error, 'bad-prompt-file')) throw error;
    problems.push({ severity: 'warning', message: error.message, line: error.place.line ?? 1 });
  }
}
