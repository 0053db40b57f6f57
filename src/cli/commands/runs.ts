import type { Command } from 'commander';
import type { RunSummary } from '../../runs/index.js';
import { withJson } from '../options.js';
import { rootOf, withRoot, type RootOptions } from '../root.js';
import type { Outcome, Shell } from '../shell.js';
import { signed, table, type Paint } from '../terminal.js';

export function addRuns(program: Command, shell: Shell): void {
  withRoot(withJson(program.command('runs')))
    .description('list the stored runs, newest first')
    .action((options: RootOptions) => shell.run(options, () => runs(shell, options)));
}

async function runs(shell: Shell, options: RootOptions): Promise<Outcome> {
  const { listRuns } = await import('../../engine.js');
  const root = await rootOf(shell.cwd, options);
  const { runs: stored, problems } = await listRuns(root);
  problems.forEach((problem) => shell.note(problem));
  return { json: stored, text: runsText(root, stored, shell.paint) };
}

/** The stored runs as a table. */
export function runsText(root: string, stored: readonly RunSummary[], paint: Paint): string {
  if (stored.length === 0) return `No runs in ${root}. "hone optimize PROMPT" starts one.`;
  const columns = [
    { title: 'run' },
    { title: 'started' },
    { title: 'prompt', most: 34 },
    { title: 'strategy' },
    { title: 'calls', align: 'right' },
    { title: 'verdict' },
    { title: 'diff', align: 'right' },
    { title: 'accepted' },
  ] as const;
  const rows = stored.map((run) => [
    { text: run.runId, style: 'bold' as const },
    { text: new Date(run.startedAt).toISOString().slice(0, 16).replace('T', ' ') },
    { text: run.promptPath },
    { text: run.strategy },
    { text: String(run.calls) },
    { text: run.verdict ?? run.stop ?? 'unfinished' },
    { text: run.delta === undefined ? '' : signed(run.delta) },
    { text: run.accepted.at(-1) ?? '' },
  ]);
  return table(columns, rows, paint);
}
