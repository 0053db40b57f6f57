import type { CaseOutcome } from '../core/run.js';
import type { Spill } from './spill.js';

/** One row of the result of `hone eval`. Scores are in [0, 1]. */
export interface CaseResult {
  readonly id: string;
  /** Mean over repeats; null for an error. */
  readonly score: number | null;
  /** Whether every repeat passes. */
  readonly pass: boolean;
  /** Of the first repeat that has a score. */
  readonly output: string;
  readonly error?: string;
  readonly feedback: readonly { readonly scorer: string; readonly kind: string; readonly text: string }[];
}

/** How much the answers to the same request differ. */
export interface RepeatNoise {
  /** Rows with two scored repeats or more. */
  readonly rows: number;
  /** Those of them whose repeats do not all have the same score. */
  readonly unsteady: number;
  /**
   * Standard deviation of the mean over these rows when each is answered once: the root of the sum of the variances
   * within the rows (n - 1 in the denominator), divided by the number of rows. 0 or more.
   */
  readonly deviation: number;
}

/** The figures of all rows together. */
export interface CaseFigures {
  /** Rows that have a score, and the sum of these scores. */
  readonly n: number;
  readonly total: number;
  /** Rows of which a repeat ended in an error. */
  readonly errors: number;
  /** Rows that do not pass, errors among them. */
  readonly failing: number;
  /** Absent when no row has two scored repeats. */
  readonly noise?: RepeatNoise;
}

/** What is kept of an outcome for the row's result. */
type Kept = Pick<CaseResult, 'output' | 'error' | 'feedback'>;

/** What came of an answer, in one byte. */
const STATUS = { missing: 0, error: 1, failed: 2, passed: 3 } as const;

/** The outcomes of an evaluation: figures in memory, some 20 bytes an answer, texts in a spill. */
export class CaseResults {
  private readonly rows: ReadonlyMap<string, number>;
  private readonly places: Float64Array;
  private readonly values: Float64Array;
  private readonly statuses: Uint8Array;

  /** @param repeats samples per row, at least 1 */
  constructor(
    private readonly caseIds: readonly string[],
    private readonly repeats: number,
    private readonly spill: Spill,
  ) {
    this.rows = new Map(caseIds.map((id, row) => [id, row]));
    const size = caseIds.length * repeats;
    this.places = new Float64Array(size);
    this.values = new Float64Array(size);
    this.statuses = new Uint8Array(size);
  }

  /** @throws HoneError `bad-config` when the spill cannot be written */
  add(caseId: string, repeat: number, outcome: CaseOutcome): void {
    const at = this.rows.get(caseId)! * this.repeats + repeat;
    this.places[at] = this.spill.add(JSON.stringify(keptOf(outcome)));
    if (outcome.status === 'error') {
      this.statuses[at] = STATUS.error;
      return;
    }
    this.values[at] = outcome.score.value;
    this.statuses[at] = outcome.score.pass ? STATUS.passed : STATUS.failed;
  }

  figures(): CaseFigures {
    let [n, total, errors, failing] = [0, 0, 0, 0];
    const noise = { rows: 0, unsteady: 0, variance: 0 };
    for (let row = 0; row < this.caseIds.length; row++) {
      const { known, scores, hasError, pass } = this.figuresOf(row);
      if (known === 0) continue;
      if (hasError) errors++;
      if (!pass) failing++;
      if (scores.length === 0) continue;
      n++;
      const mean = meanOf(scores);
      total += mean;
      if (scores.length < 2) continue;
      noise.rows++;
      if (scores.some((score) => score !== scores[0])) noise.unsteady++;
      noise.variance += scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
    }
    const { rows, unsteady, variance } = noise;
    return {
      n,
      total,
      errors,
      failing,
      ...(rows > 0 && { noise: { rows, unsteady, deviation: Math.sqrt(variance) / rows } }),
    };
  }

  /** The rows that have an outcome, in the order of the test set, each read when it is asked for. */
  *[Symbol.iterator](): Generator<CaseResult> {
    for (let row = 0; row < this.caseIds.length; row++) {
      if (this.figuresOf(row).known > 0) yield this.resultOf(row);
    }
  }

  /** The rows that do not pass, in the same way; the texts of the others are not read. */
  *failing(): Generator<CaseResult> {
    for (let row = 0; row < this.caseIds.length; row++) {
      const { known, pass } = this.figuresOf(row);
      if (known > 0 && !pass) yield this.resultOf(row);
    }
  }

  private figuresOf(row: number) {
    const scores: number[] = [];
    let [known, passed, hasError] = [0, 0, false];
    for (let at = row * this.repeats; at < (row + 1) * this.repeats; at++) {
      const status = this.statuses[at]!;
      if (status === STATUS.missing) continue;
      known++;
      if (status === STATUS.passed) passed++;
      if (status === STATUS.error) hasError = true;
      else scores.push(this.values[at]!);
    }
    return { known, scores, hasError, pass: passed === known };
  }

  private resultOf(row: number): CaseResult {
    const kept: Kept[] = [];
    for (let at = row * this.repeats; at < (row + 1) * this.repeats; at++) {
      if (this.statuses[at] !== STATUS.missing)
        kept.push(JSON.parse(this.spill.read(this.places[at]!)) as Kept);
    }
    const { scores, pass } = this.figuresOf(row);
    const failed = kept.find(({ error }) => error !== undefined);
    return {
      id: this.caseIds[row]!,
      score: scores.length === 0 ? null : meanOf(scores),
      pass,
      output: kept.find(({ error }) => error === undefined)?.output ?? '',
      ...(failed?.error !== undefined && { error: failed.error }),
      feedback: kept.flatMap(({ feedback }) => feedback),
    };
  }
}

function keptOf(outcome: CaseOutcome): Kept {
  if (outcome.status === 'error') return { output: '', error: outcome.message, feedback: [] };
  const feedback = outcome.score.feedback.map(({ scorer, kind, text }) => ({ scorer, kind, text }));
  return { output: outcome.output, feedback };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
