import type { ByteRange, EditableSpan, Problem, PromptDocument } from '../../core/prompt.js';
import { outsideSpans } from '../body.js';
import type { Focus, PromptFormat } from '../format.js';
import { isFormatString, unreadableFields } from '../fstring.js';
import { cutMargins } from '../margins.js';
import { requireOnePrompt } from '../several.js';
import { badPromptFile, majorityLineEnd, rawText, SourceText } from '../source.js';
import {
  spellings,
  textOf,
  UnreadableLiteral,
  writeLiteral,
  type LiteralKind,
  type Spelling,
} from './literal.js';
import type { CodeString, ScannedCode } from './scan.js';
import { scanPython } from './scanPython.js';
import { scanScript } from './scanScript.js';
import { faultBefore, following, targetBetween, targetOf } from './statement.js';
import { expressions, fill, namesIn, strays, usualSyntax, type TextSyntax } from './textSyntax.js';

const FORMAT = 'code-string';
const PYTHON = /\.pyi?$/;
const SCRIPT = /\.[cm]?[jt]sx?$/;

/** What a file has to hold to be searched for prompts at all. */
const MARKER = 'hone: prompt';
const MARKED = /^(?:#|\/\/)[ \t]*hone: prompt[ \t]*$/;

/**
 * Prompts in Python, JavaScript and TypeScript programs: string literals that are a whole value. Those are found whose
 * assignment follows on a comment line `# hone: prompt` or `// hone: prompt`, or the one that the user selected.
 */
export const codeStrings: PromptFormat = {
  id: FORMAT,
  matches: (path) => PYTHON.test(path) || SCRIPT.test(path),
  recognises: (_path, bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(MARKER),
  parse: (path, bytes, focus) => read(path, bytes, focus).document,
  *encodings(document, span, text) {
    const { literals, source } = readingOf(document);
    const { kind, syntax, isLast } = literals.get(span.id)!;
    const raw = rawText(document.bytes, span.range);
    const isField = (name: string) => syntax === 'substitutions' && namesIn(syntax, span.text).includes(name);
    const lineEnd = majorityLineEnd(source.raw) ?? '\n';
    yield writeLiteral(kind, spellings(kind, raw), text, { isField, lineEnd, isLast });
  },
  surroundings: outsideSpans,
  fill(document, vars) {
    const { literals } = readingOf(document);
    requireOnePrompt(
      document,
      document.spans.map((span) => ({ spans: [span] })),
    );
    return document.spans.map(({ id, role, text }) => ({
      role,
      content: fill(literals.get(id)!.syntax, text, vars),
    }));
  },
  expressions(text, document, span = document.spans[0]) {
    return span ? expressions(readingOf(document).literals.get(span.id)!.syntax, text) : [];
  },
  violations(document, span, text) {
    return strays(readingOf(document).literals.get(span.id)!.syntax, span.text, text);
  },
};

interface Literal {
  readonly kind: LiteralKind;
  readonly syntax: TextSyntax;
  /** Whether the closing quotes follow the span at once. */
  readonly isLast: boolean;
}

interface Reading {
  readonly document: PromptDocument;
  readonly source: SourceText;
  /** By span id. */
  readonly literals: ReadonlyMap<string, Literal>;
}

/** A write asks for the same file several times. */
const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes, { span: document.focus });
}

/** A literal that is meant, with its place in the list of all. */
interface Meant {
  readonly index: number;
  readonly id: string;
  readonly fault?: string | undefined;
  readonly inParentheses: boolean;
}

function read(path: string, bytes: Uint8Array, focus: Focus | undefined): Reading {
  const source = new SourceText(path, bytes);
  const code = PYTHON.test(path) ? scanPython(source.text) : scanScript(source.text);
  const problems: Problem[] = [];
  const spans: EditableSpan[] = [];
  const literals = new Map<string, Literal>();
  const wanted = focusedLiteral(path, source, code, focus);
  for (const meant of wanted ? [wanted] : markedLiterals(source, code, problems)) {
    try {
      const { span, ...literal } = literalOf(source, code, meant);
      spans.push(span);
      literals.set(span.id, literal);
    } catch (error) {
      if (!(error instanceof UnreadableLiteral)) throw error;
      const message = `Hone does not edit the text of ${meant.id}: ${error.message}.`;
      problems.push({ severity: 'info', message, line: source.lineAt(code.strings[meant.index]!.start) });
    }
  }
  if (spans.length === 0 && problems.length === 0) {
    const message = `No literal is marked as a prompt. Put "${PYTHON.test(path) ? '#' : '//'} ${MARKER}" on the line before its assignment, or select it.`;
    problems.push({ severity: 'info', message });
  }
  const document: PromptDocument = {
    path,
    format: FORMAT,
    bytes,
    messages: spans.map(({ id, role, text }) => ({ role, text, spanId: id })),
    spans,
    placeholders: [...new Set(spans.flatMap(({ id, text }) => namesIn(literals.get(id)!.syntax, text)))],
    settings: {},
    problems,
    ...(wanted && { focus: wanted.id }),
  };
  const reading = { document, source, literals };
  readings.set(document, reading);
  return reading;
}

