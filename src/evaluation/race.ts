import { BASELINE_ID } from '../core/candidate.js';
import {
  pairsOf,
  recordOf,
  scoreOn,
  selectionRows,
  type CandidateRecord,
  type RunState,
} from '../core/run.js';
import { differencesOf, sequentialComparison, shareOfLevel } from '../core/statistics.js';
import { estimatesByLineage } from './lineage.js';
import type { Selector } from './selector.js';
import { leaderOf, standingsOf } from './standings.js';
import { TRIAGE_ROWS, triageFault, triageRows } from './triage.js';

/** Chance of a single wrong promotion in a whole run, over all its candidates and looks. */
export const PROMOTION_LEVEL = 0.05;
/** A drop is no claim, and most candidates are no gain: it takes less evidence. */
const DROP_LEVEL = 0.3;
/** Answers that a round is to bring, so that the endpoint is busy; and the rows per candidate that follow from it. */
const ROUND_ANSWERS = 36;
const ROUND_LEAST = 4;
const ROUND_MOST = 12;
/** Rounds of a race at the most: each decision goes through those before it again, which many rows would make slow. */
const MOST_ROUNDS = 64;
/** With more candidates than this, those that lag behind are dropped round by round. */
const NARROWING_ABOVE = 4;
/** Candidates that narrowing leaves. */
const FINALISTS = 2;

/** How a race stands after the rounds that are complete. */
export interface RaceStanding {
  /** Rows of the next round without an outcome; none when the race is over. */
  readonly open: readonly { readonly record: CandidateRecord; readonly caseIds: readonly string[] }[];
  /** The candidate that the others have to beat. */
  readonly incumbent: CandidateRecord;
  /** Candidates that were shown to beat the incumbent of their time, in order. */
  readonly promoted: readonly CandidateRecord[];
  /** Why a candidate was dropped, a sentence each. */
  readonly dropped: ReadonlyMap<CandidateRecord, string>;
}

/**
 * Candidates meet the incumbent, the best one of earlier steps, on the same rows in the run's random order, a few rows a
 * round. Decisions fall between rounds only, so they do not depend on which answer came first, and follow from the state
 * alone, so that a resumed run decides alike.
 *
 * - Triage on rows that the parent fails drops candidates that improve none of them.
 * - A sequential test that may be looked at after each round promotes a candidate to incumbent: from then on the others
 *   have to beat it. Each candidate of the run has its own share of the error level. Rows that the proposer reads promote
 *   nobody.
 * - Its mirror drops a candidate that is worse; it is also dropped when the best score is out of its reach, or when it
 *   breaks a guarded row.
 * - Many candidates are narrowed down by their mean on the rows so far (successive halving, Karnin et al. 2013, in smaller
 *   steps).
 *
 * A candidate that is still undecided after all rows is kept.
 */
export const race: Selector = {
  rowsAtMost: ({ selection, selectsOnTrain }) => selection + (selectsOnTrain ? 0 : TRIAGE_ROWS),
  next(state, pending) {
    const { open, dropped } = raceStanding(state, pending);
    if (open.length > 0) return { kind: 'score', rows: open };
    return {
      kind: 'settle',
      results: pending.map((record) => {
        const reason = dropped.get(record);
        return reason === undefined
          ? { record, status: 'kept', reasons: [] }
          : { record, status: 'dropped', reasons: [reason] };
      }),
    };
  },
};

/** Goes through the rounds of a race, as far as they are complete. */
export function raceStanding(state: RunState, pending: readonly CandidateRecord[]): RaceStanding {
  const field = fieldOf(state, pending);
  const dropped = new Map<CandidateRecord, string>();
  const promoted: CandidateRecord[] = [];
  const settled = incumbentOf(state, field);
  const incumbentNow = () => promoted.findLast((record) => !dropped.has(record)) ?? settled;
  const running = () => field.filter((record) => !dropped.has(record));
  const dropWhere = (faultIn: (record: CandidateRecord) => string | undefined) => {
    for (const record of running()) {
      const fault = faultIn(record);
      if (fault !== undefined) dropped.set(record, fault);
    }
  };

  const after = (open: RaceStanding['open']) => ({ open, incumbent: incumbentNow(), promoted, dropped });

  const triage = unscored(field.map((record) => ({ record, caseIds: triageRows(state, record) })));
  if (triage.length > 0) return after(triage);
  dropWhere((record) => triageFault(state, record));

  const rows = selectionRows(state);
  for (let from = 0; from < rows.length && running().length > 0;) {
    const to = endOfRound(state, from, rows.length, running().length);
    const open = unscored(running().map((record) => ({ record, caseIds: rows.slice(from, to) })));
    if (open.length > 0) return after(open);
    from = to;
    if (to >= rows.length) break;
    const round: Round = { state, field, done: rows.slice(0, to), rows };
    dropWhere((record) => guardFault(state, record, seenBy(round, record)));
    const winners = promotable(round, running(), incumbentNow());
    if (winners.length > 0) promoted.push(leaderOf(standingsOf(state, winners, round.done))!.record);
    const incumbent = incumbentNow();
    dropWhere((record) => behind(round, incumbent, record));
    if (judgesUnread(state, to)) dropWhere((record) => noBetter(round, incumbent, record));
    const target = targetOf(round, running(), settled);
    dropWhere((record) => outOfReach(round, target, record));
    if (field.length > NARROWING_ABOVE && running().length > 0) {
      const { leader, left, places } = narrowing(round, running(), field.length);
      dropWhere((record) => behind(round, leader, record) ?? lagging(round, left, places, record));
    }
  }
  dropWhere((record) => faultOf(state, record, rows));
  return after([]);
}

