import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EvaluationResult, OptimizeResult, RunSummary } from '../../../src/runs/index.js';
import { HoneUnderTest, type Running, type Server } from '../cli/hone.js';

const TRIAGE = 'prompts/triage.md';
const EVAL = ['eval', TRIAGE, '--json', '-'];
const OPTIMIZE = ['optimize', TRIAGE, '--max-calls', '300', '--seed', '1', '--json', '-'];

// Every test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let hone: HoneUnderTest;
beforeAll(async () => {
  hone = await HoneUnderTest.build();
}, 60_000);
afterAll(() => hone.dispose());

const served = (server: Server, backend: string) => [
  ...['--task-model', 'openai:default', '--base-url', server.baseUrl, '--backend', backend],
];
const batchesOf = async (server: Server) => (await server.stats()).batches as Record<string, number>;

/** The run's id also stands in its feedback. */
const withoutRunId = (result: OptimizeResult) =>
  JSON.parse(JSON.stringify(result).replaceAll(result.runId, '')) as OptimizeResult;

async function untilBatch(server: Server, running: Running): Promise<void> {
  const ended = new AbortController();
  void running.finished.then(() => ended.abort());
  while ((await batchesOf(server)).created === 0) {
    if (ended.signal.aborted) throw new Error('It ended before there was a batch.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the batch backend', () => {
  it('evaluates with the same result as the live one', async () => {
    const server = await hone.serve();
    const results = await Promise.all(
      ['live', 'batch'].map(async (backend) => {
        const { code, stdout, stderr } = await hone.run(
          [...EVAL, '--repeat', '2', ...served(server, backend)],
          await hone.examples(),
        );
        expect({ code, stderr }).toMatchObject({ code: 0 });
        return JSON.parse(stdout) as EvaluationResult;
      }),
    );
    expect(results[1]).toEqual(results[0]);
    expect(results[0]!.n).toBeGreaterThan(0);
    expect(await batchesOf(server)).toMatchObject({ created: 1, lines: 2 * results[0]!.cases.length });
    await server.stop();
  });

  it('optimizes with the same result as the live one', async () => {
    const server = await hone.serve();
    const results = await Promise.all(
      ['live', 'batch'].map(async (backend) => {
        const { code, stdout, stderr } = await hone.run(
          [...OPTIMIZE, ...served(server, backend)],
          await hone.examples(),
        );
        expect({ code, stderr }).toMatchObject({ code: 0 });
        return withoutRunId(JSON.parse(stdout) as OptimizeResult);
      }),
    );
    expect(results[1]).toEqual(results[0]);
    const { created, lines } = await batchesOf(server);
    expect(lines).toBe(results[0]!.usage.calls.task);
    expect(created).toBeGreaterThan(1);
    await server.stop();
  });

  it('fetches the batch of a run that was killed, pays for nothing twice, and counts each call once', async () => {
    const server = await hone.serve('--batch-latency', '700');
    const undisturbed = await hone.run([...OPTIMIZE, ...served(server, 'live')], await hone.examples());
    const before = await server.stats();

    const own = await hone.serve('--batch-latency', '700');
    const cwd = await hone.examples();
    const running = hone.start([...OPTIMIZE, ...served(own, 'batch')], cwd);
    await untilBatch(own, running);
    running.kill('SIGKILL');
    await running.finished;
    const [run] = JSON.parse((await hone.run(['runs', '--json', '-'], cwd)).stdout) as RunSummary[];
    const { code, stdout, stderr } = await hone.run(['resume', run!.runId, '--json', '-'], cwd);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const resumed = JSON.parse(stdout) as OptimizeResult;
    expect(withoutRunId(resumed)).toEqual(withoutRunId(JSON.parse(undisturbed.stdout) as OptimizeResult));
    const after = await own.stats();
    expect(after).toMatchObject({ duplicates: 0, billed: before.billed });
    const { task, optimizer, judge } = resumed.usage.calls;
    expect(after.billed).toBe(task + optimizer + judge);
    expect(await readdir(path.join(cwd, '.hone/batches'))).toEqual([]);
    await Promise.all([server.stop(), own.stop()]);
  });

  it('fetches the batch of an evaluation that was killed or cancelled', async () => {
    const server = await hone.serve('--batch-latency', '6000');
    const cwd = await hone.examples();
    const args = [...EVAL, ...served(server, 'batch')];
    const killed = hone.start(args, cwd);
    await untilBatch(server, killed);
    killed.kill('SIGKILL');
    await killed.finished;
    const cancelled = hone.start(args, cwd);
    await cancelled.until(/is fetched and not sent again/);
    cancelled.kill('SIGINT');
    const ended = await cancelled.finished;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/A batch with \d+ requests goes on at 127\.0\.0\.1:\d+/);
    const { code, stdout } = await hone.run(args, cwd);
    expect(code).toBe(0);
    const { n, usage } = JSON.parse(stdout) as EvaluationResult;
    expect(usage.calls.task).toBe(n);
    expect(await server.stats()).toMatchObject({ billed: n, duplicates: 0, batches: { created: 1 } });
    const again = JSON.parse((await hone.run(args, cwd)).stdout) as EvaluationResult;
    expect(again.usage.calls.task).toBe(0);
    await server.stop();
  });

  it('is refused for the sandbox, which has no endpoint', async () => {
    const { code, stderr } = await hone.run(
      [...EVAL, '--task-model', 'sandbox', '--backend', 'batch'],
      await hone.examples(),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('OpenAI-compatible endpoint');
  });
});
