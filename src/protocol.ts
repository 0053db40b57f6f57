import type { CandidateStatus } from './core/candidate.js';
import type { Interval } from './core/statistics.js';
import type { SplitName } from './core/testset.js';
import type { AdviceStatus } from './core/knownAdvice.js';
import type { StopReason, VerdictKind } from './core/run.js';
import type { TargetVerdict } from './core/verdict.js';
import type { Wishes } from './core/wishes.js';

/**
 * The messages between the panel's page and the extension host. The host owns the run; the page shows snapshots and
 * keeps view state only. A snapshot is always complete: messages to a hidden page are lost, so a difference would be too.
 */

/** A candidate as the list shows it. Scores are in [0, 1]. */
export interface CandidateView {
  readonly id: string;
  /** For people: `Baseline`, `1`, `2`, … in order of proposal. */
  readonly name: string;
  readonly parentName?: string;
  readonly operator: string;
  readonly summary: string;
  readonly status: CandidateStatus | 'baseline';
  readonly reasons: readonly string[];
  /** On the selection rows, absent until all of them are scored; of the candidate of the verdict, on the exam rows. */
  readonly score?: number;
  readonly rowsScored: number;
  readonly rowsTotal: number;
  /** Against the baseline on the rows that both have. */
  readonly delta?: number;
  readonly interval?: Interval;
  readonly fixed: number;
  readonly broken: number;
  readonly errors: number;
}

export interface AdviceView {
  readonly id: string;
  readonly text: string;
  readonly direction: string;
  /** 1-based lines of the prompt file. */
  readonly lines: readonly number[];
  readonly rows: readonly { readonly caseId: string; readonly line: number }[];
  /** Whether the selected candidate follows it. */
  readonly followed: boolean;
  /** Open while rows that support it fail with the prompt that was in the file when the run began. */
  readonly status: AdviceStatus;
  /** The earlier run that gave it first; absent when this one did. */
  readonly since?: string;
  /** Of failing rows of its cause that the optimizer was not shown: how many the best candidate that follows it fixes. */
  readonly checked?: { readonly fixed: number; readonly of: number };
}

export type RowChange = 'broken' | 'fixed' | 'worse' | 'improved' | 'failing' | 'error' | 'passing';

/** A row under the selected candidate, beside the baseline. Sorted with regressions first. */
export interface RowView {
  readonly caseId: string;
  /** 1-based line in the test file. */
  readonly line: number;
  readonly split: SplitName;
  readonly change: RowChange;
  readonly input: string;
  readonly expected: string;
  readonly before?: RowAnswer;
  readonly after?: RowAnswer;
}

export interface RowAnswer {
  readonly output: string;
  /** Absent for an error. */
  readonly score?: number;
  readonly pass: boolean;
  readonly error?: string;
  readonly feedback: readonly string[];
}

/** The selected candidate in full. */
export interface CandidateDetail {
  readonly id: string;
  /** The whole file: exactly what Accept writes. */
  readonly text: string;
  /** The texts that the word diff compares: this candidate's file, and the baseline's or the parent's. */
  readonly against: 'baseline' | 'parent';
  readonly againstText: string;
  readonly advice: readonly AdviceView[];
  readonly rows: readonly RowView[];
  /** Absent when Accept is possible; else why it is not. */
  readonly acceptRefusal?: string;
  readonly accepted: boolean;
}

/** What one model of a run used. */
export interface LedgerEntry {
  readonly role: 'task' | 'optimizer' | 'judge';
  readonly label: string;
  readonly calls: number;
  readonly cached: number;
  readonly tokens: number;
  /** US dollars; absent when the price is unknown. */
  readonly cost?: number;
}

export interface RunSnapshot {
  readonly runId: string;
  readonly promptPath: string;
  readonly testsetPath: string;
  readonly strategy: string;
  /** What the user asked for; absent for nothing. */
  readonly wishes?: Wishes;
  readonly modelLabels: { readonly task: string; readonly optimizer: string };
  /** Set when a model is simulated: the notice that must stand on the page. */
  readonly simulatedNotice?: string;
  readonly phase: 'running' | 'waiting' | 'stopped';
  /** What is going on now, one line. */
  readonly activity: string;
  readonly verdict?: {
    readonly kind: VerdictKind;
    readonly sentence: string;
    /** What the verdict says besides: guarded rows, length, cost, noise; a few words each. */
    readonly facts?: readonly string[];
    /** What each model says that the prompt is for, the worst first; absent for one model only. */
    readonly targets?: readonly TargetVerdict[];
    /** The rows of the comparison were judged by two finalists, each by the one that had not seen them. */
    readonly crossFitted?: true;
    readonly candidateId?: string;
    readonly delta?: number;
    readonly interval?: Interval;
    readonly pValue?: number;
    readonly n?: number;
  };
  readonly stop?: { readonly reason: StopReason; readonly nextStep: string; readonly resumable: boolean };
  readonly splits: Readonly<Record<SplitName, number>>;
  readonly usage: {
    readonly calls: number;
    readonly maxCalls: number;
    readonly cached: number;
    readonly promptTokens: number;
    readonly completionTokens: number;
    /** US dollars; absent when a price is unknown. */
    readonly cost?: number;
    /** US dollars that cached answers would have cost; absent when not known. */
    readonly saved?: number;
    /** The models that were asked, apart. */
    readonly byRole: readonly LedgerEntry[];
  };
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly curve: readonly {
    readonly calls: number;
    readonly score: number;
    readonly best: number;
    readonly name: string;
  }[];
  readonly candidates: readonly CandidateView[];
  readonly bestId?: string;
  readonly selected?: CandidateDetail;
}

/** What the page asks for. Every request is answered with the same `request` number. */
export type PageRequest =
  | { readonly kind: 'select'; readonly candidateId: string; readonly against: 'baseline' | 'parent' }
  | { readonly kind: 'accept'; readonly candidateId: string }
  | { readonly kind: 'openDiff'; readonly candidateId: string; readonly against: 'baseline' | 'parent' }
  | { readonly kind: 'copy'; readonly candidateId: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'revealLine'; readonly line: number }
  | { readonly kind: 'revealRow'; readonly caseId: string };

export type PageMessage =
  | { readonly type: 'ready'; readonly candidateId?: string; readonly against?: 'baseline' | 'parent' }
  | { readonly type: 'request'; readonly request: number; readonly body: PageRequest };

export type HostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: RunSnapshot }
  | { readonly type: 'done'; readonly request: number; readonly message?: string }
  | {
      readonly type: 'failed';
      readonly request: number;
      readonly message: string;
      readonly nextStep: string;
    };

/** What the page keeps between reloads, and what the editor hands back to restore a panel. */
export interface PageState {
  readonly runId: string;
  readonly candidateId?: string;
  readonly against?: 'baseline' | 'parent';
}
