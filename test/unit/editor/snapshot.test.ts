import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { replay, type ModelCall, type RunEvent } from '../../../src/core/run.js';
import type { PairedComparison } from '../../../src/core/statistics.js';
import { acceptRefusal, snapshotOf } from '../../../src/editor/snapshot.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';

const IDS = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'];
const SPLITS = { train: ['r1', 'r2'], validation: ['r3', 'r4', 'r5', 'r6', 'r7'], exam: ['r8', 'r9'] };
const kept = (candidateId: string): RunEvent => ({
  type: 'settled',
  candidateId,
  status: 'kept',
  reasons: [],
});
const failed = (candidateId: string, caseId: string): RunEvent => ({
  type: 'scored',
  candidateId,
  caseId,
  outcome: { status: 'error', reason: 'timed-out', message: 'api.example.com took too long.' },
});

const BASELINE: RunEvent[] = [
  startedEvent(IDS, { splits: SPLITS }),
  { type: 'proposed', step: 0, advice: [], candidates: [candidate(BASELINE_ID)], rejected: [] },
  scored(BASELINE_ID, 'r3', 1),
  scored(BASELINE_ID, 'r4', 0),
  scored(BASELINE_ID, 'r5', 0.5),
  scored(BASELINE_ID, 'r6', 0),
  scored(BASELINE_ID, 'r7', 1),
  kept(BASELINE_ID),
];
const ADVICE = {
  id: 'a1',
  cause: 'wrapped',
  text: 'Answers are wrapped.',
  direction: 'Answer bare.',
  rows: ['r2'],
  lines: [1],
};
const PROPOSED: RunEvent[] = [
  ...BASELINE,
  { type: 'step', step: 1, parent: BASELINE_ID },
  {
    type: 'proposed',
    step: 1,
    advice: [ADVICE],
    candidates: [{ ...candidate('c1', BASELINE_ID), adviceIds: ['a1'] }],
    rejected: [{ candidate: candidate('c2', BASELINE_ID), reasons: ['It lost {{name}}.'] }],
  },
];
const SCORED: RunEvent[] = [
  ...PROPOSED,
  scored('c1', 'r3', 0),
  scored('c1', 'r4', 1),
  scored('c1', 'r5', 0.75),
  scored('c1', 'r6', 0),
  failed('c1', 'r7'),
  kept('c1'),
];
const COMPARISON: PairedComparison = {
  n: 2,
  before: 0,
  after: 1,
  delta: 1,
  interval: [0.1, 1],
  pValue: 0.5,
  fixed: ['r8', 'r9'],
  broken: [],
};
const DONE: RunEvent[] = [
  ...SCORED,
  { type: 'examined', candidateId: 'c1' },
  {
    type: 'verdict',
    verdict: { kind: 'undecided', candidateId: 'c1', comparison: COMPARISON, sentence: 'Cannot tell.' },
  },
  { type: 'stopped', at: 9000, stop: { reason: 'steps-done', nextStep: 'Add rows.' } },
];

const shown = (events: readonly RunEvent[], active: boolean, candidateId?: string) =>
  snapshotOf(replay(events)!, { active, candidateId });

