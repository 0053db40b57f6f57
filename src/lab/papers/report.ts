import { figureOf, meanOf, type Figure } from '../figures.js';
import { tableOf } from '../report.js';
import { stepsOfRun, type PaperRun, type SeriesPlan } from './run.js';

/** Seeds from which something can be said of a model. */
export const LEAST_SEEDS = 3;
const SHOWN_STEPS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const DIGITS = 6;

/** Whether an optimizer model gets further than guesses that read nothing. */
export interface Ability {
  readonly verdict: 'able' | 'not-shown' | 'unable' | 'too-few-seeds';
  readonly sentence: string;
  /** Mean difference in merit from guesses on the same seeds, with its 95% interval. */
  readonly lead: Figure;
}

/** A series of runs as it is reported. */
export interface SeriesReport {
  readonly task: string;
  readonly strategy: string;
  readonly feedback: string;
  readonly optimizer: string;
  readonly unit: string;
  readonly steps: number;
  readonly seeds: number;
  readonly solved: number;
  /** Steps until solved; runs that were not count with one more than all. */
  readonly stepsUntilSolved: Figure;
  readonly ability: Ability;
  readonly runs: readonly PaperRun[];
}

/**
 * Holds the runs against those of a guesser on the same seeds: further and sooner, by an interval over seeds, or not.
 * @param guesses by seed, as far as there are runs
 */
export function abilityOf(runs: readonly PaperRun[], guesses: readonly PaperRun[]): Ability {
  const lead = figureOf(runs.map((run, index) => run.merit - guesses[index]!.merit));
  const solved = `It solved ${solvedOf(runs)} of ${runs.length} (guesses: ${solvedOf(guesses)})`;
  const lasting = `its best score over the steps lies ${signed(lead.mean)} points from that of guesses [${signed(lead.low)}, ${signed(lead.high)}]`;
  if (runs.length < LEAST_SEEDS) {
    return {
      verdict: 'too-few-seeds',
      sentence: `${solved}. From ${LEAST_SEEDS} seeds on it can be told whether the optimizer is up to this task.`,
      lead,
    };
  }
  const verdict = lead.low > 0 ? 'able' : lead.mean > 0 ? 'not-shown' : 'unable';
  return { verdict, sentence: `${VERDICTS[verdict]} ${solved}; ${lasting}.`, lead };
}

const VERDICTS = {
  able: 'The optimizer is up to this task.',
  'not-shown':
    'It is not shown that the optimizer is up to this task: its lead over guesses that read nothing may be chance; try more seeds.',
  unable: 'The optimizer is not up to this task: it gets no further than guesses that read nothing.',
} as const;

function solvedOf(runs: readonly PaperRun[]): number {
  return runs.filter(({ solvedAt }) => solvedAt !== undefined).length;
}

function signed(share: number): string {
  const points = Math.round(100 * share) + 0;
  return points > 0 ? `+${points}` : String(points);
}

export function seriesReport(
  { kind, strategy, feedback, steps, optimizer }: SeriesPlan,
  runs: readonly PaperRun[],
  guesses: readonly PaperRun[],
): SeriesReport {
  return {
    task: kind.id,
    strategy,
    feedback,
    optimizer: optimizer?.label ?? 'simulated (no language model)',
    unit: kind.unit,
    steps,
    seeds: runs.length,
    solved: solvedOf(runs),
    stepsUntilSolved: figureOf(runs.map((run) => stepsOfRun(run, steps))),
    ability: abilityOf(runs, guesses),
    runs,
  };
}

/** The report as people read it. */
export function seriesText(report: SeriesReport): string {
  const { task, strategy, feedback, optimizer, unit, steps, seeds, solved, runs, ability } = report;
  const { mean, low, high } = report.stepsUntilSolved;
  const names = Object.keys(runs[0]?.references ?? {});
  const perSeed = tableOf(
    ['seed', `${unit} at start`, `best ${unit}`, 'solved at step', 'tries', 'calls', ...names],
    runs.map((run) => [
      String(run.seed),
      shown(run.start),
      shown(run.best),
      run.solvedAt === undefined ? 'not' : String(run.solvedAt),
      String(run.tries),
      String(run.calls),
      ...names.map((name) => shown(run.references[name])),
    ]),
  );
  const perStep = tableOf(
    ['after step', `mean best ${unit}`],
    SHOWN_STEPS.filter((step) => step <= steps).map((step) => [String(step), meanAfter(runs, step)]),
  );
  return [
    `${task}: strategy ${strategy}, feedback ${feedback}, optimizer ${optimizer}, ${steps} steps.`,
    perSeed,
    perStep,
    `Solved ${solved} of ${seeds}; steps until solved ${mean.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}], not solved counting as ${steps + 1}.`,
    ability.sentence,
  ].join('\n\n');
}

/** A run that has ended keeps its best value. */
function meanAfter(runs: readonly PaperRun[], step: number): string {
  const values = runs.flatMap(({ curve }) => curve[Math.min(step, curve.length - 1)] ?? []);
  return values.length === 0 ? '-' : shown(meanOf(values));
}

function shown(value: number | undefined): string {
  return value === undefined ? '-' : String(Number(value.toPrecision(DIGITS)));
}
