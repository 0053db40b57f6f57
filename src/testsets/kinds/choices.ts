import { everyRow, isObject, tableOf, type DataRow, type RawRow, type RowKind } from '../table.js';

/** The column that has the question with its choices. */
const QUESTION = 'input';

const NAMES = ['question', 'problem', 'query', 'input'];
const LISTS = ['options', 'choices'];
const ANSWERS = ['correct', 'answer', 'label', 'target'];

/** What a row of a multiple-choice set says, whichever of the usual keys it has. */
interface Parts {
  readonly question: string;
  readonly choices: readonly string[];
  /** The letter of the right choice; absent when the row does not say it. */
  readonly letter?: string;
}

/** Questions with lettered choices, of which one is right: AQuA, MMLU, and lists of choices with an index. */
export const choicesKind: RowKind = {
  id: 'multiple-choice',
  recognises: ({ rows }) => everyRow(rows, (value) => partsOf(value) !== undefined),
  read(_path, source) {
    const rows = source.rows.map(({ line, value }): RawRow => {
      const { question, choices, letter } = partsOf(value)!;
      const cells = new Map(
        Object.entries(value).filter(([key]) => !ANSWERS.includes(key) && key !== 'rationale'),
      );
      cells.set(QUESTION, [question, '', ...choices.map(lettered)].join('\n'));
      if (letter !== undefined) cells.set('answer', letter);
      return { line, cells };
    });
    const hints = [
      {
        severity: 'info',
        message: 'Each question is sent with its choices, and the letter of the right one is expected.',
      } as const,
    ];
    return tableOf('multiple-choice', rows, [...source.problems, ...hints], {
      input: { column: QUESTION, why: 'the question with its choices' },
      expected: { column: 'answer', why: 'the letter of the right choice' },
    });
  },
};

function partsOf(value: DataRow['value']): Parts | undefined {
  const question = NAMES.map((name) => value[name]).find((each) => typeof each === 'string');
  const choices = choicesOf(value);
  const answer = ANSWERS.map((name) => value[name]).find((each) => each !== undefined);
  if (question === undefined || choices === undefined) return undefined;
  if (answer === undefined || answer === null || answer === '') return { question, choices };
  const letter = letterOf(answer, choices);
  return letter === undefined ? undefined : { question, choices, letter };
}

/** The choices: a list, or the columns A to D. */
function choicesOf(value: DataRow['value']): readonly string[] | undefined {
  const list = LISTS.map((name) => value[name]).find((each) => Array.isArray(each)) as unknown[] | undefined;
  const texts = list ?? ['A', 'B', 'C', 'D'].map((letter) => value[letter]);
  return texts.length >= 2 && texts.length <= 26 && texts.every((text) => typeof text === 'string')
    ? texts
    : undefined;
}

/** The letter of the right choice, which is given by its number from 0, its letter or its text. */
function letterOf(answer: unknown, choices: readonly string[]): string | undefined {
  const isThere = (index: number) => Number.isInteger(index) && index >= 0 && index < choices.length;
  if (typeof answer === 'number') return isThere(answer) ? letterAt(answer) : undefined;
  const letter = typeof answer === 'string' ? /^\(?([A-Za-z])\)?$/.exec(answer.trim())?.[1] : undefined;
  const index = letter === undefined ? -1 : letter.toUpperCase().charCodeAt(0) - 65;
  if (isThere(index)) return letterAt(index);
  const place = choices.findIndex((choice) => choice === answer);
  return place < 0 ? undefined : letterAt(place);
}

/** A choice with its letter, unless it begins with it already. */
function lettered(choice: string, index: number): string {
  const letter = letterAt(index);
  return new RegExp(`^\\(?${letter}[).:]`).test(choice) ? choice : `${letter}) ${choice}`;
}

function letterAt(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Graded choices: BIG-bench's `target_scores`, a score for each. */
export const scoredChoicesKind: RowKind = {
  id: 'big-bench',
  recognises: ({ rows, holder }) =>
    holder?.key === 'examples' &&
    everyRow(rows, (value) => 'input' in value && ('target' in value || isObject(value.target_scores))),
  read(_path, source) {
    const { rest = {} } = source.holder ?? {};
    const rows = source.rows.map(({ line, value }): RawRow => {
      const { target_scores: scores, ...own } = value;
      const cells = new Map<string, unknown>(Object.entries(own));
      if (isObject(scores)) {
        const best = bestOf(scores);
        if (!cells.has('target')) cells.set('target', best.length === 1 ? best[0] : best);
        if (rest.append_choices_to_input !== false && typeof own.input === 'string') {
          cells.set(
            'input',
            [own.input, ...Object.keys(scores).map((choice) => `choice: ${choice}`)].join('\n'),
          );
        }
      }
      return { line, cells };
    });
    const canary =
      'canary' in rest
        ? [
            {
              severity: 'info',
              message: 'The file asks not to be published: it has a canary string.',
            } as const,
          ]
        : [];
    return tableOf('big-bench', rows, [...source.problems, ...canary], {
      input: { column: 'input', why: 'as in all tasks of BIG-bench' },
      expected: { column: 'target', why: 'the right answer, or the choice with the highest score' },
    });
  },
};

function bestOf(scores: Readonly<Record<string, unknown>>): string[] {
  const numbers = Object.entries(scores).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  const highest = Math.max(...numbers.map(([, score]) => score));
  return numbers.filter(([, score]) => score === highest).map(([choice]) => choice);
}
