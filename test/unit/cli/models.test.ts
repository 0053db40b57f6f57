import { describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { planModels } from '../../../src/cli/models.js';

function failure(work: () => unknown): HoneError {
  try {
    work();
  } catch (error) {
    if (HoneError.is(error)) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('planModels', () => {
  it('never chooses a model by itself, least of all the sandbox', () => {
    const error = failure(() => planModels({}, {}));
    expect(error.reason).toBe('bad-config');
    expect(error.message).toMatch(/no model is configured/i);
    expect(error.nextStep).toContain('--task-model');
  });

  it('asks for a name where there is an endpoint or a key', () => {
    for (const error of [
      failure(() => planModels({ baseUrl: 'http://127.0.0.1:1/v1' }, {})),
      failure(() => planModels({}, { OPENAI_API_KEY: 'secret' })),
    ]) {
      expect(error.message).toContain('no model is named');
      expect(error.nextStep).toContain('openai:NAME');
      expect(error.message + error.nextStep).not.toContain('secret');
    }
  });

  it('lets the task model do every job that no other is named for', () => {
    const { models } = planModels(
      { taskModel: 'openai:small', judgeModel: 'openai:big' },
      { HONE_API_KEY: 'k' },
    );
    expect(models).toEqual({ task: 'openai:small', optimizer: 'openai:small', judge: 'openai:big' });
  });

  it('takes HONE_API_KEY before OPENAI_API_KEY, and an empty one for none', () => {
    const options = { taskModel: 'openai:small' };
    expect(planModels(options, { HONE_API_KEY: 'a', OPENAI_API_KEY: 'b' }).apiKey).toBe('a');
    expect(planModels(options, { HONE_API_KEY: '', OPENAI_API_KEY: 'b' }).apiKey).toBe('b');
  });

  it('wants a key for OpenAI itself, also when only another role uses it, but not for an endpoint of one’s own', () => {
    expect(failure(() => planModels({ taskModel: 'openai:x' }, {})).place.host).toBe('api.openai.com');
    expect(failure(() => planModels({ taskModel: 'sandbox', optimizerModel: 'openai:x' }, {})).reason).toBe(
      'bad-config',
    );
    expect(planModels({ taskModel: 'openai:x', baseUrl: 'http://127.0.0.1:1/v1' }, {})).not.toHaveProperty(
      'apiKey',
    );
    expect(planModels({ taskModel: 'sandbox' }, {}).models.task).toBe('sandbox');
  });

  it('turns seconds into milliseconds and --no-cache into no shared cache', () => {
    const plan = planModels({ taskModel: 'sandbox', timeout: 1.5, concurrency: 3, cache: false }, {});
    expect(plan).toMatchObject({ timeoutMs: 1500, concurrency: 3, sharedCache: false });
    expect(plan.hedge).toBeUndefined();
    expect(planModels({ taskModel: 'sandbox', hedge: false }, {}).hedge).toBe(false);
    expect(planModels({ taskModel: 'sandbox', cache: true }, {}).sharedCache).toBe(true);
  });

  it('goes on with the models and the endpoint of a resumed run unless options say otherwise', () => {
    const defaults = {
      models: { task: 'openai:a', optimizer: 'openai:b', judge: 'openai:c' },
      baseUrl: 'http://127.0.0.1:1/v1',
    };
    expect(planModels({}, {}, defaults)).toMatchObject(defaults);
    expect(planModels({ baseUrl: 'http://127.0.0.1:2/v1' }, {}, defaults)).toMatchObject({
      models: defaults.models,
      baseUrl: 'http://127.0.0.1:2/v1',
    });
  });
});
