import { BASELINE_ID } from '../core/candidate.js';
import type { KnownAdvice } from '../core/knownAdvice.js';
import {
  callsMade,
  examRows,
  isResumable,
  MODEL_ROLES,
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
} from '../core/run.js';
import { comparePaired, type PairedComparison } from '../core/statistics.js';
import { checkedAdvice, type CheckedAdvice } from '../optimizer/feedback/checked.js';
import { adviceOfRun } from '../optimizer/feedback/standing.js';
import { bestCandidate } from '../optimizer/trajectory.js';
import type { AdviceView, CandidateDetail, CandidateView, LedgerEntry, RunSnapshot } from '../protocol.js';
import { rowsOf } from './snapshotRows.js';
import { verdictFacts } from '../optimizer/verdictText.js';

/** What a panel shows of a run, besides the run itself. */
export interface SnapshotView {
  /** The candidate that the user looks at; the best one when absent or unknown. */
  readonly candidateId?: string | undefined;
  readonly against?: 'baseline' | 'parent' | undefined;
  /** Whether this window is working on the run now. */
  readonly active: boolean;
}

/** Why a candidate must not be written; undefined when it may be. */
export function acceptRefusal(state: RunState, candidateId: string, active: boolean): string | undefined {
  if (candidateId === BASELINE_ID) return 'This is the prompt as it stands in the file.';
  const record = recordOf(state, candidateId);
  if (record.status === 'rejected')
    return `It broke a rule and was never scored: ${record.reasons.join(' ')}`;
  if (active) return 'The run is still going on. Stop it, or wait for its end.';
  return undefined;
}

/** Names for people: `Baseline`, then `1`, `2`, … in order of proposal. */
export function candidateNames(state: RunState): ReadonlyMap<string, string> {
  const names = new Map<string, string>([[BASELINE_ID, 'Baseline']]);
  let number = 0;
  for (const id of state.candidates.keys()) if (id !== BASELINE_ID) names.set(id, String(++number));
  return names;
}

/** The whole run as the panel shows it. */
export function snapshotOf(state: RunState, view: SnapshotView): RunSnapshot {
  const { setup, usage, verdict } = state;
  const names = candidateNames(state);
  const bestId = verdict?.candidateId ?? bestCandidate(state)?.record.candidate.id;
  const selectedId = [view.candidateId, bestId, BASELINE_ID].find((id) => id && state.candidates.has(id));
  const simulated = Object.values(setup.models).find((model) => model.id.startsWith('sandbox'));
  const comparison = verdict?.comparison;
  const facts = verdict ? verdictFacts(verdict) : [];
  return {
    runId: setup.runId,
    promptPath: setup.prompt.path,
    testsetPath: setup.testset.path,
    strategy: setup.strategy,
    ...(setup.wishes && { wishes: setup.wishes }),
    modelLabels: { task: setup.models.task.label, optimizer: setup.models.optimizer.label },
    ...(simulated && {
      simulatedNotice: `${simulated.label}: scores come from fixed rules and show how Hone works, not how good a prompt is.`,
    }),
    phase: !view.active ? 'stopped' : state.waiting ? 'waiting' : 'running',
    activity: activityOf(state, view.active, names),
    ...(verdict && {
      verdict: {
        kind: verdict.kind,
        sentence: verdict.sentence,
        ...(verdict.candidateId && { candidateId: verdict.candidateId }),
        ...(comparison && {
          delta: comparison.delta,
          interval: comparison.interval,
          pValue: comparison.pValue,
          n: comparison.n,
        }),
        ...(verdict.crossFitted && { crossFitted: true }),
        ...(facts.length > 0 && { facts }),
        ...(verdict.targets && { targets: verdict.targets }),
      },
    }),
    ...(!view.active && { stop: stopOf(state) }),
    splits: {
      train: setup.splits.train.length,
      validation: setup.splits.validation.length,
      exam: setup.splits.exam.length,
    },
    usage: {
      calls: callsMade(usage),
      maxCalls: setup.maxCalls,
      cached: usage.cached,
      promptTokens: usage.tokens.prompt,
      completionTokens: usage.tokens.completion,
      ...(usage.cost !== undefined && { cost: usage.cost }),
      ...(usage.saved !== undefined && { saved: usage.saved }),
      byRole: ledgerOf(state),
    },
    startedAt: state.startedAt,
    ...(state.endedAt !== undefined && { endedAt: state.endedAt }),
    curve: state.curve.map((point) => ({
      calls: point.calls,
      score: point.score,
      best: point.best,
      name: names.get(point.candidateId) ?? point.candidateId,
    })),
    candidates: [...state.candidates.values()].map((record) => candidateView(state, record, names)),
    ...(bestId && { bestId }),
    ...(selectedId && { selected: detailOf(state, selectedId, view) }),
  };
}

