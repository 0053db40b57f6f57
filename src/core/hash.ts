/**
 * FNV-1a with a final mix (murmur3's), 32 bits. Not for secrets: for stable assignment and seeds.
 * Two texts that differ in one character land far apart.
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}

/** A text's place in [0, 1), uniform over texts. */
export function hashFraction(text: string): number {
  return hash32(text) / 2 ** 32;
}

/** A short stable name for a text, 14 hexadecimal digits. */
export function shortHash(text: string): string {
  const high = hash32(text).toString(16).padStart(8, '0');
  const low = hash32(`${text}\u0000`).toString(16).padStart(8, '0');
  return (high + low).slice(0, 14);
}

/** Numbers in [0, 1) that follow from the seed alone (mulberry32). */
export type Random = () => number;

export function seededRandom(seed: number | string): Random {
  let state = typeof seed === 'number' ? seed >>> 0 : hash32(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [copy[index], copy[other]] = [copy[other]!, copy[index]!];
  }
  return copy;
}
