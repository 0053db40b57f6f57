import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { replay, type RunEvent, type RunState } from '../../../src/core/run.js';
import { examinationOf, finalistsOf, noiseProbeRows, whatCanBeShown } from '../../../src/optimizer/exam.js';
import { differentTexts } from '../../../src/optimizer/diversity.js';
import { verdictOf } from '../../../src/optimizer/verdict.js';
import { bestCandidate } from '../../../src/optimizer/trajectory.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

const IDS = Array.from({ length: 40 }, (_, index) => `r${index}`);
const CHOOSING = IDS.slice(0, 20);
const EXAM = IDS.slice(20);
const SPLITS = { train: [], validation: CHOOSING, exam: EXAM };

/** A run whose candidate c1 fixes the first exam rows, all of which the baseline fails. */
function examined(fixes: number, further: readonly RunEvent[] = []): RunState {
  return replay([
    startedEvent(IDS, { splits: SPLITS }),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...IDS.map((id) => scored(BASELINE_ID, id, 0)),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
    { type: 'proposed', step: 1, advice: [], candidates: [candidate('c1', BASELINE_ID)], rejected: [] },
    ...CHOOSING.map((id) => scored('c1', id, 1)),
    { type: 'settled', candidateId: 'c1', status: 'kept', reasons: [] },
    ...EXAM.map((id, index) => scored('c1', id, index < fixes ? 1 : 0)),
    ...further,
  ])!;
}

const verdictOn = (state: RunState) => verdictOf(state, finalistsOf(state));

/** The baseline's second sample passes on so many rows that failed before. */
const repeats = (changed: number): RunEvent[] =>
  CHOOSING.map((caseId, index) => {
    const event = scored(BASELINE_ID, caseId, index < changed ? 1 : 0) as RunEvent & { type: 'scored' };
    return { type: 'repeated', caseId, outcome: event.outcome };
  });

describe('the verdict', () => {
  it('looks at exam rows only, and says what changed in length', () => {
    const verdict = verdictOn(examined(8));
    expect(verdict).toMatchObject({ kind: 'better', level: 0.05, look: 1, words: { before: 2, after: 2 } });
    expect(verdict.comparison).toMatchObject({ n: 20, delta: 0.4 });
  });

  it('asks for more at a further look', () => {
    const look = (number: number): RunEvent[] => [{ type: 'examined', candidateId: 'c1', look: number }];
    expect(verdictOn(examined(6, look(1))).kind).toBe('better');
    const second = verdictOn(examined(6, look(2)));
    expect(second).toMatchObject({ kind: 'undecided', look: 2 });
    expect(second.sentence).toContain('fresh rows make a sharper verdict');
  });

  it('is undecided below the noise floor, and says the least gain that could be told', () => {
    expect(verdictOn(examined(7, repeats(0))).kind).toBe('better');
    const noisy = verdictOn(examined(7, repeats(14)));
    expect(noisy).toMatchObject({ kind: 'undecided', noise: { n: 20, changed: 14 } });
    expect(noisy.sentence).toContain(`a gain below ${Math.round(200 * Math.sqrt(0.7 / 20))}% drowns`);
  });

  it('says about how many rows would settle it', () => {
    const { rowsWanted, kind, sentence } = verdictOn(examined(4));
    expect(kind).toBe('undecided');
    expect(rowsWanted).toBeGreaterThan(20);
    expect(sentence).toContain(`about ${rowsWanted} exam rows would`);
  });

  it('corrects for the choice among several where no rows were kept back', () => {
    const state = examined(0);
    const onSelection = { ...state, setup: { ...state.setup, splits: { ...SPLITS, exam: [] } } };
    expect(verdictOn(onSelection)).toMatchObject({ kind: 'better', level: 0.05 });
    const more = candidate('c2', BASELINE_ID);
    onSelection.candidates.set('c2', {
      candidate: more,
      status: 'dropped',
      reasons: [],
      outcomes: new Map(state.candidates.get(BASELINE_ID)!.outcomes),
    });
    expect(verdictOn(onSelection).level).toBe(0.025);
  });
});

