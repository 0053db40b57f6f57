import { diffArrays } from 'diff';
import { majorityLineEnd, type LineEnd } from './source.js';

interface RawLine {
  readonly content: string;
  readonly end: string;
}

/** Lines of a text with their line ends; the last has none. A text always has at least one line. */
function splitLines(raw: string): RawLine[] {
  const parts = raw.split(/(\r\n|\r|\n)/);
  const lines: RawLine[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    lines.push({ content: parts[index]!, end: parts[index + 1] ?? '' });
  }
  return lines;
}

export interface MergeOptions {
  /** What a line of the file says; lines that say the same stay as they are. */
  readonly meaning: (content: string) => string;
  /** How a line with a meaning is written. */
  readonly write: (meaning: string) => string;
  /** The line end for new lines when the old text has none. */
  readonly lineEnd: LineEnd;
}

/**
 * New lines in place of old ones, where every line that stays keeps its bytes and its line end, whatever that is. New
 * lines end as most lines of the old text do.
 * @param raw the old text as it stands in the file; its last line has no line end
 * @param meanings what the new lines say, at least one
 */
export function mergeLines(raw: string, meanings: readonly string[], options: MergeOptions): string {
  const old = splitLines(raw);
  const lineEnd = majorityLineEnd(raw) ?? options.lineEnd;
  const merged: RawLine[] = [];
  let at = 0;
  const changes = diffArrays(
    old.map((line) => options.meaning(line.content)),
    [...meanings],
  );
  for (const change of changes) {
    if (change.removed) {
      at += change.value.length;
    } else if (change.added) {
      merged.push(...change.value.map((meaning) => ({ content: options.write(meaning), end: lineEnd })));
    } else {
      merged.push(...old.slice(at, at + change.value.length));
      at += change.value.length;
    }
  }
  const last = merged.length - 1;
  return merged
    .map(({ content, end }, index) => {
      if (index === last) return content;
      const next = merged[index + 1]!;
      // A lone CR before an empty line that ends with LF would become one CRLF.
      const isTorn = end === '\r' && next.content === '' && next.end === '\n';
      return content + (end === '' ? lineEnd : isTorn ? '\r\n' : end);
    })
    .join('');
}
