import path from 'node:path';
import type * as vscode from 'vscode';
import { HoneError } from '../core/errors.js';
import { COMMANDS } from '../contributions.js';
import type { ColumnMapping, ColumnUse, ColumnView, SampledColumn } from '../workspace/index.js';
import { loadEngine } from './engine.js';
import type { NoticeAction, Notices } from './notices.js';
import type { PromptIndex } from './promptIndex.js';
import type { PromptTarget } from './targets.js';
import type { TestSetPicks } from './testSets.js';
import type { VsCode } from './vscode.js';

interface ColumnItem extends vscode.QuickPickItem {
  /** Absent for "none". */
  readonly column?: string;
}

/** Asks which column serves what, one question per placeholder, and saves the answers to hone.yaml. */
export class MappingFlow {
  constructor(
    private readonly api: VsCode,
    private readonly picks: TestSetPicks,
    private readonly index: PromptIndex,
    private readonly notices: Notices,
  ) {}

  /**
   * Goes through the columns of a prompt's test set.
   * @returns what was saved; undefined when the user cancelled or nothing changed, which has been said then
   * @throws HoneError when the prompt or the test set cannot be read, or hone.yaml cannot be changed
   */
  async map(target: PromptTarget, tests?: string): Promise<ColumnMapping | undefined> {
    const { mappingChange, saveMapping, viewColumns } = await loadEngine();
    const view = await viewColumns(target.root, target.path, await this.testsOf(target, tests));
    if (view.columns.length === 0) throw noColumns(view);
    const mapping = await this.ask(view);
    if (!mapping || !(await this.savedConfig(target))) return undefined;
    const change = await mappingChange(view, mapping);
    if (change === '') {
      this.notices.info(`The columns of ${view.testset} serve ${target.path} so already.`);
      return undefined;
    }
    const picked = await this.api.window.showInformationMessage(
      'Save these columns to hone.yaml?',
      { modal: true, detail: change },
      'Save',
    );
    if (picked === undefined) return undefined;
    await saveMapping(target.root, target.path, mapping);
    this.index.refresh();
    this.notices.info(`hone.yaml says which columns of ${view.testset} serve ${target.path}.`, {
      label: 'Optimize',
      run: () =>
        this.api.commands.executeCommand(COMMANDS.optimize.id, target.uri, undefined, { span: target.span }),
    });
    return mapping;
  }

  /** The button for an error of loading that mapping columns may be the way out of; none for others. */
  async wayOut(error: unknown, target: PromptTarget, tests?: string): Promise<readonly NoticeAction[]> {
    const { columnsBehind } = await loadEngine();
    const options = await this.testsOf(target, tests);
    if (!(await columnsBehind(error, target.root, target.path, options))) return [];
    const run = () =>
      this.map(target, tests).catch((fault: unknown) => this.notices.error(fault, target.root));
    return [{ label: 'Map Columns', run }];
  }

  private async testsOf(target: PromptTarget, tests: string | undefined) {
    const picked = tests ?? (await this.picks.remembered(target));
    return { span: target.span, ...(picked !== undefined && { tests: picked }) };
  }

  private async ask(view: ColumnView): Promise<ColumnMapping | undefined> {
    const { candidateColumns } = await loadEngine();
    const vars: Record<string, string> = {};
    const others: { input?: string; expected?: string } = {};
    for (const [index, use] of view.uses.entries()) {
      const picked = await this.api.window.showQuickPick(itemsFor(candidateColumns(view, use), use), {
        title: `Columns of ${view.testset} (${index + 1} of ${view.uses.length})`,
        placeHolder: questionFor(use, view.prompt),
        ignoreFocusOut: true,
        matchOnDescription: true,
      });
      if (!picked) return undefined;
      if (picked.column === undefined) continue;
      if (use.kind === 'placeholder') vars[use.name] = picked.column;
      else others[use.kind] = picked.column;
    }
    const { labels } = view.mapping;
    return { ...others, ...(Object.keys(vars).length > 0 && { vars }), ...(labels && { labels }) };
  }

  /** The file is changed on disk: what is being written in an editor is saved first, when the user says so. */
  private async savedConfig({ root }: PromptTarget): Promise<boolean> {
    const file = path.join(root, 'hone.yaml');
    const open = this.api.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
    if (!open?.isDirty) return true;
    const picked = await this.api.window.showWarningMessage(
      'hone.yaml has unsaved changes.',
      { modal: true, detail: 'The columns are added to the file as it is saved.' },
      'Save and Go On',
    );
    return picked !== undefined && open.save();
  }
}

function itemsFor(columns: readonly SampledColumn[], use: ColumnUse): ColumnItem[] {
  const items = columns.map(({ name, sample }): ColumnItem => {
    const note = name === use.column ? ' (now)' : '';
    return { label: name, description: `${sample}${note}`, column: name };
  });
  if (use.kind === 'expected')
    items.push({ label: '$(circle-slash) None', description: 'Rows have no expected answer' });
  return items;
}

function questionFor(use: ColumnUse, prompt: string): string {
  switch (use.kind) {
    case 'placeholder':
      return `Which column fills the placeholder "${use.name}" of ${prompt}?`;
    case 'input':
      return `Which column is sent as the input of ${prompt}?`;
    case 'expected':
      return 'Which column holds the expected answer?';
  }
}

function noColumns(view: ColumnView): HoneError {
  return new HoneError({
    reason: 'empty-test-set',
    message: `${view.testset} has no columns to map.`,
    nextStep: 'Add rows to it, or choose another test set.',
    place: { file: view.testset },
  });
}
