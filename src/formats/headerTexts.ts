import { isMap, isScalar, type YAMLMap } from 'yaml';
import { HoneError } from '../core/errors.js';
import type { EditableSpan, Problem, Role } from '../core/prompt.js';
import type { FrontMatter } from './frontMatter.js';
import type { SourceText } from './source.js';
import { encodeYamlScalar } from './yamlScalar.js';
import { pairOf, YamlSource } from './yamlSource.js';
import { yamlScalarSource, yamlSpan, type YamlText } from './yamlSpan.js';

/** A text in a header that may be edited apart from the body. */
export interface HeaderText {
  readonly id: string;
  readonly role: Role;
  /** The keys and indices that lead to it. */
  readonly path: readonly (string | number)[];
}

/** The values of a header by key. */
export type HeaderValues = Readonly<Record<string, unknown>>;

/** A header as YAML, with the texts in it that are spans. */
export interface HeaderReading {
  readonly values: HeaderValues;
  readonly spans: readonly EditableSpan[];
  /** The values without the texts of the spans. */
  readonly others: HeaderValues;
  /** The ways to write a text into one of the spans. */
  encodings(span: EditableSpan, text: string): Iterable<string>;
}

/** Longer headers are not read as YAML, in UTF-16 units. */
const MAX_HEADER = 100_000;

/**
 * Reads a header as YAML. The programs that use it are more lenient, so that a header which is none only makes a problem.
 * @returns undefined when it is no YAML mapping
 */
export function readHeaderTexts(
  path: string,
  source: SourceText,
  header: FrontMatter,
  textsOf: (values: HeaderValues) => readonly HeaderText[],
  problems: Problem[],
): HeaderReading | undefined {
  const firstLine = source.lineAt(header.start);
  const unread = (why: string, line: number) => {
    const message = `The header is not used, because ${why}; only the text below it is read.`;
    problems.push({ severity: 'warning', message, line });
  };
  if (header.end - header.start > MAX_HEADER) {
    unread('it is too long', firstLine);
    return undefined;
  }
  try {
    const yaml = new YamlSource(path, source, source.text.slice(header.start, header.end), header.start);
    const root = yaml.document.contents;
    if (isMap(root)) return readingOf(source, yaml, root, textsOf);
    if (root !== null) unread('it is no YAML mapping', firstLine);
  } catch (error) {
    if (!HoneError.is(error, 'bad-prompt-file')) throw error;
    unread('it is not valid YAML', error.place.line ?? firstLine);
  }
  return undefined;
}

function readingOf(
  source: SourceText,
  yaml: YamlSource,
  root: YAMLMap,
  textsOf: (values: HeaderValues) => readonly HeaderText[],
): HeaderReading {
  const values = yaml.data(root) as HeaderValues;
  const others = structuredClone(values);
  const held = new Map<string, YamlText>();
  const spans: EditableSpan[] = [];
  for (const { id, role, path } of textsOf(values)) {
    const key = path.at(-1);
    const parent = path.length === 1 ? root : root.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) && typeof key === 'string' ? pairOf(parent, key) : undefined;
    // A text with an anchor or behind an alias stands in another place too.
    if (!isScalar(pair?.value) || typeof pair.value.value !== 'string' || pair.value.anchor) continue;
    held.set(id, { scalar: pair.value, indent: source.columnAt(yaml.offsets(pair.key)[0]) });
    spans.push(yamlSpan(source, yaml, pair.value, id, role));
    without(others, path);
  }
  return {
    values,
    spans,
    others,
    encodings: (span, text) => encodeYamlScalar(yamlScalarSource(source, span, held.get(span.id)!), text),
  };
}

function without(values: HeaderValues, path: readonly (string | number)[]): void {
  let at: unknown = values;
  for (const key of path.slice(0, -1)) at = (at as Record<string | number, unknown>)[key];
  (at as Record<string | number, unknown>)[path.at(-1)!] = null;
}
