import { BASELINE_ID, type Advice, type Candidate, type CandidateStatus } from './candidate.js';
import { isTransient, type ErrorReason } from './errors.js';
import type { Score } from './scoring.js';
import type { PairedComparison } from './statistics.js';
import type { SplitName, Splits, TestCase } from './testset.js';
import { callsMade, countCall, newUsage, type ModelCall, type ModelRole, type Usage } from './usage.js';

export * from './usage.js';

/** How much a run may spend, as the user chose it. */
export type Effort = 'quick' | 'normal' | 'thorough';

/** A model as it is named to people. */
export interface ModelDescription {
  /** `provider:name`, for example `openai:gpt-4.1-mini` or `sandbox:default`. */
  readonly id: string;
  readonly label: string;
  /** Where requests go: a host, `this machine` or `the editor`. */
  readonly destination: string;
}

/** All that a run was started with; with the stored answers it is enough to repeat it. */
export interface RunSetup {
  readonly runId: string;
  readonly prompt: {
    /** Relative to the workspace, with forward slashes. */
    readonly path: string;
    readonly format: string;
    /** The whole file as it was when the run started. */
    readonly text: string;
    readonly spanId: string;
  };
  readonly testset: {
    readonly path: string;
    readonly inputColumn?: string;
    readonly expectedColumn?: string;
    readonly cases: readonly TestCase[];
  };
  readonly scorers: readonly unknown[];
  readonly splits: Splits;
  readonly strategy: string;
  /** Settings of the strategy that differ from its defaults; absent in runs of the first version. */
  readonly strategySettings?: Readonly<Record<string, number | string | boolean>>;
  /** The part whose rows choose among candidates. */
  readonly selection: 'train' | 'validation';
  readonly effort: Effort;
  readonly seed: number;
  /** Requests that may reach a model, all roles together. */
  readonly maxCalls: number;
  /** US dollars; absent for no limit. */
  readonly maxCost?: number;
  readonly models: Readonly<Record<ModelRole, ModelDescription>>;
  /** The endpoint that openai models were reached at; absent for others. Never a key. */
  readonly baseUrl?: string;
}

/** What may change when a run is resumed, because no score depends on it. */
export interface SetupChanges {
  readonly maxCalls?: number;
  readonly maxCost?: number;
  readonly optimizer?: ModelDescription;
}

/** What came of one candidate on one row. */
export type CaseOutcome =
  | {
      readonly status: 'scored';
      readonly output: string;
      readonly finishReason: string;
      readonly score: Score;
    }
  | { readonly status: 'error'; readonly reason: ErrorReason; readonly message: string };

export type StopReason =
  | 'perfect'
  | 'already-good'
  | 'steps-done'
  | 'no-progress'
  | 'no-proposals'
  | 'calls-spent'
  | 'cost-spent'
  | 'cancelled'
  | 'model-failed';

export interface Stop {
  readonly reason: StopReason;
  /** Why it ended, and what the user can do next. */
  readonly nextStep: string;
  /** The fault that ended it, where one did. */
  readonly error?: ErrorReason;
}

export type VerdictKind = 'better' | 'worse' | 'undecided' | 'already-good' | 'no-headroom';

/** What may be said of the best candidate against the prompt in the file. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** The candidate that it is about; absent when none came up. */
  readonly candidateId?: string;
  /** On the rows of the verdict; absent when no candidate was examined. */
  readonly comparison?: PairedComparison;
  /** One sentence for people. */
  readonly sentence: string;
}

/** Everything that can happen in a run, in the order in which it happened. Times are milliseconds since 1970. */
export type RunEvent =
  | { readonly type: 'started'; readonly at: number; readonly setup: RunSetup }
  | { readonly type: 'resumed'; readonly at: number; readonly changes?: SetupChanges }
  /** A request is about to go out. It is settled by `called`, or by `unsent` when it never reached the model. */
  | { readonly type: 'sent'; readonly role: ModelRole }
  | { readonly type: 'unsent'; readonly role: ModelRole }
  | { readonly type: 'called'; readonly call: ModelCall }
  | { readonly type: 'step'; readonly step: number; readonly parent: string }
  | {
      /** All that one step brought, in one event, so that an interrupted step is repeated as a whole. */
      readonly type: 'proposed';
      readonly step: number;
      readonly advice: readonly Advice[];
      readonly candidates: readonly Candidate[];
      readonly rejected: readonly { readonly candidate: Candidate; readonly reasons: readonly string[] }[];
      /** What the strategy wants to know of this step later on. */
      readonly memo?: unknown;
    }
  | {
      readonly type: 'scored';
      readonly candidateId: string;
      readonly caseId: string;
      readonly outcome: CaseOutcome;
    }
  | {
      readonly type: 'settled';
      readonly candidateId: string;
      readonly status: 'kept' | 'dropped';
      readonly reasons: readonly string[];
    }
  | { readonly type: 'examined'; readonly candidateId: string }
  | { readonly type: 'waiting'; readonly at: number; readonly reason: ErrorReason; readonly message: string }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  | { readonly type: 'stopped'; readonly at: number; readonly stop: Stop }
  | { readonly type: 'accepted'; readonly at: number; readonly candidateId: string };

