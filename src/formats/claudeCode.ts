import { markdownFile, NO_TEMPLATE } from './markdownFile.js';
import { atReferences, atReferencesInText, linkReferences, shellReferences } from './references.js';
import type { TemplateSyntax } from './template.js';

/**
 * `$ARGUMENTS` is all that the user typed, `$1` (or `$ARGUMENTS[0]`) a word of it. `$5.99` and `$100` are sums, `$PATH` is
 * a variable of some shell.
 */
const SYNTAX: TemplateSyntax = {
  pattern: new RegExp(
    String.raw`\$(?<name>ARGUMENTS(?:\[\d+\])?|\d)(?!\w|[.,]\d)|${NO_TEMPLATE.pattern.source}`,
    'g',
  ),
};

/** Commands of Claude Code, in a project or in a plugin. */
export const claudeCommand = markdownFile({
  id: 'claude-command',
  matches: (path) => COMMAND.test(path) && !README.test(path),
  header: 'lines',
  syntax: SYNTAX,
  references: (text) => [...linkReferences(text), ...atReferences(text), ...shellReferences(text)],
});

/** Sub-agents of Claude Code, in a project or in a plugin: the body is the system prompt. */
export const claudeAgent = markdownFile({
  id: 'claude-agent',
  matches: (path) => AGENT.test(path) && !README.test(path),
  header: 'lines',
  references: (text) => [...linkReferences(text), ...atReferencesInText(text)],
});

/** Rules of Claude Code, which hold for the files that their header names under `paths`. */
export const claudeRule = markdownFile({
  id: 'claude-rule',
  matches: (path) => /(?:^|\/)\.claude\/rules\/.+\.md$/.test(path),
  header: 'lines',
  references: (text) => [...linkReferences(text), ...atReferencesInText(text)],
});

const COMMAND = /(?:^|\/)(?:\.claude|plugins\/[^/]+)\/commands\/.+\.md$/;
const AGENT = /(?:^|\/)(?:\.claude|plugins\/[^/]+)\/agents\/[^/]+\.md$/;
const README = /\/readme\.md$/i;
