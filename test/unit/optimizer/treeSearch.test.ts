import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import {
  nextExpansion,
  uct,
  type SearchNode,
  type SearchOptions,
} from '../../../src/optimizer/treeSearch.js';

const OPTIONS: SearchOptions = { iterations: 10, depthLimit: 5, minDepth: 2, exploration: 2.5 };

/** A tree from `[id, reward, parent]` in order of proposal. */
function treeOf(...nodes: readonly (readonly [string, number, string?])[]): Map<string, SearchNode> {
  return new Map(
    nodes.map(([id, reward]) => {
      const children = nodes.filter(([, , parent]) => parent === id).map(([child]) => child);
      return [id, { id, reward, children }];
    }),
  );
}

describe('uct', () => {
  it('adds a bonus that falls with the paths of the node and grows with those of its parent', () => {
    // 0.6 + 2.5 * sqrt(ln 4 / 2)
    expect(uct(0.6, 3, 2, 2.5)).toBeCloseTo(2.6814, 4);
    // A node on no path counts as if it were on one: 0.5 + 2.5 * sqrt(ln 4)
    expect(uct(0.5, 3, 0, 2.5)).toBeCloseTo(3.4435, 4);
    expect(uct(0.5, 0, 0, 2.5)).toBe(0.5);
    expect(uct(0.7, 9, 1, 0)).toBe(0.7);
  });
});

describe('the next expansion', () => {
  it('is the root, then the best child, the first of equals, down to the depth limit', () => {
    const options = { ...OPTIONS, iterations: 1, depthLimit: 2 };
    expect(nextExpansion(treeOf([BASELINE_ID, 0.5]), options)).toBe(BASELINE_ID);
    const children = [
      ['a', 0.4, BASELINE_ID],
      ['b', 0.6, BASELINE_ID],
      ['c', 0.6, BASELINE_ID],
    ] as const;
    expect(nextExpansion(treeOf([BASELINE_ID, 0.5], ...children), options)).toBe('b');
    const deep = treeOf([BASELINE_ID, 0.5], ...children, ['d', 0.7, 'b']);
    expect(nextExpansion(deep, options)).toBeUndefined();
    // The second path: UCT(a) = 0.4 + 2.5 * sqrt(ln 2) = 2.48, b: (0.6 + 0.7) + 2.08 = 3.38, c: 0.6 + 2.08 = 2.68.
    // The sum along the path makes b the best, though it was visited: it ends at the limit again.
    // The third: b has 1.3 + 2.5 * sqrt(ln 3 / 2) = 3.15, c = 0.6 + 2.5 * sqrt(ln 3) = 3.22.
    expect(nextExpansion(deep, { ...options, iterations: 2 })).toBeUndefined();
    expect(nextExpansion(deep, { ...options, iterations: 3 })).toBe('c');
  });

  it('ends a path early, deeper than the least depth, at a record or below the mean of root and parent', () => {
    const chain = (...rewards: number[]) =>
      treeOf(
        ...rewards.map((reward, depth) =>
          depth === 0
            ? ([BASELINE_ID, reward] as const)
            : ([`n${depth}`, reward, depth === 1 ? BASELINE_ID : `n${depth - 1}`] as const),
        ),
      );
    const once = { ...OPTIONS, iterations: 1 };
    expect(nextExpansion(chain(0.5, 0.5, 0.5, 0.5), once)).toBe('n3');
    expect(nextExpansion(chain(0.5, 0.5, 0.5, 0.6), once)).toBeUndefined();
    // n2 has come higher on the same path: n3 is no record.
    expect(nextExpansion(chain(0.5, 0.5, 0.7, 0.6), once)).toBe('n3');
    expect(nextExpansion(chain(0.5, 0.5, 0.7, 0.59), once)).toBeUndefined();
    // Not deep enough to be cut off, nor to end as a record.
    expect(nextExpansion(chain(0.5, 0.5, 0.1), once)).toBe('n2');
    expect(nextExpansion(chain(0.5, 0.5, 0.9), once)).toBe('n2');
  });

  it('comes back to a node that brought nothing', () => {
    const tree = treeOf([BASELINE_ID, 0.5], ['a', 0.6, BASELINE_ID]);
    expect(nextExpansion(tree, OPTIONS)).toBe('a');
    expect(nextExpansion(tree, OPTIONS)).toBe('a');
  });
});

/** The search as its authors describe it, on objects that remember: what the replay has to agree with. */
class RememberedSearch {
  readonly expanded: string[] = [];
  private best: number;
  readonly root: Remembered;

