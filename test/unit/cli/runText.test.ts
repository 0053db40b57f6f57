import { describe, expect, it } from 'vitest';
import { activity, lines, runLines } from '../../../src/cli/progress.js';
import { runText } from '../../../src/cli/runText.js';
import { money } from '../../../src/core/money.js';
import { plain } from '../../../src/cli/terminal.js';
import { reduce, type RunState } from '../../../src/core/run.js';
import { baselineScored, betterRun, stateOf } from './state.js';

describe('runText', () => {
  const text = runText(stateOf(betterRun), plain, (command) => `hone ${command}`);

  it('shows every candidate with its score, difference, interval, fixed and broken rows', () => {
    const row = text.split('\n').find((line) => line.startsWith('c1 '));
    expect(row).toMatch(/^c1\s+edit\s+1\.000\s+\+1\.000\s+\[\+0\.\d{3}, \+1\.000\]\s+8\s+0\s+best$/);
    expect(text).toMatch(/^baseline\s+0\.000$/m);
    expect(text).toContain('c2 rejected: The placeholder {{ticket}} is gone.');
  });

  it('gives verdict, feedback with rows and lines, the difference of the files and what to do next', () => {
    expect(text).toContain('Verdict: better');
    expect(text).toContain('Better: 0% to 100% on 8 rows.');
    expect(text).toContain('- The label stands inside a sentence.');
    expect(text).toContain('-> Answer with the label alone.');
    expect(text).toContain('rows r0 (line 2), r1 (line 3)');
    expect(text).toContain('prompt line 2');
    expect(text).toContain('-Answer with a label.\n+Answer with the label alone.');
    expect(text).toContain('hone accept run-1');
    expect(text).not.toContain('hone resume');
  });

  it('fits a terminal of 100 columns', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('says that a run is not finished, and how to go on', () => {
    const unfinished = runText(stateOf(baselineScored), plain, (command) => `hone ${command}`);
    expect(unfinished).toContain('No verdict yet.');
    expect(unfinished).toContain('hone resume run-1');
    expect(unfinished).not.toContain('hone accept');
  });

  it('does not offer to accept what was accepted', () => {
    const accepted = runText(
      stateOf([...betterRun, { type: 'accepted', at: 10, candidateId: 'c1' }]),
      plain,
      (command) => `hone ${command}`,
    );
    expect(accepted).toContain('Accepted: c1.');
    expect(accepted).not.toContain('hone accept');
  });
});

describe('progress lines', () => {
  const shown: string[] = [];
  let state: RunState | undefined;
  for (const event of structuredClone(betterRun)) {
    state = reduce(state, event);
    shown.push(...lines(event, state));
  }

  it('come once per step and candidate, not per row or call', () => {
    expect(shown.filter((line) => line.includes('c1'))).toHaveLength(3);
    expect(shown.length).toBeLessThan(15);
    expect(shown.some((line) => /\br1\d\b/.test(line))).toBe(false);
  });

  it('name the score, what was spent and why it ended', () => {
    expect(shown).toContain('  c1 kept: 1.000 on 8 rows (1 call, $0.0120)');
    expect(shown.some((line) => line.includes('c2 rejected: The placeholder {{ticket}} is gone.'))).toBe(
      true,
    );
    expect(shown.at(-1)).toContain('stopped: perfect');
  });
});

describe('runLines', () => {
  it('says once that requests wait, and again only after something else happened', () => {
    const printed: string[] = [];
    const { onEvent } = runLines((line) => printed.push(line));
    const state = stateOf(baselineScored);
    const waiting = { type: 'waiting', at: 1, reason: 'overloaded', message: 'Busy.' } as const;
    onEvent(waiting, state);
    onEvent(waiting, state);
    onEvent({ type: 'step', step: 1, parent: 'baseline' }, state);
    onEvent(waiting, state);
    expect(printed.map((line) => line.split(/[ :]/)[0])).toEqual(['waiting', 'step', 'waiting']);
  });
});

describe('activity', () => {
  it('follows the run', () => {
    expect(activity(stateOf(baselineScored))).toBe('scoring the prompt as it is');
    expect(activity(stateOf([...baselineScored, { type: 'step', step: 1, parent: 'baseline' }]))).toContain(
      'proposals',
    );
    const until = betterRun.findIndex((event) => event.type === 'proposed' && event.step === 1);
    expect(activity(stateOf(betterRun.slice(0, until + 1)))).toBe('step 1: scoring c1');
    const waiting = {
      type: 'waiting',
      at: 1,
      reason: 'rate-limited',
      message: 'Waiting 3 s for example.test.',
    } as const;
    expect(activity(stateOf([...baselineScored, waiting]))).toBe('Waiting 3 s for example.test.');
  });
});

describe('money', () => {
  it('keeps small sums visible', () => {
    expect([0, 0.0042, 1.5].map(money)).toEqual(['$0.00', '$0.0042', '$1.50']);
  });
});
