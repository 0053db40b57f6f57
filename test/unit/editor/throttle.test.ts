import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { throttle } from '../../../src/editor/throttle.js';

describe('throttle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('calls at once, then once per interval, the last call never lost', () => {
    const action = vi.fn();
    const throttled = throttle(action, 100);
    throttled();
    expect(action).toHaveBeenCalledTimes(1);
    for (let call = 0; call < 5; call++) throttled();
    expect(action).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(100);
    expect(action).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1000);
    expect(action).toHaveBeenCalledTimes(2);
  });

  it('does nothing after it is disposed', () => {
    const action = vi.fn();
    const throttled = throttle(action, 100);
    throttled();
    throttled();
    throttled.dispose();
    vi.advanceTimersByTime(500);
    throttled();
    expect(action).toHaveBeenCalledTimes(1);
  });
});
