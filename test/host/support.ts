import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunReport } from '../../src/editor/hone.js';
import type { StartOptions } from '../../src/editor/startFlow.js';
import type { HoneExports } from '../../src/extension.js';

/** The extension under test, active. */
export async function extension(): Promise<HoneExports> {
  const found = vscode.extensions.getExtension<HoneExports>('hone.hone-prompts');
  assert.ok(found, 'the extension is installed in the test host');
  return found.activate();
}

export function root(): string {
  return vscode.workspace.workspaceFolders![0]!.uri.fsPath;
}

export function uriOf(file: string): vscode.Uri {
  return vscode.Uri.file(path.join(root(), file));
}

export async function write(file: string, content: string | Uint8Array): Promise<vscode.Uri> {
  const uri = uriOf(file);
  await vscode.workspace.fs.writeFile(uri, typeof content === 'string' ? Buffer.from(content) : content);
  return uri;
}

export async function read(uri: vscode.Uri): Promise<Buffer> {
  return Buffer.from(await vscode.workspace.fs.readFile(uri));
}

/** Starts a run through the command, with everything settled so that nothing asks. */
export async function optimize(uri: vscode.Uri, options: StartOptions): Promise<RunReport> {
  const reports = await vscode.commands.executeCommand<(RunReport | undefined)[]>(
    'hone.optimize',
    uri,
    undefined,
    {
      confirmed: true,
      ...options,
    },
  );
  const [report] = reports;
  assert.ok(report, 'the run was started and ended');
  return report;
}

type Dialog =
  'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage' | 'showQuickPick' | 'showInputBox';

/** What a dialog was asked, for assertions. */
export interface Asked {
  readonly dialog: Dialog;
  readonly args: readonly unknown[];
}

/**
 * Answers dialogs while `work` runs, as a person would: each is given its answer by name, the others are dismissed.
 * @returns what was asked, in order
 */
export async function answering(
  answers: Partial<Record<Dialog, (...args: readonly unknown[]) => unknown>>,
  work: () => Promise<unknown>,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const dialogs: readonly Dialog[] = [
    'showInformationMessage',
    'showWarningMessage',
    'showErrorMessage',
    'showQuickPick',
    'showInputBox',
  ];
  const window = vscode.window as unknown as Record<Dialog, (...args: unknown[]) => Promise<unknown>>;
  const originals = dialogs.map((dialog) => [dialog, window[dialog]] as const);
  for (const dialog of dialogs) {
    window[dialog] = (...args) => {
      asked.push({ dialog, args });
      return Promise.resolve(answers[dialog]?.(...args));
    };
  }
  try {
    await work();
  } finally {
    for (const [dialog, original] of originals) window[dialog] = original;
  }
  return asked;
}

/** Waits until a condition holds, at most ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what}, within ten seconds`);
}
