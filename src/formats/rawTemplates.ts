import type { ChatMessage, Problem, PromptDocument } from '../core/prompt.js';
import { bodyEncodings, outsideSpans } from './body.js';
import { chatDocument, type Segment } from './chatBody.js';
import { braceTags } from './engines/braceTags.js';
import { handlebarsExpressions, handlebarsNames, renderHandlebars } from './engines/handlebars.js';
import { mustacheExpressions, mustacheNames, renderMustache } from './engines/mustache.js';
import { hasUnclosedTag, nunjucksExpressions, nunjucksNames, renderNunjucks } from './engines/nunjucks.js';
import type { TemplateNames } from './engines/templateNames.js';
import type { Expression, PromptFormat } from './format.js';
import { hasRoleLine, newRoleLines, renderRoleText, roleSegments } from './roleLines.js';
import { promptDialect } from './promptDialect.js';
import { SourceText } from './source.js';
import { inFile, newErrors, readNames } from './templateBody.js';

interface Engine {
  readonly id: string;
  readonly files: RegExp;
  /** Whether lines such as `# user:` begin a message. */
  readonly hasRoles?: boolean;
  names(text: string): TemplateNames;
  render(text: string, vars: Readonly<Record<string, string>>): string;
  expressions(text: string): Expression[];
  isUnclosed(text: string): boolean;
}

/** Jinja templates (`*.j2`, `*.jinja`, `*.jinja2`), with promptflow's role lines where they have some. */
export const jinja = rawTemplate({
  id: 'jinja',
  files: /\.(?:j2|jinja2?)$/i,
  hasRoles: true,
  names: nunjucksNames,
  render: renderNunjucks,
  expressions: nunjucksExpressions,
  isUnclosed: hasUnclosedTag,
});

/** Mustache templates (`*.mustache`), and `*.prompt` files that are of neither other kind. */
export const mustache = rawTemplate({
  id: 'mustache',
  files: /\.mustache$|\.prompt$/,
  names: mustacheNames,
  render: renderMustache,
  expressions: mustacheExpressions,
  isUnclosed: (text) => braceTags(text, 'mustache').unclosed,
});

/** Handlebars templates (`*.hbs`). */
export const handlebars = rawTemplate({
  id: 'handlebars',
  files: /\.(?:hbs|handlebars)$/i,
  names: handlebarsNames,
  render: renderHandlebars,
  expressions: handlebarsExpressions,
  isUnclosed: (text) => braceTags(text, 'handlebars').unclosed,
});

function rawTemplate(engine: Engine): PromptFormat {
  const format: PromptFormat = {
    id: engine.id,
    isGeneral: true,
    matches: (path) => engine.files.test(path),
    recognises: (path, bytes) =>
      isPromptFile(path) ? promptDialect(path, bytes) === engine.id : looksLikePrompt(path, bytes),
    parse: (path, bytes) => parse(engine, path, bytes),
    encodings: bodyEncodings,
    surroundings: (document) => [
      isPromptFile(document.path) && promptDialect(document.path, document.bytes),
      ...outsideSpans(document),
    ],
    fill: (document, vars) => fill(engine, document, vars),
    expressions: (text) => engine.expressions(text),
    violations: (document, span, text) => [
      ...(engine.hasRoles ? newRoleLines(span.text, text) : []),
      ...(engine.isUnclosed(text) && !engine.isUnclosed(span.text)
        ? ['A tag that nothing closes was added.']
        : newErrors(format, document, span, text)),
    ],
  };
  return format;
}

/** The raw template format of a file that the user named, whatever it looks like. */
export function rawTemplateOf(path: string): PromptFormat | undefined {
  return [jinja, mustache, handlebars].find((format) => format.matches(path));
}

function isPromptFile(path: string): boolean {
  return path.endsWith('.prompt');
}

const PROMPT_FOLDER = /(?:^|\/)prompts?\//i;
const PROMPT_NAME = /(?:^|\/)(?:[^/]*prompt[^/]*|system|user|assistant|instructions?|persona)$/i;

/** A second extension says what a template makes, such as `index.html.j2` and `deploy.yml.j2`: only text is a prompt. */
const MAKES_SOMETHING_ELSE =
  /\.(?!(?:txt|md|markdown|prompt|system|user|chat)\.)[a-z]\w{0,5}\.(?:j2|jinja2?|mustache|hbs|handlebars)$/i;

const MARKUP = /^\s*(?:<(?:!doctype|html|head|body|\?xml|svg|table|div|script|style)\b|\{%-?\s*extends\b)/i;

/**
 * Most templates are no prompts: only those are taken that have role lines, or that their folder or name calls prompts
 * and that make text.
 */
function looksLikePrompt(path: string, bytes: Uint8Array): boolean {
  // Only a look: a file that is not UTF-8 is refused when it is read.
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
  if (MARKUP.test(text)) return false;
  if (hasRoleLine(text)) return true;
  const isNamed = PROMPT_FOLDER.test(path) || PROMPT_NAME.test(path.replace(/(?:\.\w+){1,2}$/, ''));
  return isNamed && !MAKES_SOMETHING_ELSE.test(path);
}

function parse(engine: Engine, path: string, bytes: Uint8Array): PromptDocument {
  const source = new SourceText(path, bytes);
  const problems: Problem[] = [];
  const { text } = source;
  const names = readNames(() => engine.names(text), 1, problems);
  const isChat = isChatText(engine, text);
  // As in other files of one text: the user's when placeholders bring the row into it, else the system's.
  const role = names.variables.length > 0 ? 'user' : 'system';
  const whole: Segment = { role, start: 0, end: text.length };
  return chatDocument({
    path,
    format: engine.id,
    bytes,
    source,
    segments: isChat ? roleSegments(text, 0) : [whole],
    isOneText: !isChat,
    placeholders: names.variables,
    settings: {},
    problems,
  });
}

function isChatText({ hasRoles = false }: Engine, text: string): boolean {
  return hasRoles && hasRoleLine(text);
}

function fill(
  engine: Engine,
  document: PromptDocument,
  vars: Readonly<Record<string, string>>,
): ChatMessage[] {
  const { text } = new SourceText(document.path, document.bytes);
  try {
    if (isChatText(engine, text)) return renderRoleText(text, vars, (each) => engine.render(each, vars));
    const [message] = document.messages;
    return message ? [{ role: message.role, content: engine.render(text, vars) }] : [];
  } catch (error) {
    throw inFile(document.path, 1, error);
  }
}
