import { HoneError, throwIfCancelled } from '../core/errors.js';
import {
  combineJudgements,
  type Judgement,
  type Score,
  type Scorer,
  type ScoringInput,
} from '../core/scoring.js';
import type { TestSet } from '../core/testset.js';
import { scorerFailed, type ScorerConfig } from './family.js';
import { familyOf, requireValid } from './options.js';

export type { OptionKind, OptionSpec, OptionTable, ScorerConfig } from './family.js';
export { scorerFromSettings, scorersFromEvaluators } from './evaluators.js';
export { inferScorers, type InferredScorers } from './infer.js';
export { checkScorerConfig, COMMON_OPTIONS, FAMILIES, type ConfigFault } from './options.js';

/**
 * Builds scorers from their configuration. Of several scorers of one type the second is called `type-2`, and so on.
 * @throws HoneError `bad-config` naming the entry and what is wrong, `bad-test-set` for a row that a scorer cannot judge
 */
export async function createScorers(
  configs: readonly ScorerConfig[],
  testset: TestSet,
): Promise<readonly Scorer[]> {
  const counts = new Map<string, number>();
  const scorers: Scorer[] = [];
  for (const config of configs) {
    requireValid(config);
    const count = (counts.get(config.type) ?? 0) + 1;
    counts.set(config.type, count);
    const id = count === 1 ? config.type : `${config.type}-${count}`;
    const judge = await familyOf(config.type)!.create(id, config, testset);
    scorers.push({
      id,
      weight: config.weight ?? 1,
      feedbackKind: judge.feedbackKind,
      judge: (input) => judge.judge(input),
    });
  }
  return scorers;
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
 * @throws HoneError `scorer-failed` when one of them cannot judge it, `cancelled`
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
  return combineJudgements(judged);
}

async function judgeWith(
  scorer: Scorer,
  input: ScoringInput,
  signal: AbortSignal | undefined,
): Promise<Judgement> {
  try {
    return await scorer.judge(input, signal);
  } catch (error) {
    if (HoneError.is(error, 'scorer-failed', 'cancelled')) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw scorerFailed(
      scorer.id,
      `${detail}.`,
      'Check the scorer and the row; the row is left out until then.',
      error,
    );
  }
}
