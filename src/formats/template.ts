import type { ChatMessage, PromptMessage } from '../core/prompt.js';
import type { Expression } from './format.js';

/**
 * The template language of a format, as far as Hone reads it: one pattern that finds every expression. The group `name`
 * is set where the expression is a placeholder that a test row fills.
 */
export interface TemplateSyntax {
  /** Global. */
  readonly pattern: RegExp;
  /** Placeholders that are spelt differently and mean the same are compared in this spelling. */
  spell?(name: string): string;
}

/** Names of the placeholders in some texts, each once, in order of first use. */
export function placeholderNames(syntax: TemplateSyntax, texts: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const text of texts) {
    for (const match of text.matchAll(syntax.pattern)) {
      const name = match.groups?.name;
      if (name !== undefined) names.add(name);
    }
  }
  return [...names];
}

/** Every expression in a text, in order. */
export function expressionsIn(syntax: TemplateSyntax, text: string): Expression[] {
  return [...text.matchAll(syntax.pattern)].map((match): Expression => {
    const name = match.groups?.name;
    if (name === undefined) return { kind: 'expression', text: match[0] };
    return { kind: 'placeholder', text: syntax.spell?.(name) ?? match[0] };
  });
}

/**
 * A text with its placeholders replaced, in one pass: what a value brings along is never read as a template. A name
 * without a value stays as it is.
 */
export function fillText(
  syntax: TemplateSyntax,
  text: string,
  vars: Readonly<Record<string, string>>,
): string {
  let filled = '';
  let from = 0;
  for (const match of text.matchAll(syntax.pattern)) {
    const name = match.groups?.name;
    if (name === undefined || !Object.hasOwn(vars, name)) continue;
    filled += text.slice(from, match.index) + vars[name]!;
    from = match.index + match[0].length;
  }
  return filled + text.slice(from);
}

/** Messages with their placeholders replaced. */
export function fillMessages(
  syntax: TemplateSyntax,
  messages: readonly PromptMessage[],
  vars: Readonly<Record<string, string>>,
): ChatMessage[] {
  return messages.map(({ role, text }) => ({ role, content: fillText(syntax, text, vars) }));
}

/** Openers that a text has more of than before although no expression follows them, a sentence each. */
export function strayOpeners(
  syntax: TemplateSyntax,
  openers: readonly string[],
  before: string,
  after: string,
): string[] {
  const count = (text: string, opener: string) => text.replace(syntax.pattern, '').split(opener).length - 1;
  return openers
    .filter((opener) => count(after, opener) > count(before, opener))
    .map((opener) => `An opening ${opener} that nothing closes was added.`);
}
