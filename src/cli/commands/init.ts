import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { HoneError } from '../../core/errors.js';
import type { ConfigDraft } from '../../workspace/index.js';
import { replaceBytes, requireFolder } from '../files.js';
import { withJson } from '../options.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';
import { count, table, wrap, type Paint } from '../terminal.js';

interface InitOptions extends SharedOptions {
  readonly force?: boolean;
}

export function addInit(program: Command, shell: Shell): void {
  withJson(program.command('init'))
    .description('write a commented hone.yaml from the prompts, test sets and scorers that are found')
    .argument('[dir]', 'the folder (default: the workspace around the current folder)')
    .option('--force', 'write it anew when there is one')
    .action((dir: string | undefined, options: InitOptions) =>
      shell.run(options, () => init(shell, dir, options)),
    );
}

async function init(shell: Shell, dir: string | undefined, options: InitOptions): Promise<Outcome> {
  const { CONFIG_FILE, draftConfig, findRoot } = await import('../../engine.js');
  const root = dir === undefined ? await findRoot(shell.cwd) : path.resolve(shell.cwd, dir);
  if (dir !== undefined) await requireFolder(root, dir);
  const file = path.join(root, CONFIG_FILE);
  if (!options.force && (await isThere(file))) {
    throw new HoneError({
      reason: 'bad-usage',
      message: `${file} is there already.`,
      nextStep: 'Edit it, or write it anew with --force; what it says is lost then.',
      place: { file },
    });
  }
  const draft = await draftConfig(root, shell.signal);
  await replaceBytes(file, new TextEncoder().encode(draft.text));
  return { json: { file, prompts: draft.prompts }, text: initText(file, draft, shell.paint) };
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** What was written, prompt by prompt, with what is missing below. */
export function initText(file: string, { prompts }: ConfigDraft, paint: Paint): string {
  if (prompts.length === 0) return `Wrote ${file}. No prompt files were found: it names none.`;
  const columns = [{ title: 'prompt' }, { title: 'tests' }, { title: 'scorers' }];
  const rows = prompts.map(({ path: prompt, tests, scorers, problem }) => [
    { text: prompt, style: 'bold' as const },
    { text: tests === null ? '-' : tests === prompt ? 'inside' : tests },
    { text: scorers.map((each) => each.type).join(', ') || (problem === undefined ? 'its own' : '-') },
  ]);
  const problems = prompts
    .filter((prompt) => prompt.problem !== undefined && prompt.tests !== null)
    .map(({ path: prompt, problem }) => wrap(`${paint('yellow', prompt)} ${problem}`, 100, '    '));
  const without = prompts.filter((prompt) => prompt.tests === null).length;
  const live = prompts.length - without;
  return [
    table(columns, rows, paint),
    ...problems,
    `Wrote ${file} with ${live === 1 ? '1 entry' : `${live} entries`}.`,
    ...(without > 0 ? [`Without a test set, so only mentioned there: ${count(without, 'prompt')}.`] : []),
  ].join('\n');
}