function ledgerOf({ usage, setup }: RunState): LedgerEntry[] {
  return MODEL_ROLES.flatMap((role) => {
    const { cached, tokens, cost } = usage.byRole[role];
    const calls = usage.calls[role];
    if (calls + cached === 0) return [];
    const { label } = setup.models[role];
    const sum = tokens.prompt + tokens.completion;
    return [{ role, label, calls, cached, tokens: sum, ...(cost !== undefined && { cost }) }];
  });
}

function stopOf(state: RunState): NonNullable<RunSnapshot['stop']> {
  const { stop } = state;
  return stop
    ? {
        reason: stop.reason,
        nextStep: stop.nextStep,
        resumable: isResumable(state.verdict?.kind, stop.reason),
      }
    : {
        reason: 'cancelled',
        nextStep: 'The run was interrupted before its end. Resume it: answers that were paid for are kept.',
        resumable: true,
      };
}

function activityOf(state: RunState, active: boolean, names: ReadonlyMap<string, string>): string {
  if (!active) return state.stop?.nextStep ?? 'Interrupted.';
  if (state.waiting) return state.waiting;
  const baseline = state.candidates.get(BASELINE_ID);
  const rows = selectionRows(state, baseline?.candidate);
  if (!baseline || baseline.status === 'pending') {
    const done = baseline ? countScored(baseline, rows) : 0;
    return `Scoring the prompt as it stands: ${done} of ${rows.length} rows`;
  }
  if (state.verdict) return 'Finishing';
  const examined = state.examined.at(-1);
  if (examined) {
    const exam = examRows(state, recordOf(state, examined).candidate);
    const done = countScored(recordOf(state, examined), exam);
    return `Checking candidate ${names.get(examined)} on rows that it has not seen: ${done} of ${exam.length}`;
  }
  const pending = [...state.candidates.values()].filter((record) => record.status === 'pending');
  if (pending.length === 0) return `Step ${state.step}: looking for causes and proposing changes`;
  const done = pending.reduce((sum, record) => sum + record.outcomes.size, 0);
  const which = pending.map((record) => names.get(record.candidate.id)).join(', ');
  return `Step ${state.step}: scoring candidate${pending.length === 1 ? '' : 's'} ${which}, ${done} answers so far`;
}

function countScored(record: CandidateRecord, caseIds: readonly string[]): number {
  return caseIds.filter((id) => record.outcomes.has(id)).length;
}

