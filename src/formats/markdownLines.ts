/** A line of a Markdown text. */
export interface MarkdownLine {
  /** Without its line end. */
  readonly text: string;
  /** Offset in the whole text. */
  readonly start: number;
  /** Whether it is part of a fenced code block, the fences included. */
  readonly isCode: boolean;
}

const FENCE = /^ {0,3}(?<fence>`{3,}|~{3,})(?<info>.*)$/;

/** The lines of a Markdown text with LF line ends, by the CommonMark rule for fenced code: an open block ends with the text. */
export function markdownLines(text: string): MarkdownLine[] {
  const lines: MarkdownLine[] = [];
  let open: string | undefined;
  let start = 0;
  for (const line of text.split('\n')) {
    const { fence, info = '' } = FENCE.exec(line)?.groups ?? {};
    const wasOpen = open !== undefined;
    if (open === undefined) {
      if (fence !== undefined && !(fence.startsWith('`') && info.includes('`'))) open = fence;
    } else if (fence?.startsWith(open) && info.trim() === '') {
      open = undefined;
    }
    lines.push({ text: line, start, isCode: wasOpen || open !== undefined });
    start += line.length + 1;
  }
  return lines;
}

/** A Markdown text without its fenced code and code in backticks. */
export function withoutCode(text: string): string {
  return markdownLines(text)
    .filter((line) => !line.isCode)
    .map((line) => line.text.replace(/`[^`]*`/g, ''))
    .join('\n');
}

export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly title: string;
  /** Offsets in the whole text of its line, and of the line after it (or the end of the text). */
  readonly start: number;
  readonly end: number;
}

/** The headings of a Markdown text that are written with `#`, outside of fenced code. */
export function headingsIn(text: string): Heading[] {
  return markdownLines(text).flatMap((line) => {
    const marks = line.isCode ? undefined : /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(line.text);
    if (!marks) return [];
    const title = withoutClosingMarks(line.text.slice(marks[0].length).trim());
    const end = Math.min(line.start + line.text.length + 1, text.length);
    return [{ level: marks[1]!.length, title, start: line.start, end }];
  });
}

/** `Task ##` is the heading `Task`. */
function withoutClosingMarks(title: string): string {
  let end = title.length;
  while (title[end - 1] === '#') end--;
  const isClosed = end < title.length && (end === 0 || ' \t'.includes(title[end - 1]!));
  return isClosed ? title.slice(0, end).trimEnd() : title;
}
