import { markdownFile } from './markdownFile.js';
import { atReferencesInText, linkReferences } from './references.js';

/** Rules and workflows of Cline: a file `.clinerules`, or Markdown files in a folder of that name. */
export const clineRule = markdownFile({
  id: 'cline-rule',
  matches: (path) => /(?:^|\/)\.clinerules(?:\/.+\.md)?$/.test(path),
  header: 'keys',
  references: (text) => [...linkReferences(text), ...atReferencesInText(text)],
});
