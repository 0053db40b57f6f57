import { describe, expect, it } from 'vitest';
import { BASELINE_ID } from '../../../src/core/candidate.js';
import { recordOf, reduce, replay, type RunEvent, type RunState } from '../../../src/core/run.js';
import { minibatchGate, type MinibatchGateOptions } from '../../../src/evaluation/minibatchGate.js';
import { candidate, scored, startedEvent } from '../../fixtures/runs.js';
import { select } from '../../fixtures/selection.js';

const TRAIN = ['t0', 't1', 't2'];
const VALIDATION = ['v0', 'v1', 'v2', 'v3'];

/** The baseline and a kept rival on three train rows, and a candidate made from the baseline. */
function stateWith(parent: readonly number[], rival: readonly number[] = parent): RunState {
  const kept = (candidateId: string): RunEvent => ({
    type: 'settled',
    candidateId,
    status: 'kept',
    reasons: [],
  });
  return replay([
    startedEvent([...TRAIN, ...VALIDATION], { splits: { train: TRAIN, validation: VALIDATION, exam: [] } }),
    {
      type: 'proposed',
      step: 0,
      advice: [],
      candidates: [candidate(BASELINE_ID), candidate('rival', BASELINE_ID), candidate('c1', BASELINE_ID)],
      rejected: [],
    },
    ...TRAIN.map((row, index) => scored(BASELINE_ID, row, parent[index]!)),
    ...TRAIN.map((row, index) => scored('rival', row, rival[index]!)),
    ...VALIDATION.flatMap((row) => [scored(BASELINE_ID, row, 0), scored('rival', row, 0)]),
    kept(BASELINE_ID),
    kept('rival'),
  ])!;
}

/** Plays the gate over a candidate with these scores on the train rows. */
function play(state: RunState, own: readonly number[], options: Partial<MinibatchGateOptions> = {}) {
  const seen: string[] = [];
  const gate = minibatchGate({ rowsOf: () => TRAIN, size: 3, isStrict: () => true, ...options });
  const [result] = select(gate, state, [recordOf(state, 'c1')], (record, caseIds) => {
    seen.push(...caseIds);
    for (const id of caseIds) reduce(state, scored(record.candidate.id, id, own[TRAIN.indexOf(id)] ?? 1));
  });
  return { seen, status: result!.status, reasons: result!.reasons };
}

describe('the minibatch gate', () => {
  it('scores all selection rows of a candidate only when its sum on the few is higher', () => {
    expect(play(stateWith([1, 0, 0]), [0, 1, 1])).toEqual({
      seen: [...TRAIN, ...VALIDATION],
      status: 'kept',
      reasons: [],
    });
    const worse = play(stateWith([1, 0, 0]), [0, 0, 0]);
    expect(worse).toMatchObject({ seen: TRAIN, status: 'dropped' });
    expect(worse.reasons[0]).toContain('does not beat');
  });

  it('turns an equal one back when it is strict, also where the sums differ by rounding alone', () => {
    expect(play(stateWith([1, 0, 0]), [0, 1, 0]).status).toBe('dropped');
    expect(play(stateWith([0.1, 0.2, 0.3]), [0.3, 0.2, 0.1]).status).toBe('dropped');
    expect(play(stateWith([1, 0, 0]), [0, 1, 0], { isStrict: () => false }).status).toBe('kept');
    expect(play(stateWith([0.3, 0.2, 0.1]), [0.1, 0.2, 0.3], { isStrict: () => false }).status).toBe('kept');
  });

  it('has it meet the best of several rivals', () => {
    const rivalsOf = () => [BASELINE_ID, 'rival'];
    const state = () => stateWith([1, 0, 0], [1, 1, 0]);
    const lax = { rivalsOf, isStrict: () => false };
    expect(play(state(), [0, 1, 0], lax).status).toBe('dropped');
    expect(play(state(), [0, 1, 1], lax).status).toBe('kept');
    expect(play(state(), [0, 1, 1], { rivalsOf }).status).toBe('dropped');
  });

  it('leaves rows with an error on either side out, and turns back what has no row left', () => {
    const state = stateWith([0, 0, 0]);
    for (const row of TRAIN) {
      reduce(state, {
        type: 'scored',
        candidateId: BASELINE_ID,
        caseId: row,
        outcome: { status: 'error', reason: 'timed-out', message: 'Too slow.' },
      });
    }
    expect(play(state, [1, 1, 1]).status).toBe('dropped');
  });

  it('lets a candidate without gate rows through, and says what it costs at the most', () => {
    expect(play(stateWith([1, 1, 1]), [0, 0, 0], { rowsOf: () => [] })).toMatchObject({
      seen: VALIDATION,
      status: 'kept',
    });
    const gate = minibatchGate({ rowsOf: () => TRAIN, size: 3, isStrict: () => true });
    expect(gate.rowsAtMost({ train: 3, selection: 4, selectsOnTrain: false })).toBe(7);
    expect(gate.rowsAtMost({ train: 3, selection: 3, selectsOnTrain: true })).toBe(3);
  });
});
