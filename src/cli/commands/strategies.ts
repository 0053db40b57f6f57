import type { Command } from 'commander';
import type { Strategy, StrategySetting } from '../../optimizer/strategy.js';
import { withJson } from '../options.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';
import { table, type Paint } from '../terminal.js';

export function addStrategies(program: Command, shell: Shell): void {
  withJson(program.command('strategies'))
    .description('list the ways in which candidates are proposed, with their settings and defaults')
    .argument('[name]', 'one of them, with all its settings (default: all of them in short)')
    .action((name: string | undefined, options: SharedOptions) =>
      shell.run(options, () => strategies(shell, name)),
    );
}

async function strategies(shell: Shell, name: string | undefined): Promise<Outcome> {
  const { STRATEGIES, strategyOf } = await import('../../engine.js');
  const listed = name === undefined ? STRATEGIES : [strategyOf(name)];
  const json = listed.map(({ id, summary, source, settings }) => ({ id, summary, source, settings }));
  return {
    json: name === undefined ? json : json[0],
    text: name === undefined ? overview(listed, shell.paint) : details(listed[0]!, shell.paint),
  };
}

function overview(strategies: readonly Strategy[], paint: Paint): string {
  const columns = [{ title: 'strategy' }, { title: 'source' }, { title: 'what it does' }] as const;
  const rows = strategies.map(({ id, source, summary }) => [
    { text: id, style: 'bold' as const },
    { text: source ?? '-' },
    { text: summary },
  ]);
  return `${table(columns, rows, paint)}\nSettings of one: hone strategies NAME`;
}

function details({ id, source, summary, settings }: Strategy, paint: Paint): string {
  const title = `${paint('bold', id)}${source === undefined ? '' : ` (${source})`}: ${summary}`;
  if (settings.length === 0) return `${title}\nIt has no settings.`;
  const columns = [{ title: 'setting' }, { title: 'default' }, { title: 'what it is' }] as const;
  const rows = settings.map((setting) => [
    { text: setting.id, style: 'bold' as const },
    { text: String(setting.default) },
    { text: `${setting.description}${choicesOf(setting)}` },
  ]);
  return `${title}\n${table(columns, rows, paint)}\nSet one: hone optimize PROMPT --strategy ${id} --set NAME=VALUE`;
}

function choicesOf({ choices }: StrategySetting): string {
  return choices ? ` One of: ${choices.join(', ')}.` : '';
}
