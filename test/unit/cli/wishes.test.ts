import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OptimizeResult, RunPlan } from '../../../src/runs/index.js';
import { HoneUnderTest, type Server } from './hone.js';

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let hone: HoneUnderTest;
let server: Server;
beforeAll(async () => {
  hone = await HoneUnderTest.build();
  server = await hone.serve();
}, 60_000);
afterAll(() => hone.dispose());

const TRIAGE = 'prompts/triage.md';
const OPTIMIZE = ['optimize', TRIAGE, '--max-calls', '400', '--json', '-'];
const SANDBOX = ['--task-model', 'sandbox'];
const PINNED = 'Classify this support ticket as billing, bug, account, feature or other.';

async function withConfig(...lines: readonly string[]): Promise<string> {
  const cwd = await hone.examples();
  const file = path.join(cwd, 'hone.yaml');
  const text = await readFile(file, 'utf8');
  const entry = `  - path: ${TRIAGE}\n`;
  await writeFile(file, text.replace(entry, entry + lines.map((line) => `    ${line}\n`).join('')));
  return cwd;
}

describe('the wishes of the user', () => {
  it('hold for every candidate, and are shown with the run', async () => {
    const cwd = await hone.examples();
    const wishes = ['--guidance', 'Name no products.', '--pin', PINNED, '--max-words', '60'];
    const { code, stdout, stderr } = await hone.run([...OPTIMIZE, ...wishes, ...SANDBOX], cwd);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const run = JSON.parse(stdout) as OptimizeResult;
    expect(run.wishes).toEqual({ guidance: 'Name no products.', pinned: [PINNED], maxWords: 60 });
    const scored = run.candidates.filter(({ status }) => status !== 'rejected');
    expect(scored.length).toBeGreaterThan(1);
    for (const { text } of scored) {
      expect(text.split('\n')).toContain(PINNED);
      expect(text.match(/\S+/g)!.length).toBeLessThanOrEqual(60);
    }
    const shown = (await hone.run(['show', run.runId], cwd)).stdout;
    expect(shown).toContain('Your guidance: Name no products.');
    expect(shown).toContain('At most 60 words.');
    expect(shown).toMatch(/ {2}a-[0-9a-f]{8}, (open|closed)/);
    expect(run.feedback.every(({ status, since }) => status === 'open' && since === run.runId)).toBe(true);
  });

  it('may stand in hone.yaml, with a strategy and its settings', async () => {
    const cwd = await withConfig(
      'strategy: hill-climb',
      'settings: { steps: 1, candidates: 2 }',
      'maxWords: 5',
    );
    const run = JSON.parse((await hone.run([...OPTIMIZE, ...SANDBOX], cwd)).stdout) as OptimizeResult;
    expect(run.strategy).toBe('hill-climb');
    expect(run.candidates.length).toBeLessThanOrEqual(3);
    expect(run.wishes).toEqual({ maxWords: 5 });
    const plan = await hone.run([...OPTIMIZE, '--plan', '--strategy', 'random', ...SANDBOX], cwd);
    expect((JSON.parse(plan.stdout) as RunPlan).notes.join()).toContain('are those of hill-climb');
    const bad = await hone.run([...OPTIMIZE, '--set', 'beam=2', ...SANDBOX], cwd);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('has no setting "beam"');
  });

  it.each([
    [['--pin', 'classify this'], 'does not stand in prompts/triage.md'],
    [['--guidance', ' '], 'must not be empty'],
    [['--max-words', '0'], 'at least 1'],
    [['--trace-characters', '5'], 'at least 20'],
  ])('are refused before anything is sent: %j', async (options, message) => {
    const { code, stderr } = await hone.run([...OPTIMIZE, ...options, ...SANDBOX], await hone.examples());
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('--target-model', () => {
  it('holds the verdict with each model, and is resumed with them', async () => {
    const cwd = await hone.examples();
    const served = [
      '--task-model',
      'openai:default',
      '--target-model',
      'openai:other',
      '--base-url',
      server.baseUrl,
    ];
    const { code, stdout, stderr } = await hone.run([...OPTIMIZE, ...served], cwd);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const run = JSON.parse(stdout) as OptimizeResult;
    expect(run.exam?.targets?.map(({ model }) => model).sort()).toEqual(['openai:default', 'openai:other']);
    expect(run.exam?.sentence).toContain('the worst first');
    const shown = (await hone.run(['show', run.runId], cwd)).stdout;
    expect(shown).toMatch(/other +\d/);
    const resumed = await hone.run(['resume', run.runId, '--json', '-'], cwd, { HONE_API_KEY: 'none' });
    expect(resumed.code).toBe(0);
    expect((JSON.parse(resumed.stdout) as OptimizeResult).exam).toEqual(run.exam);
  });
});
