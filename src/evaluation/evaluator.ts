import { setMaxListeners } from 'node:events';
import type { HoneError } from '../core/errors.js';
import { throwIfCancelled, toHoneError } from '../core/errors.js';
import type { PromptDocument } from '../core/prompt.js';
import type { CaseOutcome } from '../core/run.js';
import type { Scorer } from '../core/scoring.js';
import type { TestCase, TestSet } from '../core/testset.js';
import { renderMessages } from '../formats/index.js';
import type { Model, ModelRequest } from '../models/model.js';
import { scoreAnswer } from '../scorers/index.js';

/** So many rows failing in a row, for a reason that should have passed by itself, mean that the endpoint is down. */
const FAILURES_IN_A_ROW = 5;

export interface EvaluatorOptions {
  readonly model: Model;
  readonly testset: TestSet;
  readonly scorers: readonly Scorer[];
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  /** Which sample of each answer to draw; see ModelRequest.repeat. Default 0. */
  readonly repeat?: number;
  readonly onOutcome: (caseId: string, outcome: CaseOutcome) => void;
}

/** Scores prompts on rows of one test set. */
export class Evaluator {
  private readonly cases: ReadonlyMap<string, TestCase>;

  constructor(private readonly options: EvaluatorOptions) {
    this.cases = new Map(options.testset.cases.map((row) => [row.id, row]));
  }

  /** The request that is sent for one row. */
  async request(document: PromptDocument, row: TestCase, repeat = 0): Promise<ModelRequest> {
    const { inputColumn } = this.options.testset;
    const input = inputColumn === undefined ? undefined : row.vars[inputColumn];
    const { temperature = 0, topP, maxTokens, responseFormat } = document.settings;
    return {
      messages: await renderMessages(document, row.vars, input),
      temperature,
      ...(topP !== undefined && { topP }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(responseFormat !== undefined && { responseFormat }),
      repeat,
    };
  }

  /**
   * Scores a prompt on rows, as many at once as the model's limiter lets through, and reports each as it comes.
   * A row that fails ends as an error outcome.
   * @throws HoneError when no further row can succeed: a systemic reason, or several transient failures in a row.
   */
  async evaluate(
    document: PromptDocument,
    caseIds: readonly string[],
    options: EvaluateOptions,
  ): Promise<void> {
    const stopOthers = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, stopOthers.signal]) : stopOthers.signal;
    // Every row listens to it.
    setMaxListeners(0, signal);
    let failuresInARow = 0;
    let fatal: HoneError | undefined;
    const evaluateRow = async (caseId: string) => {
      try {
        const outcome = await this.evaluateCase(document, caseId, options.repeat ?? 0, signal);
        failuresInARow = 0;
        options.onOutcome(caseId, outcome);
      } catch (thrown) {
        if (fatal) return;
        const error = toHoneError(thrown);
        if (error.systemic || (error.transient && ++failuresInARow >= FAILURES_IN_A_ROW)) {
          fatal = error;
          stopOthers.abort();
          return;
        }
        options.onOutcome(caseId, { status: 'error', reason: error.reason, message: error.message });
      }
    };
    await Promise.all(caseIds.map(evaluateRow));
    throwIfCancelled(options.signal);
    if (fatal) throw fatal;
  }

  private async evaluateCase(
    document: PromptDocument,
    caseId: string,
    repeat: number,
    signal: AbortSignal,
  ): Promise<CaseOutcome> {
    const row = this.cases.get(caseId);
    if (!row) throw new Error(`The test set has no row ${caseId}.`);
    const request = await this.request(document, row, repeat);
    const answer = await this.options.model.complete(request, { signal });
    const input = { vars: row.vars, expected: row.expected, output: answer.text };
    const score = await scoreAnswer(this.options.scorers, input, signal);
    return { status: 'scored', output: answer.text, finishReason: answer.finishReason, score };
  }
}
