import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectModels } from '../../../src/runs/connect.js';
import { answer, fakeModel } from '../models/fakes.js';

async function atHand(concurrency: number | undefined, wants?: number) {
  const root = await mkdtemp(path.join(tmpdir(), 'hone-connect-'));
  const fake = fakeModel(() => answer('ok'));
  const task = wants === undefined ? fake : { ...fake, maxOutstanding: wants };
  const models = { task, optimizer: fake, judge: fake };
  const connected = await connectModels(
    root,
    { models, ...(concurrency !== undefined && { concurrency }) },
    { name: 'run', maxCalls: 10, onCall: () => undefined },
  );
  await connected.close();
  await rm(root, { recursive: true });
  return connected.models.task.maxOutstanding;
}

it('rows under way are more than the requests that may be in flight, also where these are very many', async () => {
  expect(await atHand(undefined)).toBeUndefined();
  expect(await atHand(8)).toBeUndefined();
  expect(await atHand(200)).toBe(400);
  expect(await atHand(200, Infinity)).toBe(Infinity);
});
