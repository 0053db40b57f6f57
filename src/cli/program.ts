import { Command } from 'commander';
import { addAccept } from './commands/accept.js';
import { addApply } from './commands/apply.js';
import { addDemo } from './commands/demo.js';
import { addEval } from './commands/eval.js';
import { addInit } from './commands/init.js';
import { addLab } from './commands/lab.js';
import { addList } from './commands/list.js';
import { addMap } from './commands/map.js';
import { addOptimize } from './commands/optimize.js';
import { addRender } from './commands/render.js';
import { addResume } from './commands/resume.js';
import { addRuns } from './commands/runs.js';
import { addSandbox } from './commands/sandbox.js';
import { addShow } from './commands/show.js';
import { addStrategies } from './commands/strategies.js';
import type { Shell } from './shell.js';

const EXIT_HELP = `
Exit codes: 0 done, 1 gate failed, 2 bad usage or configuration, 3 ended early by models or budget, 130 cancelled.`;

/** The command line with all its commands; it throws CommanderError instead of ending the process. */
export function createProgram(shell: Shell): Command {
  const program = new Command('hone')
    .description('Improve prompt files against your own test set, and see a tested verdict.')
    .exitOverride()
    // A command and the commands below it may have options of the same name.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .showHelpAfterError('Try the command with --help.')
    .addHelpText('after', EXIT_HELP);
  for (const add of [
    addList,
    addInit,
    addMap,
    addRender,
    addApply,
    addEval,
    addOptimize,
    addStrategies,
    addRuns,
    addShow,
    addResume,
    addAccept,
    addDemo,
    addLab,
    addSandbox,
  ]) {
    add(program, shell);
  }
  return program;
}
