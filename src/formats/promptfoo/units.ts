import type {
  ChatMessage,
  EditableSpan,
  Problem,
  PromptDocument,
  PromptMessage,
  Role,
} from '../../core/prompt.js';
import { bodyEncodings } from '../body.js';
import { nunjucksExpressions } from '../engines/nunjucks.js';
import type { Focus, PromptFormat } from '../format.js';
import { encodeJsonScalar } from '../jsonScalar.js';
import { cutMargins } from '../margins.js';
import { focused, requireOnePrompt } from '../several.js';
import { rawText, type SourceText, toLf } from '../source.js';
import { encodeYamlScalar } from '../yamlScalar.js';
import { yamlScalarSource, type YamlText } from '../yamlSpan.js';
import { renderChat, templateFacts, templateViolations } from './template.js';

/** How a span's text stands in the file. */
export type Encoding =
  { readonly kind: 'lines' } | { readonly kind: 'json' } | { readonly kind: 'yaml'; readonly text: YamlText };

/** A span with what is needed to write it. */
export interface UnitSpan extends EditableSpan {
  readonly encoding: Encoding;
  /** The span is the raw prompt but for blank lines around it, as opposed to a string in it. */
  readonly isWhole: boolean;
}

/** One prompt of those that a file holds. */
export interface Unit {
  /** What promptfoo calls the raw prompt: the template, or JSON of which each string is one. */
  readonly raw: string;
  readonly messages: readonly PromptMessage[];
  readonly spans: readonly UnitSpan[];
  /** 1-based. */
  readonly firstLine: number;
}

/** What formats of promptfoo keep of a reading. */
export interface UnitReading {
  readonly document: PromptDocument;
  readonly source: SourceText;
  /** Those that are meant. */
  readonly units: readonly Unit[];
}

/** All of a document but what a reader adds to it. */
export function unitDocument(
  file: Pick<PromptDocument, 'path' | 'format' | 'bytes' | 'settings'>,
  all: readonly Unit[],
  focus: Focus | undefined,
  problems: readonly Problem[],
): { readonly document: PromptDocument; readonly units: readonly Unit[] } {
  const { prompts: units, focus: found } = focused(all, focus);
  const facts = units.map((unit) => templateFacts(unit.raw, unit.firstLine));
  const document: PromptDocument = {
    ...file,
    messages: units.flatMap((unit) => unit.messages),
    spans: units.flatMap((unit) => unit.spans.map(plainSpan)),
    placeholders: [...new Set(facts.flatMap(({ names }) => names))],
    problems: [...problems, ...facts.flatMap((each) => each.problems)],
    ...(found !== undefined && { focus: found }),
  };
  return { document, units };
}

function plainSpan({ id, role, range, text, firstLine }: UnitSpan): EditableSpan {
  return { id, role, range, text, firstLine };
}

/**
 * A prompt that is one text. Variables bring the row into a user's message; without any it is the system message, which
 * the row's input follows.
 */
export function textUnit(raw: string, span: Omit<EditableSpan, 'role' | 'text'>, encoding: Encoding): Unit {
  const role = roleOfText(raw, span.firstLine);
  const { id, firstLine } = span;
  const text = toLf(raw);
  return {
    raw,
    messages: [{ role, text, spanId: id }],
    spans: [{ ...span, role, text: cutMargins(text).core, encoding, isWhole: true }],
    firstLine,
  };
}

/** The role of a text that is no chat. */
export function roleOfText(raw: string, firstLine: number): Role {
  return templateFacts(raw, firstLine).names.length > 0 ? 'user' : 'system';
}

/** What all formats of promptfoo do alike. */
export function unitMethods(
  readingOf: (document: PromptDocument) => UnitReading,
): Pick<PromptFormat, 'encodings' | 'fill' | 'expressions'> {
  return {
    encodings(document, span, text) {
      const { source } = readingOf(document);
      const { encoding } = unitSpan(readingOf(document), span);
      if (encoding.kind === 'lines') return bodyEncodings(document, span, text);
      if (encoding.kind === 'json') {
        const raw = rawText(document.bytes, span.range);
        return [encodeJsonScalar({ raw, file: source.text }, text)];
      }
      return encodeYamlScalar(yamlScalarSource(source, span, encoding.text), text);
    },
    fill(document, vars): ChatMessage[] {
      const { units } = readingOf(document);
      requireOnePrompt(document, units);
      return units.flatMap(({ raw, messages }) =>
        renderChat(document.path, raw, vars, messages[0]?.role ?? 'user'),
      );
    },
    expressions: nunjucksExpressions,
  };
}

/** Faults of a new text that the template language alone knows. */
export function unitViolations(reading: UnitReading, span: EditableSpan, text: string): string[] {
  return templateViolations(span, text, unitSpan(reading, span).isWhole);
}

/** The prompt that a span belongs to. */
export function unitOf({ units }: UnitReading, span: EditableSpan): Unit {
  return units.find((unit) => unit.spans.some((each) => each.id === span.id))!;
}

function unitSpan(reading: UnitReading, span: EditableSpan): UnitSpan {
  return unitOf(reading, span).spans.find((each) => each.id === span.id)!;
}
