import type { ChatMessage, EditableSpan, Problem, PromptDocument, Role } from '../core/prompt.js';
import { blockContent, scanBaml, UnclosedBlock, type BamlFunction, type BamlTemplate } from './bamlSyntax.js';
import { outsideSpans } from './body.js';
import { TemplateError } from './engines/bounds.js';
import { hasUnclosedTag, nunjucksExpressions, nunjucksNames, renderNunjucks } from './engines/nunjucks.js';
import type { Focus, PromptFormat } from './format.js';
import { mergeLines } from './lines.js';
import { cutMargins } from './margins.js';
import { focused, requireOnePrompt } from './several.js';
import { inFile, newFaults, readNames } from './templateBody.js';
import { badPromptFile, majorityLineEnd, rawText, SourceText } from './source.js';

const FORMAT = 'baml';

/**
 * BAML source files (`*.baml`): each function with a block string as its prompt is one prompt. Its text is what stands
 * between the delimiters, without the indentation that all lines share, as BAML itself sends it.
 */
export const baml: PromptFormat = {
  id: FORMAT,
  matches: (path) => path.endsWith('.baml'),
  recognises: (_path, bytes) => /\bprompt\s+#*"/.test(Buffer.from(bytes).toString('latin1')),
  parse: (path, bytes, focus) => read(path, bytes, focus).document,
  *encodings(document, span, text) {
    const raw = rawText(document.bytes, span.range);
    const hashes = /^#+/.exec(raw)![0];
    const content = encodeContent(raw.slice(hashes.length + 1, -hashes.length - 1), text, document);
    yield `${hashes}"${content}"${hashes}`;
    // A text that holds the closing delimiter takes a longer one.
    const longest = Math.max(0, ...[...content.matchAll(/"(#+)/g)].map(([, found]) => found!.length));
    const longer = '#'.repeat(longest + 1);
    yield `${longer}"${content}"${longer}`;
  },
  surroundings: outsideSpans,
  fill(document, vars) {
    const { prompts, templates } = readingOf(document);
    requireOnePrompt(document, prompts);
    return prompts.flatMap((prompt) => render(document, prompt, templates, vars));
  },
  expressions: nunjucksExpressions,
  violations: (_document, span, text) =>
    hasUnclosedTag(text) && !hasUnclosedTag(span.text)
      ? ['An opening brace pair that nothing closes was added.']
      : newFaults(nunjucksNames, span.text, text),
};

interface BamlPrompt {
  readonly spans: readonly [EditableSpan];
  readonly parameters: readonly string[];
}

interface Reading {
  readonly document: PromptDocument;
  readonly prompts: readonly BamlPrompt[];
  readonly templates: readonly BamlTemplate[];
}

/** A write asks for the same file several times. */
const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes, { span: document.focus });
}

function read(path: string, bytes: Uint8Array, focus: Focus | undefined): Reading {
  const source = new SourceText(path, bytes);
  const { functions, templates } = scan(path, source);
  const problems: Problem[] = [];
  const all: BamlPrompt[] = [];
  for (const each of functions) {
    if (each.prompt) {
      all.push({ spans: [spanOf(source, each, each.prompt)], parameters: each.parameters });
    } else {
      const message = `The prompt of ${each.name} is not a block string (#"…"#), so Hone does not edit it.`;
      problems.push({ severity: 'info', message, line: source.lineAt(each.at) });
    }
  }
  const { prompts, ...found } = focused(all, focus);
  const names = new Set<string>();
  for (const { spans, parameters } of prompts) {
    const { text, firstLine } = spans[0];
    const { variables } = readNames(() => nunjucksNames(text), firstLine, problems);
    // BAML knows some names by itself.
    for (const name of variables) if (parameters.includes(name)) names.add(name);
    if (OUTPUT_FORMAT.test(spans[0].text)) problems.push(outputFormatNote(spans[0]));
  }
  const spans = prompts.flatMap((prompt) => prompt.spans);
  const document: PromptDocument = {
    path,
    format: FORMAT,
    bytes,
    messages: spans.map(({ id, role, text }) => ({ role, text, spanId: id })),
    spans,
    placeholders: [...names],
    settings: {},
    problems,
    ...found,
  };
  const reading = { document, prompts, templates };
  readings.set(document, reading);
  return reading;
}

function scan(path: string, source: SourceText) {
  try {
    return scanBaml(source.text);
  } catch (error) {
    if (!(error instanceof UnclosedBlock)) throw error;
    const line = source.lineAt(error.at);
    throw badPromptFile(
      path,
      line,
      'the block string that starts here has no end.',
      'Close it with a double quote and as many hashes as it opens with.',
    );
  }
}

function spanOf(source: SourceText, each: BamlFunction, block: NonNullable<BamlFunction['prompt']>) {
  const content = blockContent(source.text, block);
  const { before, core } = cutMargins(content);
  const text = dedent(core);
  return {
    id: `${each.name}.prompt`,
    role: ROLES[ROLE.exec(text)?.groups?.role ?? ''] ?? DEFAULT_ROLE,
    range: source.range(block.start, block.end),
    text,
    firstLine: source.lineAt(block.start + block.hashes + 1 + before.length),
  };
}

/** The first role of a text, when it is the first thing there. */
const ROLE = /^\s*\{\{-?\s*_\.(?:role|chat)\(\s*(?:role\s*=\s*)?["'](?<role>\w+)["']/;

const ROLES: Readonly<Record<string, Role>> = { system: 'system', user: 'user', assistant: 'assistant' };

/** What BAML takes for OpenAI's models where a prompt names no role. */
const DEFAULT_ROLE: Role = 'system';

const OUTPUT_FORMAT = /\{\{-?\s*ctx\.output_format\b(?:[^}"']|"[^"]*"|'[^']*'|\}(?!\}))*\}\}/;

function outputFormatNote({ text, firstLine }: EditableSpan): Problem {
  return {
    severity: 'info',
    message: 'Hone sends ctx.output_format as it stands, since only BAML can write out the type.',
    line: firstLine + text.slice(0, OUTPUT_FORMAT.exec(text)!.index).split('\n').length - 1,
  };
}

/** The blanks with which every line with text begins. */
function commonIndent(lines: readonly string[]): string {
  const [first = '', ...others] = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)![0]);
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/** As BAML removes the common indentation; lines of blanks become empty. */
function dedent(core: string): string {
  const lines = core.split('\n');
  const { length } = commonIndent(lines);
  return lines.map((line) => withoutIndent(line, length)).join('\n');
}

function withoutIndent(line: string, length: number): string {
  return line.trim() === '' ? '' : line.slice(length);
}

function encodeContent(content: string, text: string, document: PromptDocument): string {
  const { before, core, after } = cutMargins(content);
  const indent = commonIndent(core.split(/\r\n|\r|\n/));
  const fileEnd = majorityLineEnd(new SourceText(document.path, document.bytes).raw);
  const merged = mergeLines(core, text.split('\n'), {
    meaning: (line) => withoutIndent(line, indent.length),
    write: (line) => (line === '' ? '' : indent + line),
    lineEnd: fileEnd ?? '\n',
  });
  return before + merged + after;
}

function render(
  document: PromptDocument,
  { spans: [span] }: BamlPrompt,
  templates: readonly BamlTemplate[],
  vars: Readonly<Record<string, string>>,
): ChatMessage[] {
  const mark = unusedMark([span.text, ...Object.values(vars)]);
  const kept: string[] = [];
  const text = span.text.replace(new RegExp(OUTPUT_FORMAT, 'g'), (expression) => {
    kept.push(expression);
    return `${mark}k${kept.length - 1}${mark}`;
  });
  const macros = templates.map(
    ({ name, parameters, content }) =>
      `{% macro ${name}(${parameters.join(', ')}) %}${dedent(cutMargins(content).core).trim()}{% endmacro %}`,
  );
  const role = (name: unknown) =>
    `${mark}r${String(typeof name === 'object' && name !== null && 'role' in name ? name.role : name)}${mark}`;
  const globals = { _: { role, chat: role }, ctx: { client: { name: '', provider: '' } } };
  try {
    const rendered = renderNunjucks(macros.join('') + trimBlocks(text), vars, { globals });
    return messagesOf(rendered, mark, kept);
  } catch (error) {
    // The engine's lines are not those of the file: macros stand before the prompt, and line ends are dropped.
    const fault = error instanceof TemplateError ? new TemplateError(error.message) : error;
    throw inFile(document.path, span.firstLine, fault);
  }
}

/** BAML drops the line end after a tag and the blanks before one. */
function trimBlocks(text: string): string {
  return text.replace(/^[ \t]+(?=\{[%#])/gm, '').replace(/([%#]\})\n/g, '$1');
}

/** A character that stands in none of the texts, so that no value can be taken for a mark. */
function unusedMark(texts: readonly string[]): string {
  for (let code = 0xe000; ; code++) {
    const mark = String.fromCharCode(code);
    if (!texts.some((text) => text.includes(mark))) return mark;
  }
}

function messagesOf(rendered: string, mark: string, kept: readonly string[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let role = DEFAULT_ROLE;
  let content = '';
  const push = () => {
    if (content.trim() !== '') messages.push({ role, content: content.trim() });
    content = '';
  };
  rendered.split(mark).forEach((part, index) => {
    if (index % 2 === 0) {
      content += part;
    } else if (part.startsWith('k')) {
      content += kept[Number(part.slice(1))]!;
    } else {
      push();
      role = ROLES[part.slice(1)] ?? DEFAULT_ROLE;
    }
  });
  push();
  return messages;
}
