import type * as vscode from 'vscode';
import { money } from '../core/money.js';
import { callsMade } from '../core/run.js';
import { COMMANDS, CONTEXT_KEYS } from '../contributions.js';
import { Disposables } from './disposables.js';
import type { PromptIndex } from './promptIndex.js';
import type { RunController } from './runController.js';
import { throttle } from './throttle.js';
import type { VsCode } from './vscode.js';

const REDRAW_MS = 250;

/** One item, there while runs go on: calls, best score so far; a click opens the run, the tooltip can stop it. */
export class StatusBar implements vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly item: vscode.StatusBarItem;

  constructor(
    private readonly api: VsCode,
    private readonly runs: RunController,
  ) {
    this.item = this.disposables.add(
      api.window.createStatusBarItem('hone.run', api.StatusBarAlignment.Left, 0),
    );
    this.item.name = 'Hone';
    const redraw = this.disposables.add(throttle(() => this.draw(), REDRAW_MS));
    this.disposables.add(runs.onDidProgress(redraw));
    this.disposables.add(runs.onDidChangeList(() => this.draw()));
  }

  /** What the item shows; undefined while nothing runs. */
  get text(): string | undefined {
    return this.runs.active.length > 0 ? this.item.text : undefined;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private draw(): void {
    const [run, ...waiting] = this.runs.active;
    if (!run) {
      this.item.hide();
      return;
    }
    const { state } = run;
    const best = state?.curve.at(-1)?.best;
    const calls = state ? `${callsMade(state.usage)}/${state.setup.maxCalls} calls` : 'starting';
    const cost = state?.usage.cost ? `, ${money(state.usage.cost)}` : '';
    const icon = state?.waiting ? '$(watch)' : '$(loading~spin)';
    this.item.text = `${icon} Hone: ${calls}${cost}${best === undefined ? '' : `, best ${best.toFixed(2)}`}`;
    this.item.accessibilityInformation = { label: `Hone is working on ${run.promptPath}, ${calls}${cost}` };
    const tooltip = new this.api.MarkdownString(undefined, true);
    tooltip.isTrusted = { enabledCommands: [COMMANDS.stop.id] };
    tooltip.appendText(`${run.promptPath}${state?.waiting ? `: ${state.waiting}` : ''}\n`);
    if (waiting.length > 0)
      tooltip.appendText(`Then: ${waiting.map((each) => each.promptPath).join(', ')}\n`);
    tooltip.appendMarkdown(`\n[$(debug-stop) Stop](command:${COMMANDS.stop.id})`);
    this.item.tooltip = tooltip;
    this.item.command = {
      command: COMMANDS.openPanel.id,
      title: COMMANDS.openPanel.title,
      arguments: [{ root: run.root, runId: run.runId }],
    };
    this.item.show();
  }
}

/** Keeps the context key of the editor-title button in step with the active editor. */
export function watchActivePrompt(api: VsCode, index: PromptIndex): vscode.Disposable {
  let current: boolean | undefined;
  const update = () => {
    const uri = api.window.activeTextEditor?.document.uri;
    const next = uri !== undefined && index.isPrompt(uri);
    if (next === current) return;
    current = next;
    void api.commands.executeCommand('setContext', CONTEXT_KEYS.activeIsPrompt, next);
  };
  update();
  return api.Disposable.from(api.window.onDidChangeActiveTextEditor(update), index.onDidRead(update));
}
