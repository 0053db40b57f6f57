import type { Assertion } from '../../core/testset.js';
import { requireTrust } from '../code/file.js';
import { badScorer, type OptionTable, type ScorerConfig, type ScorerFamily } from '../family.js';
import {
  ASSERT_SET,
  assertionFault,
  feedbackKindOf,
  judgeAll,
  judgeCallsOf,
  splitType,
  usesExpected,
} from './assertion.js';
import type { AssertionKind } from './kind.js';
import { ASSERTION_KINDS, kindOf } from './registry.js';
import { refersToRow } from './values.js';

const METRIC: OptionTable = {
  metric: { kind: 'text', meaning: 'The name of this scorer in reports. Default its type.' },
};

function optionsOf(kind: AssertionKind): OptionTable {
  const judges = kind.judgeCalls !== undefined;
  return {
    ...(kind.value === 'none'
      ? {}
      : {
          value: {
            kind: 'any',
            meaning: `${kind.meaning} Without a value, the expected one where it is needed.`,
          },
        }),
    threshold: { kind: 'number', meaning: 'The least score that passes, or the greatest distance.' },
    transform: { kind: 'text', meaning: 'What is scored of the answer, for example output.trim().' },
    ...(judges && { rubricPrompt: { kind: 'any', meaning: "The judge's prompt, in place of Hone's own." } }),
    ...(judges && {
      config: { kind: 'mapping', meaning: 'Settings of the type, such as factuality scores.' },
    }),
    ...METRIC,
  };
}

function familyOf(type: string, options: OptionTable): ScorerFamily {
  return {
    type,
    options,
    needsExpected: (config) => usesExpected(assertionOf(config)),
    judgeCalls: (config) => judgeCallsOf(assertionOf(config)),
    create(id, config, _testset, context) {
      const assertion: Assertion = { ...assertionOf(config), metric: id };
      const fault = assertionFault(assertion);
      if (fault) throw badScorer(config, fault.fault, fault.nextStep);
      const members = assertion.assert ?? [assertion];
      if (members.some((each) => kindOf(splitType(each.type).type)?.runsCode === true))
        requireTrust(context, `"${config.type}"`);
      // A value of the configuration is the same for all rows, unless it refers to them.
      const isShared = ({ value }: Assertion) => value !== undefined && !refersToRow(value);
      return {
        feedbackKind: feedbackKindOf(assertion),
        async judge(input, signal) {
          const { value, pass, feedback } = await judgeAll([assertion], undefined, input, {
            context,
            isShared,
            signal,
          });
          return { value, pass, feedback };
        },
      };
    },
  };
}

/** The configuration as an assertion; its weight counts outside, in the score of the row. */
function assertionOf(config: ScorerConfig): Assertion {
  return { ...config, weight: 1 };
}

const ASSERT_SET_FAMILY = familyOf(ASSERT_SET, {
  assert: {
    kind: 'mappings',
    meaning: 'Assertions in the form of promptfoo: type, value, threshold, weight.',
    required: true,
  },
  threshold: { kind: 'number', meaning: 'The mean that passes, instead of all of them having to pass.' },
  ...METRIC,
});

/** promptfoo's assertion types as scorers of a whole test set, also with `not-`, except where a name is taken. */
export function assertionFamilies(taken: readonly string[]): readonly ScorerFamily[] {
  const families = ASSERTION_KINDS.flatMap((kind) =>
    kind.types.flatMap((type) => {
      const names = kind.noInverse === undefined ? [type, `not-${type}`] : [type];
      return names.map((name) => familyOf(name, optionsOf(kind)));
    }),
  );
  return [ASSERT_SET_FAMILY, ...families].filter(({ type }) => !taken.includes(type));
}
