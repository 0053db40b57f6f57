import path from 'node:path';
import type { RunState } from '../core/run.js';
import { replaceBytes } from './files.js';

export interface Acceptance {
  readonly runId: string;
  readonly candidateId: string;
  /** Relative to the workspace. */
  readonly path: string;
  /** Size of the file as written. */
  readonly bytes: number;
}

/**
 * Writes a candidate of a run into its prompt file: exactly the bytes that were scored.
 * @param wanted the id of a candidate; the best one when absent
 * @throws HoneError `stale-file` when the file is not what the run started from, `not-found`; nothing is written then
 */
export async function acceptRun(
  root: string,
  state: RunState,
  wanted: string | undefined,
): Promise<Acceptance> {
  const { acceptedBytes, currentBytes, recordAccepted } = await import('../engine.js');
  const { runId, prompt } = state.setup;
  const { candidateId, bytes } = acceptedBytes(state, wanted, await currentBytes(root, state.setup));
  await replaceBytes(path.join(root, prompt.path), bytes);
  recordAccepted(root, runId, candidateId);
  return { runId, candidateId, path: prompt.path, bytes: bytes.length };
}

/** What was written, as a sentence. */
export function acceptanceText({ path: file, candidateId, bytes }: Acceptance): string {
  return `${file} now holds candidate ${candidateId}, ${bytes} bytes.`;
}
