import { describe, expect, it } from 'vitest';
import type { TestCase } from '../../../src/core/testset.js';
import { expectedText } from '../../../src/optimizer/rows.js';

const row = (more: Partial<TestCase>): TestCase => ({ id: 'r', vars: {}, guard: false, line: 2, ...more });

describe('expectedText', () => {
  it('is the expected answer where there is one', () => {
    expect(expectedText(row({ expected: 'bug', asserts: [{ type: 'contains', value: 'x' }] }))).toBe('bug');
    expect(expectedText(row({ expected: { a: 1 } }))).toBe('{"a":1}');
  });

  it('lists what the assertions of a row want', () => {
    const asserts = [
      { type: 'contains', value: 'refund' },
      { type: 'is-json' },
      { type: 'assert-set', assert: [{ type: 'word-count', value: { max: 5 } }] },
    ];
    expect(expectedText(row({ asserts }))).toBe(
      'contains refund; is-json; assert-set (word-count {"max":5})',
    );
  });

  it('is empty for an unlabelled row', () => {
    expect(expectedText(row({}))).toBe('');
  });
});
