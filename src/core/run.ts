import { BASELINE_ID, type Advice, type Candidate, type CandidateStatus } from './candidate.js';
import { isTransient, type ErrorReason } from './errors.js';
import type { Score } from './scoring.js';
import { newDirections, type Direction, type DirectionState } from './directions.js';
import { recordOf, scoreOn, selectionRows } from './outcomes.js';
import type { RunSetup, SetupChanges } from './setup.js';
import { outcomesOnTarget, type TargetOutcomes } from './targets.js';
import type { KnownAdvice } from './knownAdvice.js';
import type { Verdict, VerdictKind } from './verdict.js';
import {
  callsMade,
  countCall,
  newUsage,
  type ModelCall,
  type ModelRole,
  type TokenCount,
  type Usage,
} from './usage.js';

export * from './outcomes.js';
export * from './usage.js';
export type { Effort, ModelDescription, RunSetup, SetupChanges } from './setup.js';
export type { Verdict, VerdictKind } from './verdict.js';

/** What came of one candidate on one row. */
export type CaseOutcome =
  | {
      readonly status: 'scored';
      readonly output: string;
      readonly finishReason: string;
      readonly score: Score;
      /** Of the answer; absent where the endpoint does not say. */
      readonly tokens?: TokenCount;
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

/** Everything that can happen in a run, in the order in which it happened. Times are milliseconds since 1970. */
export type RunEvent =
  | { readonly type: 'started'; readonly at: number; readonly setup: RunSetup }
  | { readonly type: 'resumed'; readonly at: number; readonly changes?: SetupChanges }
  /** A request is about to go out. It is settled by `called`, or by `unsent` when it never reached the model. */
  | { readonly type: 'sent'; readonly role: ModelRole; readonly costAtMost?: number }
  | { readonly type: 'unsent'; readonly role: ModelRole }
  | { readonly type: 'called'; readonly call: ModelCall }
  | {
      readonly type: 'step';
      readonly step: number;
      readonly parent: string;
      /** Candidates that the budget allowed when the step began; absent in runs of the first version. */
      readonly room?: number;
      /** Of a cross-fitted search; each direction counts its own steps. */
      readonly direction?: Direction;
    }
  | {
      /** All that one step brought, in one event, so that an interrupted step is repeated as a whole. */
      readonly type: 'proposed';
      readonly step: number;
      readonly direction?: Direction;
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
  /** The baseline on a row once more, to see how much its score changes by itself. */
  | { readonly type: 'repeated'; readonly caseId: string; readonly outcome: CaseOutcome }
  | {
      readonly type: 'examined';
      readonly candidateId: string;
      /** How many comparisons with this baseline these exam rows have seen, this one included. */
      readonly look?: number;
    }
  /** What came of a finalist or the baseline on a row of the verdict with a further target model. */
  | {
      readonly type: 'targeted';
      /** The model's id. */
      readonly target: string;
      readonly candidateId: string;
      readonly caseId: string;
      readonly outcome: CaseOutcome;
    }
  /** Advice of earlier runs on this prompt, as it stood when the run began. */
  | { readonly type: 'recalled'; readonly advice: readonly KnownAdvice[] }
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
  /** Candidates that the budget allowed when the step was begun. */
  room: number | undefined;
  /** How often the optimizer's answers could not be used since the last step was proposed: they must not be served again. */
  unusableSteps: number;
  /** In order of proposal, the baseline first. */
  readonly candidates: Map<string, CandidateRecord>;
  readonly advice: Map<string, Advice>;
  /** By step, for steps whose strategy left one. */
  readonly memos: Map<number, unknown>;
  /** Both directions of a cross-fitted search, which the step, parent, advice and memos above mix; else empty. */
  readonly directions: readonly DirectionState[];
  /** Answers that the exam of the other direction takes besides, in a view of one direction; else 0. */
  readonly keptBack: number;
  /** Advice of earlier runs on this prompt, by id, as it stood when the run began. */
  readonly recalled: Map<string, KnownAdvice>;
  /** Outcomes of the baseline's second sample, by row. */
  readonly repeats: Map<string, CaseOutcome>;
  /** Outcomes with further target models. */
  readonly targets: TargetOutcomes;
  readonly curve: CurvePoint[];
  readonly usage: Usage;
  /** Requests of which it is not known yet what came; after a crash nobody will ever know. */
  readonly underWay: Record<ModelRole, number>;
  /** US dollars that a request of this run can have cost at the most, as far as prices are known. */
  dearestSent: number;
  /** Keys of the answers that this run paid for. */
  readonly paidKeys: Set<string>;
  readonly examined: string[];
  /** How many comparisons with this baseline the exam rows have seen, as far as it is known; at least 1. */
  look: number;
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
      state.dearestSent = Math.max(state.dearestSent, event.costAtMost ?? 0);
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
      for (const place of progressOf(state, event.direction)) {
        place.step = event.step;
        place.parent = event.parent;
        place.room = event.room;
      }
      break;
    case 'proposed':
      state.unusableSteps = 0;
      for (const place of progressOf(state, event.direction)) {
        place.proposedStep = event.step;
        if (event.memo !== undefined) place.memos.set(event.step, event.memo);
        for (const advice of event.advice) place.advice.set(advice.id, advice);
      }
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
    case 'repeated':
      state.repeats.set(event.caseId, event.outcome);
      break;
    case 'examined':
      state.examined.push(event.candidateId);
      state.look = Math.max(state.look, event.look ?? 1);
      break;
    case 'targeted':
      outcomesOnTarget(state.targets, event.target, event.candidateId).set(event.caseId, event.outcome);
      break;
    case 'recalled':
      for (const known of event.advice) state.recalled.set(known.advice.id, known);
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
    room: undefined,
    unusableSteps: 0,
    candidates: new Map(),
    advice: new Map(),
    memos: new Map(),
    directions: newDirections(setup.splits),
    keptBack: 0,
    recalled: new Map(),
    repeats: new Map(),
    targets: new Map(),
    curve: [],
    usage: newUsage(),
    underWay: { task: 0, optimizer: 0, judge: 0 },
    dearestSent: 0,
    paidKeys: new Set(),
    examined: [],
    look: 1,
    waiting: undefined,
    verdict: undefined,
    stop: undefined,
    accepted: [],
  };
}

