import type { Problem, PromptDocument } from '../core/prompt.js';
import { bodyDocument, bodyEncodings, newHeader, outsideSpans } from './body.js';
import type { Focus, PromptFormat } from './format.js';
import { findFrontMatter, readHeader, unclosedHeader } from './frontMatter.js';
import { readSettings, TEXT_ALONE } from './markdownFile.js';
import { linkReferences } from './references.js';
import { endsSection } from './section.js';
import { SourceText } from './source.js';
import { expressionsIn, fillMessages, strayOpeners, type TemplateSyntax } from './template.js';

const FORMAT = 'vscode-prompt';

/**
 * VS Code fills `${input:name}` and `${input:name:hint}`. All else in braces is sample code, a variable of the editor, or
 * a placeholder for the model: never a template, but kept.
 */
const SYNTAX: TemplateSyntax = {
  pattern: /\$\{input:(?<name>[^:{}\n]+)(?::[^{}\n]*)?\}|\$?\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\{%[^%\n]*%\}/g,
};

/** VS Code prompt files (`*.prompt.md`): a YAML header, and a Markdown body that is the prompt. */
export const promptMarkdown: PromptFormat = {
  id: FORMAT,
  matches: (path) => path.endsWith('.prompt.md'),
  parse,
  encodings: bodyEncodings,
  surroundings: outsideSpans,
  fill: (document, vars) => fillMessages(SYNTAX, document.messages, vars),
  expressions: (text) => [...expressionsIn(SYNTAX, text), ...linkReferences(text)],
  violations: (document, span, text) => [
    ...strayOpeners(SYNTAX, ['{{', '${'], span.text, text),
    ...newHeader(span, text),
    ...endsSection(document, span, text),
  ],
};

function parse(path: string, bytes: Uint8Array, focus?: Focus): PromptDocument {
  const source = new SourceText(path, bytes);
  const found = findFrontMatter(source.text);
  if (found === 'unclosed') throw unclosedHeader(path);
  const problems: Problem[] = [];
  const values = found ? readHeader(path, source, found, problems) : {};
  const bodyStart = found?.bodyStart ?? 0;
  const usesTools = Array.isArray(values.tools) && values.tools.length > 0;
  if (usesTools || linkReferences(source.text.slice(bodyStart)).length > 0) {
    problems.push(TEXT_ALONE);
  }
  const settings = readSettings(values);
  return bodyDocument({
    path,
    format: FORMAT,
    bytes,
    source,
    bodyStart,
    syntax: SYNTAX,
    settings,
    problems,
    focus,
  });
}
