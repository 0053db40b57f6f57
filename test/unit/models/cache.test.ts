import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelCall } from '../../../src/core/run.js';
import {
  AnswerStore,
  CallBudget,
  Limiter,
  requestKey,
  stackModel,
  withStore,
  type ModelRequest,
} from '../../../src/models/index.js';
import { answer, ask, deferred, errorOf, failure, fakeModel, reasonOf, settle } from './fakes.js';

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'hone-store-')), 'answers');
});
afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }));

describe('requestKey', () => {
  const model = { id: 'openai:a', baseUrl: 'https://a.test/v1' };
  const base = ask('x', { temperature: 0 });

  it('is the same for the same request', () => {
    expect(requestKey(model, base)).toBe(requestKey({ ...model }, ask('x', { temperature: 0 })));
    expect(requestKey(model, base)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, () => string]>([
    ['the model', () => requestKey({ ...model, id: 'openai:b' }, base)],
    ['the endpoint', () => requestKey({ ...model, baseUrl: 'https://b.test/v1' }, base)],
    ['a blank in a message', () => requestKey(model, { ...base, messages: ask('x ').messages })],
    ['the role', () => requestKey(model, { ...base, messages: [{ role: 'system', content: 'x' }] })],
    ['the temperature', () => requestKey(model, { ...base, temperature: 1 })],
    ['no temperature', () => requestKey(model, ask('x'))],
    ['top p', () => requestKey(model, { ...base, topP: 0.5 })],
    ['the token limit', () => requestKey(model, { ...base, maxTokens: 5 })],
    ['the response format', () => requestKey(model, { ...base, responseFormat: { type: 'json_object' } })],
    ['the repeat', () => requestKey(model, { ...base, repeat: 1 })],
  ])('differs by %s', (_, key) => {
    expect(key()).not.toBe(requestKey(model, base));
  });
});

describe('withStore', () => {
  it('asks once, and serves the answer from then on, also after a restart', async () => {
    const model = fakeModel(
      () => answer('first'),
      () => answer('second'),
    );
    const told: ModelCall[] = [];
    const store = await AnswerStore.open(folder, { name: 'run' });
    const stored = withStore(model, { store, role: 'task', onCached: (call) => told.push(call) });
    expect((await stored.complete(ask('x'))).text).toBe('first');
    expect(told).toEqual([]);
    expect((await stored.complete(ask('x'))).text).toBe('first');
    expect((await stored.complete(ask('x', { repeat: 1 }))).text).toBe('second');
    await store.close();

    const again = await AnswerStore.open(folder, { name: 'other' });
    const fresh = withStore(model, { store: again, role: 'task', onCached: (call) => told.push(call) });
    expect(await fresh.complete(ask('x'))).toEqual(answer('first'));
    expect(model.calls).toHaveLength(2);
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ role: 'task', cached: true, tokens: { prompt: 100, completion: 10 } });
    await again.close();
  });

  it('has the answer on disk before it hands it out', async () => {
    const store = await AnswerStore.open(folder, { name: 'run' });
    const stored = withStore(fakeModel(), { store, role: 'task' });
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        await stored.complete(ask(`q${index}`));
        const text = await readFile(path.join(folder, 'run.1.jsonl'), 'utf8');
        expect(text).toContain(requestKey(fakeModel(), ask(`q${index}`)));
      }),
    );
    await store.close();
  });

  it('does not keep failures', async () => {
    const store = await AnswerStore.open(folder, { name: 'run' });
    const model = fakeModel(
      () => Promise.reject(failure('bad-response')),
      () => answer('ok'),
    );
    const stored = withStore(model, { store, role: 'task' });
    expect(await reasonOf(stored.complete(ask('x')))).toBe('bad-response');
    expect((await stored.complete(ask('x'))).text).toBe('ok');
    await store.close();
  });

  it('keeps answers of other runs apart when they are not shared', async () => {
    for (const name of ['a', 'b']) {
      const store = await AnswerStore.open(folder, { name });
      await store.put({ key: name, role: 'task', answer: answer(name) });
      await store.close();
    }
    const own = await AnswerStore.open(folder, { name: 'a', shared: false });
    expect([own.get('a')?.text, own.get('b')?.text]).toEqual(['a', undefined]);
    const all = await AnswerStore.open(folder, { name: 'a' });
    expect([all.get('a')?.text, all.get('b')?.text]).toEqual(['a', 'b']);
    expect(all.own().map(({ key }) => key)).toEqual(['a']);
  });

  it('merges equal requests in flight', async () => {
    const slow = deferred<ReturnType<typeof answer>>();
    const model = fakeModel(() => slow.promise);
    const told: ModelCall[] = [];
    const store = await AnswerStore.open(folder, { name: 'run' });
    const stored = withStore(model, { store, role: 'task', onCached: (call) => told.push(call) });
    const both = Promise.all([stored.complete(ask('x')), stored.complete(ask('x'))]);
    await settle();
    slow.resolve(answer('shared'));
    expect((await both).map(({ text }) => text)).toEqual(['shared', 'shared']);
    expect(model.calls).toHaveLength(1);
    expect(told).toHaveLength(1);
    await store.close();
  });

  it('stops a merged request only when nobody waits for it any more', async () => {
    const slow = deferred<ReturnType<typeof answer>>();
    let signal: AbortSignal | undefined;
    const model = fakeModel((_, options) => {
      signal = options.signal;
      return slow.promise;
    });
    const store = await AnswerStore.open(folder, { name: 'run' });
    const stored = withStore(model, { store, role: 'task' });
    const aborts = [new AbortController(), new AbortController(), new AbortController()];
    const work = aborts.map((abort) => stored.complete(ask('x'), { signal: abort.signal }));
    aborts[0]!.abort();
    expect(await reasonOf(work[0]!)).toBe('cancelled');
    expect(signal?.aborted).toBe(false);
    slow.resolve(answer('kept'));
    expect((await work[1]!).text).toBe('kept');
    await work[2]!;

    const never = withStore(
      fakeModel((_, options) => {
        signal = options.signal;
        return new Promise(() => undefined);
      }),
      { store, role: 'task' },
    );
    const abort = new AbortController();
    const alone = never.complete(ask('y'), { signal: abort.signal });
    await settle();
    abort.abort();
    expect(await reasonOf(alone)).toBe('cancelled');
    expect(signal?.aborted).toBe(true);
    await store.close();
  });
});

