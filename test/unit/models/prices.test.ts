import { describe, expect, it } from 'vitest';
import { costOf } from '../../../src/core/run.js';
import { priceOf, priceOfUse } from '../../../src/models/prices.js';

const openai = (name: string, destination = 'api.openai.com') => ({ id: `openai:${name}`, destination });

describe('priceOf', () => {
  it('knows a model at the host that the table is for, and nowhere else', () => {
    expect(priceOf(openai('gpt-4o-mini'))).toMatchObject({ prompt: 0.15, completion: 0.6 });
    expect(priceOf(openai('gpt-4o-mini', 'gateway.example'))).toBeUndefined();
    expect(priceOf(openai('gpt-4o-mini', 'api.openai.com.evil.example'))).toBeUndefined();
    expect(priceOf(openai('claude-sonnet-4', 'api.anthropic.com'))?.completion).toBe(15);
    expect(priceOf(openai('claude-sonnet-4'))).toBeUndefined();
    expect(priceOf(openai('models/gemini-2.5-flash', 'generativelanguage.googleapis.com'))?.prompt).toBe(0.3);
  });

  it('takes a dated name for its family, where the date has no price of its own', () => {
    expect(priceOf(openai('gpt-4o-2024-08-06'))).toEqual(priceOf(openai('gpt-4o')));
    expect(priceOf(openai('gpt-4o-2024-05-13'))?.prompt).toBe(5);
    expect(priceOf(openai('claude-sonnet-4-20250514', 'api.anthropic.com'))).toEqual(
      priceOf(openai('claude-sonnet-4', 'api.anthropic.com')),
    );
    expect(priceOf(openai('gpt-4o-audio-preview'))).toBeUndefined();
    expect(priceOf(openai('toString'))).toBeUndefined();
  });

  it('is nothing on this machine, and unknown for what nobody has priced', () => {
    const free = { prompt: 0, completion: 0 };
    expect(priceOf({ id: 'sandbox:default', destination: 'this machine' })).toEqual(free);
    for (const host of ['127.0.0.1:8080', 'localhost:11434', '[::1]:80']) {
      expect(priceOf(openai('llama', host))).toEqual(free);
    }
    expect(priceOf(openai('llama', '127.0.0.1.example'))).toBeUndefined();
    expect(priceOf({ id: 'editor:gpt-4o', destination: 'the editor' })).toBeUndefined();
  });

  it('lets the user go first, at any host', () => {
    const own = { 'openai:gpt-4o': { prompt: 7, completion: 9 } };
    expect(priceOf(openai('gpt-4o'), own)).toEqual({ prompt: 7, completion: 9 });
    expect(priceOf(openai('gpt-4o', 'localhost:1'), own)).toEqual({ prompt: 7, completion: 9 });
    expect(priceOf(openai('gpt-4o-2024-08-06', 'gateway.example'), own)?.prompt).toBe(7);
  });

  it('is lower for batches, where the provider says so', () => {
    const model = openai('gpt-4.1');
    expect(priceOfUse({ ...model, maxOutstanding: Infinity })).toEqual({ prompt: 1, completion: 4 });
    expect(priceOfUse({ ...model, maxOutstanding: 8 })?.prompt).toBe(2);
  });
});

describe('costOf', () => {
  it('counts per million tokens, cached ones at their own price, long prompts at theirs', () => {
    const price = priceOf(openai('gpt-4.1'))!;
    expect(costOf(price, { prompt: 1_000_000, completion: 500_000 })).toBeCloseTo(6);
    expect(costOf(price, { prompt: 1_000_000, completion: 0, cached: 1_000_000 })).toBeCloseTo(0.5);
    const gemini = priceOf(openai('gemini-2.5-pro', 'generativelanguage.googleapis.com'))!;
    expect(costOf(gemini, { prompt: 200_000, completion: 0 })).toBeCloseTo(0.25);
    expect(costOf(gemini, { prompt: 400_000, completion: 0 })).toBeCloseTo(1);
  });
});
