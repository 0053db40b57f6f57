import { cp, mkdir, mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { HoneError } from '../../core/errors.js';
import { earlyEnd, exitCodeOfRun } from '../exitCodes.js';
import { requireFolder } from '../files.js';
import { buildModels } from '../models.js';
import { withJson } from '../options.js';
import { commandLine } from '../root.js';
import { runText } from '../runText.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';
import { optimizeOne } from './optimize.js';

interface DemoOptions extends SharedOptions {
  readonly dir?: string;
}

const PROMPT = 'prompts/triage.md';
const SEED = 1;
const MAX_CALLS = 300;

export function addDemo(program: Command, shell: Shell): void {
  withJson(program.command('demo'))
    .description(
      'optimize the example ticket classifier on the sandbox: no key, no network, no language model',
    )
    .option('--dir <dir>', 'a new or empty folder for the copy of the examples (default: a temporary one)')
    .action((options: DemoOptions) => shell.run(options, () => demo(shell, options)));
}

async function demo(shell: Shell, options: DemoOptions): Promise<Outcome> {
  const { loadTask, runResult } = await import('../../engine.js');
  const folder = await copyExamples(shell.cwd, options.dir);
  shell.note(`The examples were copied to ${folder}; nothing else is touched.`);
  shell.note('The sandbox is a simulation with fixed rules, not a language model: it shows the workflow.');
  const models = await buildModels({
    models: { task: 'sandbox', optimizer: 'sandbox', judge: 'sandbox' },
    sharedCache: false,
  });
  const task = await loadTask(folder, PROMPT);
  const state = await optimizeOne(shell, task, { strategy: 'hone', seed: SEED, maxCalls: MAX_CALLS }, models);
  const typed = await commandLine(shell.cwd, folder);
  const text = [
    runText(state, shell.paint, typed),
    [
      `The copy is in ${folder}.`,
      `Show the run again:    ${typed(`show ${state.setup.runId}`)}`,
      'See it in the editor:  npm run editor',
    ].join('\n'),
  ].join('\n\n');
  return { exitCode: exitCodeOfRun(state), json: runResult(state), text, warning: earlyEnd(state) };
}

/** A copy of the examples that a run may write to. @throws HoneError `bad-usage` when the folder is in use. */
async function copyExamples(cwd: string, wanted: string | undefined): Promise<string> {
  const examples = path.join(__dirname, '..', 'examples');
  await requireFolder(examples, examples);
  const folder =
    wanted === undefined
      ? await realpath(await mkdtemp(path.join(tmpdir(), 'hone-demo-')))
      : path.resolve(cwd, wanted);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `The folder ${wanted ?? folder} is not empty.`,
      nextStep: 'Name a new folder, or leave --dir out for a temporary one.',
    });
  }
  await cp(await realpath(examples), folder, {
    recursive: true,
    filter: (source) => path.basename(source) !== '.hone',
  });
  return folder;
}
