import { diffArrays } from 'diff';

interface Hunk {
  /** Lines of the base that it replaces: `start` inclusive, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/**
 * Two edits of the same text in one, by lines. Two additions at the same place are both taken, the first one first.
 * @returns undefined when both edits change the same lines, or when one contains the other
 */
export function mergeTexts(base: string, first: string, second: string): string | undefined {
  const lines = base.split('\n');
  const ours = hunksOf(lines, first.split('\n'));
  const theirs = hunksOf(lines, second.split('\n'));
  const fresh = theirs.filter((hunk) => !ours.some((other) => sameHunk(hunk, other)));
  if (ours.length === 0 || fresh.length === 0) return undefined;
  if (fresh.some((hunk) => ours.some((other) => overlap(hunk, other)))) return undefined;
  const all = [...ours, ...fresh].sort((a, b) => a.start - b.start || a.end - b.end);
  const merged: string[] = [];
  let at = 0;
  for (const hunk of all) {
    merged.push(...lines.slice(at, hunk.start), ...hunk.lines);
    at = hunk.end;
  }
  merged.push(...lines.slice(at));
  return merged.join('\n');
}

function hunksOf(base: string[], edited: string[]): Hunk[] {
  const hunks: Hunk[] = [];
  let at = 0;
  let open: { start: number; lines: string[] } | undefined;
  const close = () => {
    if (open) hunks.push({ start: open.start, end: at, lines: open.lines });
    open = undefined;
  };
  for (const change of diffArrays(base, edited)) {
    if (!change.added && !change.removed) {
      close();
      at += change.value.length;
      continue;
    }
    open ??= { start: at, lines: [] };
    if (change.removed) at += change.value.length;
    else open.lines.push(...change.value);
  }
  close();
  return hunks;
}

function sameHunk(a: Hunk, b: Hunk): boolean {
  return a.start === b.start && a.end === b.end && a.lines.join('\n') === b.lines.join('\n');
}

function overlap(a: Hunk, b: Hunk): boolean {
  const insertion = a.start === a.end && b.start === b.end;
  return !insertion && a.start < Math.max(b.end, b.start + 1) && b.start < Math.max(a.end, a.start + 1);
}
