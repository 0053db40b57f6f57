import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { STRATEGIES } from '../../../src/optimizer/strategies/index.js';
import type { Strategy } from '../../../src/optimizer/strategy.js';
import type { OptimizeResult } from '../../../src/runs/index.js';
import { HoneUnderTest } from './hone.js';

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let hone: HoneUnderTest;
beforeAll(async () => {
  hone = await HoneUnderTest.build();
}, 60_000);
afterAll(() => hone.dispose());

const SANDBOX = ['--task-model', 'sandbox', '--effort', 'quick', '--max-calls', '400', '--json', '-'];

describe('strategies', () => {
  it('lists all of them, and the settings of one', async () => {
    const cwd = await hone.examples();
    const all = await hone.run(['strategies', '--json', '-'], cwd);
    expect((JSON.parse(all.stdout) as Strategy[]).map(({ id }) => id)).toEqual(
      STRATEGIES.map(({ id }) => id),
    );
    const one = await hone.run(['strategies', 'gpo'], cwd);
    expect(one.stdout).toMatch(/budgetSchedule +cosine/);
    const unknown = await hone.run(['strategies', 'nonsense'], cwd);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('hill-climb');
  });
});

describe('optimize --set', () => {
  it('changes a setting of the strategy', async () => {
    const cwd = await hone.examples();
    const args = [
      'optimize',
      'prompts/triage.md',
      '--strategy',
      'random',
      '--set',
      'candidates=2',
      '--set',
      'steps=1',
    ];
    const { code, stdout } = await hone.run([...args, ...SANDBOX], cwd);
    expect(code).toBe(0);
    const { strategy, candidates, usage } = JSON.parse(stdout) as OptimizeResult;
    expect(strategy).toBe('random');
    expect(usage.calls.optimizer).toBe(2);
    expect(candidates.filter(({ operator }) => operator === 'rewrite').length).toBeLessThanOrEqual(2);
  });

  it('refuses settings that the strategy does not have, values that do not fit, and what is no pair', async () => {
    const cwd = await hone.examples();
    for (const [pair, said] of [
      ['nonsense=1', 'no setting "nonsense"'],
      ['candidates=many', 'cannot be "many"'],
      ['candidates', 'candidates=4'],
    ] as const) {
      const args = ['optimize', 'prompts/triage.md', '--strategy', 'random', '--set', pair];
      const { code, stderr } = await hone.run([...args, '--task-model', 'sandbox'], cwd);
      expect(code, pair).toBe(2);
      expect(stderr).toContain(said);
    }
  });
});

describe.each(['opro', 'gpo', 'ape', 'apo', 'apo-sum', 'hill-climb', 'random'])(
  'optimize --strategy %s',
  (id) => {
    it('runs on the examples with the sandbox', async () => {
      const cwd = await hone.examples();
      const args = [
        'optimize',
        'prompts/triage.md',
        '--strategy',
        id,
        '--effort',
        'quick',
        '--task-model',
        'sandbox',
      ];
      const { code, stdout, stderr } = await hone.run([...args, '--json', '-'], cwd);
      expect(code, stderr).toBe(0);
      const result = JSON.parse(stdout) as OptimizeResult;
      expect(result.candidates.some(({ status }) => status === 'kept' || status === 'best')).toBe(true);
      expect(result.verdict).not.toBe('worse');
    });
  },
);
