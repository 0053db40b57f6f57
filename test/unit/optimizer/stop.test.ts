import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { replay, type RunEvent, type RunSetup } from '../../../src/core/run.js';
import { race } from '../../../src/evaluation/race.js';
import { readBest } from '../../../src/optimizer/readings.js';
import {
  affordableCandidates,
  callsPerAnswer,
  examReserve,
  shouldStop,
} from '../../../src/optimizer/stop.js';
import type { ConfiguredStrategy } from '../../../src/optimizer/strategy.js';
import { wordsBudget } from '../../../src/optimizer/schedule.js';
import { bestCandidate } from '../../../src/optimizer/trajectory.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

/** What conditions and budgets look at is fixed here, whatever a strategy that is shipped does. */
const hone: ConfiguredStrategy = {
  selection: 'validation',
  perStep: 6,
  asksPerStep: 6,
  ...readBest(24),
  selector: race,
  propose: () => Promise.resolve({ advice: [], proposals: [] }),
};

const IDS = Array.from({ length: 20 }, (_, index) => `r${index}`);
const SPLITS = { train: IDS.slice(0, 8), validation: IDS.slice(8, 14), exam: IDS.slice(14) };

interface Step {
  readonly values?: number;
  readonly rejected?: boolean;
  readonly text?: string;
}

