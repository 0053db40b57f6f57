import { BASELINE_ID } from '../core/candidate.js';
import {
  examRows,
  pairsOf,
  recordOf,
  selectionRows,
  type CandidateRecord,
  type CaseOutcome,
  type RunState,
  type Verdict,
} from '../core/run.js';
import { comparePaired, type PairedComparison } from '../core/statistics.js';
import type { TargetVerdict } from '../core/verdict.js';
import { SIGNIFICANCE } from './verdict.js';

/** The rows on which a finalist is held against the baseline with each target: those of the verdict. */
export function targetRows(state: RunState, { candidate }: CandidateRecord): readonly string[] {
  const exam = examRows(state, candidate);
  return exam.length > 0 || state.setup.selection !== 'validation' ? exam : selectionRows(state);
}

/** The outcomes of a candidate with a further target, as if it had been scored there alone. */
function onTarget(state: RunState, target: string, record: CandidateRecord): CandidateRecord {
  const outcomes = state.targets.get(target)?.get(record.candidate.id) ?? new Map<string, CaseOutcome>();
  return { ...record, outcomes };
}

/** Texts with the rows that they have no outcome for with a target: the baseline and the finalists. */
export function openOnTarget(
  state: RunState,
  target: string,
  finalists: readonly CandidateRecord[],
): { readonly record: CandidateRecord; readonly caseIds: readonly string[] }[] {
  const baseline = recordOf(state, BASELINE_ID);
  const wanted = [
    { record: baseline, rows: [...new Set(finalists.flatMap((each) => targetRows(state, each)))] },
    ...finalists.map((record) => ({ record, rows: targetRows(state, record) })),
  ];
  return wanted
    .map(({ record, rows }) => {
      const { outcomes } = onTarget(state, target, record);
      return { record, caseIds: rows.filter((id) => !outcomes.has(id)) };
    })
    .filter(({ caseIds }) => caseIds.length > 0);
}

/**
 * A verdict with what each target model says, the worst first: the one that the prompt was optimized with, and the further
 * ones. It stays `better` only when no target is shown to be worse; a target that is makes it `worse`.
 */
export function withTargets(
  state: RunState,
  finalists: readonly CandidateRecord[],
  verdict: Verdict,
): Verdict {
  const { comparison, level = SIGNIFICANCE } = verdict;
  const { targets: further = [], models } = state.setup;
  if (further.length === 0 || !comparison) return verdict;
  const targets = [
    targetVerdict(models.task, comparison, level),
    ...further.map((model) => targetVerdict(model, compareOn(state, model.id, finalists), level)),
  ].sort((a, b) => a.delta - b.delta || a.after - b.after);
  const worse = targets.filter(({ kind }) => kind === 'worse');
  const kind = worse.length > 0 ? 'worse' : verdict.kind;
  const vetoed = kind !== verdict.kind;
  const said = vetoed
    ? `Worse with ${worse.map(({ label }) => label).join(' and ')}, so not to be taken for all ${targets.length} models.`
    : verdict.sentence;
  return { ...verdict, kind, targets, sentence: `${said} ${targetsSentence(targets)}` };
}

function compareOn(state: RunState, target: string, finalists: readonly CandidateRecord[]): PairedComparison {
  const baseline = onTarget(state, target, recordOf(state, BASELINE_ID));
  const pairs = finalists.flatMap((record) =>
    pairsOf(baseline, onTarget(state, target, record), targetRows(state, record)),
  );
  return comparePaired(pairs, state.setup.seed);
}

function targetVerdict(
  { id, label }: { readonly id: string; readonly label: string },
  { before, after, delta, interval, pValue, n }: PairedComparison,
  level: number,
): TargetVerdict {
  const shown = pValue < level && delta !== 0;
  const kind = !shown ? 'undecided' : delta > 0 ? 'better' : 'worse';
  return { model: id, label, kind, before, after, delta, interval, pValue, n };
}

const WORDS: Readonly<Record<TargetVerdict['kind'], string>> = {
  better: 'better',
  worse: 'worse',
  undecided: 'cannot tell',
};

/** Each target's result in one sentence, in the order given. */
function targetsSentence(targets: readonly TargetVerdict[]): string {
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  const results = targets.map(({ label, before, after, kind, n }) =>
    n === 0
      ? `${label} could not be scored`
      : `${label} ${percent(before)} to ${percent(after)} on ${n} rows (${WORDS[kind]})`,
  );
  return `By model, the worst first: ${results.join('; ')}.`;
}
