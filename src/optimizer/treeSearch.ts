import { BASELINE_ID } from '../core/candidate.js';

/** A prompt in the tree, with its reward in [0, 1]. */
export interface SearchNode {
  readonly id: string;
  readonly reward: number;
  /** In order of proposal. A node without any is expanded when a path comes to it, again where nothing came of it before. */
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
  /** Sums of rewards from a node to the end of a path, one for each path through it. */
  readonly sums: Map<string, number[]>;
  /** The highest reward that a path has come to. */
  best: number;
}

/**
 * UCT as PromptAgent has it (arXiv 2310.16427, equation 2): `Q + w * sqrt(ln(N_parent + 1) / max(1, N_child))`.
 * @param value mean over paths of the rewards from the node to the path's end; its own reward when it is on none
 * @param parentPaths ended paths through the parent, at least 0
 * @param paths ended paths through the node, at least 0
 */
export function uct(value: number, parentPaths: number, paths: number, exploration: number): number {
  return value + exploration * Math.sqrt(Math.log(parentPaths + 1) / Math.max(1, paths));
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
  const statistics: Statistics = { sums: new Map(), best: root.reward };
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const path = selectPath(tree, root, statistics, options);
    for (;;) {
      const node = path.at(-1)!;
      if (endsPath(node, path, statistics, options)) break;
      const next = bestChild(tree, node);
      if (!next) return node.id;
      path.push(next);
    }
    backPropagate(path, statistics);
  }
  return undefined;
}

/** From the root down by UCT to a node that has no children, or at which every path ends. */
function selectPath(
  tree: ReadonlyMap<string, SearchNode>,
  root: SearchNode,
  statistics: Statistics,
  options: SearchOptions,
): SearchNode[] {
  const path = [root];
  for (;;) {
    const node = path.at(-1)!;
    const children = childrenOf(tree, node);
    // The path on which they came up went on to one of them: without it they are not there yet.
    const areThere = children.some(({ id }) => statistics.sums.has(id));
    if (!areThere || isTerminal(node, path, options)) return path;
    const next = children
      .map((child) => ({ child, value: uctOf(child, node, statistics, options) }))
      .reduce((best, each) => (each.value > best.value ? each : best)).child;
    path.push(next);
  }
}

function uctOf(node: SearchNode, parent: SearchNode, { sums }: Statistics, options: SearchOptions): number {
  const own = sums.get(node.id) ?? [];
  const value = own.length === 0 ? node.reward : own.reduce((total, each) => total + each, 0) / own.length;
  return uct(value, sums.get(parent.id)?.length ?? 0, own.length, options.exploration);
}

/** A path ends at the depth limit; deep enough, also where it is worse than where it came from. */
function isTerminal(
  node: SearchNode,
  path: readonly SearchNode[],
  { depthLimit, minDepth }: SearchOptions,
): boolean {
  const depth = path.length - 1;
  if (depth >= depthLimit) return true;
  if (depth <= minDepth) return false;
  return node.reward < (path[0]!.reward + path.at(-2)!.reward) / 2;
}

/** Whether the simulation ends here: deep enough, also where it beats all that paths have come to. */
function endsPath(
  node: SearchNode,
  path: readonly SearchNode[],
  statistics: Statistics,
  options: SearchOptions,
): boolean {
  const isRecord = node.reward > statistics.best && path.length - 1 > options.minDepth;
  statistics.best = Math.max(statistics.best, node.reward);
  return isRecord || isTerminal(node, path, options);
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

function backPropagate(path: readonly SearchNode[], { sums }: Statistics): void {
  let sum = 0;
  for (const node of path.toReversed()) {
    sum += node.reward;
    sums.set(node.id, [...(sums.get(node.id) ?? []), sum]);
  }
}
