import { isMap } from 'yaml';
import { HoneError } from '../core/errors.js';
import type { Problem } from '../core/prompt.js';
import { badPromptFile, type SourceText } from './source.js';
import { YamlSource } from './yamlSource.js';

/** Where the header of a Markdown file stands, as offsets in its text. */
export interface FrontMatter {
  /** The YAML between the two lines of dashes. */
  readonly start: number;
  readonly end: number;
  /** The first character after the closing line. */
  readonly bodyStart: number;
}

const FENCE = /^---\s*$/;

/**
 * The header by VS Code's rule: it exists when the first line is three dashes and nothing but blanks, and ends with the
 * next line of that shape.
 * @returns undefined for no header, `unclosed` when nothing ends it
 */
export function findFrontMatter(text: string): FrontMatter | 'unclosed' | undefined {
  const firstEnd = text.indexOf('\n');
  if (!FENCE.test(firstEnd === -1 ? text : text.slice(0, firstEnd))) return undefined;
  for (let at = firstEnd; at !== -1;) {
    const next = text.indexOf('\n', at + 1);
    if (FENCE.test(text.slice(at + 1, next === -1 ? undefined : next))) {
      return { start: firstEnd + 1, end: at + 1, bodyStart: next === -1 ? text.length : next + 1 };
    }
    at = next;
  }
  return 'unclosed';
}

/** Whether a text would be read as starting with a header, or with the first line of one. */
export function startsWithFence(text: string): boolean {
  return FENCE.test(text.split('\n', 1)[0]!);
}

/** Whether the next line with text after a first line of dashes is a key: a line of dashes also draws a rule. */
export function startsWithKeys(text: string): boolean {
  return /^---[^\S\n]*\n(?:[ \t]*(?:#.*)?\n)*[\w-]+[ \t]*:(?:\s|$)/.test(text);
}

/** The error of a header that nothing ends. */
export function unclosedHeader(path: string): HoneError {
  return badPromptFile(
    path,
    1,
    'the header that starts here has no closing line of three dashes, so the file has no text.',
    'Close the header with a line "---".',
  );
}

/** Keys that people fill with free text which need not be valid YAML, such as `argument-hint: [file] [style]`. */
const FREE_TEXT = /^((?:name|description|argument-hint)[ \t]*:)[ \t]*\S.*$/gm;

/**
 * The keys and values of a header. VS Code reads it with a lenient parser of its own, so free text that is not valid YAML
 * only makes a problem.
 * @throws HoneError `bad-prompt-file` with the line, when the rest is not a YAML mapping
 */
export function readHeader(
  path: string,
  source: SourceText,
  header: FrontMatter,
  problems: Problem[],
): Readonly<Record<string, unknown>> {
  const text = source.text.slice(header.start, header.end);
  try {
    return readMapping(path, source, text, header.start);
  } catch (error) {
    if (!HoneError.is(error, 'bad-prompt-file')) throw error;
    const masked = text.replace(FREE_TEXT, (line, key: string) => key.padEnd(line.length));
    const values = readMapping(path, source, masked, header.start);
    problems.push({
      severity: 'warning',
      message: 'A value in the header is not valid YAML and is taken as free text.',
      line: error.place.line ?? 1,
    });
    return values;
  }
}

function readMapping(path: string, source: SourceText, text: string, start: number) {
  const yaml = new YamlSource(path, source, text, start);
  const { contents } = yaml.document;
  if (contents === null) return {};
  if (isMap(contents)) return yaml.data(contents) as Record<string, unknown>;
  throw yaml.refuse(
    contents,
    'the header must be a YAML mapping of keys to values.',
    'Write "key: value" lines.',
  );
}
