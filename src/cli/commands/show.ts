import type { Command } from 'commander';
import { withJson } from '../options.js';
import { rootOf, withRoot, type RootOptions } from '../root.js';
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
  const state = await loadRun(await rootOf(shell.cwd, options), runId);
  return { json: runResult(state), text: runText(state, shell.paint) };
}
