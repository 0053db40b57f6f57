import { everyRow, tableOf, type RawRow, type RowKind } from '../table.js';

/** The official extractor's mark and number. */
const FINAL = /####\s*\$?(-?[\d.,]+)\s*$/;

/** Word problems whose answer is a worked solution that ends in `#### 42`. */
export const gsm8kKind: RowKind = {
  id: 'gsm8k',
  recognises: ({ rows }) =>
    everyRow(
      rows,
      ({ question, answer }) =>
        typeof question === 'string' && typeof answer === 'string' && FINAL.test(answer),
    ),
  read(_path, source) {
    const rows = source.rows.map(({ line, value }): RawRow => {
      const { answer, ...own } = value;
      const number = FINAL.exec(answer as string)![1]!
        .replaceAll(',', '')
        .replace(/\.$/, '');
      return { line, cells: new Map([...Object.entries(own), ['answer', number]]) };
    });
    return tableOf('gsm8k', rows, source.problems, {
      input: { column: 'question', why: 'the word problem' },
      expected: {
        column: 'answer',
        why: 'the number after "####"; the worked solution is not shown to any model',
      },
    });
  },
};
