import { BASELINE_ID, type Candidate } from '../core/candidate.js';
import { HoneError, throwIfCancelled } from '../core/errors.js';
import { decodeText, type EditableSpan, type PromptDocument } from '../core/prompt.js';
import {
  recordOf,
  selectionRows,
  type CandidateRecord,
  type RunEvent,
  type RunState,
  type Stop,
} from '../core/run.js';
import type { Evaluator } from '../evaluation/evaluator.js';
import type { SelectionResult } from '../evaluation/selector.js';
import { editableText, readPrompt } from '../formats/index.js';
import type { Model } from '../models/model.js';
import { hasTried, verdictOf, wasGoodAlready } from './exam.js';
import { duplicateKey, guard, seenTexts, spanTextOf } from './guards.js';
import { openReadings } from './readings.js';
import { affordableCandidates, shouldStop } from './stop.js';
import type { ConfiguredStrategy, Proposal } from './strategy.js';
import { bestCandidate } from './trajectory.js';

/** What the loop works with. The state is the fold over the events given to `record`, so it is never written here. */
export interface LoopContext {
  readonly state: RunState;
  readonly record: (event: RunEvent) => void;
  readonly strategy: ConfiguredStrategy;
  readonly document: PromptDocument;
  readonly span: EditableSpan;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  readonly optimizer: Model;
  readonly signal?: AbortSignal;
}

/**
 * Runs to a verdict from wherever the state stands: a new run, or one that was interrupted anywhere.
 * @returns why the search ended
 * @throws HoneError when a model fails for good, the budget is spent or the signal aborts; the state keeps all results
 */
export async function optimize(run: LoopContext): Promise<Stop> {
  const { state, strategy } = run;
  await scoreBaseline(run);
  if (state.proposedStep === 0) await read(run);
  if (wasGoodAlready(state)) return conclude(run, GOOD_ALREADY);
  for (;;) {
    await settlePending(run);
    const stop = shouldStop(state, strategy);
    if (stop) return conclude(run, stop);
    await propose(run);
  }
}

/** Above every repeat that a strategy uses: a step whose answers could not be used is asked anew, not from the store. */
const SAMPLES_PER_ATTEMPT = 10_000;

const GOOD_ALREADY: Stop = {
  reason: 'already-good',
  nextStep: 'Every row passes with the prompt as it is; add harder rows if you expect more of it.',
};

async function scoreBaseline(run: LoopContext): Promise<void> {
  const { state, record } = run;
  const baseline = recordOf(state, BASELINE_ID);
  if (baseline.status !== 'pending') return;
  await scoreRows(run, baseline, selectionRows(state));
  requireScore(baseline, selectionRows(state));
  record({ type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] });
}

/** Without a single score of the prompt as it is, no candidate can be called better. */
function requireScore(baseline: CandidateRecord, rows: readonly string[]): void {
  const outcomes = rows.map((id) => baseline.outcomes.get(id));
  const failed = outcomes.find((outcome) => outcome?.status === 'error');
  if (!failed || outcomes.some((outcome) => outcome?.status === 'scored')) return;
  throw new HoneError({
    reason: failed.reason,
    message: `None of the ${rows.length} rows that choose among candidates could be scored; the first one: ${failed.message}`,
    nextStep: 'Look at these rows in an evaluation, then start a new run.',
  });
}

async function propose(run: LoopContext): Promise<void> {
  const { state, strategy, span, record } = run;
  const parent = bestCandidate(state)!.record;
  const step = state.proposedStep + 1;
  const room = affordableCandidates(state, strategy);
  if (state.step < step) record({ type: 'step', step, parent: parent.candidate.id });
  await read(run);
  const { advice, proposals, memo } = await strategy.propose({
    state,
    document: run.document,
    span,
    spanTextOf: (id) => spanTextOf(state, span, id),
    parent: parent.candidate.id,
    step,
    room,
    ask: async (messages, { temperature = 1, repeat = 0 } = {}) => {
      const sample = repeat + state.unusableSteps * SAMPLES_PER_ATTEMPT;
      const answer = await run.optimizer.complete({ messages, temperature, repeat: sample }, signalOf(run));
      return answer.text;
    },
  });
  record({
    type: 'proposed',
    step,
    advice,
    ...sortOut(run, proposals.slice(0, room), step),
    ...(memo !== undefined && { memo }),
  });
}

