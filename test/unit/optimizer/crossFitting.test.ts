import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { viewOf } from '../../../src/core/directions.js';
import { seededRandom, type Random } from '../../../src/core/hash.js';
import { replay, type RunEvent, type RunState, type Verdict } from '../../../src/core/run.js';
import type { Direction } from '../../../src/core/testset.js';
import { finalistsOf } from '../../../src/optimizer/exam.js';
import { judge, verdictOf, type Judgement } from '../../../src/optimizer/verdict.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

/** The scores of a candidate on all rows, by row. */
type Scores = readonly number[];

interface Entry {
  readonly id: string;
  readonly direction: Direction;
  readonly scores: Scores;
}

/** A cross-fitted run whose candidates were scored on all rows, as far as the search and the exam see them. */
function stateOf(baseline: Scores, entries: readonly Entry[], guard = false): RunState {
  const ids = baseline.map((_, index) => `r${index}`);
  const half = Math.ceil(ids.length / 2);
  const splits = {
    train: ids.slice(0, half),
    validation: [],
    exam: ids.slice(half),
    crossFitted: true as const,
  };
  const started = startedEvent(ids, { splits, selection: 'train' }) as RunEvent & { type: 'started' };
  const cases = started.setup.testset.cases.map((row) => ({ ...row, guard }));
  const setup = { ...started.setup, testset: { ...started.setup.testset, cases } };
  const propose = (direction: Direction): RunEvent => ({
    type: 'proposed',
    step: 1,
    direction,
    advice: [],
    candidates: entries
      .filter((entry) => entry.direction === direction)
      .map(({ id }) => ({ ...candidate(id, BASELINE_ID), direction })),
    rejected: [],
  });
  return replay([
    { ...started, setup },
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...ids.map((id, index) => scored(BASELINE_ID, id, baseline[index]!)),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
    propose(0),
    propose(1),
    ...entries.flatMap(({ id, scores }) => ids.map((row, index) => scored(id, row, scores[index]!))),
    ...entries.map(({ id }): RunEvent => ({ type: 'settled', candidateId: id, status: 'kept', reasons: [] })),
  ])!;
}

function verdictFor(baseline: Scores, entries: readonly Entry[]): Verdict {
  const state = stateOf(baseline, entries);
  return verdictOf(state, finalistsOf(state));
}

/** A verdict without its sentence, and undefined when nothing was found that could be examined. */
function judgementFor(baseline: Scores, entries: readonly Entry[]): Judgement | undefined {
  const state = stateOf(baseline, entries);
  const finalists = finalistsOf(state);
  return finalists.length === 0 ? undefined : judge(state, finalists);
}

const both = (id: string, scores: Scores, copy = scores): Entry[] => [
  { id: `${id}a`, direction: 0, scores },
  { id: `${id}b`, direction: 1, scores: copy },
];

describe('a view of one direction', () => {
  const baseline = [0, 0, 1, 1, 0, 0];
  const state = stateOf(baseline, both('c', [1, 1, 1, 1, 0, 0]));

  it('shows its own half, its own candidates, and the baseline on its half alone', () => {
    const [first, second] = [viewOf(state, 0), viewOf(state, 1)];
    expect([...first.candidates.keys()]).toEqual([BASELINE_ID, 'ca']);
    expect([...second.candidates.keys()]).toEqual([BASELINE_ID, 'cb']);
    expect(second.setup.splits).toEqual({
      train: ['r3', 'r4', 'r5'],
      validation: [],
      exam: ['r0', 'r1', 'r2'],
    });
    expect([...second.candidates.get(BASELINE_ID)!.outcomes.keys()]).toEqual(['r3', 'r4', 'r5']);
    expect([first.proposedStep, second.proposedStep]).toEqual([1, 1]);
  });
});