function stateAfter(
  baseline: number,
  steps: readonly Step[],
  changes: Partial<RunSetup> = {},
  extra: RunEvent[] = [],
) {
  const all = [...SPLITS.train, ...SPLITS.validation];
  const events: RunEvent[] = [
    startedEvent(IDS, { splits: SPLITS, ...changes }),
    { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
    ...all.map((id, index) => scored(BASELINE_ID, id, (index % 6) / 6 < baseline ? 1 : 0)),
    { type: 'settled', candidateId: BASELINE_ID, status: 'kept', reasons: [] },
  ];
  steps.forEach(({ values, rejected, text }, index) => {
    const made = { ...candidate(`c${index + 1}`, BASELINE_ID, text), step: index + 1 };
    events.push({
      type: 'proposed',
      step: index + 1,
      advice: [],
      candidates: rejected ? [] : [made],
      rejected: rejected ? [{ candidate: made, reasons: ['no'] }] : [],
    });
    if (values === undefined) return;
    for (const [at, id] of SPLITS.validation.entries())
      events.push(scored(made.id, id, at / 6 < values ? 1 : 0));
    events.push({ type: 'settled', candidateId: made.id, status: 'kept', reasons: [] });
  });
  return replay([...events, ...extra])!;
}

const reasonOf = (state: ReturnType<typeof stateAfter>) => shouldStop(state, hone)?.reason;
const paid = (calls: number, cost?: number): RunEvent[] =>
  Array.from({ length: calls }, () => ({
    type: 'called',
    call: { role: 'task', cached: false, ...(cost !== undefined && { cost }) },
  }));

describe('callsPerAnswer', () => {
  const answered = (calls: number): RunEvent[] =>
    Array.from({ length: calls }, (_, index) => ({
      type: 'called',
      call: { role: 'task', cached: false, key: `k${index}` },
    }));
  const failed: RunEvent = { type: 'called', call: { role: 'task', cached: false } };
  const abandoned: RunEvent = { type: 'called', call: { role: 'task', cached: false, abandoned: true } };

  it('keeps back more of the limit for the exam, the more requests fail', () => {
    const smooth = stateAfter(0.5, [], { maxCalls: 100 }, answered(20));
    const rough = stateAfter(0.5, [], { maxCalls: 100 }, [...answered(20), failed, failed, failed, failed]);
    expect([callsPerAnswer(smooth), callsPerAnswer(rough)]).toEqual([1, 1.4]);
    expect(affordableCandidates(rough, hone)).toBeLessThan(affordableCandidates(smooth, hone));
  });

  it('does not hold a cancelled run against the endpoint', () => {
    expect(callsPerAnswer(stateAfter(0.5, [], {}, [...answered(20), abandoned, abandoned]))).toBe(1);
  });
});

describe('stop conditions', () => {
  it('tell proposals that were turned down from a proposer that had nothing to read', () => {
    const nothing = stateAfter(0.5, [], {}, [
      { type: 'proposed', step: 1, advice: [], candidates: [], rejected: [] },
      { type: 'proposed', step: 2, advice: [], candidates: [], rejected: [] },
    ]);
    expect(shouldStop(nothing, hone)).toMatchObject({
      reason: 'no-proposals',
      nextStep: expect.stringContaining('may read pass') as string,
    });
  });

  it('go on while nothing speaks against it', () => {
    expect(reasonOf(stateAfter(0.5, [{ values: 0.7 }]))).toBeUndefined();
  });

  it.each([
    ['perfect', stateAfter(0.5, [{ values: 1 }])],
    [
      'steps-done',
      stateAfter(
        0.2,
        [0.3, 0.4, 0.5, 0.6, 0.7].map((values) => ({ values })),
      ),
    ],
    ['no-proposals', stateAfter(0.5, [{ rejected: true }, { rejected: true }])],
    ['no-progress', stateAfter(0.5, [{ values: 0.5 }, { values: 0.3 }, { values: 0.3 }])],
    ['calls-spent', stateAfter(0.5, [], {}, paid(285, 0))],
    ['cost-spent', stateAfter(0.5, [], { maxCost: 1 }, paid(2, 0.5))],
  ])('%s', (reason, state) => {
    expect(reasonOf(state)).toBe(reason);
    expect(shouldStop(state, hone)!.nextStep.length).toBeGreaterThan(20);
  });

  it('keep calls back for the exam', () => {
    const state = stateAfter(0.5, [], { maxCalls: 60 }, paid(14, 0));
    expect(examReserve(state)).toBe(12);
    // 60 - 14 made - 12 for the exam - 6 for the optimizer leave 28: two candidates of 6 + 6 rows.
    expect(affordableCandidates(state, hone)).toBe(2);
  });
});

describe('affordableCandidates', () => {
  const judged = { scorers: [{ type: 'llm-rubric', value: 'It is short.' }] };

  it('reckons with the judge of each answer', () => {
    const state = stateAfter(0.5, [], { maxCalls: 84, ...judged }, paid(14, 0));
    // 84 - 14 made - 6 for the optimizer leave 64, which are 32 judged answers: 12 for the exam, one candidate of 12.
    expect(affordableCandidates(state, hone)).toBe(1);
    expect(affordableCandidates(stateAfter(0.5, [], { maxCalls: 84 }, paid(14, 0)), hone)).toBe(4);
  });

  it('keeps money back for the exam, as dear as answers have been', () => {
    const after = (maxCost: number) => stateAfter(0.5, [], { maxCalls: 1000, maxCost }, paid(20, 0.01));
    // 20 answers cost 0.20, 5 x 0.01 stay reserved, 6 questions take 0.06; an answer to come counts as 0.0125.
    // Room for the 12 of the exam and 12 of one candidate takes 0.30 more.
    expect(affordableCandidates(after(0.62), hone)).toBe(1);
    expect(affordableCandidates(after(0.6), hone)).toBe(0);
    expect(reasonOf(after(0.6))).toBe('cost-spent');
    expect(affordableCandidates(after(100), hone)).toBe(6);
  });

  it('reckons with what may have been spent where tokens were not told', () => {
    const unknown = Array.from({ length: 20 }, (): RunEvent => ({
      type: 'called',
      call: { role: 'task', cached: false, costAtMost: 0.01 },
    }));
    const state = stateAfter(0.5, [], { maxCalls: 1000, maxCost: 0.6 }, unknown);
    expect(state.usage.cost).toBeUndefined();
    expect(affordableCandidates(state, hone)).toBe(0);
  });
});

describe('bestCandidate', () => {
  it('keeps the baseline on a tie with it, and takes the shorter text on a tie between candidates', () => {
    expect(bestCandidate(stateAfter(0.5, [{ values: 0.5 }]))?.record.candidate.id).toBe(BASELINE_ID);
    const tied = stateAfter(0.2, [
      { values: 0.5, text: 'A rather long text.' },
      { values: 0.5, text: 'Short.' },
      { values: 0.5, text: 'Longer than short.' },
    ]);
    expect(bestCandidate(tied)?.record.candidate.id).toBe('c2');
  });
});

describe('wordsBudget', () => {
  it('falls from 50 to 10 words along a cosine', () => {
    expect([0, 4.5, 9, 13.5, 18].map((step) => wordsBudget(step, 18))).toEqual([50, 44, 30, 15, 10]);
  });
});
