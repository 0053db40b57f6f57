import { HoneError, throwIfCancelled } from '../core/errors.js';
import {
  combineJudgements,
  type Judgement,
  type Score,
  type Scorer,
  type ScoringInput,
} from '../core/scoring.js';
import type { TestSet } from '../core/testset.js';
import { judgeCallsOf } from './assertions/assertion.js';
import { rowAssertions } from './assertions/rows.js';
import type { ScorerContext } from './context.js';
import { scorerFailed, type ScorerConfig } from './family.js';
import { familyOf, requireValid } from './options.js';

export type { AskJudge, ScorerContext } from './context.js';
export type { OptionKind, OptionSpec, OptionTable, ScorerConfig } from './family.js';
export { scorerFromSettings, scorersFromEvaluators } from './evaluators.js';
export { inferScorers, type InferredScorers } from './infer.js';
export { checkScorerConfig, COMMON_OPTIONS, FAMILIES, type ConfigFault } from './options.js';

/**
 * Builds scorers from their configuration, and one more for the rows' own assertions when there are any. Of several
 * scorers of one type the second is called `type-2`, and so on. A row with assertions of its own and without an
 * expected value is not judged by scorers that need one.
 * @throws HoneError `bad-config` naming the entry and what is wrong, `bad-test-set` for a row that a scorer cannot judge
 */
export async function createScorers(
  configs: readonly ScorerConfig[],
  testset: TestSet,
  context: ScorerContext = {},
): Promise<readonly Scorer[]> {
  const counts = new Map<string, number>();
  const scorers: Scorer[] = [];
  for (const config of configs) {
    requireValid(config);
    const name = typeof config.metric === 'string' ? config.metric : config.type;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const id = count === 1 ? name : `${name}-${count}`;
    const family = familyOf(config.type)!;
    const judge = await family.create(id, config, testset, context);
    const comparing = family.needsExpected(config, testset);
    scorers.push({
      id,
      weight: config.weight ?? 1,
      feedbackKind: judge.feedbackKind,
      judge: (input, signal) =>
        comparing && input.expected === undefined && input.asserts !== undefined
          ? NOTHING_TO_SAY
          : judge.judge(input, signal),
    });
  }
  const ofRows = rowAssertions(testset, context);
  return ofRows ? [...scorers, ofRows] : scorers;
}

const NOTHING_TO_SAY: Judgement = { value: 0, pass: true, feedback: [], parts: [] };

/**
 * Requests to the judge model that one answer may need at the most, over all rows.
 * @throws HoneError `bad-config`
 */
export function judgeCallsPerAnswer(
  configs: readonly ScorerConfig[],
  testset: Pick<TestSet, 'cases'>,
): number {
  const ofConfigs = configs.map((config) => {
    requireValid(config);
    return familyOf(config.type)!.judgeCalls?.(config) ?? 0;
  });
  const ofRows = testset.cases.map((row) => sum((row.asserts ?? []).map(judgeCallsOf)));
  return sum(ofConfigs) + ofRows.reduce((most, each) => Math.max(most, each), 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

/**
 * Whether rows without an expected value cannot be scored with this configuration.
 * @throws HoneError `bad-config`
 */
export function needsExpected(config: ScorerConfig, testset: TestSet): boolean {
  requireValid(config);
  return familyOf(config.type)!.needsExpected(config, testset);
}

/**
 * Scores one answer with all scorers.
 * @throws HoneError `scorer-failed` when one of them cannot judge it, `cancelled`, and what a judge model raises
 */
export async function scoreAnswer(
  scorers: readonly Scorer[],
  input: ScoringInput,
  signal?: AbortSignal,
): Promise<Score> {
  const judged: { scorer: Scorer; judgement: Judgement }[] = [];
  for (const scorer of scorers) {
    throwIfCancelled(signal);
    judged.push({ scorer, judgement: await judgeWith(scorer, input, signal) });
  }
  const score = combineJudgements(judged);
  if (score.parts.length > 0) return score;
  throw scorerFailed(
    'none',
    'the row has neither an expected value nor an assertion to judge it by.',
    'Add one to the row, or take the row out.',
  );
}

async function judgeWith(
  scorer: Scorer,
  input: ScoringInput,
  signal: AbortSignal | undefined,
): Promise<Judgement> {
  try {
    return await scorer.judge(input, signal);
  } catch (error) {
    // A judge model's fault is told as what it is: the run may have to wait, or to end.
    if (HoneError.is(error)) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw scorerFailed(
      scorer.id,
      `${detail}.`,
      'Check the scorer and the row; the row is left out until then.',
      error,
    );
  }
}
