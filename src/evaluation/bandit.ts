import { seededRandom, shuffled } from '../core/hash.js';
import { scoreOn, selectionRows, type CandidateRecord, type RunState } from '../core/run.js';
import { faultOf, unscored } from './race.js';
import type { Selector, SelectorMove } from './selector.js';

export const BANDITS = ['ucb', 'ucb-e', 'successive-rejects', 'successive-halving', 'full'] as const;
export type BanditKind = (typeof BANDITS)[number];

/** How the best of many candidates are found with part of the evaluations. `full` spends all of them. */
export interface BanditOptions {
  readonly kind: BanditKind;
  /** How much UCB and UCB-E favour candidates of which little is known. */
  readonly exploration: number;
  /** Rounds of UCB and UCB-E. The product of the three sizes is the budget in rows of every kind. */
  readonly rounds: number;
  /** Candidates that see rows in one round of UCB and UCB-E. */
  readonly perRound: number;
  /** Rows that each of them sees in a round. */
  readonly samples: number;
}

/** What a bandit knows: which rows are wanted next, or the candidates by score, the best first. */
export type BanditMove =
  | { readonly kind: 'score'; readonly rows: readonly ArmRows[] }
  | { readonly kind: 'ranked'; readonly best: readonly CandidateRecord[] };

interface ArmRows {
  readonly record: CandidateRecord;
  readonly caseIds: readonly string[];
}

/** A candidate, and how many rows of the common order it has been given. */
interface Arm {
  readonly record: CandidateRecord;
  given: number;
}

/**
 * The upper bound by which UCB and UCB-E choose; Infinity for a candidate that has seen no row.
 * UCB1 is mean + c·sqrt(ln t / n) (Auer et al. 2002), UCB-E mean + sqrt(c / n) (Audibert and Bubeck 2010).
 * @param total rows given to all candidates so far
 * @param seen rows given to this one
 */
export function upperBound(
  kind: 'ucb' | 'ucb-e',
  mean: number,
  seen: number,
  total: number,
  exploration: number,
): number {
  if (seen === 0) return Infinity;
  if (kind === 'ucb-e') return mean + Math.sqrt(exploration / seen);
  return mean + exploration * Math.sqrt(Math.log(total) / seen);
}

/**
 * Rows that each surviving candidate has been given by the end of each phase of successive rejects (Audibert and Bubeck
 * 2010), at least 4 as in the published code and at most all.
 * @param budget rows of all candidates and phases together
 */
export function rejectsSchedule(candidates: number, budget: number, rows: number): number[] {
  let logBar = 0.5;
  for (let index = 2; index <= candidates; index++) logBar += 1 / index;
  return Array.from({ length: Math.max(0, candidates - 1) }, (_, index) => {
    const share = Math.ceil(Math.max(0, budget - candidates) / (logBar * (candidates - index)));
    return Math.min(rows, Math.max(LEAST_SAMPLES, share));
  });
}

const LEAST_SAMPLES = 4;

/**
 * One look at a bandit that chooses the `keep` best of some candidates. Every candidate goes through the rows in the same
 * order, so that scores of candidates that have seen equally much are paired. Follows from the outcomes alone.
 * @param rows the order in which candidates see rows
 */
export function banditMove(
  records: readonly CandidateRecord[],
  rows: readonly string[],
  keep: number,
  options: BanditOptions,
): BanditMove {
  const arms = records.map((record) => ({ record, given: 0 }));
  const wanted = play(arms, rows, keep, options);
  if (wanted.length > 0) return { kind: 'score', rows: wanted };
  // Only of these is anything known; a candidate that got no row cannot be among the best.
  const seen = arms.filter(({ given }) => given > 0);
  return {
    kind: 'ranked',
    best: ranked(seen, rows)
      .slice(0, keep)
      .map(({ record }) => record),
  };
}

function play(
  arms: readonly Arm[],
  rows: readonly string[],
  keep: number,
  options: BanditOptions,
): readonly ArmRows[] {
  switch (options.kind) {
    case 'full':
      return give(arms, rows, rows.length);
    case 'ucb':
    case 'ucb-e':
      return playBounds(arms, rows, options.kind, options);
    case 'successive-rejects':
      return playRejects(arms, rows, keep, budgetOf(options));
    case 'successive-halving':
      return playHalving(arms, rows, keep, budgetOf(options));
  }
}

function budgetOf({ rounds, perRound, samples }: BanditOptions): number {
  return rounds * perRound * samples;
}

