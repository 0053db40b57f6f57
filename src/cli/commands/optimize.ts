import path from 'node:path';
import { Option, type Command } from 'commander';
import { HoneError } from '../../core/errors.js';
import { callsMade, type Effort, type RunState } from '../../core/run.js';
import type { Wishes } from '../../core/wishes.js';
import type { SettingValue } from '../../optimizer/strategy.js';
import type { RunModels, RunOptions, RunPlan } from '../../runs/index.js';
import { callsLine, costLine } from '../../runs/planText.js';
import type { PromptTask } from '../../workspace/index.js';
import { acceptanceText, acceptRun } from '../acceptance.js';
import { loadShown } from '../columnsText.js';
import { earlyEnd, EXIT, exitCodeOfRun, worstExitCode } from '../exitCodes.js';
import { locatePrompt } from '../files.js';
import { buildModels, planModels, type ModelOptions } from '../models.js';
import {
  collected,
  positiveNumber,
  settingOption,
  someText,
  wholeNumber,
  withJson,
  withModels,
} from '../options.js';
import { commandLine } from '../root.js';
import { runProgress } from '../progress.js';
import { runText } from '../runText.js';
import type { Outcome, Shell } from '../shell.js';
import { count, paintFor } from '../terminal.js';

interface OptimizeOptions extends ModelOptions {
  readonly tests?: string;
  readonly span?: string;
  readonly strategy?: string;
  readonly set?: Readonly<Record<string, SettingValue>>;
  readonly guidance?: string;
  readonly pin?: readonly string[];
  readonly maxWords?: number;
  readonly traceCharacters?: number;
  readonly effort?: Effort;
  readonly maxCalls?: number;
  readonly maxCost?: number;
  readonly seed?: number;
  readonly write?: boolean;
  readonly plan?: boolean;
}

const EXIT_HELP = `
Exit codes: 0 the run came to its end, whatever the verdict; 1 --write was refused because the file has changed;
2 bad usage, prompt, test set or configuration; 3 the models or the budget ended it before there was a verdict
(the results so far are printed); 130 cancelled with Ctrl+C (the best so far is kept; "hone resume" goes on).
With several prompts the calls and dollars are a cap for all of them together.`;

export function addOptimize(program: Command, shell: Shell): void {
  withModels(withJson(program.command('optimize')))
    .description('search for a better prompt, and say whether it is better')
    .argument('<prompt...>', 'the prompt files')
    .option('--tests <file>', 'the test set (default: hone.yaml, then the file of the same name)')
    .option('--span <id>', 'the span to improve, as "hone list" names it (default: the system message)')
    .option('--strategy <name>', 'how candidates are proposed, as "hone strategies" names it (default: hone)')
    .option('--set <name=value>', 'a setting of the strategy; may be given several times', settingOption)
    .option('--guidance <text>', 'what should change, in your own words; it goes before all else', someText)
    .option('--pin <text>', 'a line or passage that must stay; may be given several times', collected)
    .option('--max-words <n>', 'words that a new text may have at the most', wholeNumber(1))
    .option(
      '--trace-characters <n>',
      'how much of each input, answer and expected answer the optimizer sees (default: 600)',
      wholeNumber(20),
    )
    .option(
      '--target-model <provider:name>',
      'a further model that the prompt is for; the verdict is held with each. May be given several times',
      collected,
    )
    .addOption(new Option('--effort <level>', 'how much to try').choices(['quick', 'normal', 'thorough']))
    .option('--max-calls <n>', 'requests that may reach a model, all models together', wholeNumber(1))
    .option('--max-cost <usd>', 'dollars that may be spent, all models together', positiveNumber)
    .option('--seed <n>', 'makes splits and choices repeatable', wholeNumber(0))
    .option('--plan', 'say what would be sent, and what it costs, and send nothing')
    .option('--write', 'accept the best candidate when the verdict is "better"')
    .addHelpText('after', EXIT_HELP)
    .action((prompts: string[], options: OptimizeOptions) =>
      shell.run(options, () => optimize(shell, prompts, options)),
    );
}

