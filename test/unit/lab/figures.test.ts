import { describe, expect, it } from 'vitest';
import type { ComparedRun } from '../../../src/lab/compare.js';
import {
  callRatios,
  callsToReach,
  figureOf,
  gainShare,
  geometricMean,
  isBelowStart,
  scoreAfter,
} from '../../../src/lab/figures.js';
import { reportOf, reportText } from '../../../src/lab/report.js';

function run(changes: Partial<ComparedRun>): ComparedRun {
  return {
    strategy: 'hone',
    task: 'a',
    budget: 1000,
    seed: 1,
    start: 0.4,
    reachable: 0.9,
    end: 0.65,
    calls: 1000,
    optimizerCalls: 10,
    candidates: 5,
    rejected: 0,
    verdict: 'better',
    stop: 'calls-spent',
    curve: [
      [50, 0.4],
      [200, 0.5],
      [600, 0.65],
    ],
    ...changes,
  };
}

describe('figures of a comparison', () => {
  it('tell a score as the share of what can be reached', () => {
    expect(gainShare(run({}), 0.65)).toBeCloseTo(0.5, 12);
    expect(gainShare(run({}), 0.3)).toBeCloseTo(-0.2, 12);
    expect(isBelowStart(run({ end: 0.39 }))).toBe(true);
    expect(isBelowStart(run({ end: 0.4 }))).toBe(false);
  });

  it('read a curve at any call', () => {
    expect([0, 199, 200, 5000].map((calls) => scoreAfter(run({}), calls))).toEqual([0.4, 0.4, 0.5, 0.65]);
  });

  it('find the calls after which the mean of several runs is there', () => {
    const late = run({ curve: [[900, 0.65]] });
    expect(callsToReach([run({}), late], 0.45)).toBe(200);
    expect(callsToReach([run({}), late], 0.65)).toBe(900);
    expect(callsToReach([run({}), late], 0.7)).toBeUndefined();
  });

  it('hold a strategy against the best of the others on tasks that have headroom', () => {
    const runs = [
      run({}),
      run({ strategy: 'poor', end: 0.45, curve: [[100, 0.45]] }),
      run({ strategy: 'rival', end: 0.5, curve: [[800, 0.5]] }),
      run({ task: 'b', curve: [[100, 0.4]], end: 0.4 }),
      run({ task: 'b', strategy: 'rival', end: 0.6, curve: [[500, 0.6]] }),
      run({ task: 'flat', reachable: 0.4, end: 0.4 }),
      run({ task: 'flat', strategy: 'rival', reachable: 0.4, end: 0.4 }),
    ];
    const ratios = callRatios(runs, 'hone');
    expect(ratios).toEqual([
      { task: 'a', rival: 'rival', target: 0.5, rivalCalls: 800, calls: 200 },
      { task: 'b', rival: 'rival', target: 0.6, rivalCalls: 500, calls: undefined },
    ]);
    expect(geometricMean(ratios, 1000)).toBeCloseTo(Math.sqrt(0.25 * 2), 12);
  });

  it('have an interval that holds the mean, and none for one value', () => {
    const { mean, low, high } = figureOf([0.1, 0.4, 0.4, 0.7]);
    expect(mean).toBeCloseTo(0.4, 12);
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
    expect(figureOf([0.3])).toEqual({ mean: 0.3, low: 0.3, high: 0.3, n: 1 });
  });
});

describe('the report', () => {
  const runs = [
    run({}),
    run({ seed: 2, end: 0.39, verdict: 'undecided' }),
    run({ strategy: 'rival', end: 0.5, curve: [[800, 0.5]] }),
    run({ strategy: 'rival', seed: 2, end: 0.5, curve: [[800, 0.5]] }),
    run({ task: 'flat', reachable: 0.4, end: 0.4, verdict: 'better' }),
    run({ task: 'flat', strategy: 'rival', reachable: 0.4, end: 0.4, verdict: 'undecided' }),
  ];
  const report = reportOf(runs, { strength: 'medium', rows: 100 }, 'hone');

  it('counts runs that end below the start, and how often "better" was said', () => {
    const cell = (task: string, strategy: string) =>
      report.cells.find((each) => each.task === task && each.strategy === strategy)!;
    expect(cell('a', 'hone')).toMatchObject({ belowStart: 1, saidBetter: 0.5, stops: { 'calls-spent': 2 } });
    expect(cell('a', 'hone').gain!.mean).toBeCloseTo(0.24, 12);
    expect(cell('flat', 'hone').gain).toBeUndefined();
  });

  it('leaves tasks without headroom out of the overall gain', () => {
    const overall = report.overall.find(({ strategy }) => strategy === 'rival')!;
    expect(overall.gain.mean).toBeCloseTo(0.2, 12);
  });

  it('reads as tables', () => {
    const text = reportText(report);
    expect(text).toMatch(/^hone +24 \[-2, 50\] +1 of 2$/m);
    expect(text).toMatch(/^flat: said "better" +1000 calls$/m);
    expect(text).toMatch(/^hone +100%$/m);
    expect(text).toMatch(/Geometric mean of the ratios: 0\.\d\d/);
  });
});
