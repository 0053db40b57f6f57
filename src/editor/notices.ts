import path from 'node:path';
import type * as vscode from 'vscode';
import { toHoneError, type HoneError } from '../core/errors.js';
import { COMMANDS, type CommandName } from '../contributions.js';
import type { VsCode } from './vscode.js';

/** A button under a message, and what it does. */
export interface NoticeAction {
  readonly label: string;
  run(): unknown;
}

/** Tells the user what went wrong: one sentence, what to do next, and a button that does it. All of it is logged too. */
export class Notices {
  constructor(
    private readonly api: VsCode,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Shows an error, with ways out of it. Nothing is shown for what the user cancelled. */
  error(thrown: unknown, root?: string, waysOut: readonly NoticeAction[] = []): void {
    const error = toHoneError(thrown);
    if (error.reason === 'cancelled') return;
    this.log.error(
      error.message,
      error.reason,
      error.cause ?? (error.reason === 'internal' ? error.stack : ''),
    );
    const actions = [...waysOut, this.actionFor(error, root)];
    void this.api.window
      .showErrorMessage(`${error.message} ${error.nextStep}`, ...actions.map((action) => action.label))
      .then((picked) => actions.find((action) => action.label === picked)?.run());
  }

  /** Shows a message that does not wait for an answer. */
  info(message: string, ...actions: readonly NoticeAction[]): void {
    this.log.info(message);
    void this.api.window
      .showInformationMessage(message, ...actions.map((action) => action.label))
      .then((picked) => actions.find((action) => action.label === picked)?.run());
  }

  /** Shows a warning that does not wait for an answer. */
  warn(message: string, ...actions: readonly NoticeAction[]): void {
    this.log.warn(message);
    void this.api.window
      .showWarningMessage(message, ...actions.map((action) => action.label))
      .then((picked) => actions.find((action) => action.label === picked)?.run());
  }

  private actionFor(error: HoneError, root: string | undefined): NoticeAction {
    const { file, line } = error.place;
    if (file !== undefined) {
      const absolute = path.isAbsolute(file) || root === undefined ? file : path.join(root, file);
      return { label: 'Open File', run: () => openAt(this.api, this.api.Uri.file(absolute), line ?? 1) };
    }
    const command = (label: string, name: CommandName): NoticeAction => ({
      label,
      run: () => this.api.commands.executeCommand(COMMANDS[name].id),
    });
    switch (error.reason) {
      case 'unauthorized':
        return command('Set API Key', 'setApiKey');
      case 'no-model':
      case 'unreachable':
      case 'bad-config':
        return command('Choose Models', 'chooseModels');
      default:
        return command('Show Log', 'showLog');
    }
  }
}

/** Opens a file with the cursor at the start of a 1-based line. */
export async function openAt(api: VsCode, uri: vscode.Uri, line: number): Promise<void> {
  const start = new api.Position(Math.max(0, line - 1), 0);
  await api.window.showTextDocument(uri, { selection: new api.Range(start, start) });
}
