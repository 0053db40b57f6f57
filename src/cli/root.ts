import path from 'node:path';
import type { Command } from 'commander';
import { requireFolder } from './files.js';
import type { SharedOptions } from './shell.js';

/** The option of commands that work on stored runs. */
export interface RootOptions extends SharedOptions {
  readonly root?: string;
}

export function withRoot(command: Command): Command {
  return command.option(
    '--root <dir>',
    'the workspace whose runs are meant (default: the one around the current folder)',
  );
}

/** The workspace whose `.hone` folder holds the runs. @throws HoneError `not-found`. */
export async function rootOf(cwd: string, options: RootOptions): Promise<string> {
  if (options.root !== undefined) {
    const absolute = path.resolve(cwd, options.root);
    await requireFolder(absolute, options.root);
    return absolute;
  }
  const { findRoot } = await import('../engine.js');
  return findRoot(cwd);
}

/** A command of Hone as it can be typed in this folder to work on the runs of a workspace. */
export async function commandLine(cwd: string, root: string): Promise<(command: string) => string> {
  const started = process.argv[1] ?? 'hone';
  const name = path.basename(started) === 'hone' ? 'hone' : `node ${quoted(nearer(cwd, started))}`;
  const elsewhere = (await rootOf(cwd, {})) === root ? '' : ` --root ${quoted(nearer(cwd, root))}`;
  return (command) => `${name} ${command}${elsewhere}`;
}

function nearer(cwd: string, target: string): string {
  const relative = path.relative(cwd, target);
  return relative.startsWith('..') ? target : relative;
}

function quoted(text: string): string {
  return /\s/.test(text) ? `"${text}"` : text;
}