/** The ids of all strings: what each is assigned to, else its line, numbered from the second that would be the same. */
function idsOf(source: SourceText, { strings }: ScannedCode): string[] {
  const counts = new Map<string, number>();
  return strings.map(({ start }) => {
    const name = targetOf(source.text, start)?.name ?? `line ${source.lineAt(start)}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}

/** @throws HoneError `bad-prompt-file` when the user selected no literal */
function focusedLiteral(
  path: string,
  source: SourceText,
  code: ScannedCode,
  focus: Focus | undefined,
): Meant | undefined {
  const { selection, span } = focus ?? {};
  if (!selection && span === undefined) return undefined;
  const ids = idsOf(source, code);
  const index = selection ? selectedIn(path, source, code, selection) : ids.indexOf(span!);
  if (index === -1) return undefined;
  const string = code.strings[index]!;
  return {
    index,
    id: ids[index]!,
    fault: faultBefore(source.text, string, code.strings[index - 1]),
    inParentheses: targetOf(source.text, string.start)?.inParentheses ?? false,
  };
}

function selectedIn(
  path: string,
  source: SourceText,
  { strings }: ScannedCode,
  selection: ByteRange,
): number {
  const touched = strings.flatMap(({ start, end }, index) => {
    const range = source.range(start, end);
    return range.start <= selection.end && selection.start <= range.end ? [index] : [];
  });
  const [index, second] = touched;
  if (index !== undefined && second === undefined) return index;
  const before = strings.findLastIndex(({ start }) => source.range(start, start).start <= selection.start);
  const line = source.lineAt(strings[index ?? before]?.start ?? 0);
  const sentence =
    index === undefined ? 'no string literal is selected.' : 'more than one string literal is selected.';
  throw badPromptFile(path, line, sentence, 'Select one string literal, or put the cursor into it.');
}

/** The literals whose assignments follow on a marker. */
function markedLiterals(source: SourceText, code: ScannedCode, problems: Problem[]): Meant[] {
  const { text } = source;
  const marks = code.comments.filter(
    ({ start, end }) =>
      MARKED.test(text.slice(start, end)) &&
      /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - 200), start)),
  );
  if (marks.length === 0) return [];
  const ids = idsOf(source, code);
  let next = 0;
  return marks.flatMap(({ end }) => {
    while (next < code.strings.length && code.strings[next]!.start < end) next++;
    // The first string can be the key of an entry.
    for (const index of [next, next + 1]) {
      const string = code.strings[index];
      const target = string && targetBetween(text, end, string.start);
      if (target) return [{ index, id: ids[index]!, inParentheses: target.inParentheses }];
    }
    const message = `The line after "${MARKER}" does not assign a string literal as it stands, so Hone does not edit it.`;
    problems.push({ severity: 'info', message, line: source.lineAt(end) + 1 });
    return [];
  });
}

/** @throws UnreadableLiteral with the reason why it cannot be edited */
function literalOf(source: SourceText, code: ScannedCode, { index, id, fault, inParentheses }: Meant) {
  const string = code.strings[index]!;
  const { kind, contentStart, contentEnd } = string;
  const after = following(source.text, string, inParentheses);
  const reason = string.fault ?? fault ?? after.fault;
  if (reason !== undefined) throw new UnreadableLiteral(reason);
  const parts = spellings(kind, source.text.slice(contentStart, contentEnd));
  const whole = textOf(parts);
  const isFilledByName = namedFormat(source.text, id) || after.isFormatted;
  const syntax = syntaxOf(string, whole, isFilledByName);
  const { before, core } = cutMargins(whole);
  const [first, last] = coreOf(parts, before.length, before.length + core.length);
  const start = contentStart + lengthOf(parts.slice(0, first));
  const end = start + lengthOf(parts.slice(first, last));
  const span: EditableSpan = {
    id,
    role: namesIn(syntax, core).length > 0 ? 'user' : 'system',
    range: source.range(start, end),
    text: core,
    firstLine: source.lineAt(start),
  };
  return { span, kind, syntax, isLast: end === contentEnd };
}

function lengthOf(parts: readonly Spelling[]): number {
  return parts.reduce((sum, { spelling }) => sum + spelling.length, 0);
}

/** The parts that spell a stretch of the text, without line continuations at its ends. */
function coreOf(parts: readonly Spelling[], from: number, to: number): readonly [number, number] {
  let offset = 0;
  let first: number | undefined;
  let last = 0;
  parts.forEach(({ character }, index) => {
    if (character !== '' && offset >= from && offset < to) {
      first ??= index;
      last = index + 1;
    }
    offset += character.length;
  });
  return [first ?? 0, last];
}

/** Whether the program calls `.format` of a variable of this name. */
function namedFormat(text: string, id: string): boolean {
  const name = id.replace(/#\d+$/, '');
  return text.includes(`${name}.format(`) || text.includes(`${name}.format_map(`);
}

/** @throws UnreadableLiteral for values that are more than names */
function syntaxOf({ kind, substitutions }: CodeString, text: string, isFilledByName: boolean): TextSyntax {
  if (kind.fields === 'f-string' || (kind.language === 'python' && isFilledByName)) {
    if (isFormatString(text)) return 'fields';
    throw new UnreadableLiteral(`it takes in more than names (${unreadableFields(text).join(', ')})`);
  }
  if (substitutions === 0) return usualSyntax(text);
  const names = text.match(/\$\{[ \t]*[\p{L}_$][\p{L}\p{N}_$]*[ \t]*\}/gu) ?? [];
  if (names.length === substitutions) return 'substitutions';
  throw new UnreadableLiteral('it takes in more than names');
}
