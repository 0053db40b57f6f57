/** What was measured of a text, and from which text it was made. */
export interface LineageNode {
  readonly id: string;
  /** Absent for the text that all differences are measured from. */
  readonly parent?: string;
  /** Mean difference from that text, in [-1, 1]. */
  readonly delta: number;
  /** Rows that it rests on; 0 for a text that was not measured. */
  readonly n: number;
}

export interface LineageModel {
  /** Variance, per row, of what a text scores for no other reason than its exact words. */
  readonly noise: number;
  /** Variance of what an edit really changes. */
  readonly change: number;
}

/**
 * What texts are worth, read from all measurements along their lineage: an edit changes a text a little, so that a text
 * which scored far above its parent and above all that was made from it was lucky, and one whose children all do well was
 * not. Exact posterior means of a Gaussian random walk down the tree (belief propagation: one pass up, one down).
 * @param nodes parents before their children
 * @returns the difference from the first text that is to be expected on other rows, by id
 */
export function lineageEstimates(
  nodes: readonly LineageNode[],
  { noise, change }: LineageModel,
): Map<string, number> {
  const up = nodes.map(({ delta, n }) => informationOf(delta, noise, n));
  const index = new Map(nodes.map(({ id }, at) => [id, at]));
  const parents = nodes.map(({ parent }) => (parent === undefined ? undefined : index.get(parent)));
  const messages: Information[] = [];
  for (let at = nodes.length - 1; at > 0; at--) {
    messages[at] = blurred(up[at]!, change);
    const parent = parents[at];
    if (parent !== undefined) up[parent] = plus(up[parent]!, messages[at]!);
  }
  const estimates = new Map<string, number>();
  const beliefs: Information[] = [];
  for (const [at, { id }] of nodes.entries()) {
    const parent = parents[at];
    // The first text is the one that is measured from: its difference is 0, whatever its children do.
    if (parent === undefined) beliefs[at] = CERTAIN;
    else beliefs[at] = plus(up[at]!, blurred(minus(beliefs[parent]!, messages[at]!), change));
    const belief = beliefs[at];
    estimates.set(id, belief.precision === 0 ? 0 : belief.weighted / belief.precision);
  }
  return estimates;
}

/** A Gaussian by its precision, and its mean times that. */
interface Information {
  readonly precision: number;
  readonly weighted: number;
}

/** Far more certain than any measurement can be. */
const CERTAIN: Information = { precision: 1e12, weighted: 0 };
const LEAST_NOISE = 1e-6;

function informationOf(mean: number, noise: number, n: number): Information {
  const precision = n / Math.max(noise, LEAST_NOISE);
  return { precision, weighted: mean * precision };
}

function plus(a: Information, b: Information): Information {
  return { precision: a.precision + b.precision, weighted: a.weighted + b.weighted };
}

function minus(a: Information, b: Information): Information {
  return { precision: Math.max(0, a.precision - b.precision), weighted: a.weighted - b.weighted };
}

/** The same after a step of the walk: less certain by the variance of an edit. */
function blurred({ precision, weighted }: Information, variance: number): Information {
  const share = 1 / (1 + precision * variance);
  return { precision: precision * share, weighted: weighted * share };
}

/** The least that an edit is taken to change: 2 points. With less, nothing could ever be learned of a first child. */
const LEAST_CHANGE = 0.02 ** 2;
/** The most: where few edits were measured, a lucky one must not speak for all. */
const MOST_CHANGE = 0.15 ** 2;
const LEAST_ROWS = 4;

/**
 * Noise and change from the differences of texts to their parents on shared rows (method of moments). All that varies
 * from row to row is taken as noise of the two texts.
 * @param edits differences per row, one list for each text that was made from another
 */
export function lineageModel(edits: readonly (readonly number[])[]): LineageModel {
  const measured = edits.filter(({ length }) => length >= LEAST_ROWS);
  const rows = measured.reduce((sum, { length }) => sum + length, 0);
  if (rows === 0) return { noise: 0.25, change: MOST_CHANGE };
  const means = measured.map((each) => each.reduce((sum, value) => sum + value, 0) / each.length);
  const squares = measured.reduce(
    (sum, each, at) => sum + each.reduce((total, value) => total + (value - means[at]!) ** 2, 0),
    0,
  );
  const perRow = squares / Math.max(1, rows - measured.length);
  const between = measured.reduce((sum, { length }, at) => sum + means[at]! ** 2 - perRow / length, 0);
  const change = between / measured.length;
  return { noise: perRow / 2, change: Math.min(MOST_CHANGE, Math.max(LEAST_CHANGE, change)) };
}