  constructor(
    private readonly options: SearchOptions,
    rootReward: number,
    private readonly childrenOf: (id: string) => readonly number[],
  ) {
    this.root = { id: BASELINE_ID, reward: rootReward, depth: 0, parent: undefined, children: [], sums: [] };
    this.best = rootReward;
  }

  run(): void {
    for (let iteration = 0; iteration < this.options.iterations; iteration++) {
      const path = this.select();
      if (path.at(-1)!.depth < this.options.depthLimit) {
        this.expand(path.at(-1)!);
        this.simulate(path);
      }
      path.forEach((node, index) =>
        node.sums.push(path.slice(index).reduce((sum, each) => sum + each.reward, 0)),
      );
    }
  }

  private select(): Remembered[] {
    const path = [this.root];
    for (;;) {
      const node = path.at(-1)!;
      if (node.children.length === 0 || this.isTerminal(node)) return path;
      const values = node.children.map((child) => {
        const q =
          child.sums.length > 0 ? child.sums.reduce((a, b) => a + b) / child.sums.length : child.reward;
        const bonus = Math.sqrt(Math.log(node.sums.length + 1) / Math.max(1, child.sums.length));
        return q + this.options.exploration * bonus;
      });
      path.push(node.children[values.indexOf(Math.max(...values))]!);
    }
  }

  private simulate(path: Remembered[]): void {
    for (;;) {
      const node = path.at(-1)!;
      const isRecord = node.reward > this.best && node.depth > this.options.minDepth;
      this.best = Math.max(this.best, node.reward);
      if (isRecord || this.isTerminal(node)) return;
      if (node.children.length === 0) this.expand(node);
      const rewards = node.children.map((child) => child.reward);
      path.push(node.children[rewards.indexOf(Math.max(...rewards))]!);
    }
  }

  private expand(node: Remembered): void {
    if (this.isTerminal(node)) return;
    this.expanded.push(node.id);
    for (const [index, reward] of this.childrenOf(node.id).entries()) {
      const id = `${node.id}.${index}`;
      node.children.push({ id, reward, depth: node.depth + 1, parent: node, children: [], sums: [] });
    }
  }

  private isTerminal({ depth, reward, parent }: Remembered): boolean {
    const floor = parent ? (this.root.reward + parent.reward) / 2 : 0;
    return depth >= this.options.depthLimit || (reward < floor && depth > this.options.minDepth);
  }
}

interface Remembered {
  readonly id: string;
  readonly reward: number;
  readonly depth: number;
  readonly parent: Remembered | undefined;
  readonly children: Remembered[];
  readonly sums: number[];
}

describe('the replay', () => {
  const reward = fc.integer({ min: 0, max: 20 }).map((each) => each / 20);
  const options = fc.record({
    iterations: fc.integer({ min: 1, max: 8 }),
    depthLimit: fc.integer({ min: 1, max: 6 }),
    minDepth: fc.integer({ min: 0, max: 3 }),
    exploration: fc.constantFrom(0, 0.5, 2.5),
  });

  it('expands what a search that remembers expands, in the same order, and comes to an end', () => {
    fc.assert(
      fc.property(
        options,
        reward,
        fc.array(fc.array(reward, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
        (chosen, rootReward, families) => {
          // Which children a node has follows from its place, as if a scripted model were asked.
          const childrenOf = (id: string) =>
            families[
              (id.length + id.split('.').reduce((sum, each) => sum + (Number(each) || 0), 0)) %
                families.length
            ]!;
          const remembered = new RememberedSearch(chosen, rootReward, childrenOf);
          remembered.run();

          const tree = new Map<string, SearchNode>([
            [BASELINE_ID, { id: BASELINE_ID, reward: rootReward, children: [] }],
          ]);
          const expanded: string[] = [];
          for (;;) {
            const id = nextExpansion(tree, chosen);
            if (id === undefined) break;
            expanded.push(id);
            expect(id.split('.').length - 1).toBeLessThan(chosen.depthLimit);
            expect(expanded.length).toBeLessThanOrEqual(chosen.iterations * chosen.depthLimit);
            const children = childrenOf(id).map((value, index) => ({
              id: `${id}.${index}`,
              reward: value,
              children: [],
            }));
            for (const child of children) tree.set(child.id, child);
            tree.set(id, { ...tree.get(id)!, children: children.map((child) => child.id) });
          }
          expect(expanded).toEqual(remembered.expanded);
          expect(new Set(expanded).size).toBe(expanded.length);
        },
      ),
      { seed: 5, numRuns: 400 },
    );
  });
});
