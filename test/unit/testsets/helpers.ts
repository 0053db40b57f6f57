import { HoneError } from '../../../src/core/errors.js';
import { encodeText, type PromptDocument } from '../../../src/core/prompt.js';
import type { TestSet } from '../../../src/core/testset.js';
import { readTestSet, type ColumnMapping, type ReadOptions } from '../../../src/testsets/index.js';

/** A prompt with placeholders. */
export function prompt(placeholders: readonly string[], text = ''): PromptDocument {
  return {
    path: 'prompts/triage.md',
    format: 'plain-text',
    bytes: encodeText(text),
    messages: [{ role: 'system', text }],
    spans: [{ id: 'body', role: 'system', range: { start: 0, end: text.length }, text, firstLine: 1 }],
    placeholders,
    settings: {},
    problems: [],
  };
}

export const BARE = prompt([]);

export interface Reading extends ReadOptions {
  readonly document?: PromptDocument;
  readonly mapping?: ColumnMapping;
}

/** A test set of a text. */
export function read(file: string, text: string | readonly string[], reading: Reading = {}): TestSet {
  const { document = BARE, mapping, ...options } = reading;
  const bytes = encodeText(typeof text === 'string' ? text : text.join('\n'));
  return readTestSet(file, bytes, document, mapping, options);
}

/** JSON lines of rows. */
export function lines(...rows: readonly unknown[]): string {
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

export function messagesOf(set: TestSet, severity: string): string[] {
  return set.problems.filter((problem) => problem.severity === severity).map(({ message }) => message);
}

export function faultOf(work: () => unknown): HoneError {
  try {
    work();
  } catch (error) {
    if (HoneError.is(error)) return error;
    throw error;
  }
  throw new Error('Nothing was raised.');
}
