import path from 'node:path';
import type * as vscode from 'vscode';
import { BASELINE_ID } from '../core/candidate.js';
import { recordOf, type RunState } from '../core/run.js';
import { DOCUMENT_SCHEME } from '../contributions.js';
import type { RunController } from './runController.js';
import { candidateNames, otherSide } from './snapshot.js';
import { workspaceRoots } from './targets.js';
import type { VsCode } from './vscode.js';

/** How many reports stay readable; each is a few pages of text. */
const KEPT_REPORTS = 20;

/**
 * Read-only documents: a candidate's or the baseline's whole file as it was scored, and reports.
 * The address names the text; the text itself stays here.
 */
export class Documents implements vscode.TextDocumentContentProvider {
  private readonly reports = new Map<string, string>();
  private readonly roots = new Map<string, string>();
  private nextReport = 1;

  constructor(
    private readonly api: VsCode,
    private readonly runs: RunController,
  ) {}

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const report = this.reports.get(uri.path);
    if (report !== undefined) return report;
    const [, , runId = '', candidateId = ''] = uri.path.split('/');
    const known = this.roots.get(runId);
    const { state } = await this.runs.locate(known ? [known] : workspaceRoots(this.api), runId);
    return recordOf(state, candidateId).candidate.text;
  }

  /** The address of a candidate's file. It ends in the prompt's own name, so that its language is known. */
  candidate(root: string, state: RunState, candidateId: string): vscode.Uri {
    const { runId, prompt } = state.setup;
    this.roots.set(runId, root);
    return this.api.Uri.from({
      scheme: DOCUMENT_SCHEME,
      path: `/run/${runId}/${candidateId}/${path.posix.basename(prompt.path)}`,
    });
  }

  /** Opens the editor's diff of a candidate against the baseline, or what it was made from. */
  async openDiff(
    root: string,
    state: RunState,
    candidateId: string,
    against: 'baseline' | 'parent',
  ): Promise<void> {
    const left = otherSide(state, candidateId, against);
    const names = candidateNames(state);
    const name = (id: string) => (id === BASELINE_ID ? 'baseline' : `candidate ${names.get(id)}`);
    await this.showDiff(
      this.candidate(root, state, left),
      this.candidate(root, state, candidateId),
      `${path.posix.basename(state.setup.prompt.path)}: ${name(left)} ↔ ${name(candidateId)}`,
    );
  }

  /** Opens the editor's diff of the file as it is now against a candidate. */
  async openDiffWithFile(
    root: string,
    state: RunState,
    candidateId: string,
    file: vscode.Uri,
  ): Promise<void> {
    await this.showDiff(
      file,
      this.candidate(root, state, candidateId),
      `${path.posix.basename(state.setup.prompt.path)}: the file now ↔ candidate ${candidateNames(state).get(candidateId)}`,
    );
  }

  /** Opens a report as a read-only Markdown document. */
  async showReport(title: string, text: string): Promise<void> {
    const reportPath = `/report/${this.nextReport++}/${title}.md`;
    this.reports.set(reportPath, text);
    const [oldest] = this.reports.keys();
    if (this.reports.size > KEPT_REPORTS && oldest !== undefined) this.reports.delete(oldest);
    const uri = this.api.Uri.from({ scheme: DOCUMENT_SCHEME, path: reportPath });
    await this.api.window.showTextDocument(uri, { preview: true });
  }

  private async showDiff(left: vscode.Uri, right: vscode.Uri, title: string): Promise<void> {
    await this.api.commands.executeCommand('vscode.diff', left, right, title, { preview: true });
  }
}
