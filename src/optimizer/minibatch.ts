import { BASELINE_ID } from '../core/candidate.js';
import { seededRandom, shuffled } from '../core/hash.js';
import type { RunState } from '../core/run.js';

/**
 * The train rows of a step: steps go through all of them in an order that is shuffled anew for each pass.
 * @param step from 1 on
 * @param options.fill whether the last minibatch of a pass is filled up with rows from its beginning
 */
export function minibatchOf(
  { setup }: RunState,
  step: number,
  size: number,
  { fill = false }: { readonly fill?: boolean } = {},
): string[] {
  const { train } = setup.splits;
  const perPass = Math.max(1, Math.ceil(train.length / size));
  const pass = Math.floor((step - 1) / perPass);
  const order = shuffled(train, seededRandom(`${setup.seed} pass ${pass}`));
  const from = ((step - 1) % perPass) * size;
  const rows = order.slice(from, from + size);
  return fill ? [...rows, ...order.slice(0, Math.min(size - rows.length, from))] : rows;
}

/** The newest candidate that kept the rules, measured or not, for methods that always go on from the last text. */
export function latestKept(state: RunState): string {
  const kept = [...state.candidates.values()].filter(({ status }) => status === 'kept' || status === 'best');
  return kept.at(-1)?.candidate.id ?? BASELINE_ID;
}
