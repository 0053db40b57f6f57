import { BASELINE_ID } from '../core/candidate.js';
import {
  examRows,
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type ModelRole,
  type RunState,
  type Usage,
  type Verdict,
} from '../core/run.js';
import { comparePaired, wilsonInterval, type Interval } from '../core/statistics.js';
import type { AdviceStatus } from '../core/knownAdvice.js';
import type { Wishes } from '../core/wishes.js';
import { checkedAdvice, type CheckedAdvice } from '../optimizer/feedback/checked.js';
import { adviceOfRun } from '../optimizer/feedback/standing.js';
import { bestCandidate } from '../optimizer/trajectory.js';

/** What a run used, as the command-line contract has it. Cost in US dollars; null when a price is unknown. */
export interface UsageReport {
  readonly calls: Readonly<Record<ModelRole, number>>;
  readonly cached: number;
  readonly tokens: { readonly prompt: number; readonly completion: number };
  readonly cost: number | null;
  /** What the cached answers would have cost. */
  readonly saved: number | null;
  readonly byRole: Readonly<
    Record<
      ModelRole,
      {
        readonly calls: number;
        readonly cached: number;
        readonly tokens: { readonly prompt: number; readonly completion: number };
        readonly cost: number | null;
      }
    >
  >;
}

/** What a verdict rests on, besides the comparison. */
export type ExamReport = Omit<Verdict, 'kind' | 'candidateId' | 'comparison'>;

/** The result of `hone optimize`. Scores are in [0, 1]; null where no row was scored. */
export interface OptimizeResult {
  readonly runId: string;
  readonly prompt: string;
  readonly strategy: string;
  readonly verdict: string;
  /** How the verdict was reached; absent before there is one. */
  readonly exam?: ExamReport;
  readonly baseline: { readonly score: number | null; readonly n: number; readonly interval: Interval };
  readonly best: {
    readonly id: string;
    /** The whole file. */
    readonly text: string;
    readonly score: number | null;
    readonly delta: number;
    readonly interval: Interval;
    readonly pValue: number;
    readonly n: number;
    readonly fixed: readonly string[];
    readonly broken: readonly string[];
  };
  readonly candidates: readonly {
    readonly id: string;
    readonly parent: string | null;
    readonly operator: string;
    readonly score: number | null;
    readonly n: number;
    readonly status: string;
    readonly text: string;
    readonly reasons: readonly string[];
  }[];
  /** What the user asked for; absent for nothing. */
  readonly wishes?: Wishes;
  /** What this run gave, then what earlier runs gave on this prompt and this one did not. */
  readonly feedback: readonly {
    readonly id: string;
    readonly text: string;
    readonly direction: string;
    readonly rows: readonly string[];
    readonly lines: readonly number[];
    /** Open while rows that support it fail with the prompt that was in the file when the run began. */
    readonly status: AdviceStatus;
    /** The run that gave it first. */
    readonly since: string;
    /** Failing train rows of its cause that the optimizer was not shown: how many the best candidate that follows it fixes. */
    readonly checked?: CheckedAdvice;
  }[];
  readonly splits: { readonly train: number; readonly validation: number; readonly exam: number };
  readonly usage: UsageReport;
  readonly stop: { readonly reason: string; readonly nextStep: string };
}

/**
 * The result of a run as it stands. The numbers of the baseline and the best are of the exam rows once the verdict has
 * looked at them, of the selection rows before.
 */
export function runResult(state: RunState): OptimizeResult {
  const { setup, verdict } = state;
  const baseline = recordOf(state, BASELINE_ID);
  const best = verdict?.candidateId
    ? recordOf(state, verdict.candidateId)
    : (bestCandidate(state)?.record ?? baseline);
  const rows = verdict?.comparison ? verdictRows(state) : selectionRows(state, best.candidate);
  const comparison = verdict?.comparison ?? comparePaired(pairsOf(baseline, best, rows), setup.seed);
  const ofBaseline = scoreOn(baseline, rows);
  return {
    runId: setup.runId,
    prompt: setup.prompt.path,
    strategy: setup.strategy,
    verdict: verdict?.kind ?? 'undecided',
    ...(verdict && { exam: examReport(verdict) }),
    baseline: {
      score: ofBaseline.mean ?? null,
      n: ofBaseline.n,
      interval: wilsonInterval((ofBaseline.mean ?? 0) * ofBaseline.n, ofBaseline.n),
    },
    best: {
      id: best.candidate.id,
      text: best.candidate.text,
      score: comparison.n === 0 ? (scoreOn(best, rows).mean ?? null) : comparison.after,
      delta: comparison.delta,
      interval: comparison.interval,
      pValue: comparison.pValue,
      n: comparison.n,
      fixed: comparison.fixed,
      broken: comparison.broken,
    },
    candidates: [...state.candidates.values()].map((record) => candidateReport(state, record)),
    feedback: adviceReport(state),
    ...(setup.wishes && { wishes: setup.wishes }),
    splits: {
      train: setup.splits.train.length,
      validation: setup.splits.validation.length,
      exam: setup.splits.exam.length,
    },
    usage: usageReport(state.usage),
    stop: {
      reason: state.stop?.reason ?? 'running',
      nextStep: state.stop?.nextStep ?? 'The run has not ended; resume it if nobody is running it.',
    },
  };
}

/** The rows that a verdict's comparison is about; all rows of a cross-fitted one with both finalists. */
function verdictRows(state: RunState): readonly string[] {
  const { verdict, setup } = state;
  const { train, exam } = setup.splits;
  if (verdict?.crossFitted) return [...train, ...exam];
  const best = recordOf(state, verdict?.candidateId ?? BASELINE_ID);
  return exam.length > 0 ? examRows(state, best.candidate) : selectionRows(state);
}

function examReport(verdict: Verdict): ExamReport {
  const apart = new Set(['kind', 'candidateId', 'comparison']);
  return Object.fromEntries(
    Object.entries(verdict).filter(([key]) => !apart.has(key)),
  ) as unknown as ExamReport;
}

function adviceReport(state: RunState): OptimizeResult['feedback'] {
  const checked = checkedAdvice(state);
  return adviceOfRun(state).map(({ advice: { id, text, direction, rows, lines }, status, since }) => {
    const check = checked.get(id);
    return { id, text, direction, rows, lines, status, since, ...(check && { checked: check }) };
  });
}

function candidateReport(state: RunState, record: CandidateRecord) {
  const { candidate, status, reasons } = record;
  const { mean, n } = scoreOn(record, selectionRows(state, candidate));
  return {
    id: candidate.id,
    parent: candidate.parent ?? null,
    operator: candidate.operator,
    score: mean ?? null,
    n,
    status,
    text: candidate.text,
    reasons,
  };
}

/** A fold's usage as a report. */
export function usageReport(usage: Usage): UsageReport {
  const { calls, cached, tokens, cost = null, saved = null, byRole } = usage;
  const role = (name: ModelRole) => {
    const { cached: served, tokens: used, cost: ofRole = null } = byRole[name];
    return { calls: calls[name], cached: served, tokens: used, cost: ofRole };
  };
  return {
    calls,
    cached,
    tokens,
    cost,
    saved,
    byRole: { task: role('task'), optimizer: role('optimizer'), judge: role('judge') },
  };
}
