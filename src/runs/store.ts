import { readdir } from 'node:fs/promises';
import { BASELINE_ID } from '../core/candidate.js';
import { HoneError, toHoneError } from '../core/errors.js';
import {
  callsMade,
  recordOf,
  replay,
  scoreOn,
  selectionRows,
  type RunState,
  type StopReason,
  type VerdictKind,
} from '../core/run.js';
import { bestCandidate } from '../optimizer/trajectory.js';
import { appendToJournal, readJournal } from './journal.js';
import { runsFolder } from './paths.js';

/** A stored run in a line. Scores are in [0, 1]: of the exam where it was held, else of the selection rows. */
export interface RunSummary {
  readonly runId: string;
  readonly promptPath: string;
  readonly strategy: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly verdict?: VerdictKind;
  readonly stop?: StopReason;
  readonly baselineScore?: number;
  readonly bestScore?: number;
  readonly delta?: number;
  readonly calls: number;
  readonly candidates: number;
  readonly accepted: readonly string[];
}

/** Stored runs, newest first. Journals that cannot be read are told in `problems`, a sentence each. */
export async function listRuns(root: string): Promise<{ runs: RunSummary[]; problems: string[] }> {
  const ids = await readdir(runsFolder(root)).catch(() => []);
  const runs: RunSummary[] = [];
  const problems: string[] = [];
  for (const runId of ids) {
    try {
      runs.push(summarise(await loadRun(root, runId)));
    } catch (error) {
      problems.push(toHoneError(error).message);
    }
  }
  return { runs: runs.sort((a, b) => b.startedAt - a.startedAt), problems };
}

/**
 * The state of a stored run.
 * @throws HoneError `not-found`, or `bad-config` when its journal cannot be read
 */
export async function loadRun(root: string, runId: string): Promise<RunState> {
  const state = replay(await readJournal(root, runId));
  if (state) return state;
  throw new HoneError({
    reason: 'not-found',
    message: `The run ${runId} was stopped before anything was stored.`,
    nextStep: 'Start it anew.',
  });
}

/** Notes in the journal that a candidate was written into the file. */
export function recordAccepted(root: string, runId: string, candidateId: string): void {
  appendToJournal(root, runId, { type: 'accepted', at: Date.now(), candidateId });
}

function summarise(state: RunState): RunSummary {
  const { verdict, stop, setup } = state;
  const scores = headlineScores(state);
  return {
    runId: setup.runId,
    promptPath: setup.prompt.path,
    strategy: setup.strategy,
    startedAt: state.startedAt,
    ...(verdict && { verdict: verdict.kind }),
    ...(stop && { stop: stop.reason }),
    ...scores,
    calls: callsMade(state.usage),
    candidates: state.candidates.size - 1,
    accepted: state.accepted,
  };
}

function headlineScores(state: RunState): Pick<RunSummary, 'baselineScore' | 'bestScore' | 'delta'> {
  const comparison = state.verdict?.comparison;
  if (comparison) {
    return { baselineScore: comparison.before, bestScore: comparison.after, delta: comparison.delta };
  }
  const baseline = recordOf(state, BASELINE_ID);
  const { mean } = scoreOn(baseline, selectionRows(state, baseline.candidate));
  const best = bestCandidate(state)?.score;
  return {
    ...(mean !== undefined && { baselineScore: mean }),
    ...(best !== undefined && { bestScore: best }),
    ...(mean !== undefined && best !== undefined && { delta: best - mean }),
  };
}
