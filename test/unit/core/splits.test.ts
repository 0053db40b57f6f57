import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupNearDuplicates } from '../../../src/core/nearDuplicates.js';
import { seededRandom } from '../../../src/core/hash.js';
import { splitsOfDirection, splitTestSet, type SplitName, type TestCase } from '../../../src/core/testset.js';

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

/** Texts that come from a few long ones by changing some words. */
const nearTexts = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 29 }), fc.boolean()), {
    minLength: 4,
    maxLength: 40,
  })
  .map((seeds) =>
    seeds.map(([base, place, isChanged]) => {
      const words = Array.from(
        { length: 30 },
        (_, index) => `${WORDS[(base * 3 + index * (base + 2)) % 15]}${index}`,
      );
      if (isChanged) words[place] = 'changed';
      return words.join(' ');
    }),
  );

/** Pairs of rows whose texts share 80% of their runs of three words, found by comparing all. */
function straddling(set: readonly TestCase[]): [string, string][] {
  const runs = set.map(({ id, vars }) => {
    const words = vars.text!.split(' ');
    return { id, runs: new Set(words.slice(2).map((word, at) => `${words[at]} ${words[at + 1]} ${word}`)) };
  });
  return runs.flatMap((a, index) =>
    runs.slice(index + 1).flatMap((b): [string, string][] => {
      const shared = [...a.runs].filter((run) => b.runs.has(run)).length;
      return shared / (a.runs.size + b.runs.size - shared) >= 0.8 ? [[a.id, b.id]] : [];
    }),
  );
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

  it('cross-fits small sets, and only those', () => {
    expect(splitTestSet(rows(29, ['a', 'b']), { seed: 1 }).crossFitted).toBe(true);
    expect(splitTestSet(rows(60, ['a', 'b']), { seed: 1 })).not.toHaveProperty('crossFitted');
    const alike = rows(12, ['a']).map((row) => ({ ...row, vars: { text: 'always the same' } }));
    expect(splitTestSet(alike, { seed: 1 })).not.toHaveProperty('crossFitted');
  });

  it('swaps the halves for the second direction', () => {
    const splits = splitTestSet(rows(20, ['a', 'b']), { seed: 1 });
    const { train, exam, validation } = splits;
    expect(splitsOfDirection(splits, 0)).toEqual({ train, validation, exam });
    expect(splitsOfDirection(splits, 1)).toEqual({ train: exam, validation, exam: train });
  });

  it('lets no near-duplicate pair straddle two parts, whoever chose the shares', () => {
    fc.assert(
      fc.property(nearTexts, fc.integer({ min: 0, max: 99 }), fc.boolean(), (texts, seed, isChosen) => {
        const set = texts.map((text, index) => ({ ...rows(1, ['a'])[0]!, id: `n${index}`, vars: { text } }));
        const parts = partOf(splitTestSet(set, { seed, ...(isChosen && { train: 0.2, validation: 0.5 }) }));
        for (const [a, b] of straddling(set)) expect(parts.get(a)).toBe(parts.get(b));
      }),
      { numRuns: 60 },
    );
  });

  it('does not keep the order of the file', () => {
    const { train } = splitTestSet(rows(100, ['a']), { seed: 0 });
    const numbers = train.map((id) => Number(id.slice(1)));
    expect(numbers).not.toEqual([...numbers].sort((a, b) => a - b));
  });
});

describe('groupNearDuplicates', () => {
  it('finds every near-duplicate pair of thousands of rows that share most words', () => {
    const random = seededRandom('near');
    const word = () => WORDS[Math.floor(random() * WORDS.length)]!;
    const bases = Array.from({ length: 1500 }, () => Array.from({ length: 24 }, word));
    const twins = bases.map((words) => [...words.slice(0, 23), 'otherwise']);
    const set = [...bases, ...twins].map((words, index) => ({
      ...rows(1, ['a'])[0]!,
      id: `n${index}`,
      vars: { text: `please look at this ticket and say what it is about ${words.join(' ')}` },
    }));
    const groups = groupNearDuplicates(set);
    expect(groups).toHaveLength(1500);
    for (const group of groups) {
      const [first, second] = group.map(({ id }) => Number(id.slice(1)));
      expect(second).toBe(first! + 1500);
    }
  });

  it('leaves different texts apart', () => {
    expect(groupNearDuplicates(rows(30, ['a']))).toHaveLength(30);
  });
});
