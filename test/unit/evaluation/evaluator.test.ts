import { describe, expect, it } from 'vitest';
import { HoneError, type ErrorReason } from '../../../src/core/errors.js';
import { encodeText } from '../../../src/core/prompt.js';
import type { CaseOutcome } from '../../../src/core/run.js';
import type { TestSet } from '../../../src/core/testset.js';
import { Evaluator } from '../../../src/evaluation/evaluator.js';
import { readPrompt } from '../../../src/formats/index.js';
import { createScorers } from '../../../src/scorers/index.js';
import { ScriptedModel } from '../../fixtures/models.js';
import { answer, deferred, failure, fakeModel, reasonOf, settle } from '../models/fakes.js';

const document = readPrompt('prompts/a.md', encodeText('Say {{text}}.'));

function rows(count: number): TestSet {
  const cases = Array.from({ length: count }, (_, index) => ({
    id: `r${index}`,
    vars: { text: `word${index}` },
    expected: 'ok',
    guard: false,
    line: index + 2,
  }));
  return { path: 'a.csv', format: 'csv', columns: [], expectedColumn: 'x', cases, problems: [] };
}

/** Evaluates all rows one after the other; `faults` says with which reason a row fails. */
async function evaluated(
  count: number,
  faults: (index: number) => ErrorReason | undefined,
  { hasScored = false } = {},
) {
  const testset = rows(count);
  const model = new ScriptedModel('test:task', (request) => {
    const reason = faults(Number(/word(\d+)/.exec(request.messages[0]!.content)![1]));
    if (reason) throw new HoneError({ reason, message: `It said ${reason}.`, nextStep: '' });
    return 'ok';
  });
  const evaluator = new Evaluator({
    model,
    testset,
    scorers: await createScorers([{ type: 'equals' }], testset),
    hasScored,
  });
  const outcomes = new Map<string, CaseOutcome>();
  const work = evaluator.evaluate(
    document,
    testset.cases.map(({ id }) => id),
    { onOutcome: (id, outcome) => outcomes.set(id, outcome) },
  );
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => (HoneError.is(thrown) ? thrown.reason : thrown),
  );
  const failed = [...outcomes].filter(([, { status }]) => status === 'error').map(([id]) => id);
  return { error, failed, scored: outcomes.size - failed.length };
}

describe('Evaluator', () => {
  it('reports a failing row as an error, whatever the order, and goes on', async () => {
    expect(await evaluated(12, (index) => (index % 4 === 0 ? 'bad-request' : undefined))).toEqual({
      error: undefined,
      failed: ['r0', 'r4', 'r8'],
      scored: 9,
    });
  });

  it('reports what was under way when the limit of calls was reached', async () => {
    const testset = rows(6);
    const late = deferred<undefined>();
    const model = fakeModel(async (request, { signal }) => {
      const index = Number(/word(\d+)/.exec(request.messages[0]!.content)![1]);
      if (index >= 4) throw failure('budget-spent');
      await late.promise;
      if (signal?.aborted) throw failure('cancelled');
      return answer('ok');
    });
    const evaluator = new Evaluator({
      model,
      testset,
      scorers: await createScorers([{ type: 'equals' }], testset),
    });
    const scored: string[] = [];
    const work = evaluator.evaluate(
      document,
      testset.cases.map(({ id }) => id),
      { onOutcome: (id) => scored.push(id) },
    );
    await settle();
    late.resolve(undefined);
    expect(await reasonOf(work)).toBe('budget-spent');
    expect(scored).toEqual(['r0', 'r1', 'r2', 'r3']);
  });

  it.each<ErrorReason>(['bad-request', 'bad-response', 'scorer-failed', 'timed-out'])(
    'ends when the first rows all fail with %s, and blames none of them',
    async (reason) => {
      expect(await evaluated(12, () => reason)).toEqual({ error: reason, failed: [], scored: 0 });
      expect(await evaluated(2, () => reason)).toEqual({ error: reason, failed: [], scored: 0 });
    },
  );

  it('takes failing rows for what they are when others were scored before', async () => {
    expect(await evaluated(2, () => 'bad-request', { hasScored: true })).toEqual({
      error: undefined,
      failed: ['r0', 'r1'],
      scored: 0,
    });
  });

  it('ends when the endpoint stops answering in the middle', async () => {
    const { error, scored } = await evaluated(20, (index) => (index >= 10 ? 'overloaded' : undefined));
    expect(error).toBe('overloaded');
    expect(scored).toBe(10);
  });

  it('has no more rows under way than there is room for, over several prompts, and begins none after an abort', async () => {
    const testset = rows(40);
    const gates: ReturnType<typeof deferred<unknown>>[] = [];
    const fake = fakeModel(async (_request, { signal }) => {
      const gate = deferred<unknown>();
      gates.push(gate);
      signal?.addEventListener('abort', () => gate.reject(failure('cancelled')));
      await gate.promise;
      return answer('ok');
    });
    const model = { ...fake, maxOutstanding: 6 };
    const scorers = await createScorers([{ type: 'equals' }], testset);
    const evaluator = new Evaluator({ model, testset, scorers });
    const abort = new AbortController();
    const ids = testset.cases.map(({ id }) => id);
    const scored: string[] = [];
    const score = () =>
      evaluator.evaluate(document, ids, { signal: abort.signal, onOutcome: (id) => scored.push(id) });
    const [one, two] = [score(), score()];
    await settle();
    expect(model.calls).toHaveLength(6);
    gates[0]!.resolve(undefined);
    await settle();
    expect(model.calls).toHaveLength(7);
    abort.abort();
    expect([await reasonOf(one), await reasonOf(two)]).toEqual(['cancelled', 'cancelled']);
    expect(model.calls).toHaveLength(7);
    expect(scored).toHaveLength(1);
  });

  it('asks for everything at once where the model wants that', async () => {
    const testset = rows(600);
    const gate = deferred<unknown>();
    const model = {
      ...fakeModel(async () => {
        await gate.promise;
        return answer('ok');
      }),
      maxOutstanding: Infinity,
    };
    const evaluator = new Evaluator({
      model,
      testset,
      scorers: await createScorers([{ type: 'equals' }], testset),
    });
    const outcomes: string[] = [];
    const work = evaluator.evaluate(
      document,
      testset.cases.map(({ id }) => id),
      { onOutcome: (id) => outcomes.push(id) },
    );
    await settle();
    expect(model.calls).toHaveLength(600);
    gate.resolve(undefined);
    await work;
    expect(outcomes).toHaveLength(600);
  });
});
