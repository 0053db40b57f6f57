import type { ComparedRun } from './compare.js';
import {
  callRatios,
  figureOf,
  gainShare,
  geometricMean,
  groupBy,
  hasHeadroom,
  isBelowStart,
  type CallRatio,
  type Figure,
} from './figures.js';

/** What one strategy reached on one task with one budget. */
export interface ComparisonCell {
  readonly task: string;
  readonly strategy: string;
  readonly budget: number;
  /** Share of the reachable gain, 1 for all of it; absent where there is none to reach. */
  readonly gain?: Figure;
  /** True score at the end of the run, in [0, 1]. */
  readonly score: Figure;
  /** Share of the runs that said "better". */
  readonly saidBetter: number;
  /** Runs that ended with a candidate truly worse than the starting prompt. */
  readonly belowStart: number;
  readonly calls: Figure;
  /** How the runs ended, and how often. */
  readonly stops: Readonly<Record<string, number>>;
}

export interface ComparisonReport {
  readonly strategies: readonly string[];
  readonly tasks: readonly string[];
  readonly budgets: readonly number[];
  readonly strength: string;
  readonly rows: number;
  readonly seeds: number;
  readonly cells: readonly ComparisonCell[];
  /** Mean gain over the tasks that have headroom, by strategy and budget. */
  readonly overall: readonly { readonly strategy: string; readonly budget: number; readonly gain: Figure }[];
  /** Of the subject against the best rival by task; absent without one. */
  readonly ratios?: {
    readonly subject: string;
    readonly tasks: readonly CallRatio[];
    readonly geometricMean: number;
  };
  readonly runs: readonly ComparedRun[];
}

/** Figures of a comparison from its runs. @param subject the strategy whose calls are held against the best rival's */
export function reportOf(
  runs: readonly ComparedRun[],
  plan: { readonly strength: string; readonly rows: number },
  subject: string,
): ComparisonReport {
  const unique = <T>(values: readonly T[]) => [...new Set(values)];
  const strategies = unique(runs.map(({ strategy }) => strategy));
  const budgets = unique(runs.map(({ budget }) => budget)).sort((a, b) => a - b);
  const groups = groupBy(runs, ({ task, strategy, budget }) => `${task} ${strategy} ${budget}`);
  const ratios = strategies.includes(subject) ? callRatios(runs, subject) : [];
  return {
    strategies,
    tasks: unique(runs.map(({ task }) => task)),
    budgets,
    strength: plan.strength,
    rows: plan.rows,
    seeds: unique(runs.map(({ seed }) => seed)).length,
    cells: [...groups.values()].map(cellOf),
    overall: strategies.flatMap((strategy) =>
      budgets.map((budget) => ({ strategy, budget, gain: overallGain(runs, strategy, budget) })),
    ),
    ...(ratios.length > 0 && {
      ratios: { subject, tasks: ratios, geometricMean: geometricMean(ratios, budgets.at(-1)!) },
    }),
    runs,
  };
}

function cellOf(runs: readonly ComparedRun[]): ComparisonCell {
  const { task, strategy, budget } = runs[0]!;
  return {
    task,
    strategy,
    budget,
    ...(runs.every(hasHeadroom) && { gain: figureOf(runs.map((run) => gainShare(run, run.end))) }),
    score: figureOf(runs.map(({ end }) => end)),
    saidBetter: runs.filter(({ verdict }) => verdict === 'better').length / runs.length,
    belowStart: runs.filter(isBelowStart).length,
    calls: figureOf(runs.map(({ calls }) => calls)),
    stops: Object.fromEntries(
      [...groupBy(runs, ({ stop }) => stop)].map(([stop, each]) => [stop, each.length]),
    ),
  };
}

/** A seed's value is its mean over tasks, so that the interval is one over seeds. */
function overallGain(runs: readonly ComparedRun[], strategy: string, budget: number): Figure {
  const counted = runs.filter(
    (run) => run.strategy === strategy && run.budget === budget && hasHeadroom(run),
  );
  const bySeed = [...groupBy(counted, ({ seed }) => String(seed)).values()];
  return figureOf(
    bySeed.map((each) => each.reduce((sum, run) => sum + gainShare(run, run.end), 0) / each.length),
  );
}

/** The report as people read it. */
export function reportText(report: ComparisonReport): string {
  const { budgets, strategies, tasks, seeds, strength, rows } = report;
  const head =
    `True score as the share of the reachable gain (0 = the starting prompt, 100 = the best text), with 95% intervals over ` +
    `${seeds} seeds; ${rows} rows; simulated optimizer: ${strength}.\n` +
    `Calls are those of task and optimizer model together, the exam included.`;
  const overall = tableOf(
    ['mean over tasks', ...budgets.map((budget) => `${budget} calls`)],
    strategies.map((strategy) => [
      strategy,
      ...report.overall.filter((each) => each.strategy === strategy).map(({ gain }) => percentFigure(gain)),
    ]),
  );
  return [
    head,
    ...(report.overall.some(({ gain }) => gain.n > 0) ? [overall] : []),
    ...tasks.map((task) => taskTable(report, task)),
    ...(report.ratios ? [ratioTable(report.ratios, budgets.at(-1)!)] : []),
  ].join('\n\n');
}

function taskTable({ cells, strategies, budgets }: ComparisonReport, task: string): string {
  const ofTask = cells.filter((cell) => cell.task === task);
  const hasGain = ofTask.every(({ gain }) => gain !== undefined);
  return tableOf(
    [
      hasGain ? task : `${task}: said "better"`,
      ...budgets.map((budget) => `${budget} calls`),
      ...(hasGain ? ['below start'] : []),
    ],
    strategies.map((strategy) => {
      const row = ofTask.filter((cell) => cell.strategy === strategy);
      const runs = row.reduce((sum, { score }) => sum + score.n, 0);
      const below = row.reduce((sum, { belowStart }) => sum + belowStart, 0);
      return [
        strategy,
        ...row.map(({ gain, saidBetter }) =>
          gain ? percentFigure(gain) : `${Math.round(100 * saidBetter)}%`,
        ),
        ...(hasGain ? [`${below} of ${runs}`] : []),
      ];
    }),
  );
}

function ratioTable(
  { subject, tasks, geometricMean }: NonNullable<ComparisonReport['ratios']>,
  budget: number,
): string {
  const table = tableOf(
    [`calls of ${subject}`, 'best rival', 'its calls', subject, 'ratio'],
    tasks.map(({ task, rival, rivalCalls, calls }) => [
      task,
      rival,
      String(rivalCalls),
      calls === undefined ? 'not reached' : String(calls),
      calls === undefined ? '-' : (calls / rivalCalls).toFixed(2),
    ]),
  );
  return (
    `Calls until the mean true score is where the best rival ends:\n${table}\n` +
    `Geometric mean of the ratios: ${geometricMean.toFixed(2)} (not reached counts as ${budget} calls).`
  );
}

function percentFigure({ mean, low, high }: Figure): string {
  return `${hundredths(mean)} [${hundredths(low)}, ${hundredths(high)}]`;
}

function hundredths(share: number): string {
  // No "-0".
  return String(Math.round(100 * share) + 0);
}

/** Columns as wide as their widest entry; the first is flush left, the others flush right. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((entry, column) =>
          column === 0 ? entry.padEnd(widths[column]!) : entry.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
