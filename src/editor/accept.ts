import path from 'node:path';
import type * as vscode from 'vscode';
import { HoneError } from '../core/errors.js';
import { decodeText, encodeText, equalBytes } from '../core/prompt.js';
import type { RunState } from '../core/run.js';
import { COMMANDS } from '../contributions.js';
import type { Documents } from './documents.js';
import { loadEngine } from './engine.js';
import type { RunController } from './runController.js';
import { acceptRefusal, candidateNames } from './snapshot.js';
import { minimalChange, withoutBom } from './textChange.js';
import type { VsCode } from './vscode.js';

/** What became of an accept, for people. */
export interface AcceptResult {
  readonly accepted: boolean;
  readonly message: string;
}

interface Writing {
  readonly root: string;
  readonly state: RunState;
  readonly candidateId: string;
  readonly name: string;
  readonly uri: vscode.Uri;
  /** The file as it was scored as the baseline. */
  readonly before: string;
  /** Exactly what the file has to hold afterwards. */
  readonly after: string;
}

/**
 * Writes a candidate into its file: as one undo step of the editor, saved, and compared byte for byte with what was
 * scored. Whatever stands in the way is said, with a choice; nothing is overwritten silently.
 */
export class Accepter {
  constructor(
    private readonly api: VsCode,
    private readonly runs: RunController,
    private readonly documents: Documents,
  ) {}

  /** @param candidateId absent for the run's best. @throws HoneError `not-found`, `splice-refused`. */
  async accept(root: string, state: RunState, candidateId?: string): Promise<AcceptResult> {
    const { acceptedBytes } = await loadEngine();
    const uri = this.api.Uri.file(path.join(root, state.setup.prompt.path));
    const before = state.setup.prompt.text;
    const chosen = acceptedBytes(state, candidateId, encodeText(before));
    const refusal = acceptRefusal(state, chosen.candidateId, this.runs.find(state.setup.runId) !== undefined);
    if (refusal !== undefined) return { accepted: false, message: refusal };
    const writing: Writing = {
      root,
      state,
      candidateId: chosen.candidateId,
      name: `candidate ${candidateNames(state).get(chosen.candidateId)}`,
      uri,
      before,
      after: decodeText(chosen.bytes),
    };
    const document = await this.unchangedDocument(writing);
    if (!document) return this.refuseStale(writing);
    if (document.getText() === withoutBom(writing.after)) return this.finish(writing, document);
    // The editor joins mixed line ends and knows encodings of its own: such files it cannot hold exactly.
    return document.getText() === withoutBom(before)
      ? this.writeThroughEditor(writing, document)
      : this.writeThroughBytes(
          writing,
          'The editor would change the line ends or the encoding of this file.',
        );
  }

  /** The open document, when file and buffer are what was scored, or already the candidate; else undefined. */
  private async unchangedDocument(writing: Writing): Promise<vscode.TextDocument | undefined> {
    const { acceptedBytes } = await loadEngine();
    try {
      acceptedBytes(writing.state, writing.candidateId, await this.api.workspace.fs.readFile(writing.uri));
    } catch (error) {
      if (HoneError.is(error, 'stale-file') || isMissing(error)) return undefined;
      throw error;
    }
    const document = await this.api.workspace.openTextDocument(writing.uri);
    const isScored = [writing.before, writing.after].some((text) => document.getText() === withoutBom(text));
    return document.isDirty && !isScored ? undefined : document;
  }

  private async refuseStale(writing: Writing): Promise<AcceptResult> {
    const { setup } = writing.state;
    const message = `${setup.prompt.path} has changed since it was scored, so ${writing.name} was not written.`;
    const picked = await this.api.window.showWarningMessage(
      message,
      {
        modal: true,
        detail: 'The score holds for the file as it was. Look at the difference, or score it anew.',
      },
      'Open Diff',
      'Run Again',
    );
    if (picked === 'Open Diff') {
      await this.documents.openDiffWithFile(writing.root, writing.state, writing.candidateId, writing.uri);
    }
    if (picked === 'Run Again') void this.api.commands.executeCommand(COMMANDS.optimize.id, writing.uri);
    return { accepted: false, message };
  }

  private async writeThroughEditor(writing: Writing, document: vscode.TextDocument): Promise<AcceptResult> {
    const target = withoutBom(writing.after);
    await this.replace(document, target);
    if (document.getText() !== target) {
      await this.replace(document, withoutBom(writing.before));
      return this.writeThroughBytes(writing, 'The editor would change the line ends of this candidate.');
    }
    if (!(await document.save())) {
      return {
        accepted: false,
        message: `${writing.state.setup.prompt.path} holds ${writing.name} in the editor but could not be saved.`,
      };
    }
    return this.finish(writing, document);
  }

  /** One edit, of the smallest range: one undo step, and cursors elsewhere stay. */
  private async replace(document: vscode.TextDocument, target: string): Promise<void> {
    const change = minimalChange(document.getText(), target);
    if (!change) return;
    const range = new this.api.Range(document.positionAt(change.start), document.positionAt(change.end));
    const edit = new this.api.WorkspaceEdit();
    edit.replace(document.uri, range, change.text);
    if (await this.api.workspace.applyEdit(edit)) return;
    throw new HoneError({
      reason: 'splice-refused',
      message: `The editor refused to change ${document.uri.fsPath}.`,
      nextStep: 'Check that the file is not read-only, then accept again.',
      place: { file: document.uri.fsPath },
    });
  }

  private async writeThroughBytes(writing: Writing, why: string): Promise<AcceptResult> {
    const { prompt } = writing.state.setup;
    const picked = await this.api.window.showWarningMessage(
      `Write ${writing.name} to ${prompt.path} on disk?`,
      {
        modal: true,
        detail: `${why} Hone can write the exact bytes that were scored. The old text stays in the run as its baseline.`,
      },
      'Write Exact Bytes',
    );
    if (picked === undefined) return { accepted: false, message: `${prompt.path} was not changed.` };
    await this.api.workspace.fs.writeFile(writing.uri, encodeText(writing.after));
    return this.finish(writing, undefined);
  }

  /** Compares the saved bytes with the scored ones: what runs on save may have changed them. */
  private async finish(writing: Writing, document: vscode.TextDocument | undefined): Promise<AcceptResult> {
    const { setup } = writing.state;
    if (document?.isDirty) await document.save();
    const scored = encodeText(writing.after);
    if (equalBytes(await this.api.workspace.fs.readFile(writing.uri), scored)) {
      await this.runs.recordAccepted(writing.root, setup.runId, writing.candidateId);
      return {
        accepted: true,
        message: `${setup.prompt.path} now holds ${writing.name}, byte for byte as it was scored.`,
      };
    }
    const picked = await this.api.window.showWarningMessage(
      `Saving ${setup.prompt.path} changed the text of ${writing.name}.`,
      {
        modal: true,
        detail:
          'Something that runs on save (such as files.insertFinalNewline, files.trimTrailingWhitespace or a formatter) ' +
          'wrote other bytes than those that were scored.',
      },
      'Write Exact Bytes',
      'Restore Old Text',
    );
    if (picked === undefined) {
      return {
        accepted: false,
        message: `${setup.prompt.path} holds ${writing.name} as it was changed on save.`,
      };
    }
    const isExact = picked === 'Write Exact Bytes';
    await this.api.workspace.fs.writeFile(writing.uri, isExact ? scored : encodeText(writing.before));
    if (!isExact) return { accepted: false, message: `${setup.prompt.path} holds its old text again.` };
    return this.finish(writing, undefined);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FileNotFound';
}
