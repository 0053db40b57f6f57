import { afterAll, beforeAll, expect, it } from 'vitest';
import { killedRun, killsOf, outcomeOf, seeded } from '../../bench/killedRun.mjs';
import { HoneUnderTest } from './hone.js';

/** Requests in flight at the most when the process is killed; no late answer is asked for twice. */
const IN_FLIGHT = 4;
const EACH = ['--concurrency', String(IN_FLIGHT), '--no-hedge'];
const OPTIMIZE = ['optimize', 'prompts/triage.md', '--seed', '1', '--json', '-'];
const KILLS = 4;

let hone: HoneUnderTest;
beforeAll(async () => {
  hone = await HoneUnderTest.build();
}, 60_000);
afterAll(() => hone.dispose());

async function onFreshServer() {
  const server = await hone.serve('--latency', '10');
  const cwd = await hone.examples();
  const models = ['--task-model', 'openai:default', '--base-url', server.baseUrl];
  return {
    server,
    optimize: [...OPTIMIZE, ...models],
    start: (args: readonly string[]) => hone.start(args, cwd),
  };
}

it('a run that is killed at random moments ends as one that was left alone, and nothing is billed twice', async () => {
  const alone = await onFreshServer();
  const undisturbed = await alone.start([...alone.optimize, ...EACH]).finished;
  const { requests, billed } = await alone.server.stats();
  const random = seeded(7);
  const kills = killsOf(KILLS, Number(requests), random);

  const { server, ...place } = await onFreshServer();
  const { stdout, hit } = await killedRun({
    ...place,
    each: EACH,
    stats: () => server.stats(),
    kills,
    random,
  });
  expect(hit).toBe(KILLS);
  expect(outcomeOf(stdout)).toEqual(outcomeOf(undisturbed.stdout));
  const after = await server.stats();
  expect(after).toMatchObject({ billed, duplicates: 0 });
  // Answers that were on their way in the moment of a kill come again, free of charge.
  expect(Number(after.replayed)).toBeLessThanOrEqual(KILLS * IN_FLIGHT);
}, 120_000);
