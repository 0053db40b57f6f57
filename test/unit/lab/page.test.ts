import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reachableScore, trueScore } from '../../../src/lab/simulated/population.js';
import { STRENGTHS, type Strength } from '../../../src/lab/simulated/strength.js';
import { SIMULATED_TASKS } from '../../../src/lab/simulated/tasks/index.js';

/** The rows of the page's tables, cell by cell. */
async function tableRows(): Promise<string[][]> {
  const page = await readFile(path.resolve(import.meta.dirname, '../../../docs/lab.md'), 'utf8');
  return page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
}

describe('docs/lab.md', () => {
  it('has every task with its true start and best', async () => {
    const rows = await tableRows();
    for (const task of SIMULATED_TASKS) {
      const row = rows.find(([name]) => name === `\`${task.id}\``);
      expect(row?.slice(-2), task.id).toEqual([
        trueScore(task, task.start).toFixed(2),
        reachableScore(task).toFixed(2),
      ]);
    }
  });

  it('has every parameter of the simulated optimizer with its values', async () => {
    const rows = await tableRows();
    const names = Object.keys(STRENGTHS[0]!).filter((name) => name !== 'id') as Exclude<
      keyof Strength,
      'id'
    >[];
    for (const name of names) {
      const written = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      const row = rows.find(([first]) => first === `_${written}_`);
      expect(row?.slice(1, 4).map(Number), name).toEqual(STRENGTHS.map((strength) => strength[name]));
    }
  });
});