/** A candidate with what is known of it. */
export interface CandidateRecord {
  readonly candidate: Candidate;
  status: CandidateStatus;
  reasons: readonly string[];
  readonly outcomes: Map<string, CaseOutcome>;
}

/** A point of the score curve: a candidate that was scored on all selection rows, after so many calls. */
export interface CurvePoint {
  readonly calls: number;
  readonly candidateId: string;
  readonly score: number;
  /** The best selection score up to here. */
  readonly best: number;
}

/** A run as it stands after its events. Owned by the fold: readers must not write to it. */
export interface RunState {
  /** As it was when the run was started or last resumed. */
  setup: RunSetup;
  readonly startedAt: number;
  endedAt: number | undefined;
  /** The step that was begun last; 0 while the baseline is scored. */
  step: number;
  /** The last step whose proposals are known. */
  proposedStep: number;
  parent: string;
  /** How often the optimizer's answers could not be used since the last step was proposed: they must not be served again. */
  unusableSteps: number;
  /** In order of proposal, the baseline first. */
  readonly candidates: Map<string, CandidateRecord>;
  readonly advice: Map<string, Advice>;
  /** By step, for steps whose strategy left one. */
  readonly memos: Map<number, unknown>;
  readonly curve: CurvePoint[];
  readonly usage: Usage;
  /** Requests of which it is not known yet what came; after a crash nobody will ever know. */
  readonly underWay: Record<ModelRole, number>;
  /** Keys of the answers that this run paid for. */
  readonly paidKeys: Set<string>;
  readonly examined: string[];
  /** Why the run is pausing now, for people. */
  waiting: string | undefined;
  verdict: Verdict | undefined;
  stop: Stop | undefined;
  readonly accepted: string[];
}

/**
 * The fold over a run's events.
 * The state given in is updated and returned: it has one owner, and copying it for each row would be quadratic.
 * @throws Error when the first event is not `started`, or an event names an unknown candidate.
 */
export function reduce(state: RunState | undefined, event: RunEvent): RunState {
  if (event.type === 'started') return initialState(event.at, event.setup);
  if (!state) throw new Error('A run begins with a started event.');
  switch (event.type) {
    case 'resumed':
      state.setup = changedSetup(state.setup, event.changes ?? {});
      reopenFailedRows(state);
      state.waiting = undefined;
      state.stop = undefined;
      state.endedAt = undefined;
      break;
    case 'sent':
      state.underWay[event.role]++;
      break;
    case 'unsent':
      settleSent(state, event.role);
      break;
    case 'called':
      state.waiting = undefined;
      if (!event.call.cached) settleSent(state, event.call.role);
      if (event.call.key !== undefined && !event.call.cached) state.paidKeys.add(event.call.key);
      countCall(state.usage, event.call);
      break;
    case 'step':
      state.step = event.step;
      state.parent = event.parent;
      break;
    case 'proposed':
      state.proposedStep = event.step;
      state.unusableSteps = 0;
      if (event.memo !== undefined) state.memos.set(event.step, event.memo);
      for (const advice of event.advice) state.advice.set(advice.id, advice);
      for (const candidate of event.candidates) addCandidate(state, candidate, 'pending', []);
      for (const { candidate, reasons } of event.rejected)
        addCandidate(state, candidate, 'rejected', reasons);
      break;
    case 'scored':
      recordOf(state, event.candidateId).outcomes.set(event.caseId, event.outcome);
      break;
    case 'settled':
      settle(state, event.candidateId, event.status, event.reasons);
      break;
    case 'examined':
      state.examined.push(event.candidateId);
      break;
    case 'waiting':
      state.waiting = event.message;
      break;
    case 'verdict':
      state.verdict = event.verdict;
      if (event.verdict.candidateId) recordOf(state, event.verdict.candidateId).status = 'best';
      break;
    case 'stopped':
      if (event.stop.error === 'missing-tags') state.unusableSteps++;
      state.stop = event.stop;
      state.waiting = undefined;
      state.endedAt = event.at;
      break;
    case 'accepted':
      state.accepted.push(event.candidateId);
      break;
  }
  return state;
}

