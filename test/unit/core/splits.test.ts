import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  groupNearDuplicates,
  splitTestSet,
  type SplitName,
  type TestCase,
} from '../../../src/core/testset.js';

const WORDS =
  'invoice login crash refund export theme password report card slow button email team plan sync'.split(' ');

function rows(count: number, labels: readonly string[], prefix = 'r'): TestCase[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${prefix}${index}`,
    vars: {
      text: `${prefix} ${index} ${WORDS[(index * 7) % 15]} ${WORDS[(index * 11 + 3) % 15]} ${index * 31} ${WORDS[(index * 5 + 1) % 15]}`,
    },
    expected: labels[index % labels.length]!,
    guard: false,
    line: index + 2,
  }));
}

const partOf = (splits: ReturnType<typeof splitTestSet>) => {
  const parts = new Map<string, SplitName>();
  for (const part of ['train', 'validation', 'exam'] as const)
    for (const id of splits[part]) parts.set(id, part);
  return parts;
};

describe('splitTestSet', () => {
  it('puts every row into exactly one part', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 120 }), fc.integer({ min: 0, max: 99 }), (count, seed) => {
        const splits = splitTestSet(rows(count, ['a', 'b', 'c']), { seed });
        const ids = [...splits.train, ...splits.validation, ...splits.exam];
        expect(ids.length).toBe(count);
        expect(new Set(ids).size).toBe(count);
      }),
    );
  });

  it('moves nobody when rows are added, wherever they stand in the file', () => {
    const before = rows(80, ['a', 'b', 'c', 'd']);
    const added = rows(40, ['a', 'b', 'c', 'd'], 'new');
    const first = partOf(splitTestSet(before, { seed: 5 }));
    const second = partOf(splitTestSet([...added.slice(0, 20), ...before, ...added.slice(20)], { seed: 5 }));
    for (const [id, part] of first) expect(second.get(id)).toBe(part);
  });

  it('follows the seed', () => {
    const set = rows(60, ['a', 'b']);
    expect(splitTestSet(set, { seed: 1 })).toEqual(splitTestSet(set, { seed: 1 }));
    expect(splitTestSet(set, { seed: 1 })).not.toEqual(splitTestSet(set, { seed: 2 }));
  });

  it('gives every label to every part, near to its share', () => {
    const labels = ['a', 'b', 'c', 'd', 'e'];
    const shares: Record<SplitName, number> = { train: 0, validation: 0, exam: 0 };
    for (let seed = 0; seed < 40; seed++) {
      const set = rows(60, labels);
      const splits = splitTestSet(set, { seed });
      const labelOf = new Map(set.map((row) => [row.id, row.expected]));
      for (const part of ['train', 'validation', 'exam'] as const) {
        expect(new Set(splits[part].map((id) => labelOf.get(id))).size).toBe(5);
        shares[part] += splits[part].length / 60 / 40;
      }
    }
    expect(shares.train).toBeCloseTo(0.4, 1);
    expect(shares.validation).toBeCloseTo(0.3, 1);
    expect(shares.exam).toBeCloseTo(0.3, 1);
  });

  it('keeps near-duplicates together', () => {
    const set = rows(50, ['a', 'b']);
    const text =
      'the export of my monthly report stops half way with error 17 on every browser I tried today';
    const twins = [0, 1].map((n) => ({
      ...set[n]!,
      id: `twin${n}`,
      vars: { text: n ? `${text}!` : text.toUpperCase() },
    }));
    for (let seed = 0; seed < 20; seed++) {
      const parts = partOf(splitTestSet([...set, ...twins], { seed }));
      expect(parts.get('twin0')).toBe(parts.get('twin1'));
    }
  });

  it('deals a small set evenly into train and exam', () => {
    const splits = splitTestSet(rows(13, ['a', 'b']), { seed: 3 });
    expect(splits.validation).toEqual([]);
    expect(Math.abs(splits.train.length - splits.exam.length)).toBeLessThanOrEqual(1);
  });

  it('has no exam of fewer than eight rows, unless somebody chose the shares', () => {
    for (let seed = 0; seed < 60; seed++) {
      const set = rows(31, ['a', 'b']);
      expect(splitTestSet(set, { seed }).exam.length).toBeGreaterThanOrEqual(8);
    }
    expect(splitTestSet(rows(40, ['a']), { seed: 1, train: 0.6, validation: 0.3 }).exam.length).toBeLessThan(
      8,
    );
  });

  it('does not keep the order of the file', () => {
    const { train } = splitTestSet(rows(100, ['a']), { seed: 0 });
    const numbers = train.map((id) => Number(id.slice(1)));
    expect(numbers).not.toEqual([...numbers].sort((a, b) => a - b));
  });
});

describe('groupNearDuplicates', () => {
  it('leaves different texts apart', () => {
    expect(groupNearDuplicates(rows(30, ['a']))).toHaveLength(30);
  });
});
