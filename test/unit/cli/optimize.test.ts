import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OptimizeResult, RunPlan, RunSummary } from '../../../src/runs/index.js';
import { HoneUnderTest, snapshot, type Server } from './hone.js';

const TRIAGE = 'prompts/triage.md';
const OPTIMIZE = ['optimize', TRIAGE, '--max-calls', '300', '--seed', '1', '--json', '-'];

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let hone: HoneUnderTest;
let server: Server;
beforeAll(async () => {
  hone = await HoneUnderTest.build();
  server = await hone.serve('--latency', '5');
}, 60_000);
afterAll(() => hone.dispose());

const served = (baseUrl: string) => ['--task-model', 'openai:default', '--base-url', baseUrl];
const result = (stdout: string) => JSON.parse(stdout) as OptimizeResult;
const bytesOf = (cwd: string, file: string) => readFile(path.join(cwd, file));

describe('optimize --plan', () => {
  it('says how many requests and what they cost, and sends nothing', async () => {
    const cwd = await hone.examples();
    const asked = (await server.stats()).requests;
    const plan = ['optimize', TRIAGE, '--plan', '--json', '-', ...served(server.baseUrl)];
    const { code, stdout } = await hone.run(plan, cwd);
    expect(code).toBe(0);
    const { prompt, calls, cost } = JSON.parse(stdout) as RunPlan & { prompt: string };
    expect(prompt).toBe(TRIAGE);
    expect(calls.least).toBeGreaterThan(0);
    expect(calls.most).toBe(calls.task + calls.optimizer + calls.judge);
    expect(cost).toMatchObject({ kind: 'range', low: 0, high: 0, basis: 'free' });
    const text = await hone.run(['optimize', TRIAGE, '--plan', ...served(server.baseUrl)], cwd);
    expect(text.stdout).toMatch(/Requests: at least \d+, at most [\d,]+ \(task/);
    expect(text.stdout).toContain('Cost: none');
    expect(text.stdout).toContain('Nothing was sent.');
    expect((await server.stats()).requests).toBe(asked);
  });

  it('prices what hone.yaml prices, and keeps a cost limit by it', async () => {
    const cwd = await hone.examples();
    const config = path.join(cwd, 'hone.yaml');
    const prices = 'prices:\n  openai:default: { prompt: 100, completion: 400 }\n';
    await writeFile(config, `${await readFile(config, 'utf8')}\n${prices}`);
    const run = await hone.run([...OPTIMIZE, '--max-cost', '3', ...served(server.baseUrl)], cwd);
    const { usage, stop } = result(run.stdout);
    expect(usage.cost).toBeGreaterThan(0.5);
    expect(usage.cost).toBeLessThanOrEqual(3);
    expect(usage.byRole.task.cost! + usage.byRole.optimizer.cost!).toBeCloseTo(usage.cost!);
    expect(stop.reason).toBe('cost-spent');
    const shown = await hone.run(['show', result(run.stdout).runId], cwd);
    expect(shown.stdout).toMatch(/task: \d+ calls, [\d,]+ tokens, \$\d/);
  });
});

describe('optimize through an endpoint', () => {
  it('ends better within its calls, and accept writes the bytes that were scored', async () => {
    const cwd = await hone.examples();
    const before = await snapshot(cwd);
    const asked = Number((await server.stats()).requests);
    const { code, stdout, stderr } = await hone.run([...OPTIMIZE, ...served(server.baseUrl)], cwd);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await snapshot(cwd)).toEqual(before);

    const run = result(stdout);
    expect(Object.keys(run).sort()).toEqual([
      'baseline',
      'best',
      'candidates',
      'exam',
      'feedback',
      'prompt',
      'runId',
      'splits',
      'stop',
      'strategy',
      'usage',
      'verdict',
    ]);
    expect(run).toMatchObject({ prompt: TRIAGE, strategy: 'hone', verdict: 'better' });
    expect(Object.keys(run.best).sort()).toEqual([
      'broken',
      'delta',
      'fixed',
      'id',
      'interval',
      'n',
      'pValue',
      'score',
      'text',
    ]);
    expect(run.best.delta).toBeGreaterThan(0);
    expect(run.best.interval[0]).toBeGreaterThan(0);
    expect(run.feedback.length).toBeGreaterThan(0);
    expect(run.feedback.every(({ rows, lines }) => rows.length > 0 && lines.length > 0)).toBe(true);
    const { task, optimizer, judge } = run.usage.calls;
    expect(task + optimizer + judge).toBeLessThanOrEqual(300);
    expect(Number((await server.stats()).requests) - asked).toBe(task + optimizer + judge);

    const stored = await hone.run(['show', run.runId, '--json', '-'], cwd);
    expect(result(stored.stdout)).toEqual(run);
    const [summary] = JSON.parse((await hone.run(['runs', '--json', '-'], cwd)).stdout) as RunSummary[];
    expect(summary).toMatchObject({
      runId: run.runId,
      promptPath: TRIAGE,
      verdict: 'better',
      accepted: [],
    });

    const accepted = await hone.run(['accept', run.runId, '--json', '-'], cwd);
    expect(accepted.code).toBe(0);
    const written = await bytesOf(cwd, TRIAGE);
    expect(written.equals(Buffer.from(run.best.text, 'utf8'))).toBe(true);
    expect(JSON.parse(accepted.stdout)).toEqual({
      runId: run.runId,
      candidateId: run.best.id,
      path: TRIAGE,
      bytes: written.length,
    });
    expect({ ...(await snapshot(cwd)), [TRIAGE]: '' }).toEqual({ ...before, [TRIAGE]: '' });
  });

  it('shows people the candidates, the verdict, the feedback and the difference, and plain progress lines', async () => {
    const cwd = await hone.examples();
    const args = ['optimize', TRIAGE, '--max-calls', '300', '--seed', '1', '--write'];
    const { code, stdout, stderr } = await hone.run([...args, ...served(server.baseUrl)], cwd);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^candidate +operator +score +diff/m);
    expect(stdout).toContain('Verdict: better');
    expect(stdout).toContain('Feedback (');
    expect(stdout).toMatch(/^@@ /m);
    const beforeDiff = stdout.slice(0, stdout.search(/^--- /m)).split('\n');
    expect(Math.max(...beforeDiff.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(stderr).toContain('at most 300 calls');
    expect(stderr).toContain(new URL(server.baseUrl).host);
    expect(stderr.split('\n').length).toBeLessThan(80);
    expect(stdout).toContain(`${TRIAGE} now holds candidate`);
    const shown = await hone.run(['runs', '--json', '-'], cwd);
    expect((JSON.parse(shown.stdout) as RunSummary[])[0]!.accepted).toHaveLength(1);
  });

  it('gives a list for several prompts, within one limit for all of them', async () => {
    const cwd = await hone.examples();
    const listed = await hone.run(['list', '--json', '-'], cwd);
    const other = (JSON.parse(listed.stdout) as { path: string }[])
      .map(({ path: each }) => each)
      .find((each) => each !== TRIAGE)!;
    const args = ['optimize', TRIAGE, other, '--effort', 'quick', '--max-calls', '400', '--json', '-'];
    const { code, stdout, stderr } = await hone.run([...args, ...served(server.baseUrl)], cwd);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const runs = JSON.parse(stdout) as OptimizeResult[];
    expect(runs.map(({ prompt }) => prompt)).toEqual([TRIAGE, other]);
    const calls = runs
      .flatMap(({ usage }) => Object.values(usage.calls))
      .reduce((sum, each) => sum + each, 0);
    expect(calls).toBeLessThanOrEqual(400);
  });
});

describe('a run that is broken off', () => {
  it('is finished by resume after kill -9, and no request is paid for twice', async () => {
    const slow = await hone.serve('--latency', '20');
    const cwd = await hone.examples();
    const running = hone.start([...OPTIMIZE, ...served(slow.baseUrl), '--concurrency', '2'], cwd);
    await running.until(/c1 \(/);
    running.kill('SIGKILL');
    expect((await running.finished).stdout).toBe('');
    const halfway = Number((await slow.stats()).requests);
    expect(halfway).toBeGreaterThan(0);

    const [run] = JSON.parse((await hone.run(['runs', '--json', '-'], cwd)).stdout) as RunSummary[];
    const { code, stdout, stderr } = await hone.run(['resume', run!.runId, '--json', '-'], cwd);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(result(stdout)).toMatchObject({ runId: run!.runId, verdict: 'better' });
    const after = await slow.stats();
    expect(Number(after.requests)).toBeGreaterThan(halfway);
    expect(after).toMatchObject({ duplicates: 0 });
    // Only what was on its way when the process was killed was asked for again, under the same idempotency key.
    expect(Number(after.replayed)).toBeLessThanOrEqual(2);
    const { task, optimizer, judge } = result(stdout).usage.calls;
    expect(Number(after.requests) - (task + optimizer + judge)).toBeLessThanOrEqual(2);
    expect((await slow.stop()).code).toBe(0);
  });

  it('keeps the best so far when it is cancelled, ends with 130, and can be resumed', async () => {
    const slow = await hone.serve('--latency', '20');
    const cwd = await hone.examples();
    const running = hone.start([...OPTIMIZE, ...served(slow.baseUrl), '--concurrency', '2'], cwd);
    await running.until(/c1 \(/);
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(130);
    const cancelled = result(stdout);
    expect(cancelled.stop.reason).toBe('cancelled');
    expect(stderr).toContain(`resume ${cancelled.runId}`);
    const resumed = await hone.run(['resume', cancelled.runId, '--json', '-'], cwd);
    expect(resumed.code).toBe(0);
    expect(result(resumed.stdout).verdict).toBe('better');
    expect(await slow.stats()).toMatchObject({ duplicates: 0 });
    await slow.stop();
  });
});

describe('endpoints that refuse', () => {
  it('a wrong key is told with the host, not with the key; nothing is written', async () => {
    const strict = await hone.serve('--require-key', 'right');
    const cwd = await hone.examples();
    const before = await snapshot(cwd);
    const host = new URL(strict.baseUrl).host;
    for (const command of ['eval', 'optimize']) {
      const args = [command, TRIAGE, ...served(strict.baseUrl), '--json', '-'];
      const { code, stdout, stderr } = await hone.run(args, cwd, { HONE_API_KEY: 'sk-wrong-key' });
      expect({ code, stderr }).toMatchObject({ code: 3 });
      expect(stderr).toContain(host);
      expect(stdout).toContain(host);
      expect(stdout + stderr).not.toContain('sk-wrong-key');
    }
    expect(await snapshot(cwd)).toEqual(before);
    const right = await hone.run(['eval', TRIAGE, ...served(strict.baseUrl), '--json', '-'], cwd, {
      HONE_API_KEY: 'right',
    });
    expect(right.code).toBe(0);
    await strict.stop();
  });

  it('answers without the asked-for tags end the run with a sentence and exit code 3', async () => {
    const cwd = await hone.examples();
    const before = await snapshot(cwd);
    const args = [...OPTIMIZE, '--task-model', 'sandbox', '--optimizer-model', 'sandbox:untagged'];
    const { code, stdout, stderr } = await hone.run(args, cwd);
    expect({ code, stderr }).toMatchObject({ code: 3 });
    expect(result(stdout).stop.nextStep).not.toBe('');
    expect(stderr).toMatch(/<prompt>|tag/);
    expect(await snapshot(cwd)).toEqual(before);
  });

  it('a limit that allows no candidate is told before any call', async () => {
    const cwd = await hone.examples();
    const asked = (await server.stats()).requests;
    const { code, stderr } = await hone.run(
      ['optimize', TRIAGE, '--max-calls', '3', ...served(server.baseUrl)],
      cwd,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('3 calls');
    expect((await server.stats()).requests).toBe(asked);
  });
});

describe('demo', () => {
  it('optimizes a copy of the examples on the sandbox, and says where it is and how to see it in the editor', async () => {
    const cwd = await hone.workspace({});
    const { code, stdout, stderr } = await hone.run(['demo', '--dir', 'copy'], cwd);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('Verdict: better');
    expect(stdout).toContain('Sandbox (simulated, no LLM)');
    expect(stdout).toMatch(/^@@ /m);
    expect(stdout).toContain('npm run editor');
    expect(stdout).toContain(path.join(cwd, 'copy'));
    const again = await hone.run(['demo', '--dir', 'copy'], cwd);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('not empty');
  });
});
