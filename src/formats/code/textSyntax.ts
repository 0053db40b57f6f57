import type { Expression } from '../format.js';
import { fieldExpressions, fieldNames, fillFields, isFormatString, strayBraces } from '../fstring.js';
import { expressionsIn, fillText, placeholderNames, strayOpeners, type TemplateSyntax } from '../template.js';

/** How the values come into the text of a literal. */
export type TextSyntax = 'fields' | 'substitutions' | 'names';

/** `${name}` of a template literal; names in doubled braces belong to whatever reads the text later. */
const SUBSTITUTIONS: TemplateSyntax = {
  pattern: /\$\{[ \t]*(?<name>[\p{L}_$][\p{L}\p{N}_$]*)[ \t]*\}|\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}/gu,
  spell: (name) => `\${${name}}`,
};

/** `{{name}}`, `{{ name }}` and `{name}`, which programs replace; all else in doubled braces is kept. */
const NAMES: TemplateSyntax = {
  pattern:
    /(?:\{\{[ \t]*(?=[A-Za-z_][\w.-]*[ \t]*(\}\}))|(?<!\$)\{(?=[A-Za-z_]\w*(\})))(?<name>[A-Za-z_][\w.-]*)[ \t]*\1\2|\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}/g,
};

const TEMPLATES = { substitutions: SUBSTITUTIONS, names: NAMES } as const;

/**
 * The syntax of a text that no f-string and no call says it for: a format string when every brace in it fits one.
 * @see isFormatString
 */
export function usualSyntax(text: string): TextSyntax {
  const isFormat = isFormatString(text) && fieldNames(text).length > 0 && !text.includes('${');
  return isFormat ? 'fields' : 'names';
}

export function namesIn(syntax: TextSyntax, text: string): string[] {
  return syntax === 'fields' ? fieldNames(text) : placeholderNames(TEMPLATES[syntax], [text]);
}

export function fill(syntax: TextSyntax, text: string, vars: Readonly<Record<string, string>>): string {
  return syntax === 'fields' ? fillFields(text, vars) : fillText(TEMPLATES[syntax], text, vars);
}

export function expressions(syntax: TextSyntax, text: string): Expression[] {
  return syntax === 'fields' ? fieldExpressions(text) : expressionsIn(TEMPLATES[syntax], text);
}

export function strays(syntax: TextSyntax, before: string, after: string): string[] {
  if (syntax === 'fields') return strayBraces(before, after);
  const openers = syntax === 'substitutions' ? ['${'] : ['{{'];
  return strayOpeners(TEMPLATES[syntax], openers, before, after);
}
