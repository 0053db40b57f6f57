import { HoneError } from '../../core/errors.js';
import type { FeedbackLevel } from '../../optimizer/strategies/directional.js';
import type { LabRequest, LabResult, LabTask } from '../registry.js';
import { NUMERIC_KINDS, REGRESSION_KIND } from './numeric.js';
import { POEM_KINDS } from './poems.js';
import type { ProblemKind } from './problem.js';
import { seriesReport, seriesText } from './report.js';
import { TRAVELLING_KIND } from './travelling.js';
import { runSeries, type SeriesPlan } from './run.js';

const SEEDS = 5;
/** Far more than any default number of steps takes. */
const MOST_CALLS = 100_000;

/** The kinds of tasks of the papers. */
export const PROBLEM_KINDS: readonly ProblemKind[] = [
  ...NUMERIC_KINDS,
  REGRESSION_KIND,
  TRAVELLING_KIND,
  ...POEM_KINDS,
];

/** The tasks of the papers, as `hone lab` runs them. */
export const PAPER_TASKS: readonly LabTask[] = PROBLEM_KINDS.map((kind) => ({
  id: kind.id,
  summary: kind.summary,
  run: (request) => runTask(kind, request),
}));

async function runTask(kind: ProblemKind, request: LabRequest): Promise<LabResult> {
  const plan = planOf(kind, request);
  const { runs, trouble } = await runSeries(plan, 'chosen', request.signal);
  const guesses = await runSeries({ ...plan, seeds: runs.length }, 'guesser', request.signal);
  const report = seriesReport(plan, runs, guesses.runs);
  return { json: report, text: seriesText(report), ...(trouble && { trouble }) };
}

/** @throws HoneError `bad-usage` for a strategy or a feedback that there is not */
export function planOf(kind: ProblemKind, request: LabRequest): SeriesPlan {
  const {
    seeds = SEEDS,
    steps = kind.steps,
    maxCalls = MOST_CALLS,
    cities,
    noise,
    optimizer,
    agent,
  } = request;
  return {
    kind,
    strategy: request.strategy ?? kind.strategy,
    feedback: feedbackOf(kind, request.feedback),
    seeds,
    steps,
    maxCalls,
    ...(cities !== undefined && { cities }),
    ...(noise !== undefined && { noise }),
    ...(optimizer && { optimizer }),
    ...(agent && { agent }),
  };
}

/** By default the most that the task tells. */
function feedbackOf({ id, feedbacks }: ProblemKind, wanted: string | undefined): FeedbackLevel {
  if (wanted === undefined) return feedbacks.includes('directional') ? 'directional' : 'none';
  const found = feedbacks.find((level) => level === wanted);
  if (found) return found;
  throw new HoneError({
    reason: 'bad-usage',
    message: `The task ${id} has no feedback "${wanted}".`,
    nextStep: `Choose from: ${feedbacks.join(', ')}.`,
  });
}
