import type { PromptDocument } from '../core/prompt.js';
import { chooseExpected, chooseInput, looseName } from './columns.js';
import type { TestTable } from './index.js';
import { columnFor, type ColumnMapping } from './mapping.js';

/** Something that a column of a test set has to serve, or may serve. */
export interface ColumnUse {
  readonly kind: 'placeholder' | 'input' | 'expected';
  /** The placeholder's name, or the kind. */
  readonly name: string;
  /** The column that serves it; absent when none can be told, or when the mapping names one that is not there. */
  readonly column?: string;
}

/** What the columns of a test set serve in a prompt, and what none of them serves. The expected answer comes last. */
export function columnUses(
  table: Pick<TestTable, 'columns' | 'input' | 'expected'>,
  document: PromptDocument,
  mapping: ColumnMapping = {},
): ColumnUse[] {
  const { columns } = table;
  const mapped = (column: string | undefined) =>
    column !== undefined && columns.some((each) => each === column || column.startsWith(`${each}.`))
      ? column
      : undefined;
  const isThere = (column: string | undefined) =>
    column !== undefined && columns.includes(column) ? column : undefined;
  const input = isThere(table.input?.column);
  const used = new Set<string>();
  const use = (kind: ColumnUse['kind'], name: string, column: string | undefined): ColumnUse => {
    if (column !== undefined) used.add(column);
    return { kind, name, ...(column !== undefined && { column }) };
  };
  const free = () =>
    columns.filter((column) => !used.has(column) && !['id', 'guard'].includes(looseName(column)));

  const placeholders = document.placeholders.map((name) => {
    const own = Object.hasOwn(mapping.vars ?? {}, name) ? mapping.vars![name] : undefined;
    const column = own === undefined ? columnFor(name, columns, document, input)?.column : mapped(own);
    return use('placeholder', name, column);
  });
  const found = (choice: ReturnType<typeof chooseExpected>) =>
    choice.kind === 'found' ? choice.column : undefined;
  const others = free().filter((column) => column !== mapping.input);
  const expected =
    mapping.expected === undefined
      ? (isThere(table.expected?.column) ?? found(chooseExpected(others)))
      : mapped(mapping.expected);
  const last = use('expected', 'expected', expected);
  if (placeholders.length > 0) return [...placeholders, last];
  const column = mapping.input === undefined ? (input ?? found(chooseInput(free()))) : mapped(mapping.input);
  return [use('input', 'input', column), last];
}
