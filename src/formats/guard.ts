import { HoneError } from '../core/errors.js';
import type { EditableSpan, PromptDocument } from '../core/prompt.js';
import type { Expression } from './format.js';
import { formatOf } from './registry.js';
import { splice } from './splice.js';

/**
 * Why a new span text must not be used, a sentence each; empty when it may. The text must keep every template
 * expression and reference, as often as it was there, bring no new one, leave the structure of the file alone, and be
 * writable.
 * @param text in the form of a span (see `editableText`)
 */
export function guardSpan(document: PromptDocument, span: EditableSpan, text: string): string[] {
  if (text.trim() === '') return ['The text is empty.'];
  const format = formatOf(document);
  const faults = [
    ...changedExpressions(
      format.expressions(span.text, document, span),
      format.expressions(text, document, span),
    ),
    ...format.violations(document, span, text),
  ];
  return faults.length > 0 ? faults : unwritable(document, span, text);
}

/**
 * The template expressions and references in a span's text, each occurrence, in order: what `guardSpan` wants kept.
 * A link to a file is named by its target.
 */
export function expressionsOf(document: PromptDocument, text: string): string[] {
  return formatOf(document)
    .expressions(text, document)
    .map((expression) => expression.text);
}

function changedExpressions(before: readonly Expression[], after: readonly Expression[]): string[] {
  const counts = new Map<string, { expression: Expression; before: number; after: number }>();
  const count = (expressions: readonly Expression[], side: 'before' | 'after') => {
    for (const expression of expressions) {
      const key = `${expression.kind} ${expression.text}`;
      const entry = counts.get(key) ?? { expression, before: 0, after: 0 };
      entry[side]++;
      counts.set(key, entry);
    }
  };
  count(before, 'before');
  count(after, 'after');
  return [...counts.values()]
    .filter((entry) => entry.before !== entry.after)
    .map(({ expression, before: old, after: now }) => {
      const name = `The ${expression.kind} ${expression.text}`;
      if (now === 0) return `${name} was lost.`;
      if (old === 0) return `${name} was invented.`;
      return `${name} stands ${times(now)} instead of ${times(old)}.`;
    });
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function unwritable(document: PromptDocument, span: EditableSpan, text: string): string[] {
  try {
    splice(document, { [span.id]: text });
    return [];
  } catch (error) {
    if (HoneError.is(error, 'splice-refused')) return [error.message];
    throw error;
  }
}
