import type * as vscode from 'vscode';
import { COMMANDS } from '../contributions.js';
import { loadEngine } from './engine.js';
import { Disposables } from './disposables.js';
import type { PromptIndex } from './promptIndex.js';
import type { RunController } from './runController.js';
import { targetOf } from './targets.js';
import type { VsCode } from './vscode.js';
import { ago, outcomeWords } from './words.js';

/** Files that may carry lenses; each is asked again by its path. */
export const LENS_SELECTOR: readonly vscode.DocumentFilter[] = [
  {
    scheme: 'file',
    pattern:
      '**/*.{md,mdc,txt,yml,yaml,json,jsonl,toml,prompt,prompty,baml,j2,jinja,jinja2,mustache,hbs,handlebars,py,ts,tsx,js,jsx,mjs}',
  },
  { scheme: 'file', pattern: '**/{.cursorrules,.clinerules}' },
];

/** At most two lenses above a prompt: start a run, and the result of the last one. */
export class PromptLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly changed: vscode.EventEmitter<void>;

  constructor(
    private readonly api: VsCode,
    runs: RunController,
    private readonly index: PromptIndex,
  ) {
    this.changed = this.disposables.add(new api.EventEmitter<void>());
    this.disposables.add(runs.onDidChangeList(() => this.changed.fire()));
    this.disposables.add(index.onDidRead(() => this.changed.fire()));
  }

  get onDidChangeCodeLenses(): vscode.Event<void> {
    return this.changed.event;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!this.index.isPrompt(document.uri)) return [];
    const top = new this.api.Range(0, 0, 0, 0);
    const start = new this.api.CodeLens(top, {
      command: COMMANDS.optimize.id,
      title: '$(sparkle) Optimize',
      tooltip: 'Improve this prompt against its test set. Shows what will be sent before anything is.',
      arguments: [document.uri],
    });
    const last = await this.lastRun(document.uri);
    return last ? [start, new this.api.CodeLens(top, last)] : [start];
  }

  private async lastRun(uri: vscode.Uri): Promise<vscode.Command | undefined> {
    const { root, path } = await targetOf(this.api, uri);
    const { runs } = await (await loadEngine()).listRuns(root);
    const last = runs.find((run) => run.promptPath === path);
    if (!last) return undefined;
    return {
      command: COMMANDS.openPanel.id,
      title: `Last run: ${outcomeWords(last)} · ${ago(last.startedAt, Date.now())}`,
      arguments: [{ root, runId: last.runId }],
    };
  }
}