describe('an examination', () => {
  it('is the same for the same rows under other ids, and another one for another text or baseline', () => {
    const state = examined(3);
    const key = (of: RunState) => examinationOf(of, finalistsOf(of));
    const renamed = examined(9);
    expect(key(renamed)).toEqual(key(state));
    const other = { ...state, setup: { ...state.setup, prompt: { ...state.setup.prompt, text: 'New.\n' } } };
    expect(key(other).exam).not.toBe(key(state).exam);
    expect(key(other).candidates).toBe(key(state).candidates);
  });
});

describe('the best candidate', () => {
  it('is not one that was lucky on a few rows', () => {
    const state = replay([
      startedEvent(IDS, { splits: SPLITS }),
      { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
      ...CHOOSING.map((id) => scored(BASELINE_ID, id, 0)),
      { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
      {
        type: 'proposed',
        step: 1,
        advice: [],
        candidates: [candidate('few', BASELINE_ID), candidate('many', BASELINE_ID)],
        rejected: [],
      },
      scored('few', 'r0', 1),
      scored('few', 'r1', 0),
      ...CHOOSING.map((id, index) => scored('many', id, index < 9 ? 1 : 0)),
      { type: 'settled', candidateId: 'few', status: 'kept', reasons: [] },
      { type: 'settled', candidateId: 'many', status: 'kept', reasons: [] },
    ])!;
    expect(bestCandidate(state)?.record.candidate.id).toBe('many');
  });
});

describe('what is told before a run', () => {
  it('says how many rows judge a cross-fitted search', () => {
    const [halves, power] = whatCanBeShown({
      train: IDS.slice(0, 10),
      validation: [],
      exam: EXAM.slice(0, 10),
      crossFitted: true,
    });
    expect(halves).toContain('all 20 rows judge it');
    expect(power).toMatch(/^20 exam rows/);
    expect(whatCanBeShown(SPLITS)).toHaveLength(1);
  });

  it('does not speak of large gains where no gain whatever could be shown', () => {
    const examined = (rows: number) =>
      whatCanBeShown({ train: IDS.slice(0, 4), validation: IDS.slice(4, 8), exam: EXAM.slice(0, rows) });
    expect(examined(5)).toEqual([
      expect.stringMatching(/^5 exam rows cannot show any gain; about \d+ would/),
    ]);
    expect(examined(6)).toEqual([expect.stringMatching(/^6 exam rows show only very large gains/)]);
  });

  it('probes few rows at temperature 0, and all that choose above', () => {
    expect(noiseProbeRows(18)).toBe(8);
    expect(noiseProbeRows(5, 0)).toBe(5);
    expect(noiseProbeRows(18, 0.7)).toBe(18);
  });
});

describe('differentTexts', () => {
  it('counts ideas, not wordings in another order or case', () => {
    const base = 'Sort the ticket.';
    const texts = [
      `${base} Be brief.`,
      `Be brief. ${base}`,
      `${base} BE BRIEF!`,
      `${base} Use labels.`,
      base,
    ];
    expect(differentTexts(base, texts)).toBe(3);
  });
});

describe('rows with the same input', () => {
  it('count once: copies are no further evidence', () => {
    const copies = { ...examined(8).setup.testset };
    const cases = copies.cases.map((row) =>
      SPLITS.exam.includes(row.id)
        ? { ...row, vars: { text: `text ${SPLITS.exam.indexOf(row.id) % 3}` } }
        : row,
    );
    const state = examined(20);
    const copied = { ...state, setup: { ...state.setup, testset: { ...copies, cases } } };
    expect(verdictOn(state).kind).toBe('better');
    const { kind, comparison } = verdictOn(copied);
    expect([kind, comparison?.n]).toEqual(['undecided', 3]);
    expect(comparison?.pValue).toBeCloseTo(0.25, 9);
  });
});