describe('snapshotOf', () => {
  it('is complete: what a page gets survives the way through a message', () => {
    const snapshot = shown(DONE, false);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it('counts the rows of the baseline while it is being scored', () => {
    const snapshot = shown(BASELINE.slice(0, 4), true);
    expect(snapshot.activity).toBe('Scoring the prompt as it stands: 2 of 5 rows');
    expect(snapshot.phase).toBe('running');
    expect(snapshot.candidates).toMatchObject([
      { name: 'Baseline', status: 'baseline', rowsScored: 2, rowsTotal: 5 },
    ]);
    expect(snapshot.candidates[0]).not.toHaveProperty('score');
  });

  it('says what it is waiting for', () => {
    const waiting: RunEvent = { type: 'waiting', at: 1, reason: 'rate-limited', message: 'Waiting 20 s.' };
    expect(shown([...BASELINE, waiting], true)).toMatchObject({
      phase: 'waiting',
      activity: 'Waiting 20 s.',
    });
  });

  it('numbers candidates in order of proposal and compares them on the selection rows', () => {
    const { candidates } = shown(SCORED, true);
    expect(candidates.map(({ name, status, parentName }) => [name, status, parentName])).toEqual([
      ['Baseline', 'baseline', undefined],
      ['1', 'kept', 'Baseline'],
      ['2', 'rejected', 'Baseline'],
    ]);
    expect(candidates[1]).toMatchObject({ score: 0.4375, rowsScored: 5, errors: 1, fixed: 1, broken: 1 });
    expect(candidates[1]?.delta).toBeCloseTo(0.0625);
    expect(candidates[2]?.reasons).toEqual(['It lost {{name}}.']);
    expect(candidates[2]).not.toHaveProperty('delta');
  });

  it('shows the numbers of the verdict once there is one', () => {
    const snapshot = shown(DONE, false);
    expect(snapshot.candidates[1]).toMatchObject({
      delta: 1,
      interval: [0.1, 1],
      fixed: 2,
      broken: 0,
      score: 1,
      rowsTotal: 2,
    });
    expect(snapshot.verdict).toMatchObject({
      kind: 'undecided',
      candidateId: 'c1',
      delta: 1,
      pValue: 0.5,
      n: 2,
    });
    expect(snapshot.stop).toEqual({ reason: 'steps-done', nextStep: 'Add rows.', resumable: false });
  });

  it('puts regressions first', () => {
    const rows = shown(SCORED, true, 'c1').selected?.rows ?? [];
    expect(rows.map(({ caseId, change }) => [caseId, change])).toEqual([
      ['r3', 'broken'],
      ['r7', 'error'],
      ['r6', 'failing'],
      ['r4', 'fixed'],
      ['r5', 'improved'],
    ]);
    expect(rows[0]).toMatchObject({ line: 4, split: 'validation', input: 'text r3', expected: 'x' });
    expect(rows[1]?.after).toMatchObject({ pass: false, error: 'api.example.com took too long.' });
    expect(rows[1]?.after).not.toHaveProperty('score');
  });

  it('selects the best until the user chooses, and falls back to it', () => {
    expect(shown(BASELINE, true).selected?.id).toBe(BASELINE_ID);
    expect(shown(DONE, false).selected?.id).toBe('c1');
    expect(shown(DONE, false, 'gone').selected?.id).toBe('c1');
    expect(shown(DONE, false, 'c2').selected?.id).toBe('c2');
  });

  it('gives the advice that the selected candidate follows, with its rows and lines', () => {
    expect(shown(SCORED, true, 'c1').selected?.advice).toEqual([
      {
        id: 'a1',
        text: 'Answers are wrapped.',
        direction: 'Answer bare.',
        lines: [1],
        rows: [{ caseId: 'r2', line: 3 }],
        followed: true,
        status: 'open',
      },
    ]);
  });

  it('counts advice as followed that an ancestor of the candidate followed', () => {
    const child = { ...candidate('c9', 'c1'), step: 2 };
    const events: RunEvent[] = [
      ...SCORED,
      { type: 'proposed', step: 2, advice: [], candidates: [child], rejected: [] },
    ];
    expect(shown(events, true, 'c9').selected?.advice[0]?.followed).toBe(true);
    expect(shown(events, true, BASELINE_ID).selected?.advice[0]?.followed).toBe(false);
  });

  it('marks a simulated run', () => {
    expect(shown(BASELINE, true).simulatedNotice).toContain('Sandbox (simulated, no LLM)');
    const model = { id: 'openai:m', label: 'm', destination: 'api.example.com' };
    const real = startedEvent(IDS, { models: { task: model, optimizer: model, judge: model } });
    expect(snapshotOf(replay([real])!, { active: true })).not.toHaveProperty('simulatedNotice');
  });

  it('has the spending of each model apart, and does not make a price up', () => {
    const called = (role: 'task' | 'optimizer', more: Partial<ModelCall>): RunEvent => ({
      type: 'called',
      call: { role, cached: false, tokens: { prompt: 100, completion: 20 }, ...more },
    });
    const { usage } = shown(
      [
        ...BASELINE,
        called('task', { cost: 0.25 }),
        called('task', { cached: true, cost: 0, saved: 0.25 }),
        called('optimizer', {}),
      ],
      true,
    );
    expect(usage.byRole).toEqual([
      { role: 'task', label: expect.any(String) as string, calls: 1, cached: 1, tokens: 120, cost: 0.25 },
      { role: 'optimizer', label: expect.any(String) as string, calls: 1, cached: 0, tokens: 120 },
    ]);
    expect(usage).not.toHaveProperty('cost');
    expect(usage.saved).toBe(0.25);
  });

  it('calls a run that nobody works on interrupted, and resumable', () => {
    expect(shown(SCORED, false)).toMatchObject({
      phase: 'stopped',
      stop: { reason: 'cancelled', resumable: true },
    });
  });
});

describe('acceptRefusal', () => {
  const state = replay(DONE)!;
  it('refuses the baseline, what broke a rule, and a run that goes on', () => {
    expect(acceptRefusal(state, BASELINE_ID, false)).toContain('as it stands');
    expect(acceptRefusal(state, 'c2', false)).toContain('It lost {{name}}.');
    expect(acceptRefusal(state, 'c1', true)).toContain('still going on');
    expect(acceptRefusal(state, 'c1', false)).toBeUndefined();
  });
});
