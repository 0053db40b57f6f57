/** Changes that share this part of their words (Jaccard) are the same idea. */
const SAME_CHANGE = 0.8;

/**
 * How many of these texts differ from each other in what they change of the original.
 * @returns the size of a set of texts of which no two change (nearly) the same words, filled in order
 */
export function differentTexts(original: string, texts: readonly string[]): number {
  const before = wordsOf(original);
  const found: ReadonlySet<string>[] = [];
  for (const text of texts) {
    const words = wordsOf(text);
    const change = new Set([
      ...[...words].filter((word) => !before.has(word)),
      ...[...before].filter((word) => !words.has(word)).map((word) => `-${word}`),
    ]);
    if (found.every((other) => shareOf(change, other) < SAME_CHANGE)) found.push(change);
  }
  return found.length;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []);
}

/** Jaccard; two changes of word order alone are the same. */
function shareOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}
