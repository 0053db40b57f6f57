import fc from 'fast-check';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CaseOutcome } from '../../../src/core/run.js';
import { CaseResults } from '../../../src/runs/caseResults.js';
import { Spill } from '../../../src/runs/spill.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hone-spill-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openSpill = () => new Spill(path.join(folder, 'texts.tmp'));

function scored(value: number, output = `answer ${value}`): CaseOutcome {
  const feedback =
    value === 1 ? [] : [{ scorer: 's', kind: 'non-directional', text: `is ${value}`, cause: 'c' } as const];
  return {
    status: 'scored',
    output,
    finishReason: 'stop',
    score: { value, pass: value === 1, parts: [], feedback },
  };
}

const failed: CaseOutcome = { status: 'error', reason: 'timed-out', message: 'It took too long.' };

describe('Spill', () => {
  it('gives back every text, in any order, also those that went to its file', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.integer({ min: 0, max: 400_000 }).map((size) => 'ü'.repeat(size)),
          ),
          {
            maxLength: 12,
          },
        ),
        (texts) => {
          const spill = openSpill();
          const places = texts.map((text) => spill.add(text));
          expect([...places].reverse().map((place) => spill.read(place))).toEqual([...texts].reverse());
          spill.close();
          expect(readdirSync(folder)).toEqual([]);
        },
      ),
      { seed: 3, numRuns: 25 },
    );
  });

  it('writes nothing while there is little', () => {
    const spill = openSpill();
    spill.add('x'.repeat(1000));
    expect(readdirSync(folder)).toEqual([]);
    spill.close();
  });
});

describe('CaseResults', () => {
  it('takes the mean over the repeats of a row, and passes a row whose repeats all pass', () => {
    const results = new CaseResults(['a', 'b', 'c', 'd', 'never'], 2, openSpill());
    results.add('a', 0, scored(1));
    results.add('a', 1, scored(1));
    results.add('b', 1, scored(0.5, 'second'));
    results.add('b', 0, scored(1, 'first'));
    results.add('c', 0, failed);
    results.add('c', 1, scored(0));
    results.add('d', 0, failed);
    results.add('d', 1, failed);
    expect([...results]).toEqual([
      { id: 'a', score: 1, pass: true, output: 'answer 1', feedback: [] },
      {
        id: 'b',
        score: 0.75,
        pass: false,
        output: 'first',
        feedback: [{ scorer: 's', kind: 'non-directional', text: 'is 0.5' }],
      },
      {
        id: 'c',
        score: 0,
        pass: false,
        output: 'answer 0',
        error: 'It took too long.',
        feedback: [{ scorer: 's', kind: 'non-directional', text: 'is 0' }],
      },
      { id: 'd', score: null, pass: false, output: '', error: 'It took too long.', feedback: [] },
    ]);
    expect([...results.failing()].map(({ id }) => id)).toEqual(['b', 'c', 'd']);
    expect(results.figures()).toMatchObject({ n: 3, total: 1.75, errors: 2, failing: 3 });
  });

  it('tells how far repeats disagree', () => {
    const results = new CaseResults(['a', 'b', 'c', 'd'], 3, openSpill());
    [1, 1, 1].forEach((value, repeat) => results.add('a', repeat, scored(value)));
    [1, 0, 1].forEach((value, repeat) => results.add('b', repeat, scored(value)));
    [0, 0.5, 1].forEach((value, repeat) => results.add('c', repeat, scored(value)));
    results.add('d', 0, scored(0));
    // Variances within the rows, n - 1 in the denominator: 0, 1/3 and 1/4. The row with one answer tells nothing.
    expect(results.figures().noise).toEqual({
      rows: 3,
      unsteady: 2,
      deviation: expect.closeTo(Math.sqrt(1 / 3 + 1 / 4) / 3, 12) as number,
    });
    const single = new CaseResults(['a'], 1, openSpill());
    single.add('a', 0, scored(1));
    expect(single.figures().noise).toBeUndefined();
  });
});