/** The state after a list of events; undefined for an empty list. */
export function replay(events: Iterable<RunEvent>): RunState | undefined {
  let state: RunState | undefined;
  for (const event of events) state = reduce(state, event);
  return state;
}

function initialState(at: number, setup: RunSetup): RunState {
  return {
    setup,
    startedAt: at,
    endedAt: undefined,
    step: 0,
    proposedStep: 0,
    parent: BASELINE_ID,
    unusableSteps: 0,
    candidates: new Map(),
    advice: new Map(),
    memos: new Map(),
    curve: [],
    usage: newUsage(),
    underWay: { task: 0, optimizer: 0, judge: 0 },
    paidKeys: new Set(),
    examined: [],
    waiting: undefined,
    verdict: undefined,
    stop: undefined,
    accepted: [],
  };
}

/** Journals of the first version do not say what was sent. */
function settleSent(state: RunState, role: ModelRole): void {
  state.underWay[role] = Math.max(0, state.underWay[role] - 1);
}

function changedSetup(setup: RunSetup, { optimizer, ...limits }: SetupChanges): RunSetup {
  return { ...setup, ...limits, ...(optimizer && { models: { ...setup.models, optimizer } }) };
}

/** Rows that failed for a reason that may have passed get another chance, as long as nothing was decided by them. */
function reopenFailedRows(state: RunState): void {
  const exam = new Set(state.setup.splits.exam);
  for (const { status, outcomes } of state.candidates.values()) {
    for (const [caseId, outcome] of outcomes) {
      const isOpen = status === 'pending' || (exam.has(caseId) && !state.verdict);
      if (isOpen && outcome.status === 'error' && isTransient(outcome.reason)) outcomes.delete(caseId);
    }
  }
}

function addCandidate(
  state: RunState,
  candidate: Candidate,
  status: CandidateStatus,
  reasons: readonly string[],
): void {
  state.candidates.set(candidate.id, { candidate, status, reasons, outcomes: new Map() });
}

function settle(state: RunState, id: string, status: 'kept' | 'dropped', reasons: readonly string[]): void {
  const record = recordOf(state, id);
  record.status = status;
  record.reasons = reasons;
  if (status === 'dropped') return;
  const { mean } = scoreOn(record, selectionRows(state));
  if (mean === undefined) return;
  const best = Math.max(mean, state.curve.at(-1)?.best ?? 0);
  state.curve.push({ calls: callsMade(state.usage), candidateId: id, score: mean, best });
}

/** The record of a candidate. @throws Error when the run has no candidate of that id. */
export function recordOf(state: RunState, id: string): CandidateRecord {
  const record = state.candidates.get(id);
  if (!record) throw new Error(`The run has no candidate ${id}.`);
  return record;
}

/** The rows that choose among candidates, in the run's fixed random order. */
export function selectionRows(state: RunState): readonly string[] {
  return state.setup.splits[state.setup.selection];
}

/** Which part of the test set a row belongs to. */
export function splitOf(state: RunState, caseId: string): SplitName {
  const { splits } = state.setup;
  return splits.train.includes(caseId) ? 'train' : splits.validation.includes(caseId) ? 'validation' : 'exam';
}

const RESUMABLE_STOPS: ReadonlySet<StopReason> = new Set(['cancelled', 'model-failed']);

/** Whether a run that ended for this reason, or that was cut off without one, can go on. */
export function isResumable(verdict: VerdictKind | undefined, stop: StopReason | undefined): boolean {
  return verdict === undefined && (stop === undefined || RESUMABLE_STOPS.has(stop));
}

/** Mean score over the rows that have one. `errors` counts rows that ended in an error. */
export function scoreOn(
  record: CandidateRecord,
  caseIds: Iterable<string>,
): { readonly mean: number | undefined; readonly n: number; readonly errors: number } {
  let sum = 0;
  let n = 0;
  let errors = 0;
  for (const id of caseIds) {
    const outcome = record.outcomes.get(id);
    if (outcome?.status === 'error') errors++;
    else if (outcome) {
      sum += outcome.score.value;
      n++;
    }
  }
  return { mean: n === 0 ? undefined : sum / n, n, errors };
}

/** Scores of two candidates on the rows that both have one; rows with an error on either side are left out. */
export function pairsOf(before: CandidateRecord, after: CandidateRecord, caseIds: Iterable<string>) {
  const pairs = [];
  for (const caseId of caseIds) {
    const old = before.outcomes.get(caseId);
    const now = after.outcomes.get(caseId);
    if (old?.status === 'scored' && now?.status === 'scored') {
      pairs.push({ caseId, before: old.score, after: now.score });
    }
  }
  return pairs;
}
