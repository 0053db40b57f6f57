import { mustacheExpressions, mustacheNames, renderMustache } from './engines/mustache.js';
import { hasUnclosedTag, nunjucksExpressions, nunjucksNames, renderNunjucks } from './engines/nunjucks.js';
import { braceTags } from './engines/braceTags.js';
import type { TemplateNames } from './engines/templateNames.js';
import type { Expression } from './format.js';
import { fieldExpressions, fieldNames, fillFields, strayBraces } from './fstring.js';

/** A template language of LangChain. */
export interface LangchainSyntax {
  names(text: string): TemplateNames;
  fill(text: string, vars: Readonly<Record<string, string>>): string;
  expressions(text: string): Expression[];
  strays(before: string, after: string): string[];
}

const UNCLOSED = 'A tag that nothing closes was added.';

/** The syntax of a text that is no template. */
export const NO_TEMPLATE = Symbol('no template');

/** By the value of `template_format`. */
export const SYNTAXES: ReadonlyMap<unknown, LangchainSyntax> = new Map<unknown, LangchainSyntax>([
  [
    'f-string',
    {
      names: (text) => ({ variables: fieldNames(text), structured: new Set(), files: [] }),
      fill: fillFields,
      expressions: fieldExpressions,
      strays: strayBraces,
    },
  ],
  [
    'jinja2',
    {
      names: nunjucksNames,
      fill: renderNunjucks,
      expressions: nunjucksExpressions,
      strays: (before, after) => (hasUnclosedTag(after) && !hasUnclosedTag(before) ? [UNCLOSED] : []),
    },
  ],
  [
    'mustache',
    {
      names: mustacheNames,
      fill: renderMustache,
      expressions: mustacheExpressions,
      strays(before, after) {
        const isUnclosed = (text: string) => braceTags(text, 'mustache').unclosed;
        return isUnclosed(after) && !isUnclosed(before) ? [UNCLOSED] : [];
      },
    },
  ],
  [
    NO_TEMPLATE,
    {
      names: () => ({ variables: [], structured: new Set(), files: [] }),
      fill: (text) => text,
      expressions: () => [],
      strays: () => [],
    },
  ],
]);
