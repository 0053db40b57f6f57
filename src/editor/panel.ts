import path from 'node:path';
import type * as vscode from 'vscode';
import { HoneError, toHoneError } from '../core/errors.js';
import type { RunState } from '../core/run.js';
import { PANEL_TYPE } from '../contributions.js';
import type { HostMessage, PageRequest } from '../protocol.js';
import { Disposables } from './disposables.js';
import { parsePageMessage, parsePageState } from './messages.js';
import { messageHtml, pageHtml } from './panelHtml.js';
import type { RunController } from './runController.js';
import { snapshotOf } from './snapshot.js';
import { workspaceRoots } from './targets.js';
import { throttle, type Throttled } from './throttle.js';
import type { VsCode } from './vscode.js';

/** A run as a panel knows it. */
export interface RunRef {
  readonly root: string;
  readonly runId: string;
}

/** What a page may ask the host to do. Each resolves with a sentence for the user, or nothing. */
export interface PanelActions {
  accept(run: RunRef, candidateId: string): Promise<string | undefined>;
  openDiff(run: RunRef, candidateId: string, against: 'baseline' | 'parent'): Promise<void>;
  copy(run: RunRef, candidateId: string): Promise<string>;
  stop(run: RunRef): void;
  resume(run: RunRef): Promise<void>;
  revealLine(run: RunRef, line: number): Promise<void>;
  revealRow(run: RunRef, caseId: string): Promise<void>;
}

/** At most eight snapshots a second: more cannot be read. */
const SNAPSHOT_MS = 125;

/** The panels of this window, one per run. */
export class RunPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly panels = new Map<string, RunPanel>();

  constructor(
    private readonly api: VsCode,
    private readonly extensionUri: vscode.Uri,
    private readonly runs: RunController,
    private readonly actions: PanelActions,
  ) {
    this.disposables.add(
      runs.onDidProgress(({ runId }) => runId !== undefined && this.panels.get(runId)?.update()),
    );
    this.disposables.add(runs.onDidChangeList(() => this.panels.forEach((panel) => panel.update())));
    this.disposables.add(api.window.registerWebviewPanelSerializer(PANEL_TYPE, this));
  }

  /** Shows a run's panel, the one that is open already when there is one. */
  open(run: RunRef, promptPath: string, column?: vscode.ViewColumn): void {
    const open = this.panels.get(run.runId);
    if (open) {
      open.reveal();
      return;
    }
    const { ViewColumn, window } = this.api;
    const beside = window.activeTextEditor ? ViewColumn.Beside : ViewColumn.Active;
    const panel = window.createWebviewPanel(
      PANEL_TYPE,
      `Hone: ${path.posix.basename(promptPath)}`,
      { viewColumn: column ?? beside, preserveFocus: true },
      this.options(),
    );
    this.attach(panel, run, {});
  }

  /** Called by the editor after a reload. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, saved: unknown): Promise<void> {
    const state = parsePageState(saved);
    try {
      if (!state) throw notSaved();
      const { root } = await this.runs.locate(workspaceRoots(this.api), state.runId);
      panel.webview.options = this.options();
      this.attach(panel, { root, runId: state.runId }, state);
    } catch (error) {
      const { message, nextStep } = toHoneError(error);
      panel.webview.html = messageHtml(`${message} ${nextStep}`);
    }
  }

  /** The ids of the runs whose panels are open. */
  get openRuns(): readonly string[] {
    return [...this.panels.keys()];
  }

  dispose(): void {
    this.disposables.dispose();
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  private attach(panel: vscode.WebviewPanel, run: RunRef, selection: Selection): void {
    panel.iconPath = this.api.Uri.joinPath(this.extensionUri, 'media', 'hone.svg');
    panel.onDidDispose(() => this.panels.delete(run.runId));
    this.panels.set(run.runId, new RunPanel(panel, run, this.runs, this.actions, selection));
    const asset = (name: string) =>
      panel.webview.asWebviewUri(this.api.Uri.joinPath(this.dist, name)).toString();
    panel.webview.html = pageHtml({
      cspSource: panel.webview.cspSource,
      script: asset('webview.js'),
      style: asset('webview.css'),
    });
  }

  private get dist(): vscode.Uri {
    return this.api.Uri.joinPath(this.extensionUri, 'dist');
  }

  private options(): vscode.WebviewOptions {
    return { enableScripts: true, enableCommandUris: false, localResourceRoots: [this.dist] };
  }
}

interface Selection {
  readonly candidateId?: string | undefined;
  readonly against?: 'baseline' | 'parent' | undefined;
}

/** One panel: answers the page's requests, and posts whole snapshots once the page has said that it listens. */
class RunPanel {
  private readonly post: Throttled;
  private readonly disposables = new Disposables();
  private ready = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly run: RunRef,
    private readonly runs: RunController,
    private readonly actions: PanelActions,
    private selection: Selection,
  ) {
    this.post = this.disposables.add(throttle(() => void this.postSnapshot(), SNAPSHOT_MS));
    this.disposables.add(panel.webview.onDidReceiveMessage((message) => this.receive(message)));
    // What was posted while the page was hidden is lost.
    this.disposables.add(panel.onDidChangeViewState(() => this.update()));
    panel.onDidDispose(() => this.disposables.dispose());
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  update(): void {
    if (this.ready && this.panel.visible) this.post();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private async receive(raw: unknown): Promise<void> {
    const message = parsePageMessage(raw);
    if (!message) return;
    if (message.type === 'ready') {
      this.ready = true;
      this.selection = {
        candidateId: message.candidateId ?? this.selection.candidateId,
        against: message.against ?? this.selection.against,
      };
      await this.postSnapshot();
      return;
    }
    const { request } = message;
    try {
      const done = await this.perform(message.body);
      await this.send({ type: 'done', request, ...(typeof done === 'string' && { message: done }) });
    } catch (error) {
      const { message: text, nextStep } = toHoneError(error);
      await this.send({ type: 'failed', request, message: text, nextStep });
    }
  }

  private async perform(body: PageRequest): Promise<unknown> {
    switch (body.kind) {
      case 'select':
        this.selection = body;
        return this.postSnapshot();
      case 'accept':
        return this.actions.accept(this.run, body.candidateId);
      case 'openDiff':
        return this.actions.openDiff(this.run, body.candidateId, body.against);
      case 'copy':
        return this.actions.copy(this.run, body.candidateId);
      case 'stop':
        this.actions.stop(this.run);
        return undefined;
      case 'resume':
        return this.actions.resume(this.run);
      case 'revealLine':
        return this.actions.revealLine(this.run, body.line);
      case 'revealRow':
        return this.actions.revealRow(this.run, body.caseId);
    }
  }

  private async postSnapshot(): Promise<void> {
    let state: RunState;
    try {
      state = await this.runs.load(this.run.root, this.run.runId);
    } catch (error) {
      const { message, nextStep } = toHoneError(error);
      this.panel.webview.html = messageHtml(`${message} ${nextStep}`);
      return;
    }
    const active = this.runs.find(this.run.runId) !== undefined;
    await this.send({ type: 'snapshot', snapshot: snapshotOf(state, { ...this.selection, active }) });
  }

  private async send(message: HostMessage): Promise<void> {
    await this.panel.webview.postMessage(message);
  }
}

function notSaved(): HoneError {
  return new HoneError({
    reason: 'not-found',
    message: 'The editor did not keep which run this panel showed.',
    nextStep: 'Open the run again from the Runs view.',
  });
}
