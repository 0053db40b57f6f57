import type { Problem } from '../../core/prompt.js';
import { chooseExpected } from '../columns.js';
import {
  everyRow,
  isObject,
  tableOf,
  type DataRow,
  type RawRow,
  type Roles,
  type RowKind,
} from '../table.js';
import { flatRow } from './flat.js';

/** Rows of LangSmith: `inputs` and `outputs`, each an object. */
export const langSmithKind: RowKind = {
  id: 'langsmith',
  recognises: ({ rows }) =>
    everyRow(rows, ({ inputs, outputs }) => isObject(inputs) && (isObject(outputs) || outputs === null)),
  read(path, source) {
    const names = new Set(source.rows.flatMap(({ value }) => Object.keys(value.outputs ?? {})));
    const choice = chooseExpected([...names]);
    const [only, ...others] = names;
    const answer = choice.kind === 'found' ? choice.column : others.length === 0 ? only : undefined;
    const rows = source.rows.map(({ line, value }): RawRow => {
      const { outputs, inputs, metadata } = value;
      const cells = new Map<string, unknown>(Object.entries(inputs as object));
      const expected =
        answer === undefined ? outputs : (outputs as Readonly<Record<string, unknown>> | null)?.[answer];
      if (expected !== undefined) cells.set(EXPECTED, expected);
      return { line, cells, ...(isObject(metadata) && { metadata }) };
    });
    return tableOf(
      'langsmith',
      rows,
      source.problems,
      roles(path, rows, answer === undefined ? 'all of "outputs"' : `"${answer}" of "outputs"`),
    );
  },
};

/** The column of what is expected, where a format keeps it elsewhere. */
const EXPECTED = 'expected';

function roles(_path: string, rows: readonly RawRow[], why: string): Roles {
  const inputs = new Set(rows.flatMap(({ cells }) => [...cells.keys()].filter((key) => key !== EXPECTED)));
  const [only, ...others] = inputs;
  return {
    expected: { column: EXPECTED, why },
    ...(only !== undefined &&
      others.length === 0 && { input: { column: only, why: 'the only one of "inputs"' } }),
  };
}

/** What Langfuse says of a row beyond its content. */
const LANGFUSE_KEYS = [
  'status',
  'sourceTraceId',
  'sourceObservationId',
  'datasetId',
  'datasetName',
  'createdAt',
  'updatedAt',
  'metadata',
];

/** Items of a Langfuse dataset; its CSV export has JSON in the cells. */
export const langfuseKind: RowKind = {
  id: 'langfuse',
  recognises: ({ rows }) =>
    everyRow(
      rows,
      (value) => 'input' in value && 'expectedOutput' in value && LANGFUSE_KEYS.some((key) => key in value),
    ),
  read(path, source) {
    const problems: Problem[] = [...source.problems];
    const rows = source.rows.flatMap((row): RawRow[] => {
      const { status, metadata, ...value } = row.value;
      if (status === 'ARCHIVED') {
        problems.push({ severity: 'info', message: 'The row is left out: it is archived.', line: row.line });
        return [];
      }
      const kept = Object.fromEntries(Object.entries(value).filter(([key]) => !LANGFUSE_KEYS.includes(key)));
      const read =
        source.container === 'csv'
          ? { ...kept, input: fromJson(kept.input), expectedOutput: fromJson(kept.expectedOutput) }
          : kept;
      const flat = flatRow(path, { line: row.line, value: read });
      return [isObject(metadata) ? { ...flat, metadata } : flat];
    });
    return tableOf('langfuse', rows, problems, {
      expected: { column: 'expectedOutput', why: 'as in all datasets of Langfuse' },
    });
  },
};

/** A cell as the data that it is the text of; anything else as it stands. */
function fromJson(cell: unknown): unknown {
  if (typeof cell !== 'string' || !/^\s*[[{"]/.test(cell)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

/** Items of the OpenAI evals API: everything is inside `item`. */
export function unwrapItems(rows: readonly DataRow[]): readonly DataRow[] {
  if (
    !everyRow(
      rows,
      (value) =>
        isObject(value.item) && Object.keys(value).every((key) => key === 'item' || key === 'sample'),
    )
  )
    return rows;
  return rows.map(({ line, value }) => ({ line, value: value.item as DataRow['value'] }));
}
