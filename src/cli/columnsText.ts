import path from 'node:path';
import type { ColumnView, LoadOptions, PromptTask } from '../workspace/index.js';
import type { Shell } from './shell.js';
import { table, type Paint } from './terminal.js';

/** Placeholders against columns, with samples: what is filled by what, and what is not. */
export function columnsText(view: ColumnView, paint: Paint): string {
  const served = new Map(view.columns.map((column) => [column.name, column]));
  const words = {
    placeholder: (name: string) => `{{${name}}}`,
    input: () => 'input',
    expected: () => 'expected',
  };
  const uses = view.uses.map(({ kind, name, column }) => [
    { text: words[kind](name), style: 'bold' as const },
    column === undefined
      ? {
          text: kind === 'expected' ? 'none' : 'MISSING',
          style: kind === 'expected' ? ('dim' as const) : ('red' as const),
        }
      : { text: column },
    { text: column === undefined ? '' : (served.get(column)?.sample ?? '') },
  ]);
  const columns = view.columns.map(({ name, sample }) => {
    const use = view.uses.find((each) => each.column === name);
    return [{ text: name }, { text: use ? words[use.kind](use.name) : '-' }, { text: sample }];
  });
  return [
    table([{ title: `needed by ${view.prompt}` }, { title: 'column' }, { title: 'sample' }], uses, paint),
    '',
    table([{ title: `column of ${view.testset}` }, { title: 'serves' }, { title: 'sample' }], columns, paint),
  ].join('\n');
}

/** The command that maps what is missing, with the words to replace in capitals, as it is typed in a folder. */
export function mapCommand(view: ColumnView, cwd: string): string {
  const missing = view.uses.filter((use) => use.column === undefined);
  const sets = missing.filter((use) => use.kind === 'placeholder').map((use) => `${use.name}=COLUMN`);
  const others = missing.filter((use) => use.kind !== 'placeholder').map((use) => `--${use.name} COLUMN`);
  const words = [...(sets.length > 0 ? [`--set ${sets.join(' ')}`] : []), ...others];
  const prompt = path.relative(cwd, path.join(view.root, view.prompt));
  return `hone map ${/\s/.test(prompt) ? JSON.stringify(prompt) : prompt} ${words.join(' ') || '--set PLACEHOLDER=COLUMN'}`;
}

/** Loads a task; when its columns do not match, shows them before the error is raised. @throws HoneError as loadTask does */
export async function loadShown(
  shell: Shell,
  prompt: { readonly root: string; readonly path: string },
  options: LoadOptions,
): Promise<PromptTask> {
  const { columnsBehind, loadTask } = await import('../engine.js');
  try {
    return await loadTask(prompt.root, prompt.path, options);
  } catch (error) {
    const view = await columnsBehind(error, prompt.root, prompt.path, options);
    if (view)
      shell.note(`${columnsText(view, shell.paint)}\n\nTo map them: ${mapCommand(view, shell.cwd)}\n`);
    throw error;
  }
}
