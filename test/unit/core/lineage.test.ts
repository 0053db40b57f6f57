import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/hash.js';
import { lineageEstimates, lineageModel, type LineageNode } from '../../../src/core/statistics.js';

const MODEL = { noise: 0.25, change: 0.0025 };

/** Posterior means by solving the linear system of the whole tree at once (Gauss elimination). */
function solved(nodes: readonly LineageNode[], { noise, change }: typeof MODEL): number[] {
  const at = new Map(nodes.map(({ id }, index) => [id, index]));
  const size = nodes.length;
  const rows = nodes.map(() => new Array<number>(size + 1).fill(0));
  nodes.forEach(({ parent, delta, n }, index) => {
    if (parent === undefined) {
      rows[index]![index]! += 1e12;
      return;
    }
    const up = at.get(parent)!;
    rows[index]![index]! += n / noise + 1 / change;
    rows[index]![size]! += (n / noise) * delta;
    rows[up]![up]! += 1 / change;
    rows[index]![up]! -= 1 / change;
    rows[up]![index]! -= 1 / change;
  });
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = rows[row]![pivot]! / rows[pivot]![pivot]!;
      for (let column = pivot; column <= size; column++)
        rows[row]![column]! -= factor * rows[pivot]![column]!;
    }
  }
  return rows.map((row, index) => row[size]! / row[index]!);
}

function randomTree(seed: number, size: number): LineageNode[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, (_, index) => ({
    id: `n${index}`,
    ...(index > 0 && { parent: `n${Math.floor(random() * index)}` }),
    delta: index === 0 ? 0 : random() - 0.5,
    n: index === 0 ? 0 : Math.floor(random() * 40),
  }));
}

describe('lineageEstimates', () => {
  it.each([1, 2, 3, 4, 5])('is the exact posterior mean of the whole tree, seed %i', (seed) => {
    const nodes = randomTree(seed, 25);
    const estimates = lineageEstimates(nodes, MODEL);
    solved(nodes, MODEL).forEach((value, index) => {
      expect(estimates.get(`n${index}`)).toBeCloseTo(value, 6);
    });
  });

  it('takes off from a text what none of its children can repeat, and leaves what all of them confirm', () => {
    const lucky = (children: number) =>
      lineageEstimates(
        [
          { id: 'start', delta: 0, n: 0 },
          { id: 'a', parent: 'start', delta: 0.2, n: 28 },
          ...Array.from({ length: 6 }, (_, index) => ({
            id: `b${index}`,
            parent: 'a',
            delta: children,
            n: 28,
          })),
        ],
        MODEL,
      ).get('a')!;
    expect(lucky(0.05)).toBeLessThan(0.06);
    expect(lucky(0.2)).toBeGreaterThan(2 * lucky(0.05));
  });

  it('gives a text that was never measured what its parent is worth', () => {
    const estimates = lineageEstimates(
      [
        { id: 'start', delta: 0, n: 0 },
        { id: 'a', parent: 'start', delta: 0.3, n: 60 },
        { id: 'b', parent: 'a', delta: 0, n: 0 },
      ],
      MODEL,
    );
    expect(estimates.get('b')).toBeCloseTo(estimates.get('a')!, 9);
  });

  it('comes nearer to the truth than the raw means, over 200 simulated searches', () => {
    let raw = 0;
    let estimated = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = seededRandom(`search ${seed}`);
      const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const truth = [0];
      const nodes: LineageNode[] = [{ id: 'n0', delta: 0, n: 0 }];
      for (let index = 1; index < 20; index++) {
        const parent = Math.floor(random() * index);
        truth[index] = truth[parent]! + 0.05 * normal();
        const delta = truth[index]! + Math.sqrt(MODEL.noise / 28) * normal();
        nodes.push({ id: `n${index}`, parent: `n${parent}`, delta, n: 28 });
      }
      const estimates = lineageEstimates(nodes, MODEL);
      for (let index = 1; index < 20; index++) {
        raw += (nodes[index]!.delta - truth[index]!) ** 2;
        estimated += (estimates.get(`n${index}`)! - truth[index]!) ** 2;
      }
    }
    expect(estimated).toBeLessThan(0.45 * raw);
  });
});

describe('lineageModel', () => {
  it('finds the noise and the size of edits that rows were drawn with', () => {
    const random = seededRandom('model');
    const edits = Array.from({ length: 400 }, () => {
      const gain = random() < 0.5 ? 0.1 : -0.1;
      return Array.from({ length: 60 }, () =>
        random() < 0.1 + gain / 2 ? 1 : random() < 0.1 - gain / 2 ? -1 : 0,
      );
    });
    const { noise, change } = lineageModel(edits);
    expect(noise).toBeGreaterThan(0.08);
    expect(noise).toBeLessThan(0.11);
    expect(Math.sqrt(change)).toBeGreaterThan(0.08);
    expect(Math.sqrt(change)).toBeLessThan(0.12);
  });

  it('has something to go on before anything was measured', () => {
    const { noise, change } = lineageModel([[1, 1]]);
    expect(noise).toBeGreaterThan(0);
    expect(change).toBeGreaterThan(0);
  });
});
