import type { Command } from 'commander';
import { acceptanceText, acceptRun } from '../acceptance.js';
import { withJson } from '../options.js';
import { rootOf, withRoot, type RootOptions } from '../root.js';
import type { Outcome, Shell } from '../shell.js';

interface AcceptOptions extends RootOptions {
  readonly candidate?: string;
}

export function addAccept(program: Command, shell: Shell): void {
  withRoot(withJson(program.command('accept')))
    .description('write a candidate of a stored run into its prompt file, byte for byte as it was scored')
    .argument('<run>', 'the id, as "hone runs" lists it')
    .option('--candidate <id>', 'the id of a candidate (default: the best one)')
    .addHelpText('after', '\nExit code 1: refused, because the file has changed since the run started.')
    .action((run: string, options: AcceptOptions) => shell.run(options, () => accept(shell, run, options)));
}

async function accept(shell: Shell, runId: string, options: AcceptOptions): Promise<Outcome> {
  const { loadRun } = await import('../../engine.js');
  const root = await rootOf(shell.cwd, options);
  const state = await loadRun(root, runId);
  const acceptance = await acceptRun(root, state, options.candidate);
  return { json: acceptance, text: acceptanceText(acceptance) };
}
