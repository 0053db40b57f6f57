import { BASELINE_ID } from '../core/candidate.js';
import { seededRandom, shuffled } from '../core/hash.js';
import type { RunState } from '../core/run.js';

/**
 * The train rows of a step: steps go through all of them in an order that is shuffled anew for each pass.
 * @param step from 1 on
 * @param options.fill whether the last minibatch of a pass is filled up, with the rows that filled up the fewest before
 */
export function minibatchOf(
  state: RunState,
  step: number,
  size: number,
  { fill = false }: { readonly fill?: boolean } = {},
): string[] {
  const rows = state.setup.splits.train.length;
  const perPass = Math.max(1, Math.ceil(rows / size));
  const pass = Math.floor((step - 1) / perPass);
  const from = ((step - 1) % perPass) * size;
  const minibatch = orderOf(state, pass).slice(from, from + size);
  return fill && minibatch.length < size ? [...minibatch, ...fillers(state, pass, from, size)] : minibatch;
}

function orderOf({ setup }: RunState, pass: number): string[] {
  return shuffled(setup.splits.train, seededRandom(`${setup.seed} pass ${pass}`));
}

/** What fills up the last minibatch of a pass, which begins at `from`. */
function fillers(state: RunState, last: number, from: number, size: number): string[] {
  const uses = new Map<string, number>();
  let chosen: string[] = [];
  for (let pass = 0; pass <= last; pass++) {
    const order = orderOf(state, pass);
    chosen = order
      .slice(0, from)
      .sort((a, b) => (uses.get(a) ?? 0) - (uses.get(b) ?? 0))
      .slice(0, size - (order.length - from));
    for (const id of chosen) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  return chosen;
}

/** The newest candidate that kept the rules, measured or not, for methods that always go on from the last text. */
export function latestKept(state: RunState): string {
  const kept = [...state.candidates.values()].filter(({ status }) => status === 'kept' || status === 'best');
  return kept.at(-1)?.candidate.id ?? BASELINE_ID;
}
