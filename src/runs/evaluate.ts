import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { HoneError, toHoneError } from '../core/errors.js';
import { countCall, newUsage, callsMade } from '../core/run.js';
import { wilsonInterval, type Interval } from '../core/statistics.js';
import { Evaluator } from '../evaluation/evaluator.js';
import { createScorers } from '../scorers/index.js';
import type { PromptTask } from '../workspace/index.js';
import { CaseResults, type CaseResult, type RepeatNoise } from './caseResults.js';
import { connectModels, scorerContext, type RunModels } from './connect.js';
import { HONE_FOLDER, prepareStorage } from './paths.js';
import { usageReport, type UsageReport } from './report.js';
import { Spill } from './spill.js';

/** What an evaluation found over all rows. Scores are in [0, 1]; null where no answer was scored. */
interface EvaluationFigures {
  readonly prompt: string;
  /** Rows that have a score. */
  readonly n: number;
  readonly score: number | null;
  /** 95%, Wilson. */
  readonly interval: Interval;
  readonly errors: number;
  readonly usage: UsageReport;
}

/** The result of `hone eval`. */
export interface EvaluationResult extends EvaluationFigures {
  readonly cases: readonly CaseResult[];
}

/** An evaluation whose rows are read from a file when they are asked for. */
export interface Evaluation extends EvaluationFigures {
  /** Rows that have an outcome, in the order of the test set; those that do not pass alone. Not after `close`. */
  readonly cases: Iterable<CaseResult>;
  failingCases(): Iterable<CaseResult>;
  readonly failing: number;
  /** What repeats tell; absent without any. */
  readonly noise?: RepeatNoise;
  /** Why it ended before all rows were scored. */
  readonly endedEarly?: HoneError;
  close(): void;
}

export interface EvaluationControl {
  /** Samples per row, at least 1. Default 1. */
  readonly repeat?: number;
  /** Requests that may reach the model. Default no limit: each row is asked once, and a few times more after faults. */
  readonly maxCalls?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, callsMade: number) => void;
  /** Told how batches stand, a sentence each. */
  readonly onBatch?: (message: string) => void;
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
  const evaluation = await evaluateRows(task, models, control);
  try {
    const { prompt, n, score, interval, errors, usage, endedEarly } = evaluation;
    const result = { prompt, n, score, interval, errors, cases: [...evaluation.cases], usage };
    return { result, ...(endedEarly && { endedEarly }) };
  } finally {
    evaluation.close();
  }
}

/** The same in the same memory for any number of rows: their texts are not held. The caller closes the result. */
export async function evaluateRows(
  task: PromptTask,
  models: RunModels,
  control: EvaluationControl = {},
): Promise<Evaluation> {
  const { repeat = 1, signal, onProgress } = control;
  const ids = task.testset.cases.map((row) => row.id);
  const name = `eval-${randomBytes(6).toString('hex')}`;
  const spill = new Spill(path.join(task.root, HONE_FOLDER, `${name}.tmp`));
  const results = new CaseResults(ids, repeat, spill);
  const usage = newUsage();
  await prepareStorage(task.root);
  const connected = await connectModels(task.root, models, {
    name,
    maxCalls: control.maxCalls ?? Infinity,
    prices: task.prices,
    onCall: (call) => countCall(usage, call),
    ...(control.onBatch && { onBatch: control.onBatch }),
  });
  let done = 0;
  let endedEarly: HoneError | undefined;
  const stopOthers = new AbortController();
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
      evaluator
        .evaluate(task.document, ids, {
          repeat: sample,
          signal: signal ? AbortSignal.any([signal, stopOthers.signal]) : stopOthers.signal,
          onOutcome: (caseId, outcome) => {
            results.add(caseId, sample, outcome);
            onProgress?.(++done, ids.length * repeat, callsMade(usage));
          },
        })
        .catch((error: unknown) => {
          endedEarly ??= toHoneError(error);
          if (endedEarly.reason !== 'budget-spent') stopOthers.abort();
        });
    await Promise.all(Array.from({ length: repeat }, (_, sample) => evaluateOnce(sample)));
  } catch (error) {
    endedEarly = toHoneError(error);
  } finally {
    await connected.close();
  }
  endedEarly &&= withSentence(endedEarly, connected.goesOn());
  const { n, total, errors, failing, noise } = results.figures();
  return {
    prompt: task.document.path,
    n,
    score: n === 0 ? null : total / n,
    interval: wilsonInterval(total, n),
    errors,
    usage: usageReport(usage),
    cases: results,
    failingCases: () => results.failing(),
    failing,
    ...(noise && { noise }),
    ...(endedEarly && { endedEarly }),
    close: () => spill.close(),
  };
}

function withSentence(error: HoneError, sentence: string | undefined): HoneError {
  if (sentence === undefined) return error;
  const { reason, message, nextStep, place } = error;
  return new HoneError({ reason, message, nextStep: `${nextStep} ${sentence}`, place, cause: error });
}
