import type { ChatMessage, Problem, PromptDocument } from '../core/prompt.js';
import { bodyEncodings, outsideSpans } from './body.js';
import { chatDocument } from './chatBody.js';
import { mustacheNames, renderMustache } from './engines/mustache.js';
import { hasUnclosedTag, nunjucksExpressions, nunjucksNames, renderNunjucks } from './engines/nunjucks.js';
import { engineText } from './engines/values.js';
import type { Expression, PromptFormat } from './format.js';
import { readHeader, unclosedHeader } from './frontMatter.js';
import { findPromptyHeader, noteInnerMarks, readPromptyHeader, type PromptyHeader } from './promptyHeader.js';
import { hasThread, newRoleLines, renderRoleText, roleSegments } from './roleLines.js';
import { badPromptFile, SourceText } from './source.js';
import { inFile, neededNames, newErrors, readNames } from './templateBody.js';

const FORMAT = 'prompty';

/** Prompty files of version 1 and 2 (`*.prompty`): a YAML header, and a template with role lines. */
export const prompty: PromptFormat = {
  id: FORMAT,
  matches: (path) => /\.prompty$/i.test(path),
  parse: (path, bytes) => read(path, bytes).document,
  encodings: bodyEncodings,
  surroundings: outsideSpans,
  fill,
  expressions: (text) => [...nunjucksExpressions(text), ...references(text)],
  violations: (document, span, text) => [
    ...newRoleLines(span.text, text),
    ...(hasUnclosedTag(text) && !hasUnclosedTag(span.text)
      ? ['A tag that nothing closes was added.']
      : newErrors(prompty, document, span, text)),
  ],
};

interface Reading {
  readonly document: PromptDocument;
  readonly header: PromptyHeader;
  readonly body: string;
  /** 1-based. */
  readonly bodyLine: number;
}

/** A run fills the same document once for each row. */
const readings = new WeakMap<PromptDocument, Reading>();

function read(path: string, bytes: Uint8Array): Reading {
  const source = new SourceText(path, bytes);
  const problems: Problem[] = [];
  const found = findPromptyHeader(source.text);
  if (found === 'unclosed') throw unclosedHeader(path);
  if (found) noteInnerMarks(source, found, problems);
  const values = found ? readHeader(path, source, found, problems) : {};
  const header = readPromptyHeader(values, found ? source.lineAt(found.start) : 1, problems);
  const bodyStart = found?.bodyStart ?? 0;
  const body = source.text.slice(bodyStart);
  const bodyLine = source.lineAt(bodyStart);
  const names = readNames(
    () => (header.engine === 'mustache' ? mustacheNames(body) : nunjucksNames(body)),
    bodyLine,
    problems,
  );
  if (header.engine === 'unknown') {
    const message = 'Hone renders Jinja and Mustache templates, and this file names another engine.';
    problems.push({ severity: 'warning', message, line: 1 });
  }
  if (hasThread(body)) {
    const message =
      'The turns of an earlier conversation are not at hand in a run, unless a row brings them.';
    problems.push({ severity: 'info', message, line: bodyLine });
  }
  const document = chatDocument({
    path,
    format: FORMAT,
    bytes,
    source,
    segments: roleSegments(source.text, bodyStart),
    placeholders: neededNames(names, header.defaults),
    settings: header.settings,
    embedded: header.embedded,
    problems,
  });
  const reading = { document, header, body, bodyLine };
  readings.set(document, reading);
  return reading;
}

function fill(document: PromptDocument, vars: Readonly<Record<string, string>>): ChatMessage[] {
  const { header, body, bodyLine } = readings.get(document) ?? read(document.path, document.bytes);
  const { engine, defaults, types } = header;
  if (engine === 'unknown') {
    throw badPromptFile(
      document.path,
      1,
      'the template is written for an engine that Hone does not have.',
      'Render it with Prompty, or use Jinja or Mustache.',
    );
  }
  const values = { ...engineText(defaults), ...vars };
  try {
    return renderRoleText(body, values, (text) =>
      engine === 'mustache' ? renderMustache(text, values, types) : renderNunjucks(text, values, { types }),
    );
  } catch (error) {
    throw inFile(document.path, bodyLine, error);
  }
}

/** Conversations and pictures, which Prompty puts in. */
function references(text: string): Expression[] {
  const found = text.match(/!\[[^[\]\n]{0,1000}\](?:\([^()\n]{0,5000}\))?/g) ?? [];
  return found.map((each) => ({ kind: 'reference', text: each }));
}
