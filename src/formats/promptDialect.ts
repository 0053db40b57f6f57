import { isMap } from 'yaml';
import { HoneError } from '../core/errors.js';
import { findFrontMatter, startsWithFence, type FrontMatter } from './frontMatter.js';
import { SourceText } from './source.js';
import { valueOf, YamlSource } from './yamlSource.js';

/** Whose `*.prompt` file it is; the three kinds have nothing but the name in common. */
export type PromptDialect = 'dotprompt' | 'dotprompt-yaml' | 'mustache';

/** Helpers that only Dotprompt has, and what Handlebars has and plain Mustache does not. */
const HANDLEBARS_TAGS =
  /\{\{~?\s*(?:(?:role|history|media|section|json|else|#(?:if|unless|each|with|ifEquals|unlessEquals))[\s}~]|!--|#\*)|\{\{~|~\}\}|\\\{\{/;

/**
 * Tells the kinds of `*.prompt` files by their content. A file without a header and without tags of its own is Mustache,
 * which renders as Dotprompt would.
 */
export function promptDialect(path: string, bytes: Uint8Array): PromptDialect {
  try {
    const source = new SourceText(path, bytes);
    const { text } = source;
    if (isYamlPrompts(path, source)) return 'dotprompt-yaml';
    const isDotprompt =
      startsWithFence(text) || findDotpromptHeader(text) !== undefined || HANDLEBARS_TAGS.test(text);
    return isDotprompt ? 'dotprompt' : 'mustache';
  } catch (error) {
    // Refused with its reason by whichever format reads it.
    if (HoneError.is(error, 'bad-prompt-file')) return 'mustache';
    throw error;
  }
}

function isYamlPrompts(path: string, source: SourceText): boolean {
  if (!/^prompts[ \t]*:/m.test(source.text)) return false;
  try {
    return isMap(valueOf(new YamlSource(path, source).document.contents, 'prompts'));
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return false;
    throw error;
  }
}

/** As Dotprompt has it: comments may stand before the header, it is not empty, and its last line has a line end. */
export function findDotpromptHeader(text: string): FrontMatter | undefined {
  const start = /^(?:[ \t]*(?:#[^\n]*)?\n)*/.exec(text)![0].length;
  const found = findFrontMatter(text.slice(start));
  if (found === undefined || found === 'unclosed') return undefined;
  const bodyStart = start + found.bodyStart;
  const header = { start: start + found.start, end: start + found.end, bodyStart };
  const isEmpty = text.slice(header.start, header.end).trim() === '';
  return text[bodyStart - 1] !== '\n' || isEmpty ? undefined : header;
}
