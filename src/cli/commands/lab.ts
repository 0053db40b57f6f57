import { availableParallelism } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import type { ComparedRun, ComparisonPlan, LabRequest } from '../../lab/index.js';
import { runInChildren } from '../labChildren.js';
import { buildModels, planModels, type ModelOptions } from '../models.js';
import { positiveNumber, wholeNumber, withJson, withModels } from '../options.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';

type TaskOptions = ModelOptions & Omit<LabRequest, 'signal' | 'optimizer' | 'agent'>;

interface CompareOptions extends SharedOptions {
  readonly strategies?: readonly string[];
  readonly tasks?: readonly string[];
  readonly budgets?: readonly number[];
  readonly firstSeed?: number;
  readonly seeds?: number;
  readonly strength?: string;
  readonly rows?: number;
  readonly subject: string;
  readonly jobs: number;
}

export function addLab(program: Command, shell: Shell): void {
  const lab = withModels(withJson(program.command('lab').enablePositionalOptions()))
    .description('try strategies where the truth is known')
    .argument('<task>', 'a task of the papers')
    .option('--strategy <id>', 'the strategy')
    .option('--feedback <level>', 'none, non-directional, directional or synthesized')
    .option('--seeds <n>', 'how many runs', wholeNumber(1))
    .option('--steps <n>', 'steps of each run', wholeNumber(1))
    .option('--cities <n>', 'cities of the travelling salesman (default: 10)', wholeNumber(4))
    .option(
      '--noise <sd>',
      'normal noise on observed values, of numeric tasks (default: none)',
      positiveNumber,
    )
    .option('--max-calls <n>', 'calls of each run', wholeNumber(1))
    .action((task: string, options: TaskOptions) => shell.run(options, () => runTask(shell, task, options)));
  withJson(lab.command('compare'))
    .description('compare strategies on simulated tasks with equal budgets: true score against calls')
    .option('--strategies <ids>', 'strategies, with commas (default: all)', names)
    .option('--tasks <ids>', 'simulated tasks, with commas (default: all)', names)
    .option('--budgets <calls>', 'budgets in calls, with commas (default: 250,500,1000,2000)', numbers)
    .option('--seeds <n>', 'runs of each (default: 20)', wholeNumber(1))
    .option('--first-seed <n>', 'the first of the seeds (default: 1)', wholeNumber(0))
    .option('--strength <level>', 'the simulated optimizer: weak, medium or strong (default: medium)')
    .option('--rows <n>', 'rows of each test set (default: 100)', wholeNumber(2))
    .option('--subject <id>', 'the strategy whose calls are held against the best rival', 'hone')
    .option('--jobs <n>', 'processes that share the seeds', wholeNumber(1), availableParallelism())
    .action((options: CompareOptions) => shell.run(options, () => runComparison(shell, options)));
}

async function runTask(shell: Shell, id: string, options: TaskOptions): Promise<Outcome> {
  const { labTaskOf } = await import('../../engine.js');
  const { strategy, feedback, seeds, steps, cities, noise, maxCalls } = options;
  return labTaskOf(id).run({
    ...(strategy !== undefined && { strategy }),
    ...(feedback !== undefined && { feedback }),
    ...(seeds !== undefined && { seeds }),
    ...(steps !== undefined && { steps }),
    ...(cities !== undefined && { cities }),
    ...(noise !== undefined && { noise }),
    ...(maxCalls !== undefined && { maxCalls }),
    ...(await namedModels(shell, options)),
    signal: shell.signal,
  });
}

/** The models that the user named; simulated ones stand in for the others. */
async function namedModels(
  shell: Shell,
  options: TaskOptions,
): Promise<Pick<LabRequest, 'optimizer' | 'agent'>> {
  const taskModel = options.taskModel ?? options.optimizerModel;
  if (taskModel === undefined) return {};
  const { withRetry } = await import('../../engine.js');
  const { models } = await buildModels(planModels({ ...options, taskModel }, shell.env));
  return {
    optimizer: withRetry(models.optimizer),
    ...(options.taskModel !== undefined && { agent: withRetry(models.task) }),
  };
}

async function runComparison(shell: Shell, options: CompareOptions): Promise<Outcome> {
  const { compare, planComparison, reportOf, reportText } = await import('../../engine.js');
  const plan = planComparison(options);
  const jobs = Math.min(options.jobs, plan.seeds);
  const runs =
    jobs === 1
      ? await compare(plan, { signal: shell.signal })
      : (await runInChildren(argumentsOf(plan, jobs), shell.signal)).flatMap(runsIn);
  const report = reportOf(runs, { strength: plan.strength.id, rows: plan.rows }, options.subject);
  return { json: report, text: reportText(report) };
}

/** The command lines of the parts of a comparison, each with a share of the seeds. */
function argumentsOf(plan: ComparisonPlan, jobs: number): string[][] {
  const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id).join(',');
  const parts = Array.from({ length: jobs }, (_, job) => {
    const from = Math.floor((job * plan.seeds) / jobs);
    return { from, count: Math.floor(((job + 1) * plan.seeds) / jobs) - from };
  });
  return parts.map(({ from, count }) => [
    ...['lab', 'compare', '--jobs', '1', '--json', '-'],
    ...['--strategies', ids(plan.strategies), '--tasks', ids(plan.tasks)],
    ...['--budgets', plan.budgets.join(','), '--strength', plan.strength.id, '--rows', String(plan.rows)],
    ...['--first-seed', String(plan.firstSeed + from), '--seeds', String(count)],
  ]);
}

function runsIn(json: string): readonly ComparedRun[] {
  return (JSON.parse(json) as { readonly runs: readonly ComparedRun[] }).runs;
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function numbers(text: string): number[] {
  const values = names(text).map(Number);
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('They must be whole numbers above 0, with commas between them.');
}