/** Where a step is noted: in the run, and in its direction of a cross-fitted search. */
function progressOf(state: RunState, direction: Direction | undefined): (RunState | DirectionState)[] {
  const own = direction === undefined ? undefined : state.directions[direction];
  return own ? [state, own] : [state];
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
  if (state.verdict) return;
  for (const outcomes of [...state.targets.values()].flatMap((each) => [...each.values()])) {
    for (const [caseId, outcome] of outcomes) {
      if (outcome.status === 'error' && isTransient(outcome.reason)) outcomes.delete(caseId);
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

/** On the rows that chose; directions of a cross-fitted search have different ones, so there it is the gain that is added. */
function curveScore(state: RunState, record: CandidateRecord): number | undefined {
  const rows = selectionRows(state, record.candidate);
  const { mean } = scoreOn(record, rows);
  if (record.candidate.direction === undefined || mean === undefined) return mean;
  const baseline = recordOf(state, BASELINE_ID);
  const whole = scoreOn(baseline, selectionRows(state, baseline.candidate)).mean ?? 0;
  return Math.min(1, Math.max(0, whole + mean - (scoreOn(baseline, rows).mean ?? 0)));
}

function settle(state: RunState, id: string, status: 'kept' | 'dropped', reasons: readonly string[]): void {
  const record = recordOf(state, id);
  record.status = status;
  record.reasons = reasons;
  if (status === 'dropped') return;
  const mean = curveScore(state, record);
  if (mean === undefined) return;
  const best = Math.max(mean, state.curve.at(-1)?.best ?? 0);
  state.curve.push({ calls: callsMade(state.usage), candidateId: id, score: mean, best });
}

const RESUMABLE_STOPS: ReadonlySet<StopReason> = new Set(['cancelled', 'model-failed']);

/** Whether a run that ended for this reason, or that was cut off without one, can go on. */
export function isResumable(verdict: VerdictKind | undefined, stop: StopReason | undefined): boolean {
  return verdict === undefined && (stop === undefined || RESUMABLE_STOPS.has(stop));
}
