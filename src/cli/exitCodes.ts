import { BASELINE_ID } from '../core/candidate.js';
import type { ErrorReason } from '../core/errors.js';
import { isResumable, type RunState } from '../core/run.js';

/** What the process ends with. Other tools rely on these numbers. */
export const EXIT = { done: 0, gateFailed: 1, badUsage: 2, endedEarly: 3, cancelled: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * The exit code of each error reason. A refused write is a failed gate; what the user has to put right before
 * anything can start is bad usage; what models, budgets or Hone itself broke off is an early end.
 */
export const EXIT_BY_REASON: Readonly<Record<ErrorReason, ExitCode>> = {
  'bad-usage': EXIT.badUsage,
  'bad-config': EXIT.badUsage,
  'bad-prompt-file': EXIT.badUsage,
  'bad-test-set': EXIT.badUsage,
  'empty-test-set': EXIT.badUsage,
  'no-test-set': EXIT.badUsage,
  'unfilled-placeholder': EXIT.badUsage,
  'not-found': EXIT.badUsage,
  'splice-refused': EXIT.gateFailed,
  'stale-file': EXIT.gateFailed,
  unreachable: EXIT.endedEarly,
  unauthorized: EXIT.endedEarly,
  'no-model': EXIT.badUsage,
  'rate-limited': EXIT.endedEarly,
  'quota-exhausted': EXIT.endedEarly,
  overloaded: EXIT.endedEarly,
  'timed-out': EXIT.endedEarly,
  'bad-request': EXIT.endedEarly,
  'bad-response': EXIT.endedEarly,
  'missing-tags': EXIT.endedEarly,
  'budget-spent': EXIT.endedEarly,
  'scorer-failed': EXIT.endedEarly,
  cancelled: EXIT.cancelled,
  internal: EXIT.endedEarly,
};

/**
 * The exit code of a run that has stopped. A spent budget, or an optimizer without further proposals, is a normal end
 * once a candidate was tried and the run could say something about it.
 */
export function exitCodeOfRun(state: RunState): ExitCode {
  switch (state.stop?.reason) {
    case undefined:
    case 'model-failed':
      return EXIT.endedEarly;
    case 'cancelled':
      return EXIT.cancelled;
    case 'calls-spent':
    case 'cost-spent':
    case 'no-proposals':
      return state.verdict !== undefined && triedSomething(state) ? EXIT.done : EXIT.endedEarly;
    default:
      return EXIT.done;
  }
}

/** Whether the verdict rests on at least one candidate that was scored. */
function triedSomething(state: RunState): boolean {
  return [...state.candidates.values()].some(
    ({ candidate, status }) => candidate.id !== BASELINE_ID && status !== 'rejected' && status !== 'pending',
  );
}

/** Why a run has no full result, for stderr; empty when it has. */
export function earlyEnd(state: RunState): string {
  if (exitCodeOfRun(state) === EXIT.done) return '';
  const why = state.stop?.nextStep ?? 'The run did not end.';
  const { verdict, stop, setup } = state;
  const command = `${why} Go on with: hone resume ${setup.runId}`;
  if (isResumable(verdict?.kind, stop?.reason)) return command;
  if (verdict) return why;
  return `${command} ${stop?.reason === 'cost-spent' ? '--max-cost USD' : '--max-calls N'}`;
}

/** The code of several results in a row: the one that a caller must not miss. */
export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  return [...codes].reduce<ExitCode>((worst, code) => (code > worst ? code : worst), EXIT.done);
}
