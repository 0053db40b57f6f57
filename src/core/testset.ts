import type { ChatMessage, Problem } from './prompt.js';
import { hashFraction } from './hash.js';

/** What an answer is compared with: a text, alternatives, or structured data. Absent in unlabelled rows. */
export type Expected =
  string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/**
 * One assertion of a row, in promptfoo's shape and words (promptfoo.dev/docs/configuration/expected-outputs). `type` may
 * begin with `not-`; the type `assert-set` holds further ones in `assert`, and its own threshold and weight.
 */
export interface Assertion {
  readonly type: string;
  /** A text may refer to values of the row with `{{name}}`. */
  readonly value?: unknown;
  /** What it means depends on the type: the least score, the greatest distance, ... */
  readonly threshold?: number;
  /** Share in the row's score against the other assertions', 0 or more. 1 when absent. */
  readonly weight?: number;
  readonly metric?: string;
  readonly provider?: unknown;
  readonly rubricPrompt?: unknown;
  readonly transform?: string;
  readonly contextTransform?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly assert?: readonly Assertion[];
}

/** One row of a test set. */
export interface TestCase {
  /** The row's own `id` column when it has one, else a hash of its content. Unique in the set. */
  readonly id: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly expected?: Expected;
  /** The assertions that the row carries itself. Never empty: a row without any has none to pass. */
  readonly asserts?: readonly Assertion[];
  /** The row passes when the weighted mean of its assertions reaches this, instead of when all pass. */
  readonly threshold?: number;
  /**
   * The turns that follow a prompt without placeholders, where the row is a conversation. Without system texts: the
   * prompt under test stands for those.
   */
  readonly turns?: readonly ChatMessage[];
  /** Put before and after the prompt's own text for this row alone. */
  readonly prefix?: string;
  readonly suffix?: string;
  /** For people. */
  readonly description?: string;
  /** Facts about the row that no model is told. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** A candidate that breaks a guarded row is never the best. */
  readonly guard: boolean;
  /** 1-based line in the source file on which the row starts. */
  readonly line: number;
}

/** A test set, read and mapped. */
export interface TestSet {
  readonly path: string;
  readonly format: string;
  /** All columns of the file, in order. */
  readonly columns: readonly string[];
  /** The column that is sent as the user's message when the prompt has no placeholder. */
  readonly inputColumn?: string;
  readonly expectedColumn?: string;
  readonly cases: readonly TestCase[];
  readonly problems: readonly Problem[];
}

/** Whether a row says what its answer must be. One that does not is never a pass. */
export function isLabelled(row: TestCase): boolean {
  return row.expected !== undefined || (row.asserts !== undefined && row.asserts.length > 0);
}

/** Train: the proposer may read it. Validation: chooses among candidates. Exam: opened once per verdict. */
export type SplitName = 'train' | 'validation' | 'exam';

/** Case ids per part, in the run's fixed random order. */
export type Splits = Readonly<Record<SplitName, readonly string[]>>;

export interface SplitOptions {
  readonly seed: number;
  /** Shares of train and validation; the exam takes the rest. Defaults: 0.4 and 0.3. */
  readonly train?: number;
  readonly validation?: number;
  /** Below this many rows there is no validation part. Default 30. */
  readonly smallBelow?: number;
}

/** Exam rows below which hardly any gain could be shown: with 8, a gain has to fix 6 rows and break none. */
const LEAST_EXAM_ROWS = 8;

/**
 * Divides rows into train, validation and exam. Near-duplicates stay together. From `smallBelow` rows on, a row's part
 * follows from a hash of its content and the seed alone, so that adding rows moves nobody; the only exception is a label
 * with three groups or more that a part would lack, for which the nearest group is moved there.
 * Smaller sets, and sets whose exam would have fewer than 8 rows while nobody chose the shares, are dealt in turn within
 * each label into train and exam, for balance.
 */
export function splitTestSet(cases: readonly TestCase[], options: SplitOptions): Splits {
  const { seed, train = 0.4, validation = 0.3, smallBelow = 30 } = options;
  const strata = new Map<string, Group[]>();
  for (const members of groupNearDuplicates(cases)) {
    const label = stratumOf(members[0]!);
    const group = { members, position: hashFraction(`${seed}\u0000${contentKey(members[0]!)}`) };
    strata.set(label, [...(strata.get(label) ?? []), group]);
  }
  const isChosen = options.train !== undefined || options.validation !== undefined;
  const hashed = cases.length < smallBelow ? undefined : assignByHash(strata, train, validation);
  const tooFew = hashed !== undefined && !isChosen && hashed.exam.length < LEAST_EXAM_ROWS;
  const parts = hashed === undefined || tooFew ? dealInTurn(strata) : hashed;
  const inRandomOrder = (rows: readonly TestCase[]) =>
    rows
      .map((row) => ({ id: row.id, order: hashFraction(`${seed}\u0001order\u0000${contentKey(row)}`) }))
      .sort((a, b) => a.order - b.order || compareText(a.id, b.id))
      .map((row) => row.id);
  return {
    train: inRandomOrder(parts.train),
    validation: inRandomOrder(parts.validation),
    exam: inRandomOrder(parts.exam),
  };
}

