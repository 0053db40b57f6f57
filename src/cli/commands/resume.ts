import type { Command } from 'commander';
import { HoneError } from '../../core/errors.js';
import type { ModelDescription } from '../../core/run.js';
import { earlyEnd, exitCodeOfRun } from '../exitCodes.js';
import { buildModels, planModels, type ModelOptions } from '../models.js';
import { positiveNumber, wholeNumber, withJson, withModels } from '../options.js';
import { runProgress } from '../progress.js';
import { commandLine, rootOf, withRoot, type RootOptions } from '../root.js';
import { runText } from '../runText.js';
import type { Outcome, Shell } from '../shell.js';
import { paintFor } from '../terminal.js';

interface ResumeOptions extends ModelOptions, RootOptions {
  readonly maxCalls?: number;
  readonly maxCost?: number;
}

export function addResume(program: Command, shell: Shell): void {
  withModels(withRoot(withJson(program.command('resume'))))
    .description('go on with a run that was cancelled or broken off, without paying for an answer twice')
    .argument('<run>', 'the id, as "hone runs" lists it')
    .option(
      '--max-calls <n>',
      'a new limit for the whole run, what was spent before included',
      wholeNumber(1),
    )
    .option(
      '--max-cost <usd>',
      'a new limit for the whole run, what was spent before included',
      positiveNumber,
    )
    .addHelpText(
      'after',
      '\nThe models and the endpoint are those of the run unless options say otherwise; only the optimizer model may change.',
    )
    .action((run: string, options: ResumeOptions) => shell.run(options, () => resume(shell, run, options)));
}

async function resume(shell: Shell, runId: string, options: ResumeOptions): Promise<Outcome> {
  const { loadRun, resumeRun, runResult } = await import('../../engine.js');
  const root = await rootOf(shell.cwd, options);
  const { setup } = await loadRun(root, runId);
  const { task, optimizer, judge } = setup.models;
  const { targets = [] } = setup;
  requireReachable([task, judge, ...(options.optimizerModel === undefined ? [optimizer] : []), ...targets]);
  const models = await buildModels(
    planModels(options, shell.env, {
      models: { task: task.id, optimizer: optimizer.id, judge: judge.id },
      targets: targets.map(({ id }) => id),
      ...(setup.baseUrl === undefined ? {} : { baseUrl: setup.baseUrl }),
      ...(setup.backend === undefined ? {} : { backend: setup.backend }),
    }),
  );
  const progress = runProgress(shell.stderr, paintFor(shell.stderr));
  try {
    const control = { onEvent: progress.onEvent, signal: shell.signal };
    const state = await resumeRun(root, runId, models, control, {
      ...(options.maxCalls !== undefined && { maxCalls: options.maxCalls }),
      ...(options.maxCost !== undefined && { maxCost: options.maxCost }),
    });
    progress.finish();
    return {
      exitCode: exitCodeOfRun(state),
      json: runResult(state),
      text: runText(state, shell.paint, await commandLine(shell.cwd, root)),
      warning: earlyEnd(state),
    };
  } finally {
    progress.finish();
  }
}

/** Runs that the editor started with its own models cannot be resumed outside it. */
function requireReachable(models: readonly ModelDescription[]): void {
  const foreign = models.find(({ id }) => !/^(openai|sandbox):/.test(id));
  if (!foreign) return;
  throw new HoneError({
    reason: 'bad-usage',
    message: `The run uses ${foreign.label} (${foreign.id}), which only the editor can reach.`,
    nextStep: 'Resume it in the editor, in the Runs view of Hone.',
  });
}
