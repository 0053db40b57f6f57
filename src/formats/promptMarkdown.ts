import type { ModelSettings, Problem, PromptDocument } from '../core/prompt.js';
import { bodyDocument, bodyEncodings, newHeader, outsideBody } from './body.js';
import type { Expression, PromptFormat } from './format.js';
import { findFrontMatter, readHeader, unclosedHeader } from './frontMatter.js';
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
  surroundings: outsideBody,
  fill: (document, vars) => fillMessages(SYNTAX, document.messages, vars),
  expressions: (text) => [...expressionsIn(SYNTAX, text), ...references(text)],
  violations: (_document, span, text) => [
    ...strayOpeners(SYNTAX, ['{{', '${'], span.text, text),
    ...newHeader(span, text),
  ],
};

function parse(path: string, bytes: Uint8Array): PromptDocument {
  const source = new SourceText(path, bytes);
  const found = findFrontMatter(source.text);
  if (found === 'unclosed') throw unclosedHeader(path);
  const problems: Problem[] = [];
  const values = found ? readHeader(path, source, found, problems) : {};
  const bodyStart = found?.bodyStart ?? 0;
  const usesTools = Array.isArray(values.tools) && values.tools.length > 0;
  if (usesTools || references(source.text.slice(bodyStart)).length > 0) {
    problems.push({
      severity: 'info',
      message:
        'Hone sends the text alone: tools and files that the prompt refers to are not at hand in a run.',
    });
  }
  const settings = readSettings(values);
  return bodyDocument({ path, format: FORMAT, bytes, source, bodyStart, syntax: SYNTAX, settings, problems });
}

/** `model` is a name or a list of names of which VS Code takes the first that it has. */
function readSettings({ model }: Readonly<Record<string, unknown>>): ModelSettings {
  const name: unknown = Array.isArray(model) ? model[0] : model;
  return typeof name === 'string' ? { model: name } : {};
}

/**
 * What VS Code adds to the context because of a text: `#file:` and `#tool:`, and Markdown links to files. Links to other
 * hosts and within the page add nothing.
 */
const REFERENCE = /#file:[^\s#]+|#tool:[\w./-]*\w|(?<!!)\[[^[\]\n]{0,1000}\]\((?<target>[^()\s]+)\)/g;

function references(text: string): Expression[] {
  return [...text.matchAll(REFERENCE)]
    .map((match) => match.groups?.target ?? match[0])
    .filter((target) => !/^(?:[a-z][\w+.-]+:|#(?!file:|tool:))/i.test(target))
    .map((target) => ({ kind: 'reference', text: target }));
}
