import { diffLines } from 'diff/lib/diff/line.js';
import { diffWordsWithSpace } from 'diff/lib/diff/word.js';

/** A stretch of text that both sides have, or one of them. */
export interface Segment {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** What one line on the screen shows. */
export interface DiffLine {
  /** 1-based line of the new text that starts here; absent where the new text has none. */
  readonly number?: number;
  readonly segments: readonly Segment[];
  readonly change: 'none' | 'added' | 'removed' | 'mixed';
}

/** A run of lines, folded away when nothing near it has changed. */
export interface DiffBlock {
  readonly folded: boolean;
  readonly lines: readonly DiffLine[];
}

/** Two texts that differ in more places than this are shown as old and new, not word by word. */
const MAX_WORD_EDITS = 2000;
/** Share of the shorter text that must be kept for a word diff to be easier to read than old and new. */
const MIN_KEPT = 0.4;

/**
 * What has to be removed and added to come from one text to another, by words inside of lines that changed.
 * The same and the removed parts together are exactly `before`; the same and the added parts exactly `after`.
 */
export function wordDiff(before: string, after: string): Segment[] {
  const parts = diffLines(before, after);
  const segments: Segment[] = [];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]!;
    const next = parts[at + 1];
    if (part.removed && next?.added) {
      segments.push(...diffHunk(part.value, next.value));
      at++;
    } else segments.push({ kind: kindOf(part), text: part.value });
  }
  return segments;
}

function kindOf(part: { readonly added?: boolean; readonly removed?: boolean }): Segment['kind'] {
  return part.added ? 'added' : part.removed ? 'removed' : 'same';
}

function diffHunk(before: string, after: string): Segment[] {
  const whole: Segment[] = [
    { kind: 'removed', text: before },
    { kind: 'added', text: after },
  ];
  const words = diffWordsWithSpace(before, after, { maxEditLength: MAX_WORD_EDITS });
  if (!words) return whole;
  const kept = words
    .filter((part) => kindOf(part) === 'same')
    .reduce((sum, part) => sum + visible(part.value), 0);
  if (kept < MIN_KEPT * Math.min(visible(before), visible(after))) return whole;
  return joinIslands(words.map((part) => ({ kind: kindOf(part), text: part.value })));
}

function visible(text: string): number {
  return text.replace(/\s/g, '').length;
}

/** Nothing but spaces and a little punctuation. */
const ISLAND = /^[^\p{L}\p{N}\n]{0,3}$/u;

/** Where only a space is left between two replaced words, the words are replaced as one. */
function joinIslands(segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at]!;
    const [removed, added] = [joined.at(-2), joined.at(-1)];
    const [nextRemoved, nextAdded] = [segments[at + 1], segments[at + 2]];
    const isIsland =
      segment.kind === 'same' &&
      ISLAND.test(segment.text) &&
      removed?.kind === 'removed' &&
      added?.kind === 'added' &&
      nextRemoved?.kind === 'removed' &&
      nextAdded?.kind === 'added';
    if (isIsland) {
      joined.splice(
        -2,
        2,
        { kind: 'removed', text: removed.text + segment.text + nextRemoved.text },
        { kind: 'added', text: added.text + segment.text + nextAdded.text },
      );
      at += 2;
    } else joined.push(segment);
  }
  return joined;
}

const LINE_END = /^\r?\n$/;

/** Breaks segments at line ends, each line end staying with its line. */
export function toLines(segments: readonly Segment[]): DiffLine[] {
  const pieces = segments.flatMap(({ kind, text }) =>
    text.split(/(?<=\n)/).map((piece) => ({ kind, text: piece })),
  );
  const lines: DiffLine[] = [];
  let current: Segment[] = [];
  let newLine = 1;
  let numbered = 0;
  const close = () => {
    const inNew = current.filter((segment) => segment.kind !== 'removed');
    const number = inNew.length > 0 && newLine > numbered ? newLine : undefined;
    if (number !== undefined) numbered = number;
    lines.push({ ...(number !== undefined && { number }), segments: current, change: changeOf(current) });
    if (inNew.some((segment) => segment.text.endsWith('\n'))) newLine++;
    current = [];
  };
  pieces.forEach((piece, at) => {
    current.push(piece);
    const next = pieces[at + 1];
    // A replaced line end is one place, not two lines.
    const isReplaced = piece.kind === 'removed' && next?.kind === 'added' && LINE_END.test(next.text);
    if (piece.text.endsWith('\n') && !isReplaced) close();
  });
  if (current.length > 0) close();
  return lines;
}

function changeOf(segments: readonly Segment[]): DiffLine['change'] {
  const kinds = new Set(segments.map((segment) => segment.kind));
  if (kinds.size > 1) return 'mixed';
  if (kinds.has('added')) return 'added';
  return kinds.has('removed') ? 'removed' : 'none';
}

/** Lines kept in sight around a change. */
const CONTEXT = 2;
/** Fewer lines than this are not worth a fold. */
const MIN_FOLD = 4;
/** Lines shown of a text without any change. */
const UNCHANGED_HEAD = 12;

/** Groups lines so that long unchanged stretches can be folded; the lines and their order stay the same. */
export function foldLines(lines: readonly DiffLine[]): DiffBlock[] {
  const isNear = new Array<boolean>(lines.length).fill(false);
  lines.forEach((line, at) => {
    if (line.change !== 'none') isNear.fill(true, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  if (!isNear.includes(true)) isNear.fill(true, 0, UNCHANGED_HEAD);
  const blocks: { folded: boolean; lines: DiffLine[] }[] = [];
  lines.forEach((line, at) => {
    const folded = !isNear[at];
    const last = blocks.at(-1);
    if (last?.folded === folded) last.lines.push(line);
    else blocks.push({ folded, lines: [line] });
  });
  return blocks.map((block) => (block.lines.length < MIN_FOLD ? { ...block, folded: false } : block));
}

const MARKS: Readonly<Record<string, string>> = { ' ': '·', '\t': '→', '\r': 'CR', '\n': '↵', '\u00a0': '⍽' };

/** A changed stretch of white space, written so that it can be seen. */
export function showWhitespace(text: string): string {
  return text.replace(/[ \t\r\n\u00a0]/g, (character) => MARKS[character]!);
}

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\t': 'tab',
  '\r\n': 'Windows line end',
  '\n': 'line end',
  '\r': 'carriage return',
};

/** The same stretch in words, for example `2 spaces, line end`. */
export function nameWhitespace(text: string): string {
  const counts = new Map<string, number>();
  for (const [character] of text.matchAll(/\r\n|[^]/g)) {
    const name = NAMES[character] ?? 'other white space';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, n]) => (n === 1 ? name : `${n} ${name}s`)).join(', ');
}
