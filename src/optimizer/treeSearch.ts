import { BASELINE_ID } from '../core/candidate.js';

/** A prompt in the tree, with its reward in [0, 1]. */
export interface SearchNode {
  readonly id: string;
  readonly reward: number;
  /** Whether children were asked for, also when none came of it. */
  readonly isExpanded: boolean;
  /** In order of proposal. */
  readonly children: readonly string[];
}

export interface SearchOptions {
  readonly iterations: number;
  /** Edges from the root at the most. */
  readonly depthLimit: number;
  /** Depth above which a path may end early or be cut off. */
  readonly minDepth: number;
  /** Weight of the visit bonus. */
  readonly exploration: number;
}

/** What one iteration after another leaves behind. */
interface Statistics {
  readonly visits: Map<string, number>;
  /** Sums of rewards from a node to the end of a path, one for each path through it. */
  readonly sums: Map<string, number[]>;
  best: number;
}

/**
 * UCT as PromptAgent has it (arXiv 2310.16427, equation 2): `Q + w * sqrt(ln(N_parent + 1) / max(1, N_child))`.
 * @param value mean over paths of the rewards from the node to the path's end; its own reward when it was not visited
 */
export function uct(value: number, parentVisits: number, visits: number, exploration: number): number {
  return value + exploration * Math.sqrt(Math.log(parentVisits + 1) / Math.max(1, visits));
}

/**
 * Plays the search from its beginning on the tree as it is, up to the first node that has to be expanded: selection by
 * UCT, then on to the best child until the path ends, then rewards back along the path. All follows from the tree, so an
 * interrupted search goes on as an undisturbed one.
 * @returns the node to expand; undefined when all iterations are done
 */
export function nextExpansion(
  tree: ReadonlyMap<string, SearchNode>,
  options: SearchOptions,
): string | undefined {
  const root = tree.get(BASELINE_ID);
  if (!root) return undefined;
  const statistics: Statistics = { visits: new Map(), sums: new Map(), best: root.reward };
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const path = selectPath(tree, root, statistics, options);
    for (;;) {
      const node = path.at(-1)!;
      if (isEnd(node, path, statistics, options)) break;
      if (!node.isExpanded) return node.id;
      const next = bestChild(tree, node);
      if (!next) break;
      visit(statistics, next);
      path.push(next);
    }
    backPropagate(path, statistics);
  }
  return undefined;
}

/** From the root down by UCT to a node that has no children, or at which a path ends. */
function selectPath(
  tree: ReadonlyMap<string, SearchNode>,
  root: SearchNode,
  statistics: Statistics,
  options: SearchOptions,
): SearchNode[] {
  const path = [root];
  visit(statistics, root);
  for (;;) {
    const node = path.at(-1)!;
    const children = childrenOf(tree, node);
    // Children that no path has reached yet are for the simulation to choose from.
    const isKnown = children.some(({ id }) => statistics.visits.has(id));
    if (!isKnown || isEnd(node, path, statistics, options)) return path;
    const parentVisits = statistics.visits.get(node.id)!;
    const next = children
      .map((child) => ({
        child,
        value: uct(
          valueOf(child, statistics),
          parentVisits,
          statistics.visits.get(child.id) ?? 0,
          options.exploration,
        ),
      }))
      .reduce((best, each) => (each.value > best.value ? each : best)).child;
    visit(statistics, next);
    path.push(next);
  }
}

function valueOf(node: SearchNode, { sums }: Statistics): number {
  const all = sums.get(node.id);
  return all ? all.reduce((total, each) => total + each, 0) / all.length : node.reward;
}

/** A path ends at the depth limit; deep enough, also where it beats all others, or is worse than where it came from. */
function isEnd(
  node: SearchNode,
  path: readonly SearchNode[],
  { best }: Statistics,
  { depthLimit, minDepth }: SearchOptions,
): boolean {
  const depth = path.length - 1;
  if (depth >= depthLimit) return true;
  if (depth <= minDepth) return false;
  const floor = (path[0]!.reward + path.at(-2)!.reward) / 2;
  return node.reward > best || node.reward < floor;
}

function childrenOf(tree: ReadonlyMap<string, SearchNode>, node: SearchNode): SearchNode[] {
  return node.children.flatMap((id) => tree.get(id) ?? []);
}

/** The child with the highest reward, the first of equals. */
function bestChild(tree: ReadonlyMap<string, SearchNode>, node: SearchNode): SearchNode | undefined {
  return childrenOf(tree, node).reduce<SearchNode | undefined>(
    (best, child) => (best === undefined || child.reward > best.reward ? child : best),
    undefined,
  );
}

function visit({ visits }: Statistics, { id }: SearchNode): void {
  visits.set(id, (visits.get(id) ?? 0) + 1);
}

function backPropagate(path: readonly SearchNode[], statistics: Statistics): void {
  let sum = 0;
  for (const node of path.toReversed()) {
    sum += node.reward;
    statistics.sums.set(node.id, [...(statistics.sums.get(node.id) ?? []), sum]);
    statistics.best = Math.max(statistics.best, node.reward);
  }
}
