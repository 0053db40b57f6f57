import type { PromptDocument } from '../core/prompt.js';
import type { TestSet } from '../core/testset.js';
/* Contract of this room; the bodies are being written. */
export interface ColumnMapping {
  /** Column sent as the user's message of a prompt without placeholders. */
  readonly input?: string;
  readonly expected?: string;
  /** Placeholder name -> column. */
  readonly vars?: Readonly<Record<string, string>>;
}
/** File name endings that can hold a test set, with the dot. */
export declare const TEST_SET_EXTENSIONS: readonly string[];
/**
 * Reads a test set and maps it to a prompt's placeholders (aliased by name where unambiguous).
 * Throws `bad-test-set` (file and line), `empty-test-set`, or `unfilled-placeholder` which names the placeholder, the
 * columns that there are, the nearest column and how to map it.
 */
export declare function readTestSet(path: string, bytes: Uint8Array, document: PromptDocument, mapping?: ColumnMapping): TestSet;
/** The test set that a prompt file carries inside; undefined when it has none. */
export declare function embeddedTestSet(document: PromptDocument, mapping?: ColumnMapping): TestSet | undefined;
