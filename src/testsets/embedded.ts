import type { EmbeddedTests } from '../core/prompt.js';
import { columnsOf, type RawTable } from './table.js';

/** The rows that a prompt file carries inside itself (GitHub Models `testData`): flat maps with any keys. */
export function embeddedTable(embedded: EmbeddedTests): RawTable {
  const rows = embedded.rows.map((row, index) => ({
    line: embedded.lines[index] ?? 1,
    cells: new Map(Object.entries(row)),
  }));
  return { format: 'embedded', columns: columnsOf(rows), rows, problems: [] };
}