/** What the decisions after a round look at. */
interface Round {
  readonly state: RunState;
  readonly field: readonly CandidateRecord[];
  /** Selection rows so far. */
  readonly done: readonly string[];
  /** All selection rows. */
  readonly rows: readonly string[];
}

/**
 * All candidates of the steps that the pending ones are from: a run that died while it settled them finds some settled,
 * and must decide over the rest as it would have.
 */
function fieldOf(state: RunState, pending: readonly CandidateRecord[]): CandidateRecord[] {
  const first = Math.min(...pending.map(({ candidate }) => candidate.step));
  return [...state.candidates.values()].filter(
    ({ candidate, status }) =>
      candidate.id !== BASELINE_ID && status !== 'rejected' && candidate.step >= first,
  );
}

function incumbentOf(state: RunState, field: readonly CandidateRecord[]): CandidateRecord {
  const kept = [...state.candidates.values()].filter(
    (record) => (record.status === 'kept' || record.status === 'best') && !field.includes(record),
  );
  if (isByLineage(state)) {
    const estimates = estimatesByLineage(state, (record) =>
      field.includes(record) ? [] : selectionRows(state, record.candidate),
    );
    const worth = (record: CandidateRecord) => estimates.get(record.candidate.id) ?? 0;
    return kept.reduce(
      (best, next) => (worth(next) > worth(best) ? next : best),
      recordOf(state, BASELINE_ID),
    );
  }
  return leaderOf(standingsOf(state, kept))?.record ?? recordOf(state, BASELINE_ID);
}

/** Rounds do not go over the border between rows that no proposer has read and the others. */
function endOfRound(state: RunState, from: number, rows: number, running: number): number {
  const to = from + Math.max(rowsOfRound(running), Math.ceil(rows / MOST_ROUNDS));
  const border = state.setup.selection === 'both' ? state.setup.splits.validation.length : 0;
  return from < border ? Math.min(to, border) : to;
}

/** After the rows that no proposer has read; an estimate by lineage learns from the rows after them too. */
function judgesUnread(state: RunState, at: number): boolean {
  const border = state.setup.splits.validation.length;
  return state.setup.selection === 'both' && (at === border || (at > border && isByLineage(state)));
}

/** Rows on which a candidate of the race has been seen by a decision: those of a round that is under way do not count. */
function seenBy({ state, done }: Round, record: CandidateRecord): string[] {
  return [...new Set([...triageRows(state, record), ...done])];
}

function rowsOfRound(running: number): number {
  return Math.min(ROUND_MOST, Math.max(ROUND_LEAST, Math.ceil(ROUND_ANSWERS / running)));
}

/** Candidates that are shown to beat the incumbent, each at its share of the level. */
function promotable(
  { state, done }: Round,
  running: readonly CandidateRecord[],
  incumbent: CandidateRecord,
): CandidateRecord[] {
  const unread = unreadRows(state, done);
  if (unread.length === 0) return [];
  const claims = [...state.candidates.values()].filter(
    ({ candidate, status }) => candidate.id !== BASELINE_ID && status !== 'rejected',
  );
  return running.filter((record) => {
    const better = PROMOTION_LEVEL * shareOfLevel(claims.indexOf(record) + 1);
    const differences = differencesOf(pairsOf(incumbent, record, unread));
    return sequentialComparison(differences, { better, worse: 0 }).decision === 'better';
  });
}

function isByLineage({ setup }: RunState): boolean {
  return setup.estimate === 'lineage';
}

/** Of these rows the ones that no proposer reads. */
function unreadRows({ setup }: RunState, rows: readonly string[]): readonly string[] {
  if (setup.selection === 'train') return [];
  return setup.selection === 'validation' ? rows : rows.slice(0, setup.splits.validation.length);
}

/**
 * Why a candidate is not scored on the rows that the proposer reads after those that it does not: on the latter it was no
 * better than the incumbent, and it is no shorter either.
 */
function noBetter(round: Round, incumbent: CandidateRecord, record: CandidateRecord): string | undefined {
  if (record === incumbent) return undefined;
  const { state } = round;
  const unread = unreadRows(state, round.done);
  const pairs = pairsOf(incumbent, record, unread);
  const gain = pairs.reduce((sum, { before, after }) => sum + after.value - before.value, 0);
  if (isByLineage(state)) {
    const estimates = estimatesByLineage(state, (other) =>
      round.field.includes(other) ? seenBy(round, other) : selectionRows(state, other.candidate),
    );
    if ((estimates.get(record.candidate.id) ?? 0) > (estimates.get(incumbent.candidate.id) ?? 0))
      return undefined;
  }
  const isShorter = record.candidate.text.length < incumbent.candidate.text.length;
  if (gain > 0 || (gain === 0 && isShorter)) return undefined;
  const rival = incumbent === recordOf(state, BASELINE_ID) ? 'your prompt' : incumbent.candidate.id;
  return `On ${unread.length} rows that no proposer has read it is no better than ${rival}.`;
}

