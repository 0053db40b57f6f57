import path from 'node:path';
import type { Command } from 'commander';
import type { PromptListing } from '../../workspace/index.js';
import { requireFolder } from '../files.js';
import { withJson } from '../options.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';
import { count, table, type Paint } from '../terminal.js';

export function addList(program: Command, shell: Shell): void {
  withJson(program.command('list'))
    .description('find the prompt files of a workspace')
    .argument('[dir]', 'the folder to look in (default: the workspace around the current folder)')
    .action((dir: string | undefined, options: SharedOptions) => shell.run(options, () => list(shell, dir)));
}

async function list(shell: Shell, dir: string | undefined): Promise<Outcome> {
  const { findRoot, listPrompts } = await import('../../engine.js');
  const root = dir === undefined ? await findRoot(shell.cwd) : path.resolve(shell.cwd, dir);
  if (dir !== undefined) await requireFolder(root, dir);
  const listings = await listPrompts(root, { signal: shell.signal });
  return { json: listings, text: listText(root, listings, shell.paint) };
}

/** The prompts of a workspace as a table, with what is wrong with them below. */
export function listText(root: string, listings: readonly PromptListing[], paint: Paint): string {
  if (listings.length === 0) {
    return `No prompt files in ${root}. Hone looks for *.prompt.yml, *.prompt.md, and .md and .txt in "prompts" folders.`;
  }
  const columns = [
    { title: 'prompt' },
    { title: 'format' },
    { title: 'spans', align: 'right' },
    { title: 'placeholders', most: 30 },
    { title: 'tests' },
  ] as const;
  const rows = listings.map((each) => [
    { text: each.path, style: 'bold' as const },
    { text: each.format },
    { text: String(each.spans.length) },
    { text: each.placeholders.join(', ') || '-' },
    { text: each.testset ?? '-' },
  ]);
  const problems = listings.flatMap((each) =>
    each.problems.map(({ severity, message, line }) =>
      paint(
        severity === 'error' ? 'red' : 'yellow',
        `${severity} ${each.path}${line === undefined ? '' : `:${line}`} ${message}`,
      ),
    ),
  );
  return [table(columns, rows, paint), ...problems, `${count(listings.length, 'prompt')} in ${root}`].join(
    '\n',
  );
}
