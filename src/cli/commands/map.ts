import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { ColumnView } from '../../workspace/index.js';
import type { ColumnMapping } from '../../testsets/index.js';
import { columnsText, mapCommand } from '../columnsText.js';
import { locatePrompt } from '../files.js';
import { withJson } from '../options.js';
import type { Outcome, SharedOptions, Shell } from '../shell.js';

interface MapOptions extends SharedOptions {
  readonly set?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly expected?: string;
  readonly tests?: string;
}

export function addMap(program: Command, shell: Shell): void {
  withJson(program.command('map'))
    .description('show which columns of a test set serve what, or save it to hone.yaml')
    .argument('<prompt>', 'the prompt file')
    .option('--set <name=column...>', 'the column that fills a placeholder', assignment)
    .option('--input <column>', 'the column that is sent as the input of a prompt without placeholders')
    .option('--expected <column>', 'the column with the expected answer')
    .option('--tests <file>', 'the test set (default: hone.yaml, then the file of the same name)')
    .action((prompt: string, options: MapOptions) => shell.run(options, () => map(shell, prompt, options)));
}

function assignment(text: string, before: MapOptions['set'] = {}): MapOptions['set'] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError('Write it as placeholder=column.');
}

async function map(shell: Shell, named: string, options: MapOptions): Promise<Outcome> {
  const { changedMapping, mappingChange, saveMapping, viewColumns } = await import('../../engine.js');
  const prompt = await locatePrompt(shell.cwd, named);
  const tests = options.tests === undefined ? {} : { tests: path.resolve(shell.cwd, options.tests) };
  const view = await viewColumns(prompt.root, prompt.path, tests);
  const changes: ColumnMapping = {
    ...(options.input !== undefined && { input: options.input }),
    ...(options.expected !== undefined && { expected: options.expected }),
    ...(options.set && { vars: options.set }),
  };
  if (Object.keys(changes).length === 0) {
    const lines = [columnsText(view, shell.paint), '', `To change it: ${mapCommand(view, shell.cwd)}`];
    return { json: mapJson(view, false), text: lines.join('\n') };
  }
  const mapping = changedMapping(view, changes);
  const change = await mappingChange(view, mapping);
  if (change !== '') await saveMapping(prompt.root, prompt.path, mapping);
  const after = await viewColumns(prompt.root, prompt.path, tests);
  const said = change === '' ? ['hone.yaml says so already.'] : ['hone.yaml:', change];
  return {
    json: mapJson(after, change !== ''),
    text: [columnsText(after, shell.paint), '', ...said].join('\n'),
  };
}

function mapJson({ prompt, testset, columns, uses, mapping }: ColumnView, saved: boolean) {
  return { prompt, testset, columns, uses, mapping, saved };
}
