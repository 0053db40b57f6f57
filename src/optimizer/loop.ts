import { BASELINE_ID, type Candidate } from '../core/candidate.js';
import { viewFor } from '../core/directions.js';
import { HoneError, throwIfCancelled } from '../core/errors.js';
import { decodeText, type EditableSpan, type PromptDocument } from '../core/prompt.js';
import {
  examRows,
  recordOf,
  selectionRows,
  type CandidateRecord,
  type RunEvent,
  type RunState,
  type Stop,
} from '../core/run.js';
import type { Direction } from '../core/testset.js';
import type { Evaluator } from '../evaluation/evaluator.js';
import type { SelectionResult } from '../evaluation/selector.js';
import { editableText, readPrompt } from '../formats/index.js';
import type { Model } from '../models/model.js';
import {
  examinationOf,
  finalistsOf,
  hasTried,
  probedRows,
  wasGoodAlready,
  type Examination,
} from './exam.js';
import { duplicateKey, guard, seenTexts, spanTextOf } from './guards.js';
import { openReadings } from './readings.js';
import { nextTurns, searchViews, type Turn } from './searches.js';
import type { ConfiguredStrategy, Proposal, Proposals } from './strategy.js';
import { bestCandidate } from './trajectory.js';
import { openOnTarget, withTargets } from './targets.js';
import { verdictOf } from './verdict.js';
import { withWishes } from './wishes.js';

