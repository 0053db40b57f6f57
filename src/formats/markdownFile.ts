import type { EditableSpan, ModelSettings, Problem, PromptDocument } from '../core/prompt.js';
import { bodyDocument, bodyEncodings, newHeader, outsideSpans } from './body.js';
import type { Expression, Focus, PromptFormat } from './format.js';
import { findFrontMatter, startsWithKeys, unclosedHeader, type FrontMatter } from './frontMatter.js';
import { headerLines } from './headerLines.js';
import { readHeaderTexts, type HeaderReading, type HeaderText, type HeaderValues } from './headerTexts.js';
import { endsSection } from './section.js';
import { SourceText } from './source.js';
import { expressionsIn, fillMessages, strayOpeners, type TemplateSyntax } from './template.js';

/**
 * Customisation files are never templates: what stands in braces is sample code, a variable of the host, or a placeholder
 * for the model. It is kept and sent as it stands.
 */
export const NO_TEMPLATE: TemplateSyntax = {
  pattern: /\$?\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\{%[^%\n]*%\}/g,
};

/**
 * Where a header may stand, and how it is read. `yaml`: VS Code's rule, a header without an end is an error. `lines`: line
 * by line, and without an end it is text. `keys`: likewise, but only where a key follows the dashes, since the hosts of
 * these files know no header. `none`: the file is text.
 */
export type HeaderRule = 'yaml' | 'lines' | 'keys' | 'none';

/** What tells one kind of Markdown customisation file from another. */
export interface MarkdownKind {
  readonly id: string;
  matches(path: string): boolean;
  readonly recognises?: (path: string, bytes: Uint8Array) => boolean;
  readonly header: HeaderRule;
  /** Default: `NO_TEMPLATE`. */
  readonly syntax?: TemplateSyntax;
  /** What pulls files, tools or commands into the context because of a text. */
  references(text: string): Expression[];
  /** Texts of the header that are spans too. Only with the rule `yaml`. */
  headerTexts?(values: HeaderValues): readonly HeaderText[];
  /** What a user should know of the header. */
  check?(path: string, values: HeaderValues): Problem[];
  /** Limits of the host on a text. */
  limits?(span: EditableSpan, text: string): string[];
}

interface Reading {
  readonly source: SourceText;
  readonly bodyStart: number;
  readonly values: HeaderValues;
  readonly header: HeaderReading | undefined;
  readonly problems: readonly Problem[];
}

/** The format of a Markdown file whose body, below a header, is sent as the system message. */
export function markdownFile(kind: MarkdownKind): PromptFormat {
  const { id, recognises, syntax = NO_TEMPLATE } = kind;
  const references = (text: string) => kind.references(text);
  return {
    id,
    matches: (path) => kind.matches(path),
    ...(recognises && { recognises }),
    parse: (path, bytes, focus) => parse(kind, syntax, path, bytes, focus),
    encodings(document, span, text) {
      const { header } = read(kind, document.path, document.bytes);
      const isInHeader = header?.spans.some((each) => each.id === span.id);
      return isInHeader ? header!.encodings(span, text) : bodyEncodings(document, span, text);
    },
    surroundings(document) {
      const { header } = read(kind, document.path, document.bytes);
      return { outside: outsideSpans(document), header: header?.others };
    },
    fill: (document, vars) => fillMessages(syntax, document.messages, vars),
    expressions: (text) => [...expressionsIn(syntax, text), ...references(text)],
    violations: (document, span, text) => [
      ...strayOpeners(syntax, ['{{', '${'], span.text, text),
      ...(kind.header === 'none' ? [] : newHeader(span, text)),
      ...endsSection(document, span, text),
      ...(kind.limits?.(span, text) ?? []),
    ],
  };
}

function parse(
  kind: MarkdownKind,
  syntax: TemplateSyntax,
  path: string,
  bytes: Uint8Array,
  focus: Focus | undefined,
): PromptDocument {
  const { source, bodyStart, values, header, problems } = read(kind, path, bytes);
  const body = source.text.slice(bodyStart);
  const usesMore = TOOL_KEYS.some((key) => values[key]) || kind.references(body).length > 0;
  const document = bodyDocument({
    path,
    format: kind.id,
    bytes,
    source,
    bodyStart,
    syntax,
    settings: readSettings(values),
    problems: [...problems, ...(usesMore ? [TEXT_ALONE] : []), ...(kind.check?.(path, values) ?? [])],
    focus,
  });
  return { ...document, spans: [...document.spans, ...(header?.spans ?? [])] };
}

const TOOL_KEYS = ['tools', 'allowed-tools', 'mcp-servers'];

/** Said of a prompt that counts on more than its text. */
export const TEXT_ALONE: Problem = {
  severity: 'info',
  message:
    'Hone sends the text alone: tools, files and commands that the prompt refers to are not at hand in a run.',
};

/** `model` is a name or a list of names of which the host takes the first that it has. */
export function readSettings({ model }: HeaderValues): ModelSettings {
  const name: unknown = Array.isArray(model) ? model[0] : model;
  return typeof name === 'string' && name !== '' && name !== 'inherit' ? { model: name } : {};
}

function read(kind: MarkdownKind, path: string, bytes: Uint8Array): Reading {
  const source = new SourceText(path, bytes);
  const found = findHeader(kind.header, path, source.text);
  const bodyStart = found?.bodyStart ?? 0;
  if (!found) return { source, bodyStart, values: {}, header: undefined, problems: [] };
  if (kind.header !== 'yaml') {
    const values = Object.fromEntries(headerLines(source.text.slice(found.start, found.end)));
    return { source, bodyStart, values, header: undefined, problems: [] };
  }
  const problems: Problem[] = [];
  const textsOf = (values: HeaderValues) => kind.headerTexts?.(values) ?? [];
  const header = readHeaderTexts(path, source, found, textsOf, problems);
  return { source, bodyStart, values: header?.values ?? {}, header, problems };
}

function findHeader(rule: HeaderRule, path: string, text: string): FrontMatter | undefined {
  if (rule === 'none' || (rule === 'keys' && !startsWithKeys(text))) return undefined;
  const found = findFrontMatter(text);
  if (found !== 'unclosed') return found;
  if (rule === 'yaml') throw unclosedHeader(path);
  return undefined;
}