/** Scores the rows whose outcomes the next step reads. */
async function read(run: LoopContext): Promise<void> {
  await Promise.all(
    openReadings(run.state, run.strategy).map(({ candidateId, caseIds }) =>
      scoreRows(run, recordOf(run.state, candidateId), caseIds),
    ),
  );
}

/** Gives proposals their ids and lets the guards look at them. */
function sortOut(run: LoopContext, proposals: readonly Proposal[], step: number) {
  const { state, document, span } = run;
  const seen = seenTexts(state, span);
  const candidates: Candidate[] = [];
  const rejected: { candidate: Candidate; reasons: readonly string[] }[] = [];
  let number = state.candidates.size;
  for (const { spanText: proposed, ...proposal } of proposals) {
    const spanText = editableText(proposed);
    const result = guard({ state, document, span }, spanText, seen);
    const candidate: Candidate = {
      ...proposal,
      id: `c${number++}`,
      step,
      spans: { [span.id]: spanText },
      text: result.ok ? decodeText(result.document.bytes) : spanText,
    };
    seen.add(duplicateKey(spanText));
    if (result.ok) candidates.push(candidate);
    else rejected.push({ candidate, reasons: result.reasons });
  }
  return { candidates, rejected };
}

async function settlePending(run: LoopContext): Promise<void> {
  const pending = [...run.state.candidates.values()].filter(({ status }) => status === 'pending');
  if (pending.length === 0) return;
  for (;;) {
    const move = run.strategy.selector.next(run.state, pending);
    if (move.kind === 'settle') {
      settle(run, move.results);
      return;
    }
    await Promise.all(move.rows.map(({ record, caseIds }) => scoreRows(run, record, caseIds)));
  }
}

function settle(run: LoopContext, results: readonly SelectionResult[]): void {
  for (const { record, status, reasons } of results) {
    run.record({ type: 'settled', candidateId: record.candidate.id, status, reasons });
  }
}

/** Ends the search with a verdict; when a candidate came up, on exam rows that nothing has looked at yet. */
async function conclude(run: LoopContext, stop: Stop): Promise<Stop> {
  const { state, record } = run;
  if (state.verdict) return stop;
  // With a higher limit the search can still begin.
  if (stop.reason.endsWith('-spent') && !hasTried(state)) return stop;
  const best = bestCandidate(state)!.record;
  if (best.candidate.id !== BASELINE_ID) {
    if (!state.examined.includes(best.candidate.id))
      record({ type: 'examined', candidateId: best.candidate.id });
    const { exam } = state.setup.splits;
    await Promise.all([scoreRows(run, recordOf(state, BASELINE_ID), exam), scoreRows(run, best, exam)]);
  }
  record({ type: 'verdict', verdict: verdictOf(state, best) });
  return stop;
}

/** Scores a candidate on the rows that it has no outcome for: its own bytes are read again, so that what is scored is what is written. */
async function scoreRows(
  run: LoopContext,
  record: CandidateRecord,
  caseIds: readonly string[],
): Promise<void> {
  throwIfCancelled(run.signal);
  const open = caseIds.filter((id) => !record.outcomes.has(id));
  if (open.length === 0) return;
  const { candidate } = record;
  const document = readPrompt(run.document.path, new TextEncoder().encode(candidate.text), {
    format: run.document.format,
    span: run.document.focus,
  });
  await run.evaluator.evaluate(document, open, {
    ...signalOf(run),
    onOutcome: (caseId, outcome) =>
      run.record({ type: 'scored', candidateId: candidate.id, caseId, outcome }),
  });
}

function signalOf(run: LoopContext): { signal?: AbortSignal } {
  return run.signal ? { signal: run.signal } : {};
}
