import { HoneError } from '../core/errors.js';
import type { EditableSpan, Problem, PromptDocument } from '../core/prompt.js';
import { TemplateError } from './engines/bounds.js';
import type { TemplateNames } from './engines/templateNames.js';
import type { PromptFormat } from './format.js';
import { badPromptFile, replaceBytes } from './source.js';

const NO_NAMES: TemplateNames = { variables: [], structured: new Set(), files: [] };

/**
 * The names that a template uses. One that does not compile is still shown, with the problem.
 * @param firstLine 1-based line of the file on which the template starts
 */
export function readNames(read: () => TemplateNames, firstLine: number, problems: Problem[]): TemplateNames {
  let names: TemplateNames;
  try {
    names = read();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const line = lineInFile(error, firstLine);
    problems.push({ severity: 'error', message: `The template cannot be rendered: ${error.message}.`, line });
    return NO_NAMES;
  }
  if (names.files.length > 0) {
    const message = `The template reads other files (${names.files.join(', ')}), so Hone does not render it.`;
    problems.push({ severity: 'info', message, line: firstLine });
  }
  return names;
}

/** Names that a row has to fill: those without a default, or all when each has one. */
export function neededNames(names: TemplateNames, defaults: Readonly<Record<string, unknown>>): string[] {
  const needed = names.variables.filter((name) => !Object.hasOwn(defaults, name));
  return needed.length > 0 ? needed : [...names.variables];
}

/** A template's fault as the error of the file. Other errors stay what they are. */
export function inFile(path: string, firstLine: number, error: unknown): unknown {
  if (!(error instanceof TemplateError)) return error;
  return badPromptFile(
    path,
    lineInFile(error, firstLine),
    `the template cannot be rendered: ${error.message}.`,
    'Correct the template, or render it with the program that it was written for.',
  );
}

function lineInFile({ line }: TemplateError, firstLine: number): number {
  return firstLine + (line ?? 1) - 1;
}

/** Errors that the file would have with a new text in a span, a sentence each; none where it has errors already. */
export function newErrors(
  format: Pick<PromptFormat, 'parse'>,
  document: PromptDocument,
  span: EditableSpan,
  text: string,
): string[] {
  const errors = ({ problems }: PromptDocument) => problems.filter(({ severity }) => severity === 'error');
  if (errors(document).length > 0) return [];
  try {
    const after = format.parse(document.path, replaceBytes(document.bytes, span.range, text));
    return errors(after).map(({ message }) => message);
  } catch (error) {
    if (HoneError.is(error, 'bad-prompt-file')) return [error.message];
    throw error;
  }
}

/**
 * Why a new text is no template any more, a sentence each; none where the old one was none either.
 * @param read raises TemplateError for what is no template
 */
export function newFaults(read: (text: string) => TemplateNames, before: string, after: string): string[] {
  const faults = (text: string) => {
    const problems: Problem[] = [];
    readNames(() => read(text), 1, problems);
    return problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  };
  return faults(before).length > 0 ? [] : faults(after);
}
