import { distance } from 'fastest-levenshtein';

/**
 * How many words have to be added, taken away or replaced to make one text of another (Levenshtein's distance over words;
 * white space counts for nothing).
 */
export function wordDistance(before: string, after: string): number {
  const codes = new Map<string, string>();
  const encoded = (text: string) =>
    wordsOf(text)
      .map((word) => {
        const code = codes.get(word) ?? String.fromCharCode(codes.size % 0xffff);
        codes.set(word, code);
        return code;
      })
      .join('');
  return distance(encoded(before), encoded(after));
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
