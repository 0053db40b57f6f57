import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { HoneError } from '../../core/errors.js';
import type { Problem, PromptDocument, PromptMessage } from '../../core/prompt.js';
import { outsideSpans } from '../body.js';
import type { Focus, PromptFormat } from '../format.js';
import { JsonSource } from '../jsonSource.js';
import { cutMargins } from '../margins.js';
import { SourceText, toLf } from '../source.js';
import { pairOf, valueOf, YamlSource } from '../yamlSource.js';
import { yamlSpan } from '../yamlSpan.js';
import { isProgram } from './entries.js';
import { isChat, roleOf } from './template.js';
import { textUnit, unitDocument, unitMethods, unitViolations, type Unit, type UnitSpan } from './units.js';

const FORMAT = 'promptfoo-prompt';

/**
 * Files that a promptfoo configuration names as prompts. Nothing in them says so, so that no file is found to be one by
 * itself.
 */
export const promptfooPromptFile: PromptFormat = {
  id: FORMAT,
  matches: () => false,
  parse: (path, bytes, focus) => read(path, bytes, focus).document,
  ...unitMethods(readingOf),
  surroundings(document) {
    const { others } = readingOf(document);
    return others ?? outsideSpans(document);
  },
  violations(document, span, text) {
    const faults = unitViolations(readingOf(document), span, text);
    if (extensionOf(document.path) === '.txt' && text.split('\n').some(isSeparator)) {
      faults.push('A line "---" would split the prompt in two.');
    }
    if (extensionOf(document.path) === '.jsonl' && text.includes('\n') && span.id.endsWith(']')) {
      faults.push('A line break would begin another prompt.');
    }
    if (text.startsWith('file://')) faults.push('promptfoo would put a file in place of the text.');
    return faults;
  },
};

interface Reading {
  readonly document: PromptDocument;
  readonly source: SourceText;
  readonly units: readonly Unit[];
  /** All values of a YAML file but those of its spans. */
  readonly others?: unknown;
}

/** A write asks for the same file several times. */
const readings = new WeakMap<PromptDocument, Reading>();

function readingOf(document: PromptDocument): Reading {
  return readings.get(document) ?? read(document.path, document.bytes, { span: document.focus });
}

interface Content {
  readonly units: readonly Unit[];
  readonly problems: readonly Problem[];
  readonly others?: unknown;
}

function read(path: string, bytes: Uint8Array, focus: Focus | undefined): Reading {
  const source = new SourceText(path, bytes);
  const { units: all, problems, others } = contentOf(path, source);
  const made = unitDocument({ path, format: FORMAT, bytes, settings: {} }, all, focus, problems);
  const reading: Reading = { ...made, source, ...(others !== undefined && { others }) };
  readings.set(reading.document, reading);
  return reading;
}

function contentOf(path: string, source: SourceText): Content {
  if (isProgram(path)) return shown('The prompt is what this program gives, and Hone runs no programs.');
  switch (extensionOf(path)) {
    case '.txt':
      return withText(parts(source));
    case '.json':
      return json(path, source);
    case '.jsonl':
      return jsonLines(path, source);
    case '.yaml':
    case '.yml':
      return yaml(path, source);
    case '.md':
    case '.j2':
      return withText([wholeFile(source)]);
    case '.csv':
      return shown('The prompts stand in the cells of a table, where Hone does not edit them.');
    default:
      return shown('promptfoo reads no prompt from a file with this extension.');
  }
}

function extensionOf(path: string): string {
  return /\.\w+$/.exec(path)?.[0] ?? '';
}

function shown(message: string): Content {
  return { units: [], problems: [{ severity: 'info', message }] };
}

function withText(units: readonly Unit[]): Content {
  const isEmpty = units.every((unit) => unit.spans.every((span) => span.text === ''));
  const problem: Problem = { severity: 'warning', message: 'The prompt has no text.', line: 1 };
  return { units, problems: isEmpty ? [problem] : [] };
}

function isSeparator(line: string): boolean {
  return line.trim() === '---';
}

/** Between lines of three dashes, each part trimmed; promptfoo does not take a lone CR for the end of a line. */
function parts(source: SourceText): Unit[] {
  const units: Unit[] = [];
  let start = 0;
  let end = 0;
  const finish = () => {
    const part = source.text.slice(start, end);
    const raw = part.trim();
    if (raw === '') return;
    const from = start + part.length - part.trimStart().length;
    units.push(lineUnit(source, `prompt[${units.length}]`, raw, from));
  };
  for (const line of source.raw.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const length = toLf(line).length;
    if (isSeparator(line)) {
      finish();
      start = end + length + 1;
    }
    end += length + 1;
  }
  end = source.text.length;
  finish();
  return units;
}

function lineUnit(source: SourceText, id: string, raw: string, start: number): Unit {
  const { before, core } = cutMargins(raw);
  const from = start + before.length;
  const range = source.range(from, from + core.length);
  return textUnit(raw, { id, range, firstLine: source.lineAt(from) }, { kind: 'lines' });
}

function wholeFile(source: SourceText): Unit {
  return lineUnit(source, 'prompt[0]', source.text, 0);
}

