import { hashFraction } from './hash.js';
import { groupNearDuplicates } from './nearDuplicates.js';
import type { TestCase } from './testset.js';

/** Train: the proposer may read it. Validation: chooses among candidates. Exam: opened once per verdict. */
export type SplitName = 'train' | 'validation' | 'exam';

/** Case ids per part, in the run's fixed random order. */
export interface Splits extends Readonly<Record<SplitName, readonly string[]>> {
  /**
   * Present for small sets: the search runs in two directions. The first one reads and chooses on `train` and is examined
   * on `exam`; the second one the other way round. There is no validation part then.
   */
  readonly crossFitted?: true;
}

/**
 * The rows that choose among candidates: a part, or validation rows first and then train rows. The proposer reads some of
 * the latter, so they may tell candidates apart and never prove one.
 */
export type SelectionPart = 'train' | 'validation' | 'both';

const bothParts = new WeakMap<Splits, readonly string[]>();

/** The rows of a selection, in the run's fixed random order. */
export function rowsOfSelection(splits: Splits, selection: SelectionPart): readonly string[] {
  if (selection !== 'both') return splits[selection];
  const known = bothParts.get(splits) ?? [...splits.validation, ...splits.train];
  bothParts.set(splits, known);
  return known;
}

/** A direction of a cross-fitted search. */
export type Direction = 0 | 1;
export const DIRECTIONS: readonly Direction[] = [0, 1];

/** The parts as one direction of the search sees them. */
export function splitsOfDirection(splits: Splits, direction: Direction): Splits {
  const { train, validation, exam } = splits;
  return direction === 0 ? { train, validation, exam } : { train: exam, validation, exam: train };
}

export interface SplitOptions {
  readonly seed: number;
  /** Shares of train and validation; the exam takes the rest. Defaults: 0.4 and 0.3. */
  readonly train?: number;
  readonly validation?: number;
  /** Below this many rows the search is cross-fitted. Default 30. */
  readonly smallBelow?: number;
}

/** Exam rows below which hardly any gain could be shown: with 8, a gain has to fix 6 rows and break none. */
const LEAST_EXAM_ROWS = 8;

/**
 * Divides rows into train, validation and exam. Near-duplicates stay together, so that no part leaks into another. From
 * `smallBelow` rows on, a row's part follows from a hash of its content and the seed alone, so that adding rows moves
 * nobody; the only exceptions are a label with three groups or more that a part would lack, for which the nearest group is
 * moved there, and a new row that is a near-duplicate of rows in two parts, which brings them together.
 * Smaller sets, and sets whose exam would have fewer than 8 rows while nobody chose the shares, are dealt in turn within
 * each label into two halves, for balance, and cross-fitted; a set of near-duplicates only cannot be divided.
 */
export function splitTestSet(cases: readonly TestCase[], options: SplitOptions): Splits {
  const { seed, train = 0.4, validation = 0.3, smallBelow = 30 } = options;
  const strata = new Map<string, Group[]>();
  for (const members of groupNearDuplicates(cases)) {
    const label = stratumOf(members[0]!);
    const group = { members, position: hashFraction(`${seed}\u0000${contentKey(members[0]!)}`) };
    const stratum = strata.get(label);
    if (stratum) stratum.push(group);
    else strata.set(label, [group]);
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
    ...(parts !== hashed && parts.exam.length > 0 && { crossFitted: true }),
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

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
