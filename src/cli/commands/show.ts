import type { Command } from 'commander';
import { withJson } from '../options.js';
import { commandLine, rootOf, withRoot, type RootOptions } from '../root.js';
import { runText } from '../runText.js';
import type { Outcome, Shell } from '../shell.js';

export function addShow(program: Command, shell: Shell): void {
  withRoot(withJson(program.command('show')))
    .description('show a stored run: candidates, verdict, feedback, difference')
    .argument('<run>', 'the id, as "hone runs" lists it')
    .action((run: string, options: RootOptions) => shell.run(options, () => show(shell, run, options)));
}

async function show(shell: Shell, runId: string, options: RootOptions): Promise<Outcome> {
  const { loadRun, runResult } = await import('../../engine.js');
  const root = await rootOf(shell.cwd, options);
  const state = await loadRun(root, runId);
  return { json: runResult(state), text: runText(state, shell.paint, await commandLine(shell.cwd, root)) };
}
