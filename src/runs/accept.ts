import { BASELINE_ID } from '../core/candidate.js';
import { HoneError } from '../core/errors.js';
import { encodeText, equalBytes } from '../core/prompt.js';
import type { RunState } from '../core/run.js';
import { bestCandidate } from '../optimizer/trajectory.js';

/** The candidate that accepting means when the user names none: the one of the verdict, else the best so far. */
export function acceptableCandidate(state: RunState): string | undefined {
  const best = state.verdict?.candidateId ?? bestCandidate(state)?.record.candidate.id;
  return best === BASELINE_ID ? undefined : best;
}

/**
 * The bytes that accepting writes: exactly those that were scored.
 * @param currentBytes the file as it is now
 * @throws HoneError `stale-file` when the file is no longer the one that the run was started on, `not-found` when there is
 *   no such candidate, or none that could be accepted
 */
export function acceptedBytes(
  state: RunState,
  candidateId: string | undefined,
  currentBytes: Uint8Array,
): { candidateId: string; bytes: Uint8Array } {
  const { setup } = state;
  const id = candidateId ?? acceptableCandidate(state);
  const record = id === undefined ? undefined : state.candidates.get(id);
  if (!record || record.candidate.id === BASELINE_ID) {
    throw new HoneError({
      reason: 'not-found',
      message: id
        ? `The run ${setup.runId} has no candidate ${id}.`
        : `The run ${setup.runId} has no candidate to accept.`,
      nextStep: 'Look at the run for the candidates that it has.',
    });
  }
  if (record.status === 'rejected') {
    throw new HoneError({
      reason: 'splice-refused',
      message: `Candidate ${record.candidate.id} broke a rule and was never scored: ${record.reasons.join(' ')}`,
      nextStep: 'Choose a candidate that was scored.',
    });
  }
  const bytes = encodeText(record.candidate.text);
  if (!equalBytes(currentBytes, encodeText(setup.prompt.text)) && !equalBytes(currentBytes, bytes)) {
    throw new HoneError({
      reason: 'stale-file',
      message: `${setup.prompt.path} has changed since the run ${setup.runId} scored it.`,
      nextStep: 'Undo your change and accept again, or start a new run on the file as it is now.',
      place: { file: setup.prompt.path },
    });
  }
  return { candidateId: record.candidate.id, bytes };
}
