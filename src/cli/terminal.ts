import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Puts a style on a text, or leaves it plain where colours are not wanted. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Colours for this stream: none for files, pipes, dumb terminals and under NO_COLOR. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return stream.isTTY && stream.hasColors() ? coloured : plain;
}

/** Writes all of it; resolves when the system has taken it. */
export function write(stream: NodeJS.WritableStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => stream.write(data, (error) => (error ? reject(error) : resolve())));
}

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longer cells are cut with an ellipsis. */
  readonly most?: number;
}

/** Rows in aligned columns, two blanks apart, without blanks at line ends. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const cut = (text: string, most = Infinity) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  const cells = [
    columns.map((column): Cell => ({ text: column.title, style: 'dim' })),
    ...rows.map((row) => row.map((cell, index) => ({ ...cell, text: cut(cell.text, columns[index]?.most) }))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.text.length ?? 0)));
  return cells
    .map((row) => {
      const last = row.findLastIndex((cell) => cell.text !== '');
      return row
        .slice(0, last + 1)
        .map(({ text, style }, index) => {
          const gap = ' '.repeat(widths[index]! - text.length);
          const painted = style && text ? paint(style, text) : text;
          if (columns[index]?.align === 'right') return gap + painted;
          return index === last ? painted : painted + gap;
        })
        .join('  ');
    })
    .join('\n');
}

/** A text in lines of at most `width` characters, broken at blanks; continuation lines start with `indent`. */
export function wrap(text: string, width: number, indent = ''): string {
  const [first = '', ...words] = text.trim().split(/\s+/);
  const lines: string[] = [];
  let line = /^\s*/.exec(text)![0] + first;
  for (const word of words) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

/** `1 row`, `2 rows`. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}

/** A score in [0, 1], or a dash where there is none. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(3);
}

/** A difference of scores, always with its sign. */
export function signed(value: number): string {
  const text = value.toFixed(3);
  return Number(text) === 0 ? '0.000' : value > 0 ? `+${text}` : text;
}