/** Rows that must not be divided, and their place in [0, 1). */
interface Group {
  readonly members: readonly TestCase[];
  readonly position: number;
}

type Strata = ReadonlyMap<string, readonly Group[]>;
type Parts = Readonly<Record<SplitName, TestCase[]>>;

function dealInTurn(strata: Strata): Parts {
  const parts: Parts = { train: [], validation: [], exam: [] };
  let turn = 0;
  for (const [, stratum] of [...strata].sort(([a], [b]) => compareText(a, b))) {
    for (const { members } of [...stratum].sort((a, b) => a.position - b.position)) {
      parts[turn++ % 2 === 0 ? 'train' : 'exam'].push(...members);
    }
  }
  return parts;
}

function assignByHash(strata: Strata, train: number, validation: number): Parts {
  const parts: Parts = { train: [], validation: [], exam: [] };
  const bounds: Bounds = {
    train: [0, train],
    validation: [train, train + validation],
    exam: [train + validation, 1],
  };
  for (const stratum of strata.values()) {
    const chosen = new Map(stratum.map((group) => [group, partAt(group.position, bounds)]));
    if (stratum.length >= 3) fillEmptyParts(chosen, bounds);
    for (const [group, part] of chosen) parts[part].push(...group.members);
  }
  return parts;
}

type Bounds = Record<SplitName, readonly [number, number]>;
const PARTS: readonly SplitName[] = ['train', 'validation', 'exam'];

function partAt(position: number, bounds: Bounds): SplitName {
  return PARTS.find((part) => position >= bounds[part][0] && position < bounds[part][1]) ?? 'exam';
}

function fillEmptyParts<G extends { position: number }>(chosen: Map<G, SplitName>, bounds: Bounds): void {
  for (const part of PARTS) {
    const counts = (name: SplitName) => [...chosen.values()].filter((each) => each === name).length;
    if (counts(part) > 0) continue;
    const [low, high] = bounds[part];
    const distance = (group: G) => Math.max(low - group.position, group.position - high, 0);
    const nearest = [...chosen.keys()]
      .filter((group) => counts(chosen.get(group)!) > 1)
      .sort((a, b) => distance(a) - distance(b))[0];
    if (nearest) chosen.set(nearest, part);
  }
}

/** The label by which rows are stratified; long or structured expectations all fall into one stratum. */
function stratumOf(row: TestCase): string {
  const { expected } = row;
  if (typeof expected === 'string' && expected.length <= 40) return expected.trim().toLowerCase();
  return typeof expected === 'boolean' ? String(expected) : '';
}

function contentKey(row: TestCase): string {
  return JSON.stringify(Object.entries(row.vars).sort(([a], [b]) => compareText(a, b)));
}

/** Above this many rows only equal normalised texts count as near-duplicates, for time. */
const PAIRWISE_LIMIT = 2000;
const SAME_SHINGLES = 0.8;

/** Groups of rows whose inputs are nearly the same text, in order of first appearance. */
export function groupNearDuplicates(cases: readonly TestCase[]): TestCase[][] {
  const texts = cases.map((row) => normalise(Object.values(row.vars).join('\n')));
  const parent = cases.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) at = parent[at]!;
    return at;
  };
  const join = (a: number, b: number) => {
    const [first, second] = [root(a), root(b)].sort((x, y) => x - y) as [number, number];
    parent[second] = first;
  };
  const firstWithText = new Map<string, number>();
  texts.forEach((text, index) => {
    const earlier = firstWithText.get(text);
    if (earlier === undefined) firstWithText.set(text, index);
    else join(earlier, index);
  });
  if (cases.length <= PAIRWISE_LIMIT) {
    const shingles = texts.map(shinglesOf);
    for (let a = 0; a < cases.length; a++) {
      for (let b = a + 1; b < cases.length; b++) {
        if (jaccardAtLeast(shingles[a]!, shingles[b]!, SAME_SHINGLES)) join(a, b);
      }
    }
  }
  const groups = new Map<number, TestCase[]>();
  cases.forEach((row, index) => {
    const key = root(index);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  });
  return [...groups.values()];
}

function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function shinglesOf(text: string): Set<string> {
  const words = text.split(' ');
  if (words.length < 3) return new Set([text]);
  return new Set(words.slice(2).map((word, index) => `${words[index]} ${words[index + 1]} ${word}`));
}

function jaccardAtLeast(a: ReadonlySet<string>, b: ReadonlySet<string>, least: number): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  if (small.size < least * large.size) return false;
  let shared = 0;
  for (const each of small) if (large.has(each)) shared++;
  return shared / (a.size + b.size - shared) >= least;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
