import type { Expression } from './format.js';
import { markdownLines, withoutCode } from './markdownLines.js';

/**
 * What the hosts of Markdown prompts add to the context because of a text: `#file:` and `#tool:`, and Markdown links to
 * files. Images add nothing, nor do links to other hosts and within the page.
 */
export function linkReferences(text: string): Expression[] {
  return [...text.matchAll(LINK)].flatMap(({ 0: all, groups }) => {
    if (groups?.image !== undefined) return [];
    const target = groups?.target?.replace(/^<(.*)>$/, '$1') ?? all;
    return ELSEWHERE.test(target) ? [] : [reference(target)];
  });
}

const LINK =
  /#file:[^\s#]+|#tool:[\w./-]*\w|(?<image>!\[[^[\]\n]{0,1000})?\]\((?<target><[^<>\n]*>|[^()\s<][^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?\)/g;
const ELSEWHERE = /^(?:(?:https?|ftp|mailto|tel|data):|#(?!file:|tool:))/i;

/** `@path`, which pulls a file into the context. A mail address is none. */
export function atReferences(text: string): Expression[] {
  return [...text.matchAll(/(?<![\w@./\\+-])@(?<path>[\w~./\\][\w~./\\#+-]*)/g)]
    .map((match) => match[0].replace(/\.+$/, ''))
    .filter((mention) => mention !== '@')
    .map(reference);
}

/** `@path` in text; what stands in code is an example there. */
export function atReferencesInText(text: string): Expression[] {
  return atReferences(withoutCode(text));
}

/** Shell commands that Claude Code runs before it reads the prompt: an exclamation mark before code. */
export function shellReferences(text: string): Expression[] {
  const blocks: string[] = [];
  let block: string[] | undefined;
  for (const { text: line, isCode } of markdownLines(text)) {
    const opens = block === undefined && isCode && /^ {0,3}(?:`{3,}|~{3,})[ \t]*!/.test(line);
    if (opens) block = [];
    if (isCode) block?.push(line);
    if (block && (!isCode || isClosing(line, block))) {
      blocks.push(block.join('\n'));
      block = undefined;
    }
  }
  if (block) blocks.push(block.join('\n'));
  const inline = [...text.matchAll(/!`[^`]+`/g)].map((match) => match[0]);
  return [...inline, ...blocks].map(reference);
}

function isClosing(line: string, block: readonly string[]): boolean {
  return block.length > 1 && /^ {0,3}(?:`{3,}|~{3,})[ \t]*$/.test(line);
}

function reference(text: string): Expression {
  return { kind: 'reference', text };
}