/** What a chat has in one message. */
interface ChatEntry {
  readonly role: string;
  /** Absent when it cannot be edited. */
  readonly span?: Omit<UnitSpan, 'role' | 'id' | 'isWhole'>;
  readonly text: string;
  readonly line: number;
  /** Why there is no span. */
  readonly why?: string;
}

/** A prompt that is a list of messages. */
function chatUnit(raw: string, prefix: string, entries: readonly ChatEntry[], problems: Problem[]): Unit {
  const messages: PromptMessage[] = [];
  const spans: UnitSpan[] = [];
  entries.forEach(({ role: name, span, text, line, why }, index) => {
    const id = `${prefix}messages[${index}]`;
    const role = roleOf(name);
    if (!role) {
      const message = `${id} has the role "${name}", so the prompt cannot be sent.`;
      problems.push({ severity: 'error', message, line });
    }
    const isReference = text.startsWith('file://');
    if (span && role && !isReference) {
      messages.push({ role, text, spanId: id });
      spans.push({ ...span, id, role, isWhole: false });
      return;
    }
    messages.push({ role: role ?? 'user', text });
    const reason = isReference ? 'stands in another file' : (why ?? 'is not one text');
    if (role)
      problems.push({
        severity: 'info',
        message: `The content of ${id} ${reason}, so Hone does not edit it.`,
        line,
      });
  });
  return { raw, messages, spans, firstLine: entries[0]?.line ?? 1 };
}

/** Anything that promptfoo hands over as data which is no chat. */
function dataUnit(raw: string, text: string, problems: Problem[]): Unit {
  const message = 'The prompt is data but no list of role and content, so Hone does not edit it.';
  problems.push({ severity: 'info', message });
  return { raw, messages: [{ role: 'user', text }], spans: [], firstLine: 1 };
}

function json(path: string, source: SourceText): Content {
  const read = attempt(() => new JsonSource(path, source));
  if (!read) return templateInstead(source, 'JSON');
  const problems: Problem[] = [];
  return { units: [jsonUnit(read, source.text, '', source, problems)], problems };
}

function jsonUnit(
  read: JsonSource,
  raw: string,
  prefix: string,
  source: SourceText,
  problems: Problem[],
): Unit {
  const { data } = read;
  if (!isChat(data)) return dataUnit(raw, raw, problems);
  const entries = data.map(({ role, content }, index): ChatEntry => {
    const found = read.stringAt(index, 'content');
    const line = read.lineOf([index, 'content']);
    if (!found) return { role, text: textOf(content), line };
    const text = toLf(found.value);
    const range = source.range(found.start, found.end);
    const span = { range, text: cutMargins(text).core, firstLine: line, encoding: { kind: 'json' } } as const;
    return { role, span, text, line };
  });
  return chatUnit(raw, prefix, entries, problems);
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return content === undefined ? '' : JSON.stringify(content);
}

/** One prompt on each line that is not empty. */
function jsonLines(path: string, source: SourceText): Content {
  const units: Unit[] = [];
  const problems: Problem[] = [];
  let start = 0;
  for (const line of source.text.split('\n')) {
    if (line !== '') {
      const id = `prompt[${units.length}]`;
      const at = start;
      const read = attempt(() => new JsonSource(path, source, line, at));
      units.push(read ? jsonUnit(read, line, `${id}.`, source, problems) : lineUnit(source, id, line, start));
    }
    start += line.length + 1;
  }
  return { units, problems };
}

function yaml(path: string, source: SourceText): Content {
  const read = attempt(() => new YamlSource(path, source));
  if (!read) return templateInstead(source, 'YAML');
  const list = read.document.contents;
  const data = read.data(list);
  const raw = JSON.stringify(data ?? null);
  const problems: Problem[] = [];
  if (!isSeq(list) || !isChat(data)) {
    return { units: [dataUnit(raw, source.text, problems)], problems, others: [data] };
  }
  const entries = data.map(({ role, content }, index): ChatEntry => {
    const item = list.items[index];
    const message = read.resolve(item);
    const pair = isMap(message) ? pairOf(message, 'content') : undefined;
    const scalar = read.resolve(valueOf(message, 'content'));
    const line = read.lineOf(scalar ?? message);
    const text = toLf(textOf(content));
    const isShared = isAlias(item) || isAlias(pair?.value);
    if (isShared) return { role, text, line, why: 'is an alias' };
    if (!pair || !isScalar(scalar) || typeof scalar.value !== 'string') return { role, text, line };
    const indent = source.columnAt(read.offsets(pair.key)[0]);
    const { range, firstLine, text: core } = yamlSpan(source, read, scalar, '', 'user');
    const encoding = { kind: 'yaml', text: { scalar, indent } } as const;
    return { role, text, line, span: { range, firstLine, text: core, encoding } };
  });
  const unit = chatUnit(raw, '', entries, problems);
  const edited = new Set(unit.spans.map((span) => span.id));
  const others = data.map((message, index) =>
    edited.has(`messages[${index}]`) ? { ...message, content: null } : message,
  );
  return { units: [unit], problems, others };
}

/** A file that promptfoo cannot read as what it seems is a template that may write such data. */
function templateInstead(source: SourceText, what: string): Content {
  const message = `This is not ${what} as it stands, so promptfoo takes it as a text.`;
  return { units: [wholeFile(source)], problems: [{ severity: 'info', message }] };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return undefined;
    throw error;
  }
}
