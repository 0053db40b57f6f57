import { hash32 } from './hash.js';
import type { TestCase } from './testset.js';

/** Texts are nearly the same when they share this part of their shingles (Jaccard). */
export const SAME_SHINGLES = 0.8;
/** Words in a row that make a shingle. */
const SHINGLE_WORDS = 3;
/**
 * Rows that are remembered for one shingle. Only sets in which more rows share one of their rarest shingles, without being
 * near-duplicates of each other, are not compared in full: the price of a time that grows with the number of rows alone.
 */
const REMEMBERED = 64;

/**
 * The rows without those whose input is that of an earlier one: a model answers them alike, so that a copy tells nothing
 * new, whatever a test that takes rows as independent would make of it.
 */
export function oncePerInput(caseIds: readonly string[], cases: readonly TestCase[]): string[] {
  const keys = new Map(
    cases.map(({ id, vars, turns, prefix, suffix }) => [id, JSON.stringify([vars, turns, prefix, suffix])]),
  );
  const seen = new Set<string>();
  return caseIds.filter((id) => {
    const key = keys.get(id) ?? id;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * Groups of rows whose inputs are nearly the same text, in order of first appearance. Pairs are found through an index of
 * each row's rarest shingles: two sets of sizes up to n that share 80% must have one of their n - 0.8 n + 1 rarest shingles
 * in common (prefix filtering; Chaudhuri, Ganti and Kaushik 2006), so that no pair is missed and few are compared.
 */
export function groupNearDuplicates(cases: readonly TestCase[]): TestCase[][] {
  const groups = new Groups(cases.length);
  const firstWithText = new Map<string, number>();
  const distinct: { readonly row: number; readonly shingles: Uint32Array }[] = [];
  cases.forEach((each, row) => {
    const text = normalise(Object.values(each.vars).join('\n'));
    const earlier = firstWithText.get(text);
    if (earlier !== undefined) {
      groups.join(earlier, row);
      return;
    }
    firstWithText.set(text, row);
    distinct.push({ row, shingles: shinglesOf(text) });
  });
  const frequency = new Map<number, number>();
  for (const { shingles } of distinct)
    for (const each of shingles) frequency.set(each, (frequency.get(each) ?? 0) + 1);
  const rarestFirst = (a: number, b: number) => frequency.get(a)! - frequency.get(b)! || a - b;
  // A row's candidates come from rows before it: shorter ones first, so that sizes need one look only.
  distinct.sort((a, b) => a.shingles.length - b.shingles.length || a.row - b.row);
  const sets = distinct.map(({ shingles }) => new Set(shingles));
  const index = new Map<number, number[]>();
  distinct.forEach(({ row, shingles }, at) => {
    const prefix = shingles.length - Math.ceil(SAME_SHINGLES * shingles.length) + 1;
    const compared = new Set<number>();
    for (const shingle of [...shingles].sort(rarestFirst).slice(0, prefix)) {
      const remembered = index.get(shingle);
      if (!remembered) {
        index.set(shingle, [at]);
        continue;
      }
      let isNew = true;
      for (const other of remembered) {
        if (!compared.has(other) && !groups.areJoined(row, distinct[other]!.row)) {
          compared.add(other);
          if (jaccardAtLeast(sets[other]!, sets[at]!, SAME_SHINGLES)) groups.join(row, distinct[other]!.row);
        }
        if (groups.areJoined(row, distinct[other]!.row)) isNew = false;
      }
      if (remembered.length < REMEMBERED || isNew) remembered.push(at);
      if (remembered.length > REMEMBERED) remembered.shift();
    }
  });
  const members = new Map<number, TestCase[]>();
  cases.forEach((each, row) => {
    const key = groups.rootOf(row);
    const known = members.get(key);
    if (known) known.push(each);
    else members.set(key, [each]);
  });
  return [...members.values()];
}

/** Disjoint sets of rows, each named by its first row. */
class Groups {
  private readonly parents: Int32Array;

  constructor(rows: number) {
    this.parents = Int32Array.from({ length: rows }, (_, row) => row);
  }

  rootOf(row: number): number {
    let at = row;
    while (this.parents[at] !== at) {
      this.parents[at] = this.parents[this.parents[at]!]!;
      at = this.parents[at]!;
    }
    return at;
  }

  areJoined(a: number, b: number): boolean {
    return this.rootOf(a) === this.rootOf(b);
  }

  join(a: number, b: number): void {
    const [first, second] = [this.rootOf(a), this.rootOf(b)];
    this.parents[Math.max(first, second)] = Math.min(first, second);
  }
}

function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The distinct shingles of a normalised text, as hashes; of a text of fewer words, the text itself. */
function shinglesOf(text: string): Uint32Array {
  const words = text.split(' ');
  if (words.length < SHINGLE_WORDS) return Uint32Array.of(hash32(text));
  const shingles = new Set<number>();
  for (let at = 0; at + SHINGLE_WORDS <= words.length; at++)
    shingles.add(hash32(`${words[at]} ${words[at + 1]} ${words[at + 2]}`));
  return Uint32Array.from(shingles);
}

function jaccardAtLeast(small: ReadonlySet<number>, large: ReadonlySet<number>, least: number): boolean {
  if (small.size < least * large.size) return false;
  let shared = 0;
  for (const each of small) if (large.has(each)) shared++;
  return shared / (small.size + large.size - shared) >= least;
}
