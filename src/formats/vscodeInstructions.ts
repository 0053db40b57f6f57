import { markdownFile } from './markdownFile.js';
import { linkReferences } from './references.js';

/** Instructions that Copilot adds to requests about matching files (`*.instructions.md`). */
export const vscodeInstructions = markdownFile({
  id: 'vscode-instructions',
  matches: (path) => path.endsWith('.instructions.md'),
  header: 'yaml',
  references: linkReferences,
});
