import type * as vscode from 'vscode';
import { callsMade, isResumable } from '../core/run.js';
import type { RunSummary } from '../runs/index.js';
import { COMMANDS, TREE_ITEMS } from '../contributions.js';
import { Disposables } from './disposables.js';
import { loadEngine } from './engine.js';
import type { ActiveRun, RunController } from './runController.js';
import { workspaceRoots } from './targets.js';
import { throttle } from './throttle.js';
import type { VsCode } from './vscode.js';
import { ago, count, outcomeWords } from './words.js';

/** A run in the tree. Commands of the tree get the node. */
export type RunNode =
  | { readonly kind: 'active'; readonly run: ActiveRun }
  | { readonly kind: 'stored'; readonly root: string; readonly runId: string; readonly summary: RunSummary }
  | { readonly kind: 'problem'; readonly message: string };

const REDRAW_MS = 1000;
const VERDICT_ICONS: Readonly<Record<string, string>> = {
  better: 'pass-filled',
  worse: 'arrow-down',
  undecided: 'question',
  'already-good': 'verified-filled',
  'no-headroom': 'verified-filled',
};

/** The view Runs: newest first, those that go on or wait on top. */
export class RunsTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly changed: vscode.EventEmitter<void>;

  constructor(
    private readonly api: VsCode,
    private readonly runs: RunController,
  ) {
    this.changed = this.disposables.add(new api.EventEmitter<void>());
    const redraw = this.disposables.add(throttle(() => this.changed.fire(), REDRAW_MS));
    this.disposables.add(runs.onDidChangeList(() => this.changed.fire()));
    this.disposables.add(runs.onDidProgress(redraw));
    this.disposables.add(api.workspace.onDidChangeWorkspaceFolders(() => this.changed.fire()));
  }

  get onDidChangeTreeData(): vscode.Event<void> {
    return this.changed.event;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (node) return [];
    const { listRuns } = await loadEngine();
    const active = this.runs.active.map((run): RunNode => ({ kind: 'active', run }));
    const lists = await Promise.all(
      workspaceRoots(this.api).map(async (root) => ({ root, ...(await listRuns(root)) })),
    );
    const stored = lists
      .flatMap(({ root, runs }) => runs.map((summary) => ({ root, summary })))
      .filter(({ summary }) => !this.runs.find(summary.runId))
      .sort((a, b) => b.summary.startedAt - a.summary.startedAt)
      .map(({ root, summary }): RunNode => ({ kind: 'stored', root, runId: summary.runId, summary }));
    const problems = lists.flatMap((list) => list.problems);
    return [...active, ...stored, ...problems.map((message): RunNode => ({ kind: 'problem', message }))];
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    if (node.kind === 'active') return this.activeItem(node, node.run);
    if (node.kind === 'stored') return this.storedItem(node);
    const item = new this.api.TreeItem(node.message);
    item.iconPath = new this.api.ThemeIcon('warning');
    item.tooltip = node.message;
    return item;
  }

  private activeItem(node: RunNode, { promptPath, state }: ActiveRun): vscode.TreeItem {
    const item = new this.api.TreeItem(promptPath);
    item.contextValue = state ? TREE_ITEMS.runActive : TREE_ITEMS.runQueued;
    item.iconPath = new this.api.ThemeIcon(state ? 'loading~spin' : 'clock');
    item.description = state
      ? `${state.waiting ? 'waiting' : 'running'} · ${callsMade(state.usage)} of ${state.setup.maxCalls} calls`
      : 'waits for its turn';
    if (state) item.command = openCommand(node);
    return item;
  }

  private storedItem(node: RunNode & { kind: 'stored' }): vscode.TreeItem {
    const { summary } = node;
    const words = outcomeWords(summary);
    const resumable = isResumable(summary.verdict, summary.stop);
    const item = new this.api.TreeItem(summary.promptPath);
    item.id = summary.runId;
    item.contextValue = resumable ? TREE_ITEMS.runStopped : TREE_ITEMS.runDone;
    item.description = `${words} · ${ago(summary.startedAt, Date.now())}`;
    item.iconPath = new this.api.ThemeIcon(
      summary.verdict ? (VERDICT_ICONS[summary.verdict] ?? 'circle-outline') : 'debug-pause',
    );
    item.tooltip = [
      `${summary.promptPath}: ${words}`,
      `${summary.strategy}, ${count(summary.calls, 'call')}, ${count(summary.candidates, 'candidate')}`,
      new Date(summary.startedAt).toLocaleString(),
    ].join('\n');
    item.command = openCommand(node);
    item.accessibilityInformation = { label: `${summary.promptPath}, ${item.description}` };
    return item;
  }
}

function openCommand(node: RunNode): vscode.Command {
  return { command: COMMANDS.openPanel.id, title: COMMANDS.openPanel.title, arguments: [node] };
}
