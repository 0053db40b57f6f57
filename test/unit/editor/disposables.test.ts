import { describe, expect, it } from 'vitest';
import { Disposables } from '../../../src/editor/disposables.js';

describe('Disposables', () => {
  it('disposes last first, and late arrivals at once', () => {
    const order: string[] = [];
    const item = (name: string) => ({ dispose: () => order.push(name) });
    const disposables = new Disposables();
    disposables.add(item('first'));
    disposables.add(item('second'));
    disposables.dispose();
    disposables.add(item('late'));
    disposables.dispose();
    expect(order).toEqual(['second', 'first', 'late']);
  });
});
