import { BASELINE_ID, type Advice } from '../../core/candidate.js';
import type { AdviceStatus, KnownAdvice } from '../../core/knownAdvice.js';
import { recordOf, type RunState } from '../../core/run.js';

/**
 * All advice of a run with its status under the text that stood in the file when it began: what the run gave, then what
 * earlier runs gave and this one did not, open advice before closed.
 */
export function adviceOfRun(state: RunState): KnownAdvice[] {
  const given = [...state.advice.values()].map((advice) => standing(state, advice));
  const earlier = [...state.recalled.values()]
    .filter(({ advice }) => !state.advice.has(advice.id))
    .map(({ advice }) => standing(state, advice));
  return [...given, ...earlier.sort((a, b) => Number(a.status === 'closed') - Number(b.status === 'closed'))];
}

/**
 * Earlier advice that is open, for the optimizer to go on with: only what train rows of this run support, since advice may
 * have been drawn from rows that this run keeps for the exam.
 */
export function openEarlierAdvice(state: RunState): Advice[] {
  const train = new Set(state.setup.splits.train);
  return adviceOfRun(state)
    .filter(({ advice, status }) => status === 'open' && !state.advice.has(advice.id))
    .map(({ advice }) => advice)
    .filter(({ rows }) => rows.length > 0 && rows.every((id) => train.has(id)));
}

function standing(state: RunState, advice: Advice): KnownAdvice {
  const known = state.recalled.get(advice.id);
  return {
    advice,
    since: known?.since ?? state.setup.runId,
    status: statusOf(state, advice) ?? known?.status ?? 'open',
  };
}

/**
 * Open when a supporting row fails with the prompt in the file, closed when those that were scored pass and are at least
 * half of them; undefined where too few were scored to tell.
 */
function statusOf(state: RunState, { rows }: Advice): AdviceStatus | undefined {
  const { outcomes } = recordOf(state, BASELINE_ID);
  const scored = rows.flatMap((id) => {
    const outcome = outcomes.get(id);
    return outcome?.status === 'scored' ? [outcome.score.pass] : [];
  });
  if (scored.includes(false)) return 'open';
  return scored.length > 0 && 2 * scored.length >= rows.length ? 'closed' : undefined;
}