/** What the loop works with. The state is the fold over the events given to `record`, so it is never written here. */
export interface LoopContext {
  readonly state: RunState;
  readonly record: (event: RunEvent) => void;
  readonly strategy: ConfiguredStrategy;
  readonly document: PromptDocument;
  readonly span: EditableSpan;
  readonly evaluator: Pick<Evaluator, 'evaluate'>;
  readonly optimizer: Model;
  /** Evaluators of the further target models in the setup, by model id. */
  readonly targets?: ReadonlyMap<string, Pick<Evaluator, 'evaluate'>>;
  /**
   * Notes that exam rows are about to be opened, and says how many comparisons with this baseline they have seen, this one
   * included; the same one again is not counted again. Without it, each run is taken for the first.
   */
  readonly openExam?: (examination: Examination) => Promise<number>;
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
  for (const { view } of searchViews(state)) if (view.proposedStep === 0) await read(run, view);
  if (wasGoodAlready(state)) return conclude(run, GOOD_ALREADY);
  for (;;) {
    await Promise.all(searchViews(state).map(({ direction }) => settlePending(run, direction)));
    const next = nextTurns(state, strategy);
    if (!Array.isArray(next)) return conclude(run, next);
    await propose(run, next);
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
  const rows = selectionRows(state, baseline.candidate);
  await scoreRows(run, baseline, rows);
  requireScore(baseline, rows);
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

/** Proposes the steps whose turn it is, side by side; what came is stored in their order, also when one of them fails. */
async function propose(run: LoopContext, turns: readonly Turn[]): Promise<void> {
  const { state, record } = run;
  for (const { direction, room } of turns) {
    const view = viewFor(state, direction);
    const step = view.proposedStep + 1;
    if (view.step >= step) continue;
    const parent = bestCandidate(view)!.record.candidate.id;
    record({ type: 'step', step, parent, room, ...(direction !== undefined && { direction }) });
  }
  const proposed = await Promise.allSettled(turns.map((turn) => proposalsOf(run, turn)));
  turns.forEach(({ direction, room }, index) => {
    const result = proposed[index]!;
    if (result.status === 'rejected') return;
    const { advice, proposals, memo } = result.value;
    const step = viewFor(state, direction).proposedStep + 1;
    record({
      type: 'proposed',
      step,
      ...(direction !== undefined && { direction }),
      advice,
      ...sortOut(run, proposals.slice(0, room), step, direction),
      ...(memo !== undefined && { memo }),
    });
  });
  const failed = proposed.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function proposalsOf(run: LoopContext, { direction, room }: Turn): Promise<Proposals> {
  const { strategy, span } = run;
  await read(run, viewFor(run.state, direction));
  const state = viewFor(run.state, direction);
  return strategy.propose({
    state,
    document: run.document,
    span,
    spanTextOf: (id) => spanTextOf(state, span, id),
    parent: bestCandidate(state)!.record.candidate.id,
    step: state.proposedStep + 1,
    room,
    ask: async (messages, { temperature = 1, repeat = 0 } = {}) => {
      const sample = repeat + state.unusableSteps * SAMPLES_PER_ATTEMPT;
      const question = withWishes(messages, state.setup.wishes, span.text);
      const request = { messages: question, temperature, repeat: sample };
      const answer = await run.optimizer.complete(request, signalOf(run));
      return answer.text;
    },
  });
}

/** Scores the rows whose outcomes the next step reads. */
async function read(run: LoopContext, view: RunState): Promise<void> {
  await Promise.all(
    openReadings(view, run.strategy).map(({ candidateId, caseIds }) =>
      scoreRows(run, recordOf(view, candidateId), caseIds),
    ),
  );
}

/** Gives proposals their ids and lets the guards look at them. */
function sortOut(
  run: LoopContext,
  proposals: readonly Proposal[],
  step: number,
  direction: Direction | undefined,
) {
  const { document, span } = run;
  // The same text may come up in both directions: neither may learn of it.
  const state = viewFor(run.state, direction);
  const seen = seenTexts(state, span);
  const candidates: Candidate[] = [];
  const rejected: { candidate: Candidate; reasons: readonly string[] }[] = [];
  let number = run.state.candidates.size;
  for (const { spanText: proposed, ...proposal } of proposals) {
    const spanText = editableText(proposed);
    const result = guard({ state, document, span }, spanText, seen);
    const candidate: Candidate = {
      ...proposal,
      id: `c${number++}`,
      step,
      ...(direction !== undefined && { direction }),
      spans: { [span.id]: spanText },
      text: result.ok ? decodeText(result.document.bytes) : spanText,
    };
    seen.add(duplicateKey(spanText));
    if (result.ok) candidates.push(candidate);
    else rejected.push({ candidate, reasons: result.reasons });
  }
  return { candidates, rejected };
}

async function settlePending(run: LoopContext, direction: Direction | undefined): Promise<void> {
  for (;;) {
    const view = viewFor(run.state, direction);
    const pending = [...view.candidates.values()].filter(({ status }) => status === 'pending');
    if (pending.length === 0) return;
    const move = run.strategy.selector.next(view, pending);
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
  const finalists = finalistsOf(state);
  if (finalists.length > 0) await examine(run, finalists);
  if (finalists.length > 0) await scoreTargets(run, finalists);
  record({ type: 'verdict', verdict: withTargets(state, finalists, verdictOf(state, finalists)) });
  return stop;
}

/** Opens the exam rows, and with what the limit leaves looks how much the baseline's scores change by themselves. */
async function examine(run: LoopContext, finalists: readonly CandidateRecord[]): Promise<void> {
  const { state, record } = run;
  const baseline = recordOf(state, BASELINE_ID);
  if (finalists.some(({ candidate }) => !state.examined.includes(candidate.id))) {
    const look = await run.openExam?.(examinationOf(state, finalists));
    for (const { candidate } of finalists) {
      if (state.examined.includes(candidate.id)) continue;
      record({ type: 'examined', candidateId: candidate.id, ...(look !== undefined && { look }) });
    }
  }
  const again = probedRows(state, finalists, run.document.settings.temperature);
  await Promise.all([
    ...finalists.flatMap((finalist) => {
      const rows = examRows(state, finalist.candidate);
      return [scoreRows(run, baseline, rows), scoreRows(run, finalist, rows)];
    }),
    run.evaluator.evaluate(run.document, again, {
      ...signalOf(run),
      repeat: 1,
      onOutcome: (caseId, outcome) => record({ type: 'repeated', caseId, outcome }),
    }),
  ]);
}

/** Scores finalists and baseline on the rows of the verdict with each further model that the prompt is for. */
async function scoreTargets(run: LoopContext, finalists: readonly CandidateRecord[]): Promise<void> {
  const { state, record } = run;
  throwIfCancelled(run.signal);
  for (const { id, label } of state.setup.targets ?? []) {
    const evaluator = run.targets?.get(id);
    if (!evaluator) throw new Error(`The run has no evaluator for its target model ${label}.`);
    await Promise.all(
      openOnTarget(state, id, finalists).map(({ record: { candidate }, caseIds }) =>
        evaluator.evaluate(documentOf(run, candidate), caseIds, {
          ...signalOf(run),
          onOutcome: (caseId, outcome) =>
            record({ type: 'targeted', target: id, candidateId: candidate.id, caseId, outcome }),
        }),
      ),
    );
  }
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
  await run.evaluator.evaluate(documentOf(run, candidate), open, {
    ...signalOf(run),
    onOutcome: (caseId, outcome) =>
      run.record({ type: 'scored', candidateId: candidate.id, caseId, outcome }),
  });
}

/** A candidate's own bytes, read again. */
function documentOf(run: LoopContext, { text }: Candidate): PromptDocument {
  const { path, format, focus } = run.document;
  return readPrompt(path, new TextEncoder().encode(text), { format, span: focus });
}

function signalOf(run: LoopContext): { signal?: AbortSignal } {
  return run.signal ? { signal: run.signal } : {};
}
