import type { HoneError } from '../core/errors.js';
import { throwIfCancelled, toHoneError } from '../core/errors.js';
import type { PromptDocument } from '../core/prompt.js';
import type { CaseOutcome } from '../core/run.js';
import type { Scorer, ScoringInput } from '../core/scoring.js';
import type { TestCase, TestSet } from '../core/testset.js';
import type { Model, ModelRequest } from '../models/model.js';
import { scoreAnswer } from '../scorers/index.js';
import { messagesFor } from './messages.js';
import { Pool } from './pool.js';

/**
 * So many rows failing in a row, for a reason that should have passed by itself, mean that the endpoint is down; so many
 * failing before any row was scored, for whatever reason, mean that none ever will be.
 */
const FAILURES_IN_A_ROW = 5;

/**
 * Rows under way at once, over all prompts, unless the model wants another number. More than any endpoint is asked for at
 * once, so that the limiter behind the model decides how many requests are in flight while rows that wait for a retry, a
 * disk or a judge stand back.
 */
export const MOST_UNDER_WAY = 256;

export interface EvaluatorOptions {
  readonly model: Model;
  readonly testset: TestSet;
  readonly scorers: readonly Scorer[];
  /** Whether rows were scored with these models and scorers before, so that a failing row is that row's own fault. */
  readonly hasScored?: boolean;
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  /** Which sample of each answer to draw; see ModelRequest.repeat. Default 0. */
  readonly repeat?: number;
  readonly onOutcome: (caseId: string, outcome: CaseOutcome) => void;
}

/**
 * A signal for every row under way. One signal for all of them would keep its listeners in a chain, through which one
 * that has grown old keeps what thousands of finished rows have held from being collected.
 */
class RowStops {
  private readonly underWay = new Set<AbortController>();
  isStopped = false;

  begin(): AbortController {
    const row = new AbortController();
    this.underWay.add(row);
    return row;
  }

  end(row: AbortController): void {
    this.underWay.delete(row);
  }

  all(): void {
    this.isStopped = true;
    for (const row of this.underWay) row.abort();
  }
}

/** Scores prompts on rows of one test set. */
export class Evaluator {
  private readonly cases: ReadonlyMap<string, TestCase>;
  /** Rows that failed since one was scored, over all prompts. */
  private failuresInARow = 0;
  /** Failures to report as soon as a row has been scored; undefined from then on. */
  private heldBack: (() => void)[] | undefined;
  private readonly pool: Pool;

  constructor(private readonly options: EvaluatorOptions) {
    this.cases = new Map(options.testset.cases.map((row) => [row.id, row]));
    this.heldBack = options.hasScored ? undefined : [];
    this.pool = new Pool(options.model.maxOutstanding ?? MOST_UNDER_WAY);
  }

  /** The request that is sent for one row. */
  async request(document: PromptDocument, row: TestCase, repeat = 0): Promise<ModelRequest> {
    const { temperature = 0, topP, maxTokens, responseFormat } = document.settings;
    return {
      messages: await messagesFor(document, this.options.testset, row),
      temperature,
      ...(topP !== undefined && { topP }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(responseFormat !== undefined && { responseFormat }),
      repeat,
    };
  }

  /**
   * Scores a prompt on rows and reports each as it comes. Several prompts at once share the room, row by row in turn; how
   * many requests are in flight is up to the model's limiter. A row that fails ends as an error outcome; after an abort
   * no row is begun.
   * @throws HoneError when no further row can succeed: a systemic reason, several transient failures in a row, or failures
   *   before anything was scored; rows that failed so are not reported. At a limit of calls or dollars, the rows under way
   *   come to their end first
   */
  async evaluate(
    document: PromptDocument,
    caseIds: readonly string[],
    options: EvaluateOptions,
  ): Promise<void> {
    const stop = new RowStops();
    const cancel = () => stop.all();
    if (options.signal?.aborted) stop.all();
    options.signal?.addEventListener('abort', cancel, { once: true });
    let fatal: HoneError | undefined;
    let last: HoneError | undefined;
    const evaluateRow = async (caseId: string) => {
      const row = stop.begin();
      try {
        const outcome = await this.evaluateCase(document, caseId, options.repeat ?? 0, row.signal);
        this.noteScored();
        options.onOutcome(caseId, outcome);
      } catch (thrown) {
        if (fatal) return;
        last = toHoneError(thrown);
        const { reason, message } = last;
        const report = () => options.onOutcome(caseId, { status: 'error', reason, message });
        if (!last.systemic && this.noteFailed(last, report)) return;
        fatal = last;
        // What is under way when a limit is reached has been counted, and may have been paid for.
        if (reason === 'budget-spent') stop.isStopped = true;
        else stop.all();
      } finally {
        stop.end(row);
      }
    };
    function* rowsToBegin() {
      for (const caseId of caseIds) {
        if (stop.isStopped) return;
        yield caseId;
      }
    }
    try {
      await this.pool.run(rowsToBegin(), evaluateRow);
    } finally {
      options.signal?.removeEventListener('abort', cancel);
    }
    throwIfCancelled(options.signal);
    if (fatal) throw fatal;
    // A set of a few rows ends before it has failed often enough.
    if (last && this.heldBack) throw last;
  }

  private noteScored(): void {
    this.failuresInARow = 0;
    this.heldBack?.forEach((report) => report());
    this.heldBack = undefined;
  }

  /** Reports a failed row, now or when another one has been scored. @returns false when going on makes no sense */
  private noteFailed(error: HoneError, report: () => void): boolean {
    if (this.heldBack) return this.heldBack.push(report) < FAILURES_IN_A_ROW;
    if (error.transient && ++this.failuresInARow >= FAILURES_IN_A_ROW) return false;
    report();
    return true;
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
    const input: ScoringInput = {
      vars: row.vars,
      expected: row.expected,
      output: answer.text,
      asserts: row.asserts,
      threshold: row.threshold,
      finishReason: answer.finishReason,
      prompt: request.messages.map(({ content }) => content).join('\n\n'),
    };
    const score = await scoreAnswer(this.options.scorers, input, signal);
    return {
      status: 'scored',
      output: answer.text,
      finishReason: answer.finishReason,
      score,
      ...(answer.tokens && { tokens: answer.tokens }),
    };
  }
}