describe('AnswerStore', () => {
  it('reads past a line that a crash has torn, names it, and never writes onto it', async () => {
    const first = await AnswerStore.open(folder, { name: 'run' });
    for (const key of ['a', 'b']) await first.put({ key, role: 'task', answer: answer(`${key} ✓`) });
    await first.close();
    const file = path.join(folder, 'run.1.jsonl');
    const bytes = await readFile(file);
    for (const cut of [1, 5, 30, 60]) {
      await writeFile(file, bytes.subarray(0, bytes.length - cut));
      const store = await AnswerStore.open(folder, { name: 'run', shared: false });
      expect(store.get('a')?.text).toBe('a ✓');
      // Without its line end alone, the last line is still whole.
      expect(store.get('b')?.text).toBe(cut === 1 ? 'b ✓' : undefined);
      expect(store.problems).toHaveLength(cut === 1 ? 0 : 1);
      if (cut !== 1) expect(store.problems[0]).toContain('run.1.jsonl, line 2');
    }
    const next = await AnswerStore.open(folder, { name: 'run' });
    await next.put({ key: 'c', role: 'task', answer: answer('c') });
    await next.close();
    expect((await readdir(folder)).sort()).toEqual(['run.1.jsonl', 'run.2.jsonl']);
    const last = await AnswerStore.open(folder, { name: 'run' });
    expect([last.get('a')?.text, last.get('c')?.text]).toEqual(['a ✓', 'c']);
  });

  it('names the folder when it cannot write or read there', async () => {
    const store = await AnswerStore.open(folder, { name: 'run' });
    await writeFile(folder, 'a file where the folder should be');
    const error = await errorOf(store.put({ key: 'a', role: 'task', answer: answer('a') }));
    expect(error.reason).toBe('bad-config');
    expect(error.message).toContain(folder);
    expect(store.get('a')).toBeUndefined();
    const unread = await errorOf(AnswerStore.open(folder, { name: 'run' }));
    expect(unread.reason).toBe('bad-config');
    expect(unread.message).toContain(folder);
  });

  it('reads answers back from where they stand, long ones too, whatever they hold', async () => {
    const store = await AnswerStore.open(folder, { name: 'run' });
    const texts = [
      '',
      'x'.repeat(5000),
      '}}\n"}}',
      'ü✓\u2028'.repeat(3000),
      '{"key":"a"}',
      'y'.repeat(2_000_000),
    ];
    const keys = texts.map((_, index) => requestKey(fakeModel(), ask(`q${index}`)));
    for (const [index, text] of texts.entries())
      await store.put({ key: keys[index]!, role: 'task', answer: answer(text) });
    expect(keys.map((key) => store.get(key))).toEqual(texts.map((text) => answer(text)));
    await store.close();
    const later = await AnswerStore.open(folder, { name: 'run' });
    expect(later.problems).toEqual([]);
    expect(keys.map((key) => later.get(key))).toEqual(texts.map((text) => answer(text)));
    expect(later.own().map(({ key }) => key)).toEqual(keys);
    await later.close();
  });

  it('asks again for an answer that has gone or been damaged since it was found', async () => {
    const first = await AnswerStore.open(folder, { name: 'run' });
    for (const key of ['a', 'b']) await first.put({ key, role: 'task', answer: answer(key) });
    await first.close();
    const store = await AnswerStore.open(folder, { name: 'next' });
    const file = path.join(folder, 'run.1.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"a"', '"a\\'));
    expect([store.get('a'), store.get('b')?.text]).toEqual([undefined, 'b']);
    expect(store.problems[0]).toContain('run.1.jsonl, byte 0');
    await store.close();
    await rm(file);
    const produced = await store.through('b', 'task', () => Promise.resolve(answer('anew')));
    expect(produced).toEqual({ answer: answer('anew'), cached: false });
    expect(store.get('b')?.text).toBe('anew');
    await store.close();
  });

  it('serves the answers of many files, more than it holds open', async () => {
    for (let index = 0; index < 40; index++) {
      const store = await AnswerStore.open(folder, { name: `run${index}`, shared: false });
      await store.put({ key: `k${index}`, role: 'task', answer: answer(`a${index}`) });
      await store.close();
    }
    const store = await AnswerStore.open(folder, { name: 'reader' });
    const wanted = [...Array(40).keys(), ...Array(40).keys()];
    expect(wanted.map((index) => store.get(`k${index}`)?.text)).toEqual(wanted.map((index) => `a${index}`));
    await store.close();
  });

  it('does not mistake another run for its own when names begin alike', async () => {
    const longer = await AnswerStore.open(folder, { name: 'run.1' });
    await longer.put({ key: 'a', role: 'task', answer: answer('a') });
    await longer.close();
    const store = await AnswerStore.open(folder, { name: 'run', shared: false });
    expect(store.size).toBe(0);
  });

  it('keeps all answers of processes that write at the same time, and of one that is killed', async () => {
    const script = path.join(path.dirname(folder), 'writer.mjs');
    buildSync({
      entryPoints: [path.join(import.meta.dirname, 'storeWriter.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
    const writer = (name: string, count: number) => {
      const child = spawn(process.execPath, [script, folder, name, String(count)]);
      const told: string[] = [];
      child.stdout.setEncoding('utf8').on('data', (text: string) => told.push(text));
      return { child, acknowledged: () => told.join('').split('\n').slice(0, -1) };
    };
    const [one, two, endless] = [writer('run', 200), writer('run', 200), writer('killed', 1_000_000)];
    await Promise.all([once(one.child, 'close'), once(two.child, 'close')]);
    while (endless.acknowledged().length < 50) await new Promise((resolve) => setTimeout(resolve, 5));
    endless.child.kill('SIGKILL');
    await once(endless.child, 'close');

    const store = await AnswerStore.open(folder, { name: 'reader' });
    const acknowledged = [one, two, endless].flatMap((each) => each.acknowledged());
    expect(acknowledged.length).toBeGreaterThanOrEqual(450);
    expect(acknowledged.filter((key) => store.get(key)?.text !== `answer to ${key}`)).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('run.'))).toHaveLength(2);
  }, 30_000);
});

describe('stackModel', () => {
  it('spends nothing for stored answers, and counts each try that goes out', async () => {
    const budget = new CallBudget({ maxCalls: 3 });
    const store = await AnswerStore.open(folder, { name: 'run' });
    const told: ModelCall[] = [];
    const model = fakeModel(
      () => Promise.reject(failure('overloaded')),
      (request: ModelRequest) => answer(request.messages[0]!.content),
    );
    const stacked = stackModel(model, {
      role: 'task',
      store,
      limiter: new Limiter(2),
      budget,
      onCall: (call) => told.push(call),
      retry: { sleep: () => Promise.resolve() },
    });
    await stacked.complete(ask('a'));
    await stacked.complete(ask('a'));
    await stacked.complete(ask('b'));
    expect(budget.callsMade).toBe(3);
    expect(told.map(({ cached, key }) => [cached, key !== undefined])).toEqual([
      [false, false],
      [false, true],
      [true, true],
      [false, true],
    ]);
    expect(await reasonOf(stacked.complete(ask('c')))).toBe('budget-spent');
    expect((await stacked.complete(ask('b'))).text).toBe('b');
    await store.close();
  });

  it('takes nothing from the budget for requests that were cancelled in the queue', async () => {
    const budget = new CallBudget({ maxCalls: 50 });
    const store = await AnswerStore.open(folder, { name: 'run' });
    const abort = new AbortController();
    const model = fakeModel(
      (_, options) =>
        new Promise((_resolve, reject) => {
          options.signal?.addEventListener('abort', () => reject(failure('cancelled')));
        }),
    );
    const stacked = stackModel(model, { role: 'task', store, limiter: new Limiter(2), budget });
    const work = Array.from({ length: 20 }, (_, index) =>
      stacked.complete(ask(`${index}`), { signal: abort.signal }),
    );
    await settle();
    abort.abort();
    expect(await Promise.all(work.map(reasonOf))).toEqual(work.map(() => 'cancelled'));
    expect(budget.callsMade).toBe(2);
    await store.close();
  });
});
