import type { EditableSpan, Problem, PromptDocument } from '../core/prompt.js';
import { outsideSpans } from './body.js';
import type { Expression, PromptFormat } from './format.js';
import { cutMargins } from './margins.js';
import { TEXT_ALONE } from './markdownFile.js';
import { badPromptFile, majorityLineEnd, rawText, SourceText, toLf } from './source.js';
import {
  expressionsIn,
  fillMessages,
  placeholderNames,
  strayOpeners,
  type TemplateSyntax,
} from './template.js';
import { encodeTomlString, findTomlString, parseToml } from './tomlString.js';

const FORMAT = 'gemini-command';
const SPAN = 'prompt';

/** `{{args}}` is what the user typed after the command. */
const SYNTAX: TemplateSyntax = { pattern: /\{\{(?<name>args)\}\}|\{\{[^{}\n]*\}\}/g };

/** `!{command}` puts the output of a shell command into the prompt, `@{path}` a file. */
const INJECTION: TemplateSyntax = { pattern: /[!@]\{(?:[^{}]|\{[^{}]*\})*\}/g };

/** Commands of Gemini CLI (`.gemini/commands/**.toml`): the string `prompt`. */
export const geminiCommand: PromptFormat = {
  id: FORMAT,
  matches: (path) => /(?:^|\/)\.gemini\/commands\/.+\.toml$/.test(path),
  parse,
  encodings(document, span, text) {
    const source = new SourceText(document.path, document.bytes);
    const found = findTomlString(source, parseToml(document.path, source), SPAN)!;
    const raw = rawText(document.bytes, span.range);
    return encodeTomlString(found, raw, text, majorityLineEnd(source.raw) ?? '\n');
  },
  surroundings(document) {
    const values = parseToml(document.path, new SourceText(document.path, document.bytes));
    return { outside: outsideSpans(document), values: { ...values, [SPAN]: null } };
  },
  fill: (document, vars) => fillMessages(SYNTAX, document.messages, vars),
  expressions: (text) => [...expressionsIn(SYNTAX, text), ...injections(text)],
  violations: (_document, span, text) => [
    ...strayOpeners(SYNTAX, ['{{'], span.text, text),
    ...strayOpeners(INJECTION, ['!{', '@{'], span.text, text),
  ],
};

function injections(text: string): Expression[] {
  return expressionsIn(INJECTION, text).map((each) => ({ ...each, kind: 'reference' }));
}

function parse(path: string, bytes: Uint8Array): PromptDocument {
  const source = new SourceText(path, bytes);
  const table = parseToml(path, source);
  const text = table[SPAN];
  if (typeof text !== 'string') {
    throw badPromptFile(path, 1, 'the key prompt with a text is missing.', 'Write prompt = """…""".');
  }
  const placeholders = placeholderNames(SYNTAX, [text]);
  const role = placeholders.length > 0 ? 'user' : 'system';
  const problems: Problem[] = injections(text).length > 0 ? [TEXT_ALONE] : [];
  const found = findTomlString(source, table, SPAN);
  if (!found) {
    const message = 'The prompt is written in a way that Hone does not edit: begin a line with "prompt =".';
    problems.push({ severity: 'info', message });
  }
  const spans: EditableSpan[] = found
    ? [
        {
          id: SPAN,
          role,
          range: source.range(found.start, found.end),
          text: toLf(cutMargins(text).core),
          firstLine: firstLine(source, found),
        },
      ]
    : [];
  return {
    path,
    format: FORMAT,
    bytes,
    messages: [{ role, text, ...(found && { spanId: SPAN }) }],
    spans,
    placeholders,
    settings: {},
    problems,
  };
}

/** Where the text starts, below the quotes and the blank lines after them. */
function firstLine(source: SourceText, { start, end, quote }: { start: number; end: number; quote: string }) {
  const inner = start + quote.length;
  const offset = source.text.slice(inner, end).search(/\S/);
  return source.lineAt(inner + Math.max(offset, 0));
}
