import type { EditableSpan } from '../core/prompt.js';
import { BODY_SPAN } from './body.js';
import type { HeaderText, HeaderValues } from './headerTexts.js';
import { markdownFile } from './markdownFile.js';
import { linkReferences } from './references.js';

const IN_AGENTS = /(?:^|\/)\.github\/agents\/(?!readme\.md$)[^/]+\.md$/i;

/**
 * Custom agents of VS Code and Copilot, and the chat modes that they are called in older versions: a system prompt, a
 * description by which it is chosen, and prompts with which it hands over to others.
 */
export const vscodeAgent = markdownFile({
  id: 'vscode-agent',
  matches: (path) => /\.(?:agent|chatmode)\.md$/.test(path) || IN_AGENTS.test(path),
  header: 'yaml',
  references: linkReferences,
  headerTexts: ({ description, handoffs }: HeaderValues) => [
    ...(description === undefined ? [] : [DESCRIPTION]),
    ...(Array.isArray(handoffs) ? handoffs.map((_, index) => handoff(index)) : []),
  ],
  limits: oneLine,
});

/** The text by which a host decides whether to use a file. */
export const DESCRIPTION: HeaderText = { id: 'description', role: 'system', path: ['description'] };

function handoff(index: number): HeaderText {
  return { id: `handoffs[${index}].prompt`, role: 'user', path: ['handoffs', index, 'prompt'] };
}

/** Not every host reads a text of a header that goes over several lines. */
export function oneLine(span: EditableSpan, text: string): string[] {
  const isNew = isInHeader(span) && text.includes('\n') && !span.text.includes('\n');
  return isNew ? [`The ${span.id} must stay on one line.`] : [];
}

function isInHeader({ id }: EditableSpan): boolean {
  return id !== BODY_SPAN && !id.startsWith('section:');
}
