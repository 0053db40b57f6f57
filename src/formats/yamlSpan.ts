import type { Scalar } from 'yaml';
import type { EditableSpan, Role } from '../core/prompt.js';
import { cutMargins } from './margins.js';
import { majorityLineEnd, rawText, toLf, type SourceText } from './source.js';
import type { YamlScalarSource } from './yamlScalar.js';
import type { YamlSource } from './yamlSource.js';

/** A text in a YAML file that is a span: the scalar that holds it, and the column of its mapping. */
export interface YamlText {
  readonly scalar: Scalar;
  readonly indent: number;
}

/** The span of a scalar: its token, quotes and block header included, without the blank lines after it. */
export function yamlSpan(
  source: SourceText,
  yaml: YamlSource,
  scalar: Scalar,
  id: string,
  role: Role,
): EditableSpan {
  const [start, tokenEnd] = yaml.offsets(scalar);
  const token = source.text.slice(start, tokenEnd);
  const end = tokenEnd - cutMargins(token).after.length;
  const text = toLf(cutMargins(String(scalar.value)).core);
  const isBlock = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED';
  // The text of a block starts on the first line with text below the header.
  const textStart =
    isBlock && text !== ''
      ? start + token.indexOf('\n') + token.slice(token.indexOf('\n')).search(/\S/)
      : start;
  return { id, role, range: source.range(start, end), text, firstLine: source.lineAt(textStart) };
}

const STYLES: Readonly<Record<string, YamlScalarSource['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/** A span's scalar as `encodeYamlScalar` takes it. */
export function yamlScalarSource(
  source: SourceText,
  span: EditableSpan,
  { scalar, indent }: YamlText,
): YamlScalarSource {
  const raw = rawText(source.bytes, span.range);
  return {
    raw,
    value: String(scalar.value),
    style: STYLES[scalar.type ?? 'PLAIN']!,
    parentIndent: indent,
    lineEnd: majorityLineEnd(raw) ?? majorityLineEnd(source.raw) ?? '\n',
  };
}
