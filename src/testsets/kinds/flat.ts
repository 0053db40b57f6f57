import type { Problem } from '../../core/prompt.js';
import {
  badTestSet,
  everyRow,
  isObject,
  tableOf,
  type DataRow,
  type RawRow,
  type Roles,
  type RowKind,
  type Source,
} from '../table.js';

/** Keys that hold a row's variables as an object, instead of beside the other keys. */
const NESTED = ['vars', 'inputs', 'input'];

/** Any table: a column for each key. The container names it. */
export const flatKind: RowKind = {
  id: 'flat',
  recognises: () => true,
  read(path, source) {
    const rows = source.rows.map((row) => flatRow(path, row));
    return tableOf(source.container, rows, source.problems, labelTextRole(source));
  },
};

/**
 * A row with a cell for each key; an object under `vars`, `inputs` or `input` gives its keys as columns. Where one of
 * those is there beside it as well (a test of a judge has `input.expected` and `expected`), it is called `input.expected`.
 */
export function flatRow(path: string, { line, value }: DataRow): RawRow {
  const nested = NESTED.find((key) => isObject(value[key]));
  if (nested === undefined) return { line, cells: new Map(Object.entries(value)) };
  const outer = Object.entries(value).filter(([key]) => key !== nested);
  const cells = new Map<string, unknown>();
  for (const [key, inner] of Object.entries(value[nested] as object)) {
    const isTaken = outer.some(([name]) => name === key);
    if (isTaken && nested !== 'input') {
      const fault = `The row has "${key}" both inside "${nested}" and beside it.`;
      throw badTestSet(path, line, fault, 'Rename one of the two.');
    }
    cells.set(isTaken ? `${nested}.${key}` : key, inner);
  }
  return { line, cells: new Map([...cells, ...outer]) };
}

/** Data sets keep `label_text` beside a numeric `label`: the text is what a prompt can answer. */
function labelTextRole({ rows }: Source): Roles {
  const isBoth = everyRow(rows, (value) => 'label' in value && typeof value.label_text === 'string');
  return isBoth ? { expected: { column: 'label_text', why: 'the text of "label"' } } : {};
}

/** A kind that is a flat table in which the use of some columns is known. */
interface KnownColumns {
  readonly id: string;
  readonly recognises: RowKind['recognises'];
  readonly roles: Roles;
  /** Columns that are what another system answered: no input, and nothing to compare with. */
  readonly recorded?: readonly string[];
  readonly note?: string;
}

function knownColumns({ id, recognises, roles, recorded = [], note }: KnownColumns): RowKind {
  return {
    id,
    recognises,
    read(path, source) {
      const rows = source.rows.map(({ line, value }) => {
        const own = Object.fromEntries(Object.entries(value).filter(([key]) => !recorded.includes(key)));
        return flatRow(path, { line, value: own });
      });
      const said: Problem[] = note === undefined ? [] : [{ severity: 'info', message: note }];
      return tableOf(id, rows, [...source.problems, ...said], roles);
    },
  };
}

function columnWith(names: readonly string[]): (rows: readonly DataRow[]) => string | undefined {
  return (rows) => names.find((name) => everyRow(rows, (value) => name in value));
}

/** Rows of Ragas: what the user says and a reference answer. Its older rows have `ground_truth` beside a recorded answer. */
export const ragasKind: RowKind = knownColumns({
  id: 'ragas',
  recognises: ({ rows }) =>
    everyRow(
      rows,
      (value) =>
        typeof value.user_input === 'string' &&
        ('reference' in value || 'response' in value || 'rubrics' in value),
    ),
  roles: {
    input: { column: 'user_input', why: 'what the user says' },
    expected: { column: 'reference', why: 'the reference answer; "response" is one that was recorded' },
  },
  recorded: ['response'],
});

/** Rows in which a recorded answer stands beside the true one: Azure AI evaluation, older Ragas. */
export const groundTruthKind: RowKind = {
  id: 'ground-truth',
  recognises: ({ rows }) =>
    groundTruth(rows) !== undefined &&
    everyRow(rows, (value) => ['answer', 'response', 'context', 'contexts'].some((key) => key in value)),
  read(path, source) {
    const column = groundTruth(source.rows)!;
    return knownColumns({
      id: 'ground-truth',
      recognises: () => true,
      roles: {
        expected: { column, why: 'the true answer; "answer" and "response" are ones that were recorded' },
      },
      recorded: ['answer', 'response'],
    }).read(path, source, {});
  },
};

const groundTruth = columnWith(['ground_truth', 'ground_truths']);

/** Goldens of DeepEval, in the spelling of its files or of its API. */
export const deepEvalKind: RowKind = {
  id: 'deepeval',
  recognises: ({ rows }) =>
    goldenAnswer(rows) !== undefined && rows.some(({ value }) => GOLDEN_KEYS.some((key) => key in value)),
  read(path, source) {
    const column = goldenAnswer(source.rows)!;
    const isConversation = column.endsWith('utcome');
    return knownColumns({
      id: 'deepeval',
      recognises: () => true,
      roles: {
        input: isConversation
          ? { column: 'scenario', why: 'what the conversation is about' }
          : { column: 'input', why: 'the input of the golden' },
        expected: {
          column,
          why: isConversation ? 'how the conversation should end' : 'the answer of the golden',
        },
      },
      recorded: [
        'actual_output',
        'actualOutput',
        'retrieval_context',
        'retrievalContext',
        'tools_called',
        'toolsCalled',
      ],
      ...(isConversation && {
        note: 'The rows describe conversations of several turns; each is asked once, with its scenario.',
      }),
    }).read(path, source, {});
  },
};

const GOLDEN_KEYS = [
  ...[
    'actual_output',
    'actualOutput',
    'retrieval_context',
    'retrievalContext',
    'expected_tools',
    'expectedTools',
  ],
  ...[
    'tools_called',
    'toolsCalled',
    'additional_metadata',
    'additionalMetadata',
    'source_file',
    'sourceFile',
    'context',
    'scenario',
  ],
];

function goldenAnswer(rows: readonly DataRow[]): string | undefined {
  const isSingle = everyRow(rows, (value) => 'input' in value);
  const isConversation = everyRow(rows, (value) => 'scenario' in value);
  const names = isSingle
    ? ['expected_output', 'expectedOutput']
    : isConversation
      ? ['expected_outcome', 'expectedOutcome']
      : [];
  return columnWith(names)(rows);
}

/** Instruction induction: a map of examples by number, the answer a text or a list of right ones. */
export const inductionKind: RowKind = knownColumns({
  id: 'instruction-induction',
  recognises: ({ rows, holder }) =>
    holder?.key === 'examples' && everyRow(rows, (value) => 'input' in value && 'output' in value),
  roles: {
    input: { column: 'input', why: 'as in all tasks of instruction induction' },
    expected: { column: 'output', why: 'the right answer, or a list of right ones' },
  },
});

/** Rows of Braintrust: `input` and `expected`, with `output`, `metadata` or `tags` beside them. */
export const braintrustKind: RowKind = knownColumns({
  id: 'braintrust',
  recognises: ({ rows }) =>
    everyRow(rows, (value) => 'input' in value && 'expected' in value) &&
    rows.some(({ value }) => isObject(value.metadata) || Array.isArray(value.tags)),
  roles: { expected: { column: 'expected', why: 'as in all datasets of Braintrust' } },
  recorded: ['output', 'metadata', 'tags'],
});