function candidateView(
  state: RunState,
  record: CandidateRecord,
  names: ReadonlyMap<string, string>,
): CandidateView {
  const { candidate } = record;
  const rows = selectionRows(state, candidate);
  const { mean, n, errors } = scoreOn(record, rows);
  const parentName = candidate.parent && names.get(candidate.parent);
  const base = {
    id: candidate.id,
    name: names.get(candidate.id) ?? candidate.id,
    ...(parentName && { parentName }),
    operator: candidate.operator,
    summary: candidate.summary,
    status: candidate.id === BASELINE_ID ? ('baseline' as const) : record.status,
    reasons: record.reasons,
    errors,
  };
  // The best was chosen by its score on the selection rows, which flatters it: once there is a verdict, its numbers are those.
  const verdict =
    state.verdict?.candidateId === candidate.id && candidate.id !== BASELINE_ID
      ? state.verdict.comparison
      : undefined;
  if (verdict)
    return {
      ...base,
      ...comparisonView(verdict),
      score: verdict.after,
      rowsScored: verdict.n,
      rowsTotal: verdict.n,
    };
  const comparison = candidate.id === BASELINE_ID ? undefined : compareWithBaseline(state, record, rows);
  return {
    ...base,
    ...(n > 0 && n + errors === rows.length && mean !== undefined && { score: mean }),
    rowsScored: n + errors,
    rowsTotal: rows.length,
    ...(comparison && comparison.n > 0 ? comparisonView(comparison) : { fixed: 0, broken: 0 }),
  };
}

function comparisonView({ delta, interval, fixed, broken }: PairedComparison) {
  return { delta, interval, fixed: fixed.length, broken: broken.length };
}

/** Comparisons draw thousands of resamples, and snapshots come several times a second. */
const comparisons = new WeakMap<
  CandidateRecord,
  { readonly key: string; readonly value: PairedComparison }
>();

function compareWithBaseline(
  state: RunState,
  record: CandidateRecord,
  rows: readonly string[],
): PairedComparison | undefined {
  const baseline = state.candidates.get(BASELINE_ID);
  if (!baseline) return undefined;
  const pairs = pairsOf(baseline, record, rows);
  const key = `${pairs.length}/${baseline.outcomes.size}/${record.outcomes.size}`;
  const known = comparisons.get(record);
  if (known?.key === key) return known.value;
  const value = comparePaired(pairs, state.setup.seed);
  comparisons.set(record, { key, value });
  return value;
}

function detailOf(state: RunState, candidateId: string, view: SnapshotView): CandidateDetail {
  const record = recordOf(state, candidateId);
  const against = view.against ?? 'baseline';
  const refusal = acceptRefusal(state, candidateId, view.active);
  const followed = followedAdvice(state, candidateId);
  const checks = checkedAdvice(state);
  return {
    id: candidateId,
    text: record.candidate.text,
    against,
    againstText: recordOf(state, otherSide(state, candidateId, against)).candidate.text,
    advice: adviceOfRun(state)
      .map((known) => adviceView(state, known, followed, checks.get(known.advice.id)))
      .sort((a, b) => Number(b.followed) - Number(a.followed)),
    rows: rowsOf(state, candidateId),
    ...(refusal && { acceptRefusal: refusal }),
    accepted: state.accepted.includes(candidateId),
  };
}

/** The candidate that another is compared with: the baseline, or the one that it was made from. */
export function otherSide(state: RunState, candidateId: string, against: 'baseline' | 'parent'): string {
  const parent = recordOf(state, candidateId).candidate.parent;
  return against === 'parent' && parent && state.candidates.has(parent) ? parent : BASELINE_ID;
}

/** Advice that a candidate follows, by itself or through the candidates that it was made from. */
function followedAdvice(state: RunState, id: string | undefined): Set<string> {
  const followed = new Set<string>();
  for (let at = id; at !== undefined; at = recordOf(state, at).candidate.parent) {
    for (const advice of recordOf(state, at).candidate.adviceIds) followed.add(advice);
  }
  return followed;
}

function adviceView(
  state: RunState,
  { advice, status, since }: KnownAdvice,
  followed: ReadonlySet<string>,
  checked: CheckedAdvice | undefined,
): AdviceView {
  const lines = new Map(state.setup.testset.cases.map((row) => [row.id, row.line]));
  return {
    id: advice.id,
    text: advice.text,
    direction: advice.direction,
    lines: advice.lines,
    rows: advice.rows.map((caseId) => ({ caseId, line: lines.get(caseId) ?? 0 })),
    followed: followed.has(advice.id),
    status,
    ...(since !== state.setup.runId && { since }),
    ...(checked && { checked }),
  };
}
