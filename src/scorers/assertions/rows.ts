import type { Scorer } from '../../core/scoring.js';
import type { Assertion, TestSet } from '../../core/testset.js';
import { requireTrust } from '../code/file.js';
import type { ScorerContext } from '../context.js';
import {
  ASSERT_SET,
  assertionFault,
  badAssertion,
  feedbackKindOf,
  judgeAll,
  splitType,
} from './assertion.js';
import { kindOf } from './registry.js';

/** The name of the scorer that stands for the rows' own assertions. */
export const ROW_ASSERTIONS = 'assertions';

/**
 * The scorer that judges each row by its own assertions; undefined when no row has any.
 * @throws HoneError `bad-test-set` with the line of an assertion that cannot be judged, `bad-config` for one that runs
 * code of a workspace that is not trusted
 */
export function rowAssertions(testset: TestSet, context: ScorerContext): Scorer | undefined {
  const counts = new Map<string, number>();
  const all: Assertion[] = [];
  const count = (assertion: Assertion) => {
    const key = JSON.stringify(assertion);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    assertion.assert?.forEach(count);
  };
  for (const row of testset.cases) {
    for (const assertion of row.asserts ?? []) {
      const fault = assertionFault(assertion);
      if (fault) throw badAssertion(testset.path, row.line, fault);
      if (runsCode(assertion)) requireTrust(context, `"${assertion.type}" of ${testset.path}:${row.line}`);
      all.push(assertion);
      count(assertion);
    }
  }
  if (all.length === 0) return undefined;
  const rows = testset.cases.filter((row) => row.asserts !== undefined).length;
  const most = Math.max(2, rows / 2);
  const isShared = (assertion: Assertion) => (counts.get(JSON.stringify(assertion)) ?? 0) >= most;
  return {
    id: ROW_ASSERTIONS,
    weight: 1,
    feedbackKind: all.some((each) => feedbackKindOf(each) === 'directional')
      ? 'directional'
      : 'non-directional',
    judge(input, signal) {
      const { asserts = [], threshold } = input;
      if (asserts.length === 0) return { value: 0, pass: true, feedback: [], parts: [] };
      return judgeAll(asserts, threshold, input, { context, isShared, signal });
    },
  };
}

function runsCode(assertion: Assertion): boolean {
  if (assertion.type === ASSERT_SET) return (assertion.assert ?? []).some(runsCode);
  return kindOf(splitType(assertion.type).type)?.runsCode === true;
}
