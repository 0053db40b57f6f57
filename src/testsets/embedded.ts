import type { EmbeddedTests } from '../core/prompt.js';
import { interpret } from './registry.js';
import type { RawTable, ReadOptions } from './table.js';

/**
 * The rows that a prompt file carries inside itself: flat maps with any keys (GitHub Models `testData`), or tests of
 * promptfoo with `vars` and `assert`.
 */
export function embeddedTable(path: string, embedded: EmbeddedTests, options: ReadOptions): RawTable {
  const rows = embedded.rows.map((value, index) => ({ line: embedded.lines[index] ?? 1, value }));
  return interpret(path, { container: 'embedded', rows, problems: [] }, options);
}