async function optimize(shell: Shell, named: readonly string[], options: OptimizeOptions): Promise<Outcome> {
  const { planRun, runResult } = await import('../../engine.js');
  const load = {
    ...(options.tests !== undefined && { tests: path.resolve(shell.cwd, options.tests) }),
    span: options.span,
  };
  const tasks: PromptTask[] = [];
  for (const each of named) {
    const prompt = await locatePrompt(shell.cwd, each);
    tasks.push(await loadShown(shell, prompt, load));
  }
  const models = await buildModels(planModels(options, shell.env));
  const leastShare = shareOfBudget(options, [], tasks.length);
  const plans: RunPlan[] = [];
  for (const task of tasks) plans.push(await planRun(task, runOptions(options, leastShare), models));
  if (options.plan) return planned(tasks, plans);

  const states: RunState[] = [];
  const texts: string[] = [];
  let refusal: HoneError | undefined;
  for (const [index, task] of tasks.entries()) {
    const limits = shareOfBudget(options, states, tasks.length - index);
    const state = await optimizeOne(shell, task, runOptions(options, limits), models);
    states.push(state);
    const written = options.write ? await writeWinner(task, state) : undefined;
    refusal ??= written?.refusal;
    const typed = await commandLine(shell.cwd, task.root);
    texts.push(runText(written?.state ?? state, shell.paint, typed), ...(written ? [written.text] : []));
    // What ended this run early would end the next one too.
    if (state.stop?.reason === 'cancelled' || state.stop?.reason === 'model-failed') break;
  }
  const results = states.map(runResult);
  return {
    exitCode: worstExitCode([...states.map(exitCodeOfRun), refusal ? EXIT.gateFailed : EXIT.done]),
    json: named.length === 1 ? results[0] : results,
    text: texts.filter(Boolean).join('\n\n'),
    warning: states.map(earlyEnd).filter(Boolean).join(' '),
    ...(refusal && { trouble: refusal }),
  };
}

/** Does what `--write` asks for: accepts a candidate that is better, and says what became of the file. */
async function writeWinner(task: PromptTask, state: RunState) {
  const { loadRun } = await import('../../engine.js');
  if (state.verdict?.kind !== 'better') {
    return { state, text: `${task.document.path} was not written: the verdict is not "better".` };
  }
  try {
    const text = acceptanceText(await acceptRun(task.root, state, undefined));
    return { state: await loadRun(task.root, state.setup.runId), text };
  } catch (error) {
    if (HoneError.is(error)) return { state, text: '', refusal: error };
    throw error;
  }
}

/** Runs one optimization with its plan and progress on stderr. */
export async function optimizeOne(
  shell: Shell,
  task: PromptTask,
  options: RunOptions,
  models: RunModels,
): Promise<RunState> {
  const { planRun, startRun } = await import('../../engine.js');
  planLines(task, await planRun(task, options, models)).forEach((line) => shell.note(line));
  const progress = runProgress(shell.stderr, paintFor(shell.stderr));
  try {
    return await startRun(task, options, models, { onEvent: progress.onEvent, signal: shell.signal });
  } finally {
    progress.finish();
  }
}

/** The outcome of `--plan`: what every run would do. */
function planned(tasks: readonly PromptTask[], plans: readonly RunPlan[]): Outcome {
  const json = plans.map((plan, index) => ({ prompt: tasks[index]!.document.path, ...plan }));
  const text = plans.map((plan, index) => planLines(tasks[index]!, plan).join('\n'));
  return { json: json.length === 1 ? json[0] : json, text: [...text, 'Nothing was sent.'].join('\n\n') };
}

/** What a run will do, before anything is sent. */
export function planLines(task: PromptTask, plan: RunPlan): string[] {
  const { train, validation, exam } = plan.splits;
  const rows = task.testset.cases.length;
  return [
    `${task.document.path}: ${count(rows, 'row')} of ${task.testset.path} ` +
      `(${train} train, ${validation} validation, ${exam} exam).`,
    callsLine(plan),
    costLine(plan),
    ...plan.destinations,
    ...plan.notes,
  ];
}

interface Limits {
  readonly maxCalls?: number;
  readonly maxCost?: number;
}

function runOptions(options: OptimizeOptions, limits: Limits): RunOptions {
  const wishes: Wishes = {
    ...(options.guidance !== undefined && { guidance: options.guidance }),
    ...(options.pin && { pinned: options.pin }),
    ...(options.maxWords !== undefined && { maxWords: options.maxWords }),
  };
  return {
    ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
    ...(options.set === undefined ? {} : { strategySettings: options.set }),
    ...(Object.keys(wishes).length === 0 ? {} : { wishes }),
    ...(options.traceCharacters === undefined ? {} : { traceCharacters: options.traceCharacters }),
    ...(options.effort === undefined ? {} : { effort: options.effort }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.span === undefined ? {} : { spanId: options.span }),
    ...(limits.maxCalls === undefined ? {} : { maxCalls: limits.maxCalls }),
    ...(limits.maxCost === undefined ? {} : { maxCost: limits.maxCost }),
  };
}

/** An equal share of what the earlier runs left, so that the last prompt gets its turn too. */
export function shareOfBudget(limits: Limits, done: readonly RunState[], left: number): Limits {
  const calls = done.reduce((sum, state) => sum + callsMade(state.usage), 0);
  const cost = done.reduce((sum, state) => sum + state.usage.costAtMost, 0);
  return {
    ...(limits.maxCalls === undefined
      ? {}
      : { maxCalls: Math.max(0, Math.floor((limits.maxCalls - calls) / left)) }),
    ...(limits.maxCost === undefined ? {} : { maxCost: Math.max(0, (limits.maxCost - cost) / left) }),
  };
}
