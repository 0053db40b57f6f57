import type { EditableSpan, Problem } from '../core/prompt.js';
import { findFrontMatter } from './frontMatter.js';
import { headerLines } from './headerLines.js';
import type { HeaderValues } from './headerTexts.js';
import { markdownFile } from './markdownFile.js';
import { atReferencesInText, linkReferences, shellReferences } from './references.js';
import { SourceText } from './source.js';
import { DESCRIPTION, oneLine } from './vscodeAgent.js';

/** Limits of agentskills.io/specification, in characters. */
const MAX_NAME = 64;
const MAX_DESCRIPTION = 1024;
const MAX_COMPATIBILITY = 500;

/** Agent skills (`SKILL.md`): instructions, and a description by which an agent decides to read them. */
export const skill = markdownFile({
  id: 'agent-skill',
  matches: (path) => /(?:^|\/)skill\.md$/i.test(path),
  recognises: (path, bytes) => path.endsWith('SKILL.md') || hasName(path, bytes),
  header: 'yaml',
  references: (text) => [...linkReferences(text), ...atReferencesInText(text), ...shellReferences(text)],
  headerTexts: ({ description }) => (description === undefined ? [] : [DESCRIPTION]),
  check,
  limits: (span, text) => [...oneLine(span, text), ...tooLong(span, text)],
});

/** Files that happen to be called so in lower case are skills when they say what a skill says. */
function hasName(path: string, bytes: Uint8Array): boolean {
  try {
    const { text } = new SourceText(path, bytes);
    const found = findFrontMatter(text);
    if (found === undefined || found === 'unclosed') return false;
    const values = headerLines(text.slice(found.start, found.end));
    return values.has('name') && values.has('description');
  } catch {
    return false;
  }
}

function tooLong(span: EditableSpan, text: string): string[] {
  const length = lengthOf(text);
  if (span.id !== DESCRIPTION.id || length <= MAX_DESCRIPTION) return [];
  return [`The description has ${length} characters, and a skill's may have ${MAX_DESCRIPTION}.`];
}

function check(path: string, values: HeaderValues): Problem[] {
  const { name, description, compatibility } = values;
  const folder = path.split('/').at(-2);
  const faults = [
    typeof description !== 'string' || description.trim() === ''
      ? 'The skill has no description in its header, so that no agent can tell when to use it.'
      : tooLongNote('description', description, MAX_DESCRIPTION),
    typeof compatibility === 'string' && tooLongNote('compatibility', compatibility, MAX_COMPATIBILITY),
    typeof name !== 'string'
      ? 'The skill has no name in its header.'
      : !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || name.length > MAX_NAME
        ? `The name of a skill has at most ${MAX_NAME} lower-case letters, digits and single hyphens.`
        : folder !== undefined && folder !== name && `The skill "${name}" is in a folder of another name.`,
  ];
  return faults
    .filter((fault): fault is string => typeof fault === 'string')
    .map((message) => ({ severity: 'warning', message, line: 1 }));
}

function tooLongNote(key: string, text: string, limit: number): string | false {
  const length = lengthOf(text.trim());
  return length > limit && `The ${key} of the skill has ${length} characters, and it may have ${limit}.`;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