/** Why a candidate is dropped for what the rows so far show against an opponent. */
function behind(
  { state, done, rows }: Round,
  opponent: CandidateRecord,
  record: CandidateRecord,
): string | undefined {
  const differences = differencesOf(pairsOf(opponent, record, done));
  const { decision, won, lost } = sequentialComparison(differences, { better: 0, worse: DROP_LEVEL });
  if (decision !== 'worse') return undefined;
  const rival = opponent === recordOf(state, BASELINE_ID) ? 'your prompt' : opponent.candidate.id;
  return `After ${done.length} of ${rows.length} selection rows it is behind ${rival}: better on ${won}, worse on ${lost}.`;
}

/** A mean that some candidate, or the best one of earlier steps, is sure of. */
function targetOf(
  { done, rows }: Round,
  running: readonly CandidateRecord[],
  settled: CandidateRecord,
): number {
  const sure = running.map((record) => chanceOf(record, rows.length, done).atLeast);
  return Math.max(scoreOn(settled, rows).mean ?? 0, ...sure);
}

/** Why a candidate is dropped when its best possible mean is below what another one is sure of. */
function outOfReach(
  { state, done, rows }: Round,
  target: number,
  record: CandidateRecord,
): string | undefined {
  if (isByLineage(state)) return undefined;
  const { n, atMost } = chanceOf(record, rows.length, done);
  if (atMost >= target) return undefined;
  return `After ${n} of ${rows.length} selection rows it could no longer reach the best score.`;
}

/** The lowest and the highest mean that a candidate can still end with. */
function chanceOf(record: CandidateRecord, rows: number, done: readonly string[]) {
  const { mean = 0, n } = scoreOn(record, done);
  const open = rows - done.length;
  const total = Math.max(1, n + open);
  return { n, atLeast: (mean * n) / total, atMost: (mean * n + open) / total };
}

/** As many candidates go on as the cube of the share of rows that is left, by the mean difference on the rows so far. */
function narrowing({ state, done, rows }: Round, running: readonly CandidateRecord[], fieldSize: number) {
  const ranked = standingsOf(state, running, done).sort((a, b) => b.delta - a.delta);
  return {
    leader: ranked[0]!.record,
    left: Math.max(FINALISTS, Math.ceil(fieldSize * (1 - done.length / rows.length) ** 3)),
    places: ranked.map(({ record }) => record),
  };
}

function lagging(
  { done, rows }: Round,
  left: number,
  places: readonly CandidateRecord[],
  record: CandidateRecord,
): string | undefined {
  const place = places.indexOf(record);
  if (place < left) return undefined;
  const stood = `it stood ${ordinal(place + 1)} of ${places.length}`;
  return `After ${done.length} of ${rows.length} selection rows ${stood}; the best ${left} went on.`;
}

function ordinal(rank: number): string {
  const endings = ['th', 'st', 'nd', 'rd'];
  const teen = rank % 100 > 10 && rank % 100 < 14;
  return `${rank}${teen ? 'th' : (endings[rank % 10] ?? 'th')}`;
}

/** The rows among these that have no outcome, candidates without any left out. */
export function unscored(
  rows: readonly { readonly record: CandidateRecord; readonly caseIds: readonly string[] }[],
) {
  return rows
    .map(({ record, caseIds }) => ({ record, caseIds: caseIds.filter((id) => !record.outcomes.has(id)) }))
    .filter(({ caseIds }) => caseIds.length > 0);
}

/** Why a candidate that was scored on all rows cannot be kept all the same; undefined when it can. */
export function faultOf(
  state: RunState,
  record: CandidateRecord,
  rows: readonly string[],
): string | undefined {
  const { n, errors } = scoreOn(record, rows);
  if (n < errors) return `${errors} of ${rows.length} selection rows ended in an error.`;
  return guardFault(state, record);
}

function guardFault(state: RunState, record: CandidateRecord, among?: readonly string[]): string | undefined {
  const broken = brokenGuards(state, record).filter((id) => among?.includes(id) ?? true);
  return broken.length > 0 ? `It breaks guarded rows: ${broken.join(', ')}.` : undefined;
}

/** Guarded rows that pass in the baseline and fail under the candidate. */
export function brokenGuards(state: RunState, record: CandidateRecord): string[] {
  const guarded = state.setup.testset.cases.filter((row) => row.guard).map((row) => row.id);
  return pairsOf(recordOf(state, BASELINE_ID), record, guarded)
    .filter((pair) => pair.before.pass && !pair.after.pass)
    .map((pair) => pair.caseId);
}
