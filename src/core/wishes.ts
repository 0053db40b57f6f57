/** What the user asks of new prompts, in their own words and as rules. It goes before all that is found out by itself. */
export interface Wishes {
  /** What should change, in the user's own words. */
  readonly guidance?: string;
  /** Lines or passages of the prompt that must stay as they are. */
  readonly pinned?: readonly string[];
  /** Words that the optimized text may have at the most, at least 1; a prompt that is longer already may not grow. */
  readonly maxWords?: number;
}

/** How many words a text has: runs of characters without white space. */
export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** A pinned passage as spans hold it: one kind of line end, no blank lines around it. */
export function pinnedPassage(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g, '');
}

/**
 * How often a passage stands in a text. One that stands on lines of its own in the prompt is counted there only, so that a
 * pinned line cannot be taken up into another one.
 * @param asLines whether only whole lines count
 */
export function occurrences(text: string, passage: string, asLines: boolean): number {
  let count = 0;
  for (let at = text.indexOf(passage); at >= 0; at = text.indexOf(passage, at + passage.length)) {
    const before = at === 0 || text[at - 1] === '\n';
    const after = at + passage.length === text.length || text[at + passage.length] === '\n';
    if (!asLines || (before && after)) count++;
  }
  return count;
}

/** The passages of a prompt that are pinned, each with the times that it stands there, and whether on lines of its own. */
export function pinsIn(
  text: string,
  pinned: readonly string[],
): { readonly passage: string; readonly times: number; readonly asLines: boolean }[] {
  return pinned.map(pinnedPassage).flatMap((passage) => {
    const lines = occurrences(text, passage, true);
    const times = lines > 0 ? lines : occurrences(text, passage, false);
    return times === 0 ? [] : [{ passage, times, asLines: lines > 0 }];
  });
}
