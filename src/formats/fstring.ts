import type { Expression } from './format.js';

/**
 * Python's format strings, as `str.format`, f-strings and LangChain read them: `{name}` is a field, doubled braces are
 * literal ones.
 * @see https://docs.python.org/3/library/string.html#format-string-syntax
 */
const PIECE = /\{\{|\}\}|\{(?<field>[^{}]*)\}|[{}]/g;
const SIMPLE = /^[\p{L}_][\p{L}\p{N}_]*$/u;

interface Pieces {
  /** The texts between the braces, in order. */
  readonly fields: readonly string[];
  /** Braces that stand alone. */
  readonly strays: number;
}

function piecesOf(text: string): Pieces {
  const fields: string[] = [];
  let strays = 0;
  for (const [piece, field] of text.matchAll(PIECE)) {
    if (field !== undefined) fields.push(field);
    else if (piece.length === 1) strays++;
  }
  return { fields, strays };
}

/** Whether every brace is doubled or belongs to a field that is a plain name. */
export function isFormatString(text: string): boolean {
  const { fields, strays } = piecesOf(text);
  return strays === 0 && fields.every((field) => SIMPLE.test(field));
}

/** Fields that are more than a name, with their braces, and lone braces: what Hone cannot fill. */
export function unreadableFields(text: string): string[] {
  const { fields, strays } = piecesOf(text);
  const others = fields.filter((field) => !SIMPLE.test(field)).map((field) => `{${field}}`);
  return strays > 0 ? [...others, 'a single brace'] : others;
}

/** Names of the fields, each once, in order of first use. */
export function fieldNames(text: string): string[] {
  return [...new Set(piecesOf(text).fields.filter((field) => SIMPLE.test(field)))];
}

/** Every field in a text, in order. */
export function fieldExpressions(text: string): Expression[] {
  return piecesOf(text).fields.map((field) => ({
    kind: SIMPLE.test(field) ? 'placeholder' : 'expression',
    text: `{${field}}`,
  }));
}

/** A text with its fields filled and doubled braces undone. What has no value stays as it is. */
export function fillFields(text: string, vars: Readonly<Record<string, string>>): string {
  return text.replace(PIECE, (piece, field: string | undefined) => {
    if (piece === '{{' || piece === '}}') return piece[0]!;
    return field !== undefined && Object.hasOwn(vars, field) ? vars[field]! : piece;
  });
}

/** Why a text is no format string any more, a sentence each. */
export function strayBraces(before: string, after: string): string[] {
  return piecesOf(after).strays > piecesOf(before).strays
    ? ['A single brace was added; in this format string a literal brace is written twice ({{ or }}).']
    : [];
}
