import { markdownFile } from './markdownFile.js';
import { atReferencesInText, linkReferences } from './references.js';

const NAME = /(?:^|\/)(?:AGENTS\.md|CLAUDE(?:\.local)?\.md|GEMINI\.md|copilot-instructions\.md)$/;

/**
 * Instructions that an agent reads at the start of every session: AGENTS.md, CLAUDE.md, CLAUDE.local.md, GEMINI.md and
 * copilot-instructions.md. They know no header; one that stands there all the same is not taken for an instruction.
 */
export const alwaysOn = markdownFile({
  id: 'agent-instructions',
  matches: (path) => NAME.test(path),
  header: 'keys',
  references: (text) => [...linkReferences(text), ...atReferencesInText(text)],
});
