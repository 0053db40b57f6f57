import type { Feedback, Judgement } from '../../../src/core/scoring.js';
import type { Expected, TestSet } from '../../../src/core/testset.js';
import { HoneError } from '../../../src/core/errors.js';
import { createScorers, type ScorerConfig } from '../../../src/scorers/index.js';

export function testset(
  expected: readonly (Expected | undefined)[],
  vars: Record<string, string> = {},
): TestSet {
  return {
    path: 'rows.csv',
    format: 'csv',
    columns: ['input', 'expected'],
    expectedColumn: 'expected',
    cases: expected.map((each, index) => ({
      id: `row-${index}`,
      vars: { input: `text ${index}`, ...vars },
      ...(each === undefined ? {} : { expected: each }),
      guard: false,
      line: index + 2,
    })),
    problems: [],
  };
}

/** Judges one answer with one scorer. */
export async function judge(
  config: ScorerConfig,
  output: string,
  expected?: Expected,
  all: readonly Expected[] = [],
): Promise<Judgement> {
  const set = testset([expected, ...all]);
  const [scorer] = await createScorers([config], set);
  return scorer!.judge({ vars: set.cases[0]!.vars, expected, output });
}

export function causes(judgement: Judgement): string[] {
  return judgement.feedback.map((each: Feedback) => each.cause);
}

export async function faultOf(work: () => unknown): Promise<HoneError> {
  try {
    await work();
  } catch (error) {
    if (HoneError.is(error)) return error;
    throw error;
  }
  throw new Error('Nothing was raised.');
}
