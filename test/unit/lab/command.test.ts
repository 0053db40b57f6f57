import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComparisonReport } from '../../../src/lab/report.js';
import { HoneUnderTest } from '../cli/hone.js';

const SMALL = ['--strategies', 'hill-climb,random', '--tasks', 'format,no-headroom', '--budgets', '200,400'];

describe('hone lab', { timeout: 120_000 }, () => {
  let hone: HoneUnderTest;
  let folder: string;
  beforeAll(async () => {
    hone = await HoneUnderTest.build();
    folder = await hone.workspace({});
  }, 120_000);
  afterAll(() => hone.dispose());

  it('compares strategies and gives the same figures however many processes share the work', async () => {
    const args = ['lab', 'compare', ...SMALL, '--seeds', '3', '--json', '-'];
    const [one, two] = await Promise.all(
      ['1', '2'].map((jobs) => hone.run([...args, '--jobs', jobs], folder)),
    );
    expect(one!.code, one!.stderr).toBe(0);
    const report = JSON.parse(one!.stdout) as ComparisonReport;
    expect(report).toMatchObject({ budgets: [200, 400], strength: 'medium', rows: 100, seeds: 3 });
    expect(report.cells).toHaveLength(2 * 2 * 2);
    expect(report.runs).toHaveLength(2 * 2 * 2 * 3);
    expect((JSON.parse(two!.stdout) as ComparisonReport).cells).toEqual(report.cells);
  });

  it('prints a table for each task', async () => {
    const { code, stdout } = await hone.run(
      ['lab', 'compare', ...SMALL, '--seeds', '1', '--jobs', '1'],
      folder,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^format +200 calls +400 calls +below start$/m);
    expect(stdout).toMatch(/^no-headroom: said "better"/m);
    expect(stdout).toMatch(/^hill-climb +-?\d+ \[/m);
  });

  it('ends with bad usage for what there is not', async () => {
    for (const args of [
      ['lab', 'compare', '--strategies', 'magic'],
      ['lab', 'compare', '--budgets', 'many'],
      ['lab', 'no-such-task'],
    ]) {
      expect((await hone.run(args, folder)).code).toBe(2);
    }
  });
});
