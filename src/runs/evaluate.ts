import { randomBytes } from 'node:crypto';
import { toHoneError, type HoneError } from '../core/errors.js';
import type { CaseOutcome, Usage } from '../core/run.js';
import { countCall, newUsage, callsMade } from '../core/run.js';
import { wilsonInterval, type Interval } from '../core/statistics.js';
import { Evaluator } from '../evaluation/evaluator.js';
import { createScorers } from '../scorers/index.js';
import type { PromptTask } from '../workspace/index.js';
import { connectModels, scorerContext, type RunModels } from './connect.js';
import { prepareStorage } from './paths.js';
import { usageReport, type UsageReport } from './report.js';

/** The result of `hone eval`. Scores are in [0, 1]; null where no answer was scored. */
export interface EvaluationResult {
  readonly prompt: string;
  /** Rows that have a score. */
  readonly n: number;
  readonly score: number | null;
  /** 95%, Wilson. */
  readonly interval: Interval;
  readonly errors: number;
  readonly cases: readonly {
    readonly id: string;
    /** Mean over repeats; null for an error. */
    readonly score: number | null;
    /** Whether every repeat passes. */
    readonly pass: boolean;
    /** Of the first repeat. */
    readonly output: string;
    readonly error?: string;
    readonly feedback: readonly { readonly scorer: string; readonly kind: string; readonly text: string }[];
  }[];
  readonly usage: UsageReport;
}

export interface EvaluationControl {
  /** Samples per row, at least 1. Default 1. */
  readonly repeat?: number;
  /** Requests that may reach the model. Default no limit: each row is asked once, and a few times more after faults. */
  readonly maxCalls?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, callsMade: number) => void;
}

/**
 * Scores a prompt on all rows of its test set. When no further row can be scored, the rows so far are the result and
 * `endedEarly` says why.
 */
export async function evaluatePrompt(
  task: PromptTask,
  models: RunModels,
  control: EvaluationControl = {},
): Promise<{ result: EvaluationResult; endedEarly?: HoneError }> {
  const { repeat = 1, signal, onProgress } = control;
  const ids = task.testset.cases.map((row) => row.id);
  const outcomes = new Map<string, (CaseOutcome | undefined)[]>(ids.map((id) => [id, []]));
  const usage = newUsage();
  await prepareStorage(task.root);
  const connected = await connectModels(task.root, models, {
    name: `eval-${randomBytes(6).toString('hex')}`,
    maxCalls: control.maxCalls ?? Infinity,
    onCall: (call) => countCall(usage, call),
  });
  let done = 0;
  let endedEarly: HoneError | undefined;
  try {
    const evaluator = new Evaluator({
      model: connected.models.task,
      testset: task.testset,
      scorers: await createScorers(
        task.scorerConfigs,
        task.testset,
        scorerContext(task.root, connected.models.judge),
      ),
    });
    const evaluateOnce = (sample: number) =>
      evaluator.evaluate(task.document, ids, {
        repeat: sample,
        ...(signal && { signal }),
        onOutcome: (caseId, outcome) => {
          outcomes.get(caseId)![sample] = outcome;
          onProgress?.(++done, ids.length * repeat, callsMade(usage));
        },
      });
    for (let sample = 0; sample < repeat; sample++) await evaluateOnce(sample);
  } catch (error) {
    endedEarly = toHoneError(error);
  } finally {
    await connected.close();
  }
  return { result: resultOf(task, outcomes, usage), ...(endedEarly && { endedEarly }) };
}

function resultOf(
  task: PromptTask,
  outcomes: ReadonlyMap<string, readonly (CaseOutcome | undefined)[]>,
  usage: Usage,
): EvaluationResult {
  const cases = [...outcomes].flatMap(([id, samples]) => {
    const known = samples.filter((sample) => sample !== undefined);
    return known.length === 0 ? [] : [caseResult(id, known)];
  });
  const scores = cases.flatMap(({ score }) => (score === null ? [] : [score]));
  const total = scores.reduce((sum, each) => sum + each, 0);
  return {
    prompt: task.document.path,
    n: scores.length,
    score: scores.length === 0 ? null : total / scores.length,
    interval: wilsonInterval(total, scores.length),
    errors: cases.filter(({ error }) => error !== undefined).length,
    cases,
    usage: usageReport(usage),
  };
}

function caseResult(id: string, samples: readonly CaseOutcome[]): EvaluationResult['cases'][number] {
  const scored = samples.filter((sample) => sample.status === 'scored');
  const failed = samples.find((sample) => sample.status === 'error');
  const [first] = scored;
  return {
    id,
    score:
      scored.length === 0 ? null : scored.reduce((sum, each) => sum + each.score.value, 0) / scored.length,
    pass: scored.length === samples.length && scored.every((each) => each.score.pass),
    output: first?.output ?? '',
    ...(failed && { error: failed.message }),
    feedback: scored
      .flatMap((each) => each.score.feedback)
      .map(({ scorer, kind, text }) => ({ scorer, kind, text })),
  };
}
