import { markdownFile } from './markdownFile.js';
import { atReferencesInText, linkReferences } from './references.js';

const RULE = /(?:^|\/)\.cursor\/rules\/(?:.+\.mdc|[^/]+\/RULE\.md)$/;

/** Rules of Cursor. Their header is no YAML: `globs: **\/*.ts, **\/*.tsx` is how its own editor writes it. */
export const cursorRule = markdownFile({
  id: 'cursor-rule',
  matches: (path) => RULE.test(path),
  header: 'lines',
  references: (text) => [...linkReferences(text), ...atReferencesInText(text)],
});

/** The one file of rules that older versions of Cursor read. */
export const cursorRules = markdownFile({
  id: 'cursorrules',
  matches: (path) => /(?:^|\/)\.cursorrules$/.test(path),
  header: 'none',
  references: (text) => [...linkReferences(text), ...atReferencesInText(text)],
});
