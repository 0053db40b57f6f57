import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { EditableSpan, Role } from '../core/prompt.js';
import { encodeJsonScalar } from './jsonScalar.js';
import { JsonSource } from './jsonSource.js';
import { cutMargins } from './margins.js';
import { rawText, SourceText, toLf } from './source.js';
import { encodeYamlScalar } from './yamlScalar.js';
import { pairOf, YamlSource } from './yamlSource.js';
import { yamlScalarSource, yamlSpan, type YamlText } from './yamlSpan.js';

/** The way from the root of a document to a value in it. */
export type TreePath = readonly (string | number)[];

/** A JSON or YAML document some of whose texts are spans. */
export interface TextTree {
  /** All of the document as plain data. */
  readonly data: unknown;
  /** 1-based line of the value at a path, or of what stands around it. */
  lineOf(path: TreePath): number;
  /** The span of the text at a path; undefined when no text stands there, or one that stands in another place too. */
  span(path: TreePath, id: string, role: Role): EditableSpan | undefined;
  /** Ways to write a text in place of a span of this tree. */
  encodings(span: EditableSpan, text: string): Iterable<string>;
}

/**
 * Reads a file by its extension: `.json`, or YAML.
 * @throws HoneError `bad-prompt-file` with the line
 */
export function readTree(path: string, bytes: Uint8Array): TextTree {
  const source = new SourceText(path, bytes);
  return path.endsWith('.json') ? jsonTree(path, source) : yamlTree(path, source);
}

function jsonTree(path: string, source: SourceText): TextTree {
  const json = new JsonSource(path, source);
  return {
    data: json.data,
    lineOf: (at) => json.lineOf(at),
    span(at, id, role) {
      const found = json.stringAt(...at);
      if (!found) return undefined;
      const { start, end, value } = found;
      const text = cutMargins(toLf(value)).core;
      return { id, role, range: source.range(start, end), text, firstLine: source.lineAt(start) };
    },
    encodings: (span, text) => [
      encodeJsonScalar({ raw: rawText(source.bytes, span.range), file: source.text }, text),
    ],
  };
}

function yamlTree(path: string, source: SourceText): TextTree {
  const yaml = new YamlSource(path, source);
  const texts = new Map<string, YamlText>();
  return {
    data: yaml.data(yaml.document.contents),
    lineOf: (at) => yaml.lineOf(walk(yaml, at).node),
    span(at, id, role) {
      const { node, indent, isShared } = walk(yaml, at, source);
      if (!isScalar(node) || typeof node.value !== 'string' || isShared) return undefined;
      texts.set(id, { scalar: node, indent });
      return yamlSpan(source, yaml, node, id, role);
    },
    encodings: (span, text) => encodeYamlScalar(yamlScalarSource(source, span, texts.get(span.id)!), text),
  };
}

interface Place {
  /** The value, or the nearest one around it that is there. */
  readonly node: Node | undefined;
  /** Columns by which the mapping is indented that holds it. */
  readonly indent: number;
  /** Whether an alias leads to it. */
  readonly isShared: boolean;
}

function walk(yaml: YamlSource, path: TreePath, source?: SourceText): Place {
  let node: Node | undefined = yaml.document.contents ?? undefined;
  let indent = 0;
  let isShared = false;
  for (const key of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = pairOf(node, String(key));
      next = pair?.value;
      if (pair && source) indent = source.columnAt(yaml.offsets(pair.key)[0]);
    } else if (isSeq(node)) next = node.items[Number(key)];
    if (isAlias(next)) isShared = true;
    const resolved = yaml.resolve(next);
    if (!resolved) break;
    node = resolved;
  }
  return { node, indent, isShared };
}

/** The value at a path of plain data. */
export function valueAt(data: unknown, path: TreePath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    data,
  );
}

/** Plain data with the values at some paths taken out. What stands in several places is taken out of one. */
export function without(data: unknown, paths: readonly TreePath[]): unknown {
  const copy = JSON.parse(JSON.stringify(data ?? null)) as unknown;
  for (const path of paths) {
    const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
    parent[path.at(-1)!] = null;
  }
  return copy;
}