describe('the verdict of a cross-fitted run', () => {
  const fails = Array.from({ length: 20 }, () => 0);
  const gains = (count: number, from = 0) =>
    fails.map((_, row) => (row >= from && row < from + count ? 1 : 0));

  it('judges each row with the finalist that did not choose on it', () => {
    // The first finalist shines on its own half alone; so does the second: neither is a gain on the other half.
    const verdict = verdictFor(fails, [
      { id: 'own0', direction: 0, scores: gains(10) },
      { id: 'own1', direction: 1, scores: gains(10, 10) },
    ]);
    expect(verdict).toMatchObject({ kind: 'undecided', crossFitted: true });
    expect(verdict.comparison).toMatchObject({ n: 20, delta: 0 });
  });

  it('names the finalist that did better where it was examined, and says that it was cross-fitted', () => {
    const verdict = verdictFor(fails, [
      { id: 'weak', direction: 0, scores: gains(14) },
      { id: 'strong', direction: 1, scores: gains(19) },
    ]);
    expect(verdict).toMatchObject({ kind: 'better', candidateId: 'strong', level: 0.03 });
    expect(verdict.comparison).toMatchObject({ n: 20, delta: 14 / 20 });
    expect(verdict.sentence).toContain('each judged by the half of the search that had not seen it');
  });

  it('is the exam of one half alone when the other found nothing', () => {
    const verdict = verdictFor(fails, [
      { id: 'only', direction: 0, scores: gains(19) },
      { id: 'none', direction: 1, scores: fails },
    ]);
    expect(verdict).toMatchObject({ kind: 'better', candidateId: 'only', level: 0.05 });
    expect(verdict.crossFitted).toBeUndefined();
    expect(verdict.comparison?.n).toBe(10);
  });

  it('names no finalist that breaks guarded rows while the other one breaks none', () => {
    const baseline = gains(1);
    const breaks = gains(19, 1);
    const state = stateOf(
      baseline,
      [
        { id: 'breaks', direction: 1, scores: breaks },
        { id: 'keeps', direction: 0, scores: gains(12) },
      ],
      true,
    );
    expect(verdictOf(state, finalistsOf(state)).candidateId).toBe('keeps');
  });
});

const RUNS = 2000;
const POOL = 8;

/** A prompt as good as the baseline in truth: it differs on rows at random, in either direction. */
function asGood(baseline: Scores, share: number, random: Random): number[] {
  return baseline.map((score) => (random() < share ? 1 - score : score));
}

describe('without any true gain', () => {
  const kinds = {
    'candidates that are independent': (baseline: Scores, share: number, random: Random) =>
      Array.from({ length: POOL }, (_, index) =>
        both(`c${index}`, asGood(baseline, share, random), asGood(baseline, share, random)),
      ).flat(),
    'the same candidates in both directions': (baseline: Scores, share: number, random: Random) =>
      Array.from({ length: POOL }, (_, index) => both(`c${index}`, asGood(baseline, share, random))).flat(),
    'near copies across directions': (baseline: Scores, share: number, random: Random) =>
      Array.from({ length: POOL }, (_, index) => {
        const scores = asGood(baseline, share, random);
        return both(`c${index}`, scores, asGood(scores, 0.1, random));
      }).flat(),
    'one candidate and its copy': (baseline: Scores, share: number, random: Random) =>
      both('c', asGood(baseline, share, random)),
  };

  it.each(
    Object.entries(kinds).flatMap(([name, pool]) => [12, 20, 28].map((rows) => ({ name, pool, rows }))),
  )('says better in at most 5% of runs: $name, $rows rows', ({ name, pool, rows }) => {
    const random = seededRandom(`null ${name} ${rows}`);
    let better = 0;
    for (let run = 0; run < RUNS; run++) {
      const baseline = Array.from({ length: rows }, () => (random() < 0.5 ? 1 : 0));
      // From hardly any difference to prompts that have nothing in common.
      const share = 0.1 + 0.4 * random();
      if (judgementFor(baseline, pool(baseline, share, random))?.kind === 'better') better++;
    }
    expect(better / RUNS).toBeLessThanOrEqual(0.05);
  });

  it('would say it more often at the full level, where both directions try the same candidates', () => {
    const random = seededRandom('full level');
    let atFullLevel = 0;
    let asJudged = 0;
    for (let run = 0; run < RUNS; run++) {
      const baseline = Array.from({ length: 28 }, () => (random() < 0.5 ? 1 : 0));
      const entries = kinds['the same candidates in both directions'](baseline, 0.5, random);
      const judged = judgementFor(baseline, entries);
      if (judged?.kind === 'better') asJudged++;
      if (judged && judged.comparison.delta > 0 && judged.comparison.pValue < 0.05) atFullLevel++;
    }
    expect(asJudged).toBeLessThan(atFullLevel);
    expect(asJudged / RUNS).toBeLessThanOrEqual(0.05);
  });
});

describe('with a true gain', () => {
  it('says better more often than one half alone could', () => {
    const random = seededRandom('power');
    let pooled = 0;
    let alone = 0;
    for (let run = 0; run < 400; run++) {
      const baseline = Array.from({ length: 24 }, () => (random() < 0.4 ? 1 : 0));
      const better = baseline.map((score) => (random() < (score ? 0.97 : 0.7) ? 1 : 0));
      if (judgementFor(baseline, both('c', better))?.kind === 'better') pooled++;
      if (judgementFor(baseline, [{ id: 'c', direction: 0, scores: better }])?.kind === 'better') alone++;
    }
    expect(pooled).toBeGreaterThan(2 * alone);
    expect(pooled / 400).toBeGreaterThan(0.6);
  });
});