function playBounds(
  arms: readonly Arm[],
  rows: readonly string[],
  kind: 'ucb' | 'ucb-e',
  { exploration, rounds, perRound, samples }: BanditOptions,
): readonly ArmRows[] {
  for (let round = 0; round < rounds; round++) {
    const total = arms.reduce((sum, { given }) => sum + given, 0);
    const boundOf = (arm: Arm) => upperBound(kind, meanOf(arm, rows), arm.given, total, exploration);
    const open = arms.filter(({ given }) => given < rows.length);
    const chosen = [...open].sort((a, b) => compare(boundOf(b), boundOf(a))).slice(0, perRound);
    if (chosen.length === 0) return [];
    const wanted = give(chosen, rows, samples);
    if (wanted.length > 0) return wanted;
  }
  return [];
}

function playRejects(
  arms: readonly Arm[],
  rows: readonly string[],
  keep: number,
  budget: number,
): readonly ArmRows[] {
  let left = [...arms];
  for (const until of rejectsSchedule(arms.length, budget, rows.length)) {
    if (left.length <= keep) return [];
    const wanted = give(left, rows, until - left[0]!.given);
    if (wanted.length > 0) return wanted;
    left = ranked(left, rows).slice(0, -1);
  }
  return [];
}

/** Half of the candidates go after each phase (Karnin et al. 2013), down to as many as are wanted. */
function playHalving(
  arms: readonly Arm[],
  rows: readonly string[],
  keep: number,
  budget: number,
): readonly ArmRows[] {
  let left = [...arms];
  const phases = Math.max(1, Math.ceil(Math.log2(arms.length)));
  while (left.length > keep) {
    const wanted = give(left, rows, Math.max(1, Math.floor(budget / (left.length * phases))));
    if (wanted.length > 0) return wanted;
    left = ranked(left, rows).slice(0, Math.max(keep, Math.ceil(left.length / 2)));
  }
  return [];
}

/** Gives each candidate its next rows of the order; returns those that have no outcome yet. */
function give(arms: readonly Arm[], rows: readonly string[], count: number): readonly ArmRows[] {
  const wanted = arms.map(({ record, given }) => ({ record, caseIds: rows.slice(given, given + count) }));
  for (const arm of arms) arm.given = Math.min(rows.length, arm.given + Math.max(0, count));
  return unscored(wanted);
}

/** The best score first; equal ones stay in order. */
function ranked(arms: readonly Arm[], rows: readonly string[]): Arm[] {
  return [...arms].sort((a, b) => meanOf(b, rows) - meanOf(a, rows));
}

function meanOf({ record, given }: Arm, rows: readonly string[]): number {
  return scoreOn(record, rows.slice(0, given)).mean ?? 0;
}

/** Also for infinities, whose difference is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/**
 * The beam of a step: the candidates that it chose among its parents and its own proposals. Follows from the state, so
 * that nothing has to be remembered; the beam of step 0 is the baseline.
 */
export function beamAfter(
  state: RunState,
  step: number,
  beam: number,
  options: BanditOptions,
): readonly CandidateRecord[] {
  const [baseline, ...others] = state.candidates.values();
  let current: readonly CandidateRecord[] = baseline ? [baseline] : [];
  for (let at = 1; at <= step; at++) {
    const own = others.filter(({ candidate, status }) => candidate.step === at && status !== 'rejected');
    const move = banditMove([...current, ...own], rowOrder(state, at), beam, options);
    if (move.kind === 'score') break;
    const survivors = move.best.filter(({ status }) => status !== 'dropped');
    if (survivors.length > 0) current = survivors;
  }
  return current;
}

/** The order in which candidates of a step see the selection rows: drawn anew for each step. */
function rowOrder(state: RunState, step: number): readonly string[] {
  return shuffled(selectionRows(state), seededRandom(`${state.setup.seed} ${step} bandit`));
}

/**
 * Chooses the beam of a step with a bandit: the step's candidates and their parents compete, the best `beam` stay. Those
 * that stay are then scored on the rest of the selection rows, so that every kept candidate has a score on all of them,
 * and the lucky first rows of a bandit's winner do not decide a verdict.
 */
export function banditSelector(beam: number, options: BanditOptions): Selector {
  return {
    rowsAtMost: ({ selection }) => selection,
    next(state, pending): SelectorMove {
      const step = pending[0]!.candidate.step;
      const before = beamAfter(state, step - 1, beam, options);
      const move = banditMove([...before, ...pending], rowOrder(state, step), beam, options);
      if (move.kind === 'score') return move;
      const rows = selectionRows(state);
      const chosen = pending.filter((record) => move.best.includes(record));
      const open = unscored(chosen.map((record) => ({ record, caseIds: rows })));
      if (open.length > 0) return { kind: 'score', rows: open };
      return {
        kind: 'settle',
        results: pending.map((record) => {
          const isScored = chosen.includes(record) || unscored([{ record, caseIds: rows }]).length === 0;
          const reason = isScored
            ? faultOf(state, record, rows)
            : `It is not among the ${beam} best of its step.`;
          return reason === undefined
            ? { record, status: 'kept', reasons: [] }
            : { record, status: 'dropped', reasons: [reason] };
        }),
      };
    },
  };
}
